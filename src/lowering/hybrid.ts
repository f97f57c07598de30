// Hybrid ("dynamic range") operators: float32 activations, int8 or int4 weights. Rows of the input become int8 with a range of each while the model runs, sums
// are integers, results float32. Source: LiteRT kernels/conv.cc, depthwise_conv.cc, fully_connected.cc, batch_matmul.cc,
// transpose_conv.cc; TFLM has none.
import * as conv from "../../assembly/abi/conv_2d_float32";
import * as depthwise from "../../assembly/abi/depthwise_conv_2d_float32";
import * as transposeConvAbi from "../../assembly/abi/transpose_conv_float32";
import { elementCount, type Tensor } from "../graph/tensor";
import { checkActivation, float32Range, RANGES } from "./activation";
import { geometry as conv2dGeometry, type Conv2dGeometry } from "./conv_2d";
import { channelMajor, geometry as depthwiseGeometry } from "./depthwise_conv_2d";
import { checkFloat32Weights, float32Bias } from "./float32";
import { emitTransposeConv, geometry as transposeConvGeometry, transposeConvMacs } from "./float32_transpose_conv";
import { matmulGeometry, matricesOf, transposed } from "./float32_matmul";
import { checkRows, geometry as rowsGeometry } from "./fully_connected";
import type { Emitter, Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { tilesPerSlice } from "./packing";
import { emitQuantizedRows, type QuantizedRows } from "./quantized_rows";
import { int8Of, weightsOf } from "./weights";
import { writeWindow, type WindowAxis } from "./window";

/** Refuses weights that are computed, have zero points, or scales that do not go with their output channels along `dimension`. */
function checkHybridWeights(op: Op, dimension: number, channels: number, bias = op.maybeInput(2)): void {
  const weights = op.input(1), { quantization } = weights;
  checkFloat32Weights(op, weights, bias, channels);
  if (!quantization) op.refuse(`weights ${describe(weights)} have no scale`, "quantize the weights, or leave them float32");
  if (quantization.zeroPoint.some((z) => z !== 0)) op.refuse(`weights ${describe(weights)} have a zero point other than 0`, "convert with symmetric int8 weights");
  const count = quantization.scale.length;
  if (count !== 1 && (count !== channels || quantization.dimension !== dimension))
    op.invalid(`weights ${describe(weights)} have ${count} scales along dimension ${quantization.dimension}; ${channels} along ${dimension} are due`);
}

/** Whether weights are int8 or int4 of no zero point, with one scale or as many as channels along `dimension`. */
export const hasHybridScales = ({ type, quantization }: Tensor, dimension: number, channels: number): boolean =>
  (type === "int8" || type === "int4") && quantization !== null && quantization.zeroPoint.every((z) => z === 0) &&
  (quantization.scale.length === 1 || (quantization.scale.length === channels && quantization.dimension === dimension));

/** Whether weights have scales that differ: LiteRT then quantizes the input of a convolution asymmetrically. */
const scalesDiffer = (weights: Tensor): boolean => weights.quantization!.scale.some((scale, _, [first]) => scale !== first);

/** One scale per channel. */
export const scalesOf = (weights: Tensor, channels: number): Float32Array => Float32Array.from({ length: channels }, (_, c) => weights.quantization!.scale[c] ?? weights.quantization!.scale[0]!);

interface HybridConv extends Conv2dGeometry {
  /** [out_c][depth] */
  readonly weights: Int8Array;
  readonly bias: Float32Array;
  readonly scales: Float32Array;
  /** Whether sums meet the weights' scale first, then the input's. */
  readonly inTurn: boolean;
  readonly min: number;
  readonly max: number;
  /** First elements of the codes, the ranges and the output. */
  readonly inputAt?: number;
  readonly rangeAt?: number;
  readonly outputAt?: number;
}

/** Weights [channels][depth] in tiles of four channels: biases, scales, weights [depth][4]; every group begins a tile. */
export function packHybrid({ weights, bias, scales, depth, groups }: Pick<HybridConv, "weights" | "bias" | "scales" | "depth" | "groups">): { tiles: Uint8Array; tileBytes: number } {
  const perGroup = bias.length / groups, tilesPerGroup = Math.ceil(perGroup / 4), tileBytes = 32 + 4 * depth;
  const tiles = new Uint8Array(groups * tilesPerGroup * tileBytes), view = new DataView(tiles.buffer);
  for (let channel = 0; channel < bias.length; channel++) {
    const group = Math.floor(channel / perGroup), c = channel - group * perGroup;
    const at = (group * tilesPerGroup + (c >> 2)) * tileBytes, lane = c & 3;
    view.setFloat32(at + 4 * lane, bias[channel]!, true);
    view.setFloat32(at + 16 + 4 * lane, scales[channel]!, true);
    for (let i = 0; i < depth; i++) tiles[at + 32 + 4 * i + lane] = weights[channel * depth + i]!;
  }
  return { tiles, tileBytes };
}

function emitHybridConv(emit: Emitter, { codes, ranges }: QuantizedRows, output: Tensor, layer: HybridConv): void {
  const { batches, inC, outC, groups, groupC, y, x, inputAt = 0, rangeAt = 0, outputAt = 0 } = layer;
  const { tiles, tileBytes } = packHybrid(layer);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, tiles.length / tileBytes / groups);
  emit.step("conv_2d_hybrid", conv.CONV_2D_FLOAT32_SIZE, (r) => {
    r.input(conv.CONV_2D_FLOAT32_INPUT, codes, inputAt);
    r.input(conv.CONV_2D_FLOAT32_RANGES, ranges, 8 * rangeAt);
    r.output(conv.CONV_2D_FLOAT32_OUTPUT, output, 4 * outputAt);
    r.slices(conv.CONV_2D_FLOAT32_TILES, conv.CONV_2D_FLOAT32_BUFFER, tiles, perSlice * tileBytes);
    r.scratch(conv.CONV_2D_FLOAT32_SUMS, conv.CONV_2D_FLOAT32_SUMS_BYTES);
    writeWindow(r, batches, y, x);
    r.i32(conv.CONV_2D_FLOAT32_IN_C, inC);
    r.i32(conv.CONV_2D_FLOAT32_GROUPS, groups);
    r.i32(conv.CONV_2D_FLOAT32_GROUP_C, groupC);
    r.i32(conv.CONV_2D_FLOAT32_OUT_C, outC / groups);
    r.i32(conv.CONV_2D_FLOAT32_SLICE_C, 4 * perSlice);
    r.i32(conv.CONV_2D_FLOAT32_IN_TURN, Number(layer.inTurn));
    r.f32(conv.CONV_2D_FLOAT32_MIN, layer.min);
    r.f32(conv.CONV_2D_FLOAT32_MAX, layer.max);
  });
}

