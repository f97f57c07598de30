// ADD_N: the sum of any number of tensors of one shape, unfused.
import * as abi from "../../assembly/abi/add_n";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { checkPerTensor, checkSameQuantization, quantizationOf } from "./quantization";

/** From sums of 2^19 codes, half of ADD's 2^20, to the output's. Source: TFLM micro/kernels/add_n.cc, CalculateOpData. */
function outputFactor(op: Op): number {
  return (2 * quantizationOf(op.input(0)).scale) / (2 ** 20 * quantizationOf(op.output()).scale);
}

export const addN: Lowering = {
  operator: "ADD_N",
  signatures: ["int8", "int32", "float32"].map((type) => ({ inputs: [`${type}...`], outputs: [type] })),
  options: "two operands of one shape or more; int8: of one quantization, and, as TFLM begins its sums with it, less their zero point once",
  check(op) {
    if (op.inputs.length < 2) op.invalid("a sum of fewer than two operands");
    for (const input of op.inputs) if (`${input.shape}` !== `${op.input(0).shape}`) op.invalid(`${describe(input)} has shape [${input.shape}], the first operand [${op.input(0).shape}]`);
    op.expectShape(op.input(0).shape);
    if (op.output().type !== "int8") return;
    checkPerTensor(op, op.output());
    for (const input of op.inputs) checkSameQuantization(op, op.input(0), input);
    if (quantizeMultiplier(outputFactor(op)).shift > 0) op.refuse(`the input scale is more than 2^19 times the output's ${quantizationOf(op.output()).scale}`, "quantize with a wider output range");
  },
  lower(op, emit) {
    const output = op.output(), { inputs } = op;
    if (elementCount(output.shape) === 0) return;
    emit.step(`add_n_${output.type}`, abi.ADD_N_SIZE + 4 * inputs.length, (r) => {
      inputs.forEach((input, i) => r.input(abi.ADD_N_SIZE + 4 * i, input));
      r.output(abi.ADD_N_OUTPUT, output);
      r.i32(abi.ADD_N_COUNT, elementCount(output.shape));
      r.i32(abi.ADD_N_OPERANDS, inputs.length);
      for (const input of inputs) r.inPlace(input, output);
      if (output.type !== "int8") return;
      const { mantissa, shift } = quantizeMultiplier(outputFactor(op));
      r.i32(abi.ADD_N_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
      r.i32(abi.ADD_N_MULTIPLIER, mantissa);
      r.i32(abi.ADD_N_RIGHT, -shift);
      r.i32(abi.ADD_N_OUTPUT_OFFSET, quantizationOf(output).zeroPoint);
    });
  },
};
