// LEAKY_RELU: int8 as a table of 256 codes, int16 by its kernel.
import * as abi from "../../assembly/abi/leaky_relu_int16";
import { elementCount } from "../graph/tensor";
import { multiplyByQuantizedMultiplier } from "./fixed_point";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkRescale, quantizationOf } from "./quantization";
import { checkRequantize, emitLookup } from "./unary";

/** Factors of values on either side of 0. Source: TFLM kernels/leaky_relu_common.cc; products and quotients in double, as TFLM does since late 2026. */
function factors(op: Op) {
  const input = quantizationOf(op.input(0)), output = quantizationOf(op.output()), slope = op.option("alpha", 0);
  return { input, output, identity: input.scale / output.scale, alpha: (input.scale * Math.abs(slope)) / output.scale, sign: slope < 0 ? -1 : 1 };
}

export const leakyRelu: Lowering = {
  operator: "LEAKY_RELU",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type], outputs: [type] })),
  options: "any two quantizations, any finite alpha, negative ones too",
  check(op) {
    checkRequantize(op);
    checkRescale(op, factors(op).alpha);
  },
  lower(op, emit) {
    const { input, output, identity, alpha, sign } = factors(op);
    const positive = quantizeMultiplier(identity), negative = quantizeMultiplier(alpha);
    if (op.input(0).type === "int8") {
      emitLookup(op, emit, (q) => {
        const x = BigInt(q - input.zeroPoint);
        const rescaled = Number(x >= 0n ? multiplyByQuantizedMultiplier(x, positive) : BigInt(sign) * multiplyByQuantizedMultiplier(x, negative));
        return Math.min(Math.max(rescaled + output.zeroPoint, -128), 127);
      });
      return;
    }
    emit.step("leaky_relu_int16", abi.LEAKY_RELU_INT16_SIZE, (r) => {
      r.input(abi.LEAKY_RELU_INT16_INPUT, op.input(0));
      r.output(abi.LEAKY_RELU_INT16_OUTPUT, op.output());
      r.i32(abi.LEAKY_RELU_INT16_COUNT, elementCount(op.output().shape));
      r.i32(abi.LEAKY_RELU_INT16_INPUT_OFFSET, -input.zeroPoint);
      r.i32(abi.LEAKY_RELU_INT16_OUTPUT_OFFSET, output.zeroPoint);
      r.i32(abi.LEAKY_RELU_INT16_MULTIPLIER, positive.mantissa);
      r.i32(abi.LEAKY_RELU_INT16_SHIFT, positive.shift);
      r.i32(abi.LEAKY_RELU_INT16_ALPHA, negative.mantissa);
      r.i32(abi.LEAKY_RELU_INT16_ALPHA_SHIFT, negative.shift);
      r.i32(abi.LEAKY_RELU_INT16_ALPHA_SIGN, sign);
      r.inPlace(op.input(0), op.output());
    });
  },
};
