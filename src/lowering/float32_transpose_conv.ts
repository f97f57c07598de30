import * as abi from "../../assembly/abi/transpose_conv_float32";
import { elementCount } from "../graph/tensor";
import { checkActivation, float32Range } from "./activation";
import { checkFloat32Weights, float32Bias, float32Of, packFloat32 } from "./float32";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";
import { tilesPerSlice } from "./packing";
import type { RecordWriter } from "./record";
import { windowAxis, writeWindow } from "./window";

/** Shapes, and the windows of the convolution that is transposed: from the output to the input. Weights are [out_c][k_h][k_w][in_c]. */
export function geometry(op: Op) {
  const weights = op.input(1), input = op.input(2);
  const shape = op.input(0).data ? op.integers(0) : op.output().shape; // fed or computed: the file knows what it will be
  if (shape.length !== 4 || input.shape.length !== 4 || weights.shape.length !== 4) op.invalid(`output [${shape}], input [${input.shape}] and weights [${weights.shape}] have to have four dimensions`);
  const [batches, outH, outW, outC] = shape as [number, number, number, number];
  const [inBatches, inH, inW, inC] = input.shape as [number, number, number, number];
  const [weightsOutC, kH, kW, weightsInC] = weights.shape as [number, number, number, number];
  if (batches !== inBatches || outC !== weightsOutC || inC !== weightsInC) op.invalid(`output [${shape}], input [${input.shape}] and weights [${weights.shape}] do not go together`);
  const y = windowAxis(op, "height", outH, kH, op.option("strideH", 0), 1), x = windowAxis(op, "width", outW, kW, op.option("strideW", 0), 1);
  if (y.output !== inH || x.output !== inW) op.invalid(`an output of ${outH} x ${outW} comes from ${y.output} x ${x.output} elements, the input has ${inH} x ${inW}`);
  return { shape, batches, inC, outC, y, x };
}

export const float32TransposeConv: Lowering = {
  operator: "TRANSPOSE_CONV",
  signatures: [{ inputs: ["int32", "float32", "float32", "float32?"], outputs: ["float32"] }],
  options: "every stride and padding; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    const { shape, outC } = geometry(op);
    checkFloat32Weights(op, op.input(1), op.maybeInput(3), outC);
    op.expectShape(shape);
  },
  lower(op, emit) {
    const { inC, outC, y, x } = geometry(op);
    emitTransposeConv(op, emit, "transpose_conv_float32", packFloat32(float32Of(op.input(1)), float32Bias(op.maybeInput(3), outC), y.kernel * x.kernel * inC), (r) => {
      r.input(abi.TRANSPOSE_CONV_FLOAT32_INPUT, op.input(2));
    });
  },
  macs: transposeConvMacs,
};

/** @param fillInput writes what is multiplied with the tiles */
export function emitTransposeConv(op: Op, emit: Emitter, kernel: string, { tiles, tileBytes }: { tiles: Uint8Array; tileBytes: number }, fillInput: (r: RecordWriter) => void): void {
  const { batches, inC, outC, y, x } = geometry(op), { min, max } = float32Range(op);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / tileBytes);
  emit.step(kernel, abi.TRANSPOSE_CONV_FLOAT32_SIZE, (r) => {
    fillInput(r);
    r.output(abi.TRANSPOSE_CONV_FLOAT32_OUTPUT, op.output());
    r.slices(abi.TRANSPOSE_CONV_FLOAT32_TILES, abi.TRANSPOSE_CONV_FLOAT32_BUFFER, tiles, perSlice * tileBytes);
    r.scratch(abi.TRANSPOSE_CONV_FLOAT32_SUMS, abi.TRANSPOSE_CONV_FLOAT32_SUMS_BYTES);
    writeWindow(r, batches, y, x);
    r.i32(abi.TRANSPOSE_CONV_FLOAT32_IN_C, inC);
    r.i32(abi.TRANSPOSE_CONV_FLOAT32_OUT_C, outC);
    r.i32(abi.TRANSPOSE_CONV_FLOAT32_SLICE_C, 4 * perSlice);
    r.f32(abi.TRANSPOSE_CONV_FLOAT32_MIN, min);
    r.f32(abi.TRANSPOSE_CONV_FLOAT32_MAX, max);
  });
}

export function transposeConvMacs(op: Op): number {
  return elementCount(op.input(2).shape) * elementCount(op.input(1).shape.slice(0, 3));
}