/** One tap over images of one pixel: each row has a range of its own. */
function rowsAsImages(rows: number, depth: number, outC: number): Conv2dGeometry {
  const axis: WindowAxis = { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, pad: 0, touchesBorder: false };
  return { batches: rows, inC: depth, outC, groups: 1, groupC: depth, depth, y: axis, x: axis };
}

const ACTIVATIONS = "fused NONE, RELU, RELU_N1_TO_1, RELU6";
const SIGNATURES = [{ inputs: ["float32", "int8|int4", "float32?"], outputs: ["float32"] }];

const conv2d: Lowering = {
  operator: "CONV_2D",
  signatures: SIGNATURES,
  options: `every stride, dilation, padding and group count; ${ACTIVATIONS}; one range per image: symmetric with one weight scale, asymmetric with several or with groups`,
  check(op) {
    checkActivation(op);
    const { batches, y, x, outC } = conv2dGeometry(op);
    checkHybridWeights(op, 0, outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const geometry = conv2dGeometry(op), weights = op.input(1), perChannel = scalesDiffer(weights) || geometry.groups > 1;
    const rows = emitQuantizedRows(emit, op.input(0), perChannel, { rows: geometry.batches, depth: elementCount(op.input(0).shape) / geometry.batches });
    emitHybridConv(emit, rows, op.output(), {
      ...geometry, ...float32Range(op), weights: weightsOf(weights).weights, bias: float32Bias(op.maybeInput(2), geometry.outC), scales: scalesOf(weights, geometry.outC), inTurn: perChannel,
    });
  },
  macs: (op) => elementCount(op.output().shape) * elementCount(op.input(1).shape.slice(1)),
};

const depthwiseConv2d: Lowering = {
  operator: "DEPTHWISE_CONV_2D",
  signatures: [{ inputs: ["float32", "int8", "float32?"], outputs: ["float32"] }], // LiteRT has no int4
  options: `every stride, dilation, padding and depth multiplier; ${ACTIVATIONS}; one asymmetric range per image`,
  check(op) {
    checkActivation(op);
    const { batches, y, x, outC } = depthwiseGeometry(op);
    checkHybridWeights(op, 3, outC);
    op.expectShape([batches, y.output, x.output, outC]);
  },
  lower(op, emit) {
    const { batches, inC, outC, multiplier, taps, y, x } = depthwiseGeometry(op);
    const { codes, ranges } = emitQuantizedRows(emit, op.input(0), true, { rows: batches, depth: elementCount(op.input(0).shape) / batches });
    const weights = channelMajor(int8Of(op.input(1)), taps, outC), bias = float32Bias(op.maybeInput(2), outC), scales = scalesOf(op.input(1), outC);
    const tileBytes = 8 + 4 * Math.ceil(taps / 4), tiles = new Uint8Array(outC * tileBytes), view = new DataView(tiles.buffer);
    for (let c = 0; c < outC; c++) {
      view.setFloat32(c * tileBytes, bias[c]!, true);
      view.setFloat32(c * tileBytes + 4, scales[c]!, true);
      tiles.set(weights.subarray(c * taps, (c + 1) * taps), c * tileBytes + 8);
    }
    const perSlice = tilesPerSlice(emit.target.sliceBytes, tileBytes, outC);
    const { min, max } = float32Range(op);
    emit.step("depthwise_conv_2d_hybrid", depthwise.DEPTHWISE_CONV_2D_FLOAT32_SIZE, (r) => {
      r.input(depthwise.DEPTHWISE_CONV_2D_FLOAT32_INPUT, codes);
      r.input(depthwise.DEPTHWISE_CONV_2D_FLOAT32_RANGES, ranges);
      r.output(depthwise.DEPTHWISE_CONV_2D_FLOAT32_OUTPUT, op.output());
      r.slices(depthwise.DEPTHWISE_CONV_2D_FLOAT32_TILES, depthwise.DEPTHWISE_CONV_2D_FLOAT32_BUFFER, tiles, perSlice * tileBytes);
      writeWindow(r, batches, y, x);
      r.i32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_IN_C, inC);
      r.i32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_OUT_C, outC);
      r.i32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_MULTIPLIER, multiplier);
      r.i32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_SLICE_C, perSlice);
      r.f32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_MIN, min);
      r.f32(depthwise.DEPTHWISE_CONV_2D_FLOAT32_MAX, max);
    });
  },
  macs: (op) => elementCount(op.output().shape) * elementCount(op.input(1).shape.slice(1, 3)),
};

