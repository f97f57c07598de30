import * as abi from "../../assembly/abi/mean_float32";
import type { Lowering } from "./lowering";
import { checkMean, splitMean } from "./mean";

export const float32Mean: Lowering = {
  operator: "MEAN",
  signatures: [{ inputs: ["float32", "int32"], outputs: ["float32"] }],
  options: "any set of constant axes, kept or dropped",
  check: checkMean,
  lower(op, emit) {
    const { kept, reduced, count } = splitMean(op);
    emit.step("mean_float32", abi.MEAN_FLOAT32_SIZE, (r) => {
      r.input(abi.MEAN_FLOAT32_INPUT, op.input(0));
      r.output(abi.MEAN_FLOAT32_OUTPUT, op.output());
      r.f32(abi.MEAN_FLOAT32_COUNT, count);
      r.i32s(abi.MEAN_FLOAT32_KEPT_DIMS, kept.dims);
      r.i32s(abi.MEAN_FLOAT32_KEPT_STRIDES, kept.strides[0]!);
      r.i32s(abi.MEAN_FLOAT32_REDUCED_DIMS, reduced.dims);
      r.i32s(abi.MEAN_FLOAT32_REDUCED_STRIDES, reduced.strides[0]!);
    });
  },
};
