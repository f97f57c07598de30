// MEAN and SUM of quantized numbers. Of others: reduce.ts.
import * as abi from "../../assembly/abi/mean";
import { axesOf, checkReduced, splitAt } from "./axes";
import { kernelOf } from "./kernel_of";
import type { Lowering } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";

/**
 * The factor input / output, divided by the count with as many bits as the shift leaves room for.
 * Source: TFLM reference/reduce.h, QuantizedMeanOrSum; a count fits 31 bits here.
 */
function meanMultiplier(factor: Multiplier, count: number): Multiplier {
  const bits = Math.min(31 - Math.clz32(count), 31 + factor.shift);
  return { mantissa: Number((BigInt(factor.mantissa) << BigInt(bits)) / BigInt(count)), shift: factor.shift - bits };
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
      emit.step(kernelOf("mean", op.input(0)), abi.MEAN_SIZE, (r) => {
        r.input(abi.MEAN_INPUT, op.input(0));
        r.output(abi.MEAN_OUTPUT, op.output());
        r.i32(abi.MEAN_MULTIPLIER, mantissa);
        r.i32(abi.MEAN_SHIFT, shift);
        r.i32(abi.MEAN_BIAS, Math.imul(-input.zeroPoint, count)); // wraps as the kernel's int32 sums do
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
