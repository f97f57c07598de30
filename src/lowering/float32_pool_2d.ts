import * as abi from "../../assembly/abi/pool_2d_float32";
import { checkActivation, float32Range } from "./activation";
import type { Lowering } from "./lowering";
import { geometry } from "./pool_2d";
import { writeWindow } from "./window";

function pool(operator: string, kernel: string): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["float32"], outputs: ["float32"] }],
    options: "every window, stride and padding; fused NONE, RELU, RELU_N1_TO_1, RELU6",
    check(op) {
      checkActivation(op);
      const { batches, y, x, channels } = geometry(op);
      op.expectShape([batches, y.output, x.output, channels]);
    },
    lower(op, emit) {
      const { batches, y, x, channels } = geometry(op);
      const { min, max } = float32Range(op);
      emit.step(kernel, abi.POOL_2D_FLOAT32_SIZE, (r) => {
        r.input(abi.POOL_2D_FLOAT32_INPUT, op.input(0));
        r.output(abi.POOL_2D_FLOAT32_OUTPUT, op.output());
        writeWindow(r, batches, y, x);
        r.i32(abi.POOL_2D_FLOAT32_CHANNELS, channels);
        r.f32(abi.POOL_2D_FLOAT32_MIN, min);
        r.f32(abi.POOL_2D_FLOAT32_MAX, max);
      });
    },
  };
}

export const FLOAT32_POOL_2D = [pool("AVERAGE_POOL_2D", "average_pool_2d_float32"), pool("MAX_POOL_2D", "max_pool_2d_float32"), pool("L2_POOL_2D", "l2_pool_2d_float32")];
