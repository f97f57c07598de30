// The core's 32-bit arithmetic against exact integers in the form of its definitions (tests/reference/fixed_point.ts): "nudge, then
// divide truncating" for the high product, "compare the remainder with half" for the shift. Neither form is assembly/arithmetic's.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { quantizeMultiplier } from "../../src/lowering/multiplier";
import { divideByPot, factorOf, highMul } from "../reference/fixed_point";
import { arithmeticCore } from "../support/arithmetic_core";
import { Random } from "../support/random";

const core = arithmeticCore();
const MIN = -(2 ** 31), MAX = 2 ** 31 - 1;

function multiply(x: bigint, multiplier: bigint, shift: number): bigint {
  const left = BigInt.asIntN(32, x << BigInt(Math.max(shift, 0)));
  return divideByPot(highMul(left, multiplier), BigInt(Math.max(-shift, 0)));
}

/** Values where rounding and saturation turn. */
const EDGES = [MIN, MIN + 1, -(2 ** 30) - 1, -(2 ** 30), -(2 ** 30) + 1, -65537, -65536, -3, -2, -1, 0, 1, 2, 3, 65535, 65536, 2 ** 30 - 1, 2 ** 30, 2 ** 30 + 1, MAX - 1, MAX];

const arithmetic = suite("arithmetic");

arithmetic("high product: every pair of edges, and a million random pairs", () => {
  const random = new Random(1);
  const check = (a: number, b: number) => {
    if (BigInt(core.high_mul(a, b)) !== highMul(BigInt(a), BigInt(b))) assert.unreachable(`high_mul(${a}, ${b}): ${core.high_mul(a, b)}, exact ${highMul(BigInt(a), BigInt(b))}`);
  };
  for (const a of EDGES) for (const b of EDGES) check(a, b);
  for (let i = 0; i < 1_000_000; i++) check(random.int32(), random.int32());
});

arithmetic("high product: every tie", () => {
  // a * 2^30 = (a / 2) * 2^31 is a tie for every odd a: ties go towards plus infinity
  for (let a = -100001; a < 100001; a += 2) assert.is(core.high_mul(a, 2 ** 30), (a + 1) / 2);
  assert.is(core.high_mul(MIN, MIN), MAX);
});

arithmetic("divide by power of two: every exponent, edges, ties and their neighbours", () => {
  for (let exponent = 0; exponent <= 31; exponent++) {
    const half = exponent === 0 ? 0 : 2 ** (exponent - 1);
    const values = new Set(EDGES);
    for (let k = -50; k <= 50; k++) for (const d of [-1, 0, 1]) values.add(k * 2 ** exponent + half + d);
    for (const x of values) {
      if (x < MIN || x > MAX) continue;
      if (BigInt(core.divide_by_pot(x, exponent)) !== divideByPot(BigInt(x), BigInt(exponent))) assert.unreachable(`divide_by_pot(${x}, ${exponent}): ${core.divide_by_pot(x, exponent)}`);
    }
  }
  assert.equal([-5, -3, -1, 1, 3, 5].map((x) => core.divide_by_pot(x, 1)), [-3, -2, -1, 1, 2, 3], "ties go away from zero");
});

arithmetic("multiply by quantized multiplier: every shift from -31 to 30", () => {
  const random = new Random(2);
  const multipliers = [0, 2 ** 30, 2 ** 30 + 1, 1518500250, MAX - 1, MAX, ...Array.from({ length: 20 }, () => 2 ** 30 + (random.int32() & (2 ** 30 - 1)))];
  for (let shift = -31; shift <= 30; shift++) {
    const values = [...EDGES, ...Array.from({ length: 60 }, () => random.int32()), ...Array.from({ length: 60 }, () => random.int32() >> random.between(0, 31))];
    for (const multiplier of multipliers)
      for (const x of values) {
        const exact = multiply(BigInt(x), BigInt(multiplier), shift);
        if (BigInt(core.multiply(x, multiplier, shift)) !== exact) assert.unreachable(`multiply(${x}, ${multiplier}, ${shift}): ${core.multiply(x, multiplier, shift)}, exact ${exact}`);
      }
  }
});

arithmetic("multiply by quantized multiplier: every tie of both roundings", () => {
  // x * 2^30 / 2^31 = x / 2: odd x tie in the first rounding; what remains ties in the second where it ends in 1 0...0
  for (let shift = -31; shift <= 0; shift++)
    for (let k = -40; k <= 40; k++)
      for (const x of [2 * k + 1, (2 * k + 1) * 2 ** (1 - shift - 1), (2 * k + 1) * 2 ** (1 - shift - 1) + 1, (2 * k + 1) * 2 ** (1 - shift - 1) - 1]) {
        if (x < MIN || x > MAX) continue;
        assert.is(BigInt(core.multiply(x, 2 ** 30, shift)), multiply(BigInt(x), 2n ** 30n, shift), `x ${x}, shift ${shift}`);
      }
});

arithmetic("shift left saturates", () => {
  for (let exponent = 0; exponent <= 31; exponent++)
    for (const x of EDGES) {
      const exact = Math.min(Math.max(x * 2 ** exponent, MIN), MAX);
      assert.is(core.shift_left(x, exponent), exact);
    }
});

arithmetic("a real factor becomes mantissa and shift", () => {
  assert.equal(quantizeMultiplier(0), { mantissa: 0, shift: 0 });
  assert.equal(quantizeMultiplier(1), { mantissa: 2 ** 30, shift: 1 });
  assert.equal(quantizeMultiplier(0.5), { mantissa: 2 ** 30, shift: 0 });
  assert.equal(quantizeMultiplier(1 - 2 ** -40), { mantissa: 2 ** 30, shift: 1 }, "a mantissa that rounds up to 2^31 is halved");
  assert.equal(quantizeMultiplier(2 ** -32), { mantissa: 2 ** 30, shift: -31 });
  assert.equal(quantizeMultiplier(2 ** -33), { mantissa: 0, shift: 0 }, "a shift below -31 flushes to zero");
  assert.equal(quantizeMultiplier(1.3e-11), { mantissa: 0, shift: 0 }, "a dead channel of a real model");
  const random = new Random(3);
  for (let i = 0; i < 100_000; i++) {
    const real = (1 + (random.int32() >>> 0) / 2 ** 32) * 2 ** random.between(-30, 29);
    const { mantissa, shift } = quantizeMultiplier(real);
    const exact = factorOf(real);
    if (BigInt(mantissa) !== exact.mantissa || shift !== exact.shift) assert.unreachable(`${real}: ${mantissa}, ${shift}, from the bits ${exact.mantissa}, ${exact.shift}`);
    assert.ok(mantissa >= 2 ** 30 && mantissa < 2 ** 31);
    assert.ok(Math.abs(mantissa * 2 ** (shift - 31) - real) <= real * 2 ** -31);
  }
});

arithmetic.run();
