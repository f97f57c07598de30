import * as abi from "../../assembly/abi/local_response_normalization";
import { elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";

export const localResponseNormalization: Lowering = {
  operator: "LOCAL_RESPONSE_NORMALIZATION",
  signatures: [{ inputs: ["float32"], outputs: ["float32"] }],
  options: "any radius, bias, alpha and beta; the window has both its ends",
  check(op) {
    const { shape } = op.input(0);
    if (shape.length !== 4) op.invalid(`the input has ${shape.length} dimensions, not four`);
    if (op.option("radius", 0) < 0) op.invalid(`radius ${op.option("radius", 0)}`);
    op.expectShape(shape);
  },
  lower(op, emit) {
    const { shape } = op.input(0), channels = shape[3]!;
    emit.step("local_response_normalization_float32", abi.LRN_SIZE, (r) => {
      r.input(abi.LRN_INPUT, op.input(0));
      r.output(abi.LRN_OUTPUT, op.output());
      r.i32(abi.LRN_PIXELS, elementCount(shape.slice(0, 3)));
      r.i32(abi.LRN_CHANNELS, channels);
      r.i32(abi.LRN_RADIUS, Math.min(op.option("radius", 0), channels));
      r.f32(abi.LRN_BIAS, op.option("bias", 0));
      r.f32(abi.LRN_ALPHA, op.option("alpha", 0));
      r.f32(abi.LRN_BETA, op.option("beta", 0));
    });
  },
};
