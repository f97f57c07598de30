// exp and reciprocal of the core against exact integers (src/lowering/fixed_point.ts, which fills LOGISTIC's and TANH's tables) and
// against the real functions, and softmax rows against both.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { divideByPowerOfTwo, doublingHighMultiply, expOnNegativeValues, logistic, multiplyByQuantizedMultiplier, oneOverOnePlus, tanh } from "../../src/lowering/fixed_point";
import { quantizeMultiplier } from "../../src/lowering/multiplier";
import { arithmeticCore } from "../support/arithmetic_core";
import { Random } from "../support/random";

const core = arithmeticCore();
const exponential = suite("exponential");

/** Arguments of exp in Q5.26: every power of two, the seams between quarters, and random ones. */
function* expArguments(): Generator<number> {
  for (let k = 0; k < 31; k++) for (const d of [-1, 0, 1]) yield -(2 ** k) + d;
  for (let quarter = -127; quarter <= 0; quarter++) for (const d of [-1, 0, 1]) yield Math.min(0, quarter * 2 ** 24 + d);
  const random = new Random(4);
  for (let i = 0; i < 200_000; i++) yield -(random.int32() >>> random.between(1, 31));
  yield -(2 ** 31);
}

exponential("exp on negative values equals exact integers", () => {
  for (const a of expArguments()) {
    const exact = expOnNegativeValues(BigInt(a), 5);
    if (BigInt(core.exp(a)) !== exact) assert.unreachable(`exp(${a} / 2^26): ${core.exp(a)}, exact ${exact}`);
  }
});

exponential("exp stays within 500 units of 2^-31 of the real function", () => {
  let worst = 0;
  for (const a of expArguments()) worst = Math.max(worst, Math.abs(core.exp(a) - Math.exp(a / 2 ** 26) * 2 ** 31));
  assert.ok(worst < 500, `worst ${worst}`); // the fourth-order series leaves about 2^-23
});

exponential("one over one plus x equals exact integers, and the real function to a few units", () => {
  const random = new Random(5);
  const values = [0, 1, 2, 2 ** 30 - 1, 2 ** 30, 2 ** 31 - 2, 2 ** 31 - 1, ...Array.from({ length: 200_000 }, () => random.int32() >>> 1)];
  let worst = 0;
  for (const a of values) {
    const exact = oneOverOnePlus(BigInt(a));
    if (BigInt(core.reciprocal(a)) !== exact) assert.unreachable(`1 / (1 + ${a} / 2^31): ${core.reciprocal(a)}, exact ${exact}`);
    worst = Math.max(worst, Math.abs(core.reciprocal(a) - 2 ** 31 / (1 + a / 2 ** 31)));
  }
  assert.ok(worst < 16, `worst ${worst}`);
});

exponential("the reciprocal of a sum: every power of two and its neighbours", () => {
  for (let k = 1; k < 31; k++)
    for (const x of [2 ** k - 1, 2 ** k, 2 ** k + 1]) {
      const a = (BigInt(x) << BigInt(Math.clz32(x))) - 2n ** 31n;
      assert.is(BigInt(core.mantissa_of_reciprocal(x)), oneOverOnePlus(a), `x ${x}`);
    }
});

exponential("logistic and tanh stay within 2^-20 of the real functions", () => {
  for (let i = -4000; i <= 4000; i++) {
    const a = i * 2 ** 19 + 7; // Q4.27, -15.6 to 15.6
    assert.ok(Math.abs(Number(logistic(BigInt(a))) / 2 ** 31 - 1 / (1 + Math.exp(-a / 2 ** 27))) < 2 ** -20);
    assert.ok(Math.abs(Number(tanh(BigInt(a))) / 2 ** 31 - Math.tanh(a / 2 ** 27)) < 2 ** -20);
  }
});

/** One softmax row from exact integers; the steps are those of TFLM reference/softmax.h. */
function softmaxRow(row: Int8Array, scale: number, divide: typeof divideByPowerOfTwo): number[] {
  const multiplier = quantizeMultiplier(Math.min(scale * 2 ** 26, 2 ** 31 - 1));
  const diffMin = -Math.floor((31 * 2 ** 26) / 2 ** multiplier.shift);
  const highest = Math.max(...row);
  const exps = [...row].map((q) => (q - highest < diffMin ? null : expOnNegativeValues(multiplyByQuantizedMultiplier(BigInt(q - highest), multiplier), 5)));
  const sum = exps.reduce<bigint>((total, e) => total + (e === null ? 0n : divide(e, 12n)), 0n);
  const zeros = Math.clz32(Number(sum));
  const mantissa = oneOverOnePlus((sum << BigInt(zeros)) - 2n ** 31n);
  return exps.map((e) => (e === null ? -128 : Math.min(Number(divide(doublingHighMultiply(mantissa, e), BigInt(12 - zeros + 23))), 255) - 128));
}

exponential("the softmax pipeline of the core, put together from its parts, equals exact integers and sums to one", () => {
  const random = new Random(6);
  for (let i = 0; i < 300; i++) {
    const row = random.int8s(random.between(1, 40));
    const scale = random.pick([0.001, 0.02, 0.1, 0.5, 3, 1000]);
    const multiplier = quantizeMultiplier(Math.min(scale * 2 ** 26, 2 ** 31 - 1));
    const diffMin = -Math.floor((31 * 2 ** 26) / 2 ** multiplier.shift);
    const highest = Math.max(...row);
    const exps = [...row].map((q) => (q - highest < diffMin ? null : core.exp(core.high_mul((q - highest) << multiplier.shift, multiplier.mantissa))));
    const sum = exps.reduce<number>((total, e) => total + (e === null ? 0 : core.divide_by_pot(e, 12)), 0);
    const mantissa = core.mantissa_of_reciprocal(sum);
    const result = exps.map((e) => (e === null ? -128 : Math.min(core.divide_by_pot(core.high_mul(mantissa, e), 12 - Math.clz32(sum) + 23), 255) - 128));
    assert.equal(result, softmaxRow(row, scale, divideByPowerOfTwo));
    const total = result.reduce((s, q) => s + q + 128, 0) / 256;
    assert.ok(Math.abs(total - 1) <= (row.length + 1) / 512, `probabilities sum to ${total}`);
  }
});

exponential.run();
