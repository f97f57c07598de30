import * as abi from "../../assembly/abi/l2_normalization";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { checkCodes, quantizationOf } from "./quantization";

export const l2Normalization: Lowering = {
  operator: "L2_NORMALIZATION",
  signatures: [{ inputs: ["int8"], outputs: ["int8"] }],
  options: "over the last axis; output scale 1/128, zero point 0, or no scales; no fused activation",
  check(op) {
    const activation = op.option("fusedActivationFunction", "NONE"), { shape } = op.input(0);
    if (activation !== "NONE") op.refuse(`fused activation ${activation}`, "put the activation behind the operator instead of fusing it");
    checkCodes(op, op.input(0), op.output());
    const { scale, zeroPoint } = quantizationOf(op.output());
    if (op.output().quantization && (scale !== 1 / 128 || zeroPoint !== 0)) op.refuse(`output scale ${scale} and zero point ${zeroPoint}`, "the format fixes them to 1/128 and 0: convert again");
    if (shape.length === 0) op.invalid("a scalar has no axis");
    op.expectShape(shape);
  },
  lower(op, emit) {
    const { shape } = op.input(0);
    emit.step("l2_normalization", abi.L2_NORMALIZATION_SIZE, (r) => {
      r.input(abi.L2_NORMALIZATION_INPUT, op.input(0));
      r.output(abi.L2_NORMALIZATION_OUTPUT, op.output());
      r.i32(abi.L2_NORMALIZATION_ROWS, elementCount(shape.slice(0, -1)));
      r.i32(abi.L2_NORMALIZATION_WIDTH, shape.at(-1)!);
      r.i32(abi.L2_NORMALIZATION_INPUT_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
      r.inPlace(op.input(0), op.output());
    });
  },
};
