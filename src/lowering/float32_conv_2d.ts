// CONV_2D and FULLY_CONNECTED, float32. A fully connected layer is a convolution of one tap over as many pixels as it has rows.
import * as abi from "../../assembly/abi/conv_2d_float32";
import { elementCount, type Tensor } from "../graph/tensor";
import { checkActivation, float32Range } from "./activation";
import { geometry as conv2dGeometry, type Conv2dGeometry } from "./conv_2d";
import { checkFloat32Bias, checkFloat32Weights, float32Bias, float32Of, packFloat32 } from "./float32";
import { emitMatmul } from "./float32_matmul";
import { checkRows, geometry as rowsGeometry } from "./fully_connected";
import type { Emitter, Lowering } from "./lowering";
import { tilesPerSlice } from "./packing";
import { writeWindow, type WindowAxis } from "./window";

/** What the kernel takes besides its operands. */
export interface Float32Conv extends Conv2dGeometry {
  /** [out_c][depth] */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly min: number;
  readonly max: number;
}

export function emitFloat32Conv(emit: Emitter, input: Tensor, output: Tensor, conv: Float32Conv, inputAt = 0, outputAt = 0): void {
  const { batches, inC, outC, groups, groupC, depth, y, x } = conv;
  const { tiles, tileBytes } = packFloat32(conv.weights, conv.bias, depth, groups);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / tileBytes / groups);
  emit.step("conv_2d_float32", abi.CONV_2D_FLOAT32_SIZE, (r) => {
    r.input(abi.CONV_2D_FLOAT32_INPUT, input, 4 * inputAt);
    r.output(abi.CONV_2D_FLOAT32_OUTPUT, output, 4 * outputAt);
    r.slices(abi.CONV_2D_FLOAT32_TILES, abi.CONV_2D_FLOAT32_BUFFER, tiles, perSlice * tileBytes);
    r.scratch(abi.CONV_2D_FLOAT32_SUMS, abi.CONV_2D_FLOAT32_SUMS_BYTES);
    writeWindow(r, batches, y, x);
    r.i32(abi.CONV_2D_FLOAT32_IN_C, inC);
    r.i32(abi.CONV_2D_FLOAT32_GROUPS, groups);
    r.i32(abi.CONV_2D_FLOAT32_GROUP_C, groupC);
    r.i32(abi.CONV_2D_FLOAT32_OUT_C, outC / groups);
    r.i32(abi.CONV_2D_FLOAT32_SLICE_C, 4 * perSlice);
    r.f32(abi.CONV_2D_FLOAT32_MIN, conv.min);
    r.f32(abi.CONV_2D_FLOAT32_MAX, conv.max);
  });
}

/** One tap over `rows` pixels. */
export function rowsAsPixels(rows: number, depth: number, outC: number): Conv2dGeometry {
  const axis = (extent: number): WindowAxis => ({ input: extent, output: extent, kernel: 1, stride: 1, dilation: 1, pad: 0, touchesBorder: false });
  return { batches: 1, inC: depth, outC, groups: 1, groupC: depth, depth, y: axis(1), x: axis(rows) };
}

const conv2d: Lowering = {
  operator: "CONV_2D",
  signatures: [{ inputs: ["float32", "float32", "float32?"], outputs: ["float32"] }],
  options: "every stride, dilation, padding and group count; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    const { batches, y, x, outC } = conv2dGeometry(op);
    checkFloat32Weights(op, op.input(1), op.maybeInput(2), outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const geometry = conv2dGeometry(op);
    emitFloat32Conv(emit, op.input(0), op.output(), {
      ...geometry, ...float32Range(op), weights: float32Of(op.input(1)), bias: float32Bias(op.maybeInput(2), geometry.outC),
    });
  },
  macs(op) {
    return elementCount(op.output().shape) * elementCount(op.input(1).shape.slice(1));
  },
};

const fullyConnected: Lowering = {
  operator: "FULLY_CONNECTED",
  signatures: [{ inputs: ["float32", "float32", "float32?"], outputs: ["float32"] }],
  options: "constant or computed weights; keep_num_dims; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    const { outC } = rowsGeometry(op);
    checkFloat32Bias(op, op.maybeInput(2), outC);
    checkRows(op);
  },
  lower(op, emit) {
    const { batches, depth, outC } = rowsGeometry(op), weights = op.input(1), bias = op.maybeInput(2);
    if (weights.data)
      emitFloat32Conv(emit, op.input(0), op.output(), { ...rowsAsPixels(batches, depth, outC), ...float32Range(op), weights: float32Of(weights), bias: float32Bias(bias, outC) });
    else
      emitMatmul(emit, {
        left: op.input(0), right: weights, output: op.output(), bias, rows: batches, columns: outC, depth, ...float32Range(op),
        leftRow: depth, leftStep: 1, rightStep: 1, rightColumn: depth,
      });
  },
  macs(op) {
    const { batches, outC, depth } = rowsGeometry(op);
    return batches * outC * depth;
  },
};

export const FLOAT32_CONV_2D = [conv2d, fullyConnected];
