// Functions of one code. Source of the meaning: TFLM reference/integer_ops/logistic.h, tanh.h, micro/kernels/activations_common.cc,
// reference/requantize.h, quantize.h, dequantize.h.
import { clamp, divideByPot, factorOf, roundHalfAway, scaled } from "./fixed_point";
import * as gemmlowp from "./gemmlowp";
import { activationRange, type Affine } from "./quantization";

function sigmoidal(codes: Int8Array, x: Affine, of: (a: bigint) => bigint, fractionBits: number, zeroPoint: number): Int8Array {
  const factor = factorOf(x.scale * 2 ** 27); // to FixedPoint<4>
  const radius = Math.floor((15 * 2 ** 27) / 2 ** factor.shift);
  return codes.map((code) => {
    const q = code - x.zeroPoint;
    if (q <= -radius) return -128;
    if (q >= radius) return 127;
    return clamp(Number(divideByPot(of(BigInt(scaled(q, factor))), BigInt(31 - fractionBits))) + zeroPoint, [-128, 127]);
  });
}

/** Gives scale 1/256, zero point -128. */
export const logistic = (codes: Int8Array, x: Affine): Int8Array => sigmoidal(codes, x, gemmlowp.logistic, 8, -128);
/** Gives scale 1/128, zero point 0. */
export const tanh = (codes: Int8Array, x: Affine): Int8Array => sigmoidal(codes, x, gemmlowp.tanh, 7, 0);

function rescaled(codes: Int8Array, x: Affine, y: Affine, range: readonly [number, number]): Int8Array {
  const factor = factorOf(x.scale / y.scale);
  return codes.map((code) => clamp(scaled(code - x.zeroPoint, factor) + y.zeroPoint, range));
}

export const requantize = (codes: Int8Array, x: Affine, y: Affine): Int8Array => rescaled(codes, x, y, [-128, 127]);
export const relu = (codes: Int8Array, x: Affine, y: Affine): Int8Array => rescaled(codes, x, y, activationRange("RELU", y));
export const relu6 = (codes: Int8Array, x: Affine, y: Affine): Int8Array => rescaled(codes, x, y, activationRange("RELU6", y));

/** The quotient is taken in float32; beyond int32 it saturates. */
export function quantize(values: Float32Array, y: Affine): Int8Array {
  return Int8Array.from(values, (value) => clamp(roundHalfAway(clamp(Math.fround(value / y.scale), [-1e6, 1e6])) + y.zeroPoint, [-128, 127]));
}

/** The product is exact in double and rounded once. */
export const dequantize = (codes: Int8Array, x: Affine): Float32Array => Float32Array.from(codes, (code) => (code - x.zeroPoint) * x.scale);
