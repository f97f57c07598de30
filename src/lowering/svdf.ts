// SVDF: a layer whose every unit is `rank` filters over the features of a frame, each followed by one over the frames of its memory.
// Source of the semantics: TFLM micro/kernels/svdf_common.cc.
import * as abi from "../../assembly/abi/svdf";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Emitter, Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { describe, type Op } from "./op";
import { bytesOfInt32, concatenate, foldOffset, tilesPerSlice } from "./packing";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import { emitQuantizedRows } from "./quantized_rows";
import type { RecordWriter } from "./record";
import { checkBias, checkSymmetric, int32Of, int8Of } from "./weights";

const FEATURES = 1, TIME = 2, BIAS = 3, STATE = 4;

interface Layer {
  readonly batches: number;
  readonly inputSize: number;
  readonly units: number;
  readonly rank: number;
  readonly memory: number;
}

function layerOf(op: Op): Layer {
  const [batches = 0, inputSize = 0] = op.input(0).shape, [filters = 0, memory = 0] = op.input(TIME).shape;
  const rank = op.option("rank", 0);
  if (rank < 1 || filters % rank !== 0) op.invalid(`${filters} filters do not divide by a rank of ${rank}`);
  return { batches, inputSize, units: filters / rank, rank, memory };
}

function checkLayer(op: Op): void {
  const { batches, inputSize, units, rank, memory } = layerOf(op);
  op.expectShape([batches, inputSize], op.input(0));
  if (batches * inputSize * memory * units === 0) op.invalid(`${units} units of ${inputSize} features over ${memory} frames leave nothing to compute`);
  op.expectShape([units * rank, inputSize], op.input(FEATURES));
  op.expectShape([units * rank, memory], op.input(TIME));
  op.expectShape([batches, units]);
  for (const i of [FEATURES, TIME])
    if (!op.input(i).data) op.refuse(`weights ${describe(op.input(i))} are computed while the model runs`, "make them a constant: they are packed before anything runs");
  checkBias(op, op.maybeInput(BIAS), units);
  const state = op.input(STATE);
  if (!state.isVariable) op.invalid(`state ${describe(state)} is no variable`);
  if (elementCount(state.shape) !== batches * units * rank * memory) op.invalid(`state ${describe(state)} has shape [${state.shape}] for ${batches} rows of ${units * rank} filters over ${memory} frames`);
}

/** Real factors, in double. */
function scalesOf(op: Op) {
  const scale = (tensor: Tensor) => quantizationOf(tensor).scale, state = scale(op.input(STATE));
  return {
    toState: (scale(op.input(0)) * scale(op.input(FEATURES))) / state,
    toOutput: (state * scale(op.input(TIME))) / scale(op.output()),
  };
}

/** Bytes filled up to whole words. */
function whole(bytes: Uint8Array): Uint8Array {
  const filled = new Uint8Array((bytes.length + 3) & ~3);
  filled.set(bytes);
  return filled;
}

/**
 * The tile of one unit.
 * @param head bytes of the unit, and what comes before the weights of every filter
 * @param time its time weights, as the kernel reads them
 */
function tileOf(op: Op, unit: number, head: Uint8Array, filterHead: (filter: number) => Uint8Array, time = op.input(TIME)): Uint8Array {
  const { rank } = layerOf(op);
  const row = (tensor: Tensor, filter: number) => {
    const bytes = (tensor.shape[1]! * bitsOf(tensor.type)!) / 8;
    return whole(tensor.data!.subarray(filter * bytes, (filter + 1) * bytes));
  };
  const filters = Array.from({ length: rank }, (_, r) => unit * rank + r);
  return concatenate([head, ...filters.flatMap((filter) => [filterHead(filter), row(time, filter), row(op.input(FEATURES), filter)])]);
}

function emitTiles(op: Op, emit: Emitter, kernel: string, tiles: readonly Uint8Array[], fill: (r: RecordWriter) => void, input = op.input(0)): void {
  const { batches, inputSize, units, rank, memory } = layerOf(op);
  const perSlice = tilesPerSlice(emit.target.sliceBytes, tiles[0]!.length, tiles.length);
  emit.step(kernel, abi.SVDF_SIZE, (r) => {
    r.input(abi.SVDF_INPUT, input);
    r.output(abi.SVDF_OUTPUT, op.output());
    r.output(abi.SVDF_STATE, op.input(STATE));
    r.slices(abi.SVDF_TILES, abi.SVDF_BUFFER, concatenate(tiles), perSlice * tiles[0]!.length);
    r.i32s(abi.SVDF_BATCHES, [batches, inputSize, units, rank, memory, perSlice]);
    fill(r);
  });
}

const macs = (op: Op): number => {
  const { batches, inputSize, units, rank, memory } = layerOf(op);
  return batches * units * rank * (inputSize + memory);
};