const transposeConv: Lowering = {
  operator: "TRANSPOSE_CONV",
  signatures: [{ inputs: ["int32", "int8", "float32", "float32?"], outputs: ["float32"] }],
  options: `every stride and padding; ${ACTIVATIONS}; one asymmetric range per image`,
  check(op) {
    checkActivation(op);
    const { shape, outC } = transposeConvGeometry(op);
    checkHybridWeights(op, 0, outC, op.maybeInput(3));
    op.expectShape(shape);
  },
  lower(op, emit) {
    const { batches, inC, outC, y, x } = transposeConvGeometry(op), weights = op.input(1);
    const { codes, ranges } = emitQuantizedRows(emit, op.input(2), true, { rows: batches, depth: elementCount(op.input(2).shape) / batches });
    const tiles = packHybrid({ weights: int8Of(weights), bias: float32Bias(op.maybeInput(3), outC), scales: scalesOf(weights, outC), depth: y.kernel * x.kernel * inC, groups: 1 });
    emitTransposeConv(op, emit, "transpose_conv_hybrid", tiles, (r) => {
      r.input(transposeConvAbi.TRANSPOSE_CONV_FLOAT32_INPUT, codes);
      r.input(transposeConvAbi.TRANSPOSE_CONV_FLOAT32_RANGES, ranges);
    });
  },
  macs: transposeConvMacs,
};

