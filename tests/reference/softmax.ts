// SOFTMAX over rows. Source of the meaning: TFLM reference/softmax.h, PreprocessSoftmaxScaling and CalculateInputRadius.
import { divideByPot, factorOf, highMul, scaled } from "./fixed_point";
import { expOnNegativeValues, oneOverOnePlusX } from "./gemmlowp";

export function softmax(codes: Int8Array, depth: number, scale: number, beta: number): Int8Array {
  const factor = factorOf(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1));
  const differenceMin = -Math.floor((31 * 2 ** 26) / 2 ** factor.shift);
  const y = new Int8Array(codes.length).fill(-128);
  for (let row = 0; row < codes.length; row += depth) {
    const differences = Array.from(codes.subarray(row, row + depth));
    const highest = differences.reduce((a, b) => Math.max(a, b));
    const exps = differences.map((q) => (q - highest >= differenceMin ? expOnNegativeValues(BigInt(scaled(q - highest, factor)), 5) : null));
    const sum = exps.reduce<bigint>((total, e) => (e === null ? total : BigInt.asIntN(32, total + divideByPot(e, 12n))), 0n);
    const zeros = Math.clz32(Number(sum)), bitsOverUnit = 12 - zeros;
    const shiftedScale = oneOverOnePlusX(BigInt.asIntN(32, (BigInt.asUintN(32, sum) << BigInt(zeros)) - 2n ** 31n));
    exps.forEach((e, i) => {
      if (e === null) return;
      const output = Number(divideByPot(highMul(shiftedScale, e), BigInt(bitsOverUnit + 31 - 8))) - 128;
      y[row + i] = Math.max(-128, Math.min(127, output));
    });
  }
  return y;
}