const quantized: Lowering = {
  operator: "SVDF",
  signatures: [{ inputs: ["int8", "int8", "int16", "int32?", "int16"], outputs: ["int8"] }, { inputs: ["int8", "int8", "int8", "int32?", "int8"], outputs: ["int8"] }],
  options: "any rank, a state of int16 or int8; a fused activation is in the output's zero point, as in TFLM",
  check(op) {
    checkLayer(op);
    checkPerTensor(op, op.input(0), op.input(FEATURES), op.input(TIME), op.input(STATE), op.output());
    for (const i of [FEATURES, TIME]) checkSymmetric(op, op.input(i));
    const { toState, toOutput } = scalesOf(op);
    for (const factor of [toState, toOutput]) checkRescale(op, factor);
  },
  macs,
  lower(op, emit) {
    const { inputSize, units, rank } = layerOf(op);
    const { toState, toOutput } = scalesOf(op);
    const bias = int32Of(op.maybeInput(BIAS)), folded = foldOffset(null, int8Of(op.input(FEATURES)), units * rank, inputSize, -quantizationOf(op.input(0)).zeroPoint);
    const word = (value: number) => bytesOfInt32([value]);
    const tiles = Array.from({ length: units }, (_, unit) => tileOf(op, unit, word(bias?.[unit] ?? 0), (filter) => word(folded[filter]!)));
    emitTiles(op, emit, op.input(STATE).type === "int8" ? "svdf_int8" : "svdf", tiles, (r) => {
      for (const [at, factor] of [[abi.SVDF_TO_STATE, toState], [abi.SVDF_TO_OUTPUT, toOutput]] as const) {
        const { mantissa, shift } = quantizeMultiplier(factor);
        r.i32s(at, [mantissa, shift]);
      }
      r.i32(abi.SVDF_STATE_OFFSET, quantizationOf(op.input(STATE)).zeroPoint);
      r.i32(abi.SVDF_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
    });
  },
};

/** Bounds of a fused activation that is a clamp, or null for none. */
const CLAMPS: Record<string, readonly [number, number] | null> = { NONE: null, RELU: [0, Infinity], RELU_N1_TO_1: [-1, 1], RELU6: [0, 6] };

function checkFloat(op: Op): void {
  checkLayer(op);
  const activation = op.option<string>("fusedActivationFunction", "NONE");
  if (activation !== "TANH" && !(activation in CLAMPS)) op.refuse(`fused activation ${activation}`, "put the activation behind the operator instead of fusing it");
}

/** What the records of both kernels for float32 have. */
function fillActivation(op: Op, r: RecordWriter): void {
  const activation = op.option<string>("fusedActivationFunction", "NONE"), clamp = CLAMPS[activation];
  r.i32(abi.SVDF_ACTIVATION, activation === "TANH" ? abi.SVDF_TANH : clamp ? abi.SVDF_CLAMP : abi.SVDF_NONE);
  r.f32(abi.SVDF_MIN, clamp?.[0] ?? 0);
  r.f32(abi.SVDF_MAX, clamp?.[1] ?? 0);
}

/** A tile for each unit, which begins with its bias. */
function floatTiles(op: Op, time?: Tensor): Uint8Array[] {
  const { units } = layerOf(op), bias = op.maybeInput(BIAS)?.data ?? new Uint8Array(4 * units);
  return Array.from({ length: units }, (_, unit) => tileOf(op, unit, bias.subarray(4 * unit, 4 * unit + 4), () => new Uint8Array(0), time));
}

const ACTIVATIONS = "fused NONE, RELU, RELU_N1_TO_1, RELU6, TANH";

const float32: Lowering = {
  operator: "SVDF",
  signatures: [{ inputs: ["float32", "float32", "float32", "float32?", "float32"], outputs: ["float32"] }],
  options: `any rank; ${ACTIVATIONS}`,
  check: checkFloat,
  macs,
  lower: (op, emit) => emitTiles(op, emit, "svdf_float32", floatTiles(op), (r) => fillActivation(op, r)),
};

const hybrid: Lowering = {
  operator: "SVDF",
  signatures: [{ inputs: ["float32", "int8", "int8", "float32?", "float32"], outputs: ["float32"] }],
  options: `any rank; ${ACTIVATIONS}; one range per row, symmetric or, with asymmetric_quantize_inputs, asymmetric; time weights become float32`,
  check(op) {
    checkFloat(op);
    for (const i of [FEATURES, TIME]) {
      checkPerTensor(op, op.input(i));
      checkSymmetric(op, op.input(i));
    }
  },
  macs,
  lower(op, emit) {
    const { batches, inputSize } = layerOf(op), time = op.input(TIME), { scale } = quantizationOf(time);
    const { codes, ranges } = emitQuantizedRows(emit, op.input(0), op.option("asymmetricQuantizeInputs", false), { rows: batches, depth: inputSize });
    const dequantized: Tensor = { ...time, type: "float32", data: new Uint8Array(Float32Array.from(int8Of(time), (code) => code * scale).buffer) };
    emitTiles(op, emit, "svdf_hybrid", floatTiles(op, dequantized), (r) => {
      fillActivation(op, r);
      r.input(abi.SVDF_RANGES, ranges);
      r.f32(abi.SVDF_SCALE, quantizationOf(op.input(FEATURES)).scale);
    }, codes);
  },
};

export const SVDF: readonly Lowering[] = [quantized, float32, hybrid];
