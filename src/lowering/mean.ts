// MEAN and SUM of quantized numbers. Of others: reduce.ts.
import * as abi from "../../assembly/abi/mean";
import * as abiV128 from "../../assembly/abi/mean_v128";
import { OUTER } from "../../assembly/abi/shape";
import { axesOf, checkReduced, splitAt } from "./axes";
import { kernelOf } from "./kernel_of";
import type { Lowering } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import { packRescaleV128, type RescaleV128 } from "./rescale_v128";

/**
 * The factor input / output, divided by the count with as many bits as the shift leaves room for.
 * Source: TFLM reference/reduce.h, QuantizedMeanOrSum; a count fits 31 bits here.
 */
function meanMultiplier(factor: Multiplier, count: number): Multiplier {
  const bits = Math.min(31 - Math.clz32(count), 31 + factor.shift);
  return { mantissa: Number((BigInt(factor.mantissa) << BigInt(bits)) / BigInt(count)), shift: factor.shift - bits };
}

/** Eight outputs with the same multiplier and bias. */
function sameRescale(multiplier: Multiplier, bias: number, count: number, outputZeroPoint: number): RescaleV128 | null {
  return packRescaleV128({ multipliers: [multiplier], bias: new Int32Array(8).fill(bias), outputZeroPoint, min: -128 }, new Float64Array(8).fill(128 * count));
}

/** @param divided whether the sum is divided by the count */
function meanOrSum(operator: string, divided: boolean): Lowering {
  return {
    operator,
    signatures: ["int8", "int16"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
    options: "any set of constant axes, kept or dropped",
    check(op) {
      const input = op.input(0), axes = axesOf(op);
      checkPerTensor(op, input, op.output());
      checkRescale(op, quantizationOf(input).scale / quantizationOf(op.output()).scale);
      checkReduced(op, axes, op.option("keepDims", false));
      if (divided && splitAt(op, input, axes).count === 0) op.invalid(`the mean of no elements: input [${input.shape}], axes [${axes}]`);
    },
    lower(op, emit) {
      const input = quantizationOf(op.input(0)), output = quantizationOf(op.output());
      const { kept, reduced, count } = splitAt(op, op.input(0), axesOf(op));
      const factor = quantizeMultiplier(input.scale / output.scale);
      const { mantissa, shift } = divided ? meanMultiplier(factor, count) : factor;
      const bias = Math.imul(-input.zeroPoint, count); // wraps as the kernel's int32 sums do
      const simd = emit.target.core !== "mcu" && op.input(0).type === "int8" && kept.strides[OUTER] === 1;
      const rescale = simd ? sameRescale({ mantissa, shift }, bias, count, output.zeroPoint) : null;
      emit.step(rescale ? "mean_v128" : kernelOf("mean", op.input(0)), rescale ? abiV128.MEAN_V128_SIZE : abi.MEAN_SIZE, (r) => {
        if (rescale) {
          r.constant(abiV128.MEAN_V128_RESCALE, rescale.blocks[0]!);
          r.i32(abiV128.MEAN_V128_KIND, rescale.kind);
          r.i32(abiV128.MEAN_V128_COMMON, rescale.common);
        }
        r.input(abi.MEAN_INPUT, op.input(0));
        r.output(abi.MEAN_OUTPUT, op.output());
        r.i32(abi.MEAN_MULTIPLIER, mantissa);
        r.i32(abi.MEAN_SHIFT, shift);
        r.i32(abi.MEAN_BIAS, bias);
        r.i32(abi.MEAN_OUTPUT_OFFSET, output.zeroPoint);
        r.i32s(abi.MEAN_KEPT_DIMS, kept.dims);
        r.i32s(abi.MEAN_KEPT_STRIDES, kept.strides);
        r.i32s(abi.MEAN_REDUCED_DIMS, reduced.dims);
        r.i32s(abi.MEAN_REDUCED_STRIDES, reduced.strides);
      });
    },
  };
}

export const mean = meanOrSum("MEAN", true);
export const sum = meanOrSum("SUM", false);