const fullyConnected: Lowering = {
  operator: "FULLY_CONNECTED",
  signatures: SIGNATURES,
  options: `keep_num_dims; ${ACTIVATIONS}; one range per row, symmetric or, with asymmetric_quantize_inputs, asymmetric; per-channel or per-tensor weights`,
  check(op) {
    checkActivation(op);
    checkHybridWeights(op, 0, rowsGeometry(op).outC);
    checkRows(op);
  },
  lower(op, emit) {
    const { batches, depth, outC } = rowsGeometry(op), weights = op.input(1);
    const rows = emitQuantizedRows(emit, op.input(0), op.option("asymmetricQuantizeInputs", false), { rows: batches, depth });
    const [min, max] = RANGES[op.option("fusedActivationFunction", "NONE")]!; // no clamp to finite numbers here
    emitHybridConv(emit, rows, op.output(), {
      ...rowsAsImages(batches, depth, outC), min, max, weights: weightsOf(weights).weights, bias: float32Bias(op.maybeInput(2), outC), scales: scalesOf(weights, outC), inTurn: false,
    });
  },
  macs(op) {
    const { batches, outC, depth } = rowsGeometry(op);
    return batches * outC * depth;
  },
};

const batchMatmul: Lowering = {
  operator: "BATCH_MATMUL",
  signatures: [{ inputs: ["float32", "int8"], outputs: ["float32"] }],
  options: "constant right operand, per-channel or per-tensor; adj_x, adj_y; leading dimensions broadcast; one range per row, symmetric or, with asymmetric_quantize_inputs, asymmetric",
  check(op) {
    const { rows, columns, matrices } = matmulGeometry(op), rank = op.input(1).shape.length;
    checkHybridWeights(op, op.option("adjY", false) ? rank - 2 : rank - 1, columns, null);
    op.expectShape([...matrices.dims, rows, columns]);
  },
  lower(op, emit) {
    const left = op.input(0), weights = op.input(1), values = int8Of(weights);
    const { rows, depth, columns, matrices, leftRow, leftStep } = matmulGeometry(op);
    const quantized = emitQuantizedRows(emit, left, op.option("asymmetricQuantizeInputs", false), {
      matrices: elementCount(left.shape.slice(0, -2)), rows, depth, row: leftRow, step: leftStep,
    });
    let outputAt = 0;
    for (const [inputAt, rightAt] of matricesOf(matrices)) {
      const matrix = values.subarray(rightAt, rightAt + depth * columns);
      emitHybridConv(emit, quantized, op.output(), {
        ...rowsAsImages(rows, depth, columns), min: -Infinity, max: Infinity, weights: op.option("adjY", false) ? matrix : transposed(matrix, depth, columns),
        bias: new Float32Array(columns), scales: scalesOf(weights, columns), inTurn: false, inputAt, rangeAt: inputAt / depth, outputAt,
      });
      outputAt += rows * columns;
    }
  },
  macs: (op) => elementCount(op.output().shape) * matmulGeometry(op).depth,
};

export const HYBRID: readonly Lowering[] = [conv2d, depthwiseConv2d, transposeConv, fullyConnected, batchMatmul];
