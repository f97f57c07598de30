// Requantization with bias, rounding and zero point in one addend, against the two roundings of the reference one after the other.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { foldRescale } from "../../src/lowering/folded_rescale";
import { divideByPot, highMul } from "../reference/fixed_point";
import { arithmeticCore } from "../support/arithmetic_core";
import { Random } from "../support/random";

const core = arithmeticCore();
const folded = suite("arithmetic, folded");

/** TFLM's output code before its clamp. */
const exact = (x: number, mantissa: number, shift: number, zeroPoint: number) => Number(divideByPot(highMul(BigInt(x), BigInt(mantissa)), BigInt(-shift))) + zeroPoint;
const clamp = (value: number, low: number) => Math.min(Math.max(value, low), 127);

folded("every shift, ties and edges, random sums, biases, zero points and starts", () => {
  const random = new Random(7);
  for (let shift = -23; shift <= 0; shift++) {
    for (const mantissa of [0, 2 ** 30, 2 ** 30 + 1, 1518500250, 2 ** 31 - 1, 2 ** 30 + (random.int32() & (2 ** 30 - 1))])
      for (let n = 0; n < 400; n++) {
        const zeroPoint = random.between(-128, 127), start = n % 3 === 0 ? 2 ** 20 : 0, depth = random.between(1, 60000);
        const bias = random.int32() >> random.between(1, 31);
        // the x that ties of the second rounding lie at, and their neighbours; else anything that fits
        const tie = Math.round((random.between(-200, 200) + 0.5) * 2 ** (31 - shift) / (mantissa || 1)) + random.between(-1, 1);
        const x = n % 2 === 0 && Math.abs(tie) < 2 ** 30 ? tie : random.int32() >> random.between(1, 31);
        if (Math.abs(x - bias) > depth * 2 ** 14 || Math.abs(x - bias + start) >= 2 ** 31) continue;
        const rescales = foldRescale(Int32Array.of(bias), [{ mantissa, shift }], depth, zeroPoint, start);
        if (!rescales) continue;
        const { addend, down } = rescales[0]!;
        const sum = x - bias + start, due = exact(x, mantissa, shift, zeroPoint);
        const where = `x ${x}, bias ${bias}, mantissa ${mantissa}, shift ${shift}, zero point ${zeroPoint}`;
        assert.is(core.folded_signed(sum, bias - start, mantissa, addend, down), due, where);
        assert.is(clamp(core.folded(sum, mantissa, addend, down), zeroPoint), clamp(due, zeroPoint), where);
        if (down >= 32) assert.is(core.folded_high(sum, mantissa, addend, down), core.folded(sum, mantissa, addend, down), where);
      }
  }
});

folded("refuses what does not fold: shifts to the left, tiny multipliers, sums beyond 32 bits", () => {
  const one = (bias: number, shift: number, depth: number) => foldRescale(Int32Array.of(bias), [{ mantissa: 2 ** 30, shift }], depth, 0);
  assert.ok(one(0, 0, 9));
  assert.ok(one(0, -23, 9));
  assert.is(one(0, 1, 9), null);
  assert.is(one(0, -24, 9), null);
  assert.is(one(2 ** 31 - 1, -5, 9), null);
  assert.is(one(0, -5, 2 ** 17), null);
});

folded.run();
