import * as abi from "../../assembly/abi/pool_2d";
import { activationRange, checkActivation } from "./activation";
import { kernelOf } from "./kernel_of";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { checkSameQuantization } from "./quantization";
import { windowAxis, writeWindow } from "./window";

export function geometry(op: Op) {
  const input = op.input(0);
  if (input.shape.length !== 4) op.invalid(`input [${input.shape}] has to have four dimensions`);
  const [batches, inH, inW, channels] = input.shape as [number, number, number, number];
  return {
    batches, channels,
    y: windowAxis(op, "height", inH, op.option("filterHeight", 0), op.option("strideH", 0), 1),
    x: windowAxis(op, "width", inW, op.option("filterWidth", 0), op.option("strideW", 0), 1),
  };
}

/** What TFLM lets pass as the same scale: kernels/pooling_common.cc, PoolingPrepare. */
const SCALE_TOLERANCE = 1e-6;

/** Codes in a window that the kernels of SIMD cores divide by in float32 (assembly/simd/pool_2d_v128.ts). */
const MOST_V128 = 2 ** 15 - 1;

function pool(operator: string, kernel: string): Lowering {
  return {
    operator,
    signatures: ["int8", "int16"].map((type) => ({ inputs: [type], outputs: [type] })),
    options: "every window, stride and padding; fused NONE, RELU, RELU_N1_TO_1, RELU6; input and output share scale and zero point",
    check(op) {
      checkActivation(op);
      checkSameQuantization(op, op.input(0), op.output(), SCALE_TOLERANCE);
      const { batches, y, x, channels } = geometry(op);
      op.expectShape([batches, y.output, x.output, channels]);
    },
    lower(op, emit) {
      const { batches, y, x, channels } = geometry(op);
      const { min, max } = activationRange(op, op.output());
      const legacy = kernel === "average_pool_2d" && op.input(0).rebased;
      const simd = emit.target.core !== "mcu" && op.input(0).type === "int8" && y.kernel * x.kernel <= MOST_V128;
      const name = legacy ? "average_pool_2d_legacy" : kernelOf(kernel, op.input(0));
      emit.step(simd ? `${name}_v128${kernel === "max_pool_2d" && channels >= 16 ? "_16" : ""}` : name, abi.POOL_2D_SIZE, (r) => {
        r.input(abi.POOL_2D_INPUT, op.input(0));
        r.output(abi.POOL_2D_OUTPUT, op.output());
        writeWindow(r, batches, y, x);
        r.i32(abi.POOL_2D_CHANNELS, channels);
        r.i32(abi.POOL_2D_MIN, min);
        r.i32(abi.POOL_2D_MAX, max);
      });
    },
  };
}

export const averagePool2d = pool("AVERAGE_POOL_2D", "average_pool_2d");
export const maxPool2d = pool("MAX_POOL_2D", "max_pool_2d");
