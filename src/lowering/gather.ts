// Slices picked by indices: GATHER, GATHER_ND, EMBEDDING_LOOKUP. Indices that only the running model knows never lead out of the tensor: they trap.
// Sources: TFLM micro/kernels/gather.cc, gather_nd.cc, embedding_lookup.cc; LiteRT for the other types.
import * as abi from "../../assembly/abi/gather";
import * as quantizeAbi from "../../assembly/abi/quantize";
import { elementCount, type Tensor } from "../graph/tensor";
import { bytesOfElement, namedSlices } from "./indexed";
import type { Emitter, Lowering } from "./lowering";
import { axisIn, checkMoved, foldMoves } from "./mover";
import type { Op } from "./op";
import { checkPerTensor, quantizationOf } from "./quantization";

/** Blocks of the input, and what is picked of each. Bytes unless said otherwise. */
interface Picks {
  readonly input: Tensor;
  readonly indices: Tensor;
  readonly output: Tensor;
  readonly batches: number;
  /** Blocks of a batch, which all take its indices. */
  readonly blocks: number;
  readonly blockBytes: number;
  /** Slices of a block. */
  readonly count: number;
  readonly run: number;
  readonly last: number;
  /** Per index of a slice. */
  readonly strides: readonly number[];
}

const INDICES = "int16|int32|int64";

function emitGather(emit: Emitter, { input, indices, output, batches, blocks, blockBytes, count, run, last, strides }: Picks): void {
  if (batches * blocks * count * run === 0) return;
  emit.step(input.data ? "gather_weights" : "gather", abi.GATHER_SIZE, (r) => {
    if (input.data) r.stagedSlices(abi.GATHER_INPUT, input.data);
    else r.input(abi.GATHER_INPUT, input);
    r.input(abi.GATHER_INDICES, indices);
    r.output(abi.GATHER_OUTPUT, output);
    r.i32(abi.GATHER_INDEX_BYTES, bytesOfElement(indices));
    r.i32(abi.GATHER_BATCHES, batches);
    r.i32(abi.GATHER_BLOCKS, blocks);
    r.i32(abi.GATHER_BLOCK_BYTES, blockBytes);
    r.i32(abi.GATHER_COUNT, count);
    r.i32(abi.GATHER_RUN, run);
    r.i32(abi.GATHER_DEPTH, strides.length);
    r.i32(abi.GATHER_LAST, last);
    r.i32s(abi.GATHER_STRIDES, strides);
  });
}

/** Where every slice that constant indices pick begins in its block, in bytes, batch by batch; refuses what leads out of it. */
function placesOf(op: Op, i: number, { last, strides }: Picks): number[] {
  const numbers = integersOf(op, i), depth = strides.length;
  return Array.from({ length: depth === 0 ? 0 : numbers.length / depth }, (_, slice) => {
    const place = strides.reduce((sum, stride, d) => sum + stride * numbers[slice * depth + d]!, 0);
    if (place < 0 || place > last) op.invalid(`indices [${numbers.slice(slice * depth, (slice + 1) * depth)}] lead out of the input of shape [${op.inputs[1 - i]!.shape}]`);
    return place;
  });
}

/** Constant indices; int16 ones as well, which shapes never are. */
function integersOf(op: Op, i: number): number[] {
  const { type, data } = op.input(i);
  return type === "int16" ? [...new Int16Array(data!.slice().buffer)] : op.integers(i);
}

/** The output where input and indices are known, as of a SHAPE. */
function foldGather(op: Op, i: number, picks: Picks): Uint8Array[] | null {
  const { input, indices, output, batches, blocks, blockBytes, count, run } = picks;
  if (!input.data || !indices.data || picks.strides.length === 0) return null;
  const places = placesOf(op, i, picks), bytes = bytesOfElement(input), copies = [];
  for (let block = 0; block < batches * blocks; block++)
    for (let k = 0; k < count; k++) {
      const inputAt = (block * blockBytes + places[Math.floor(block / blocks) * count + k]!) / bytes, outputAt = ((block * count + k) * run) / bytes;
      copies.push({ input, output, dims: [run / bytes], inputStrides: [1], outputStrides: [1], inputAt, outputAt });
    }
  return foldMoves(op, { copies });
}

function gatherPicks(op: Op): Picks {
  const input = op.input(0), indices = op.input(1), output = op.output(), rank = input.shape.length, bytes = bytesOfElement(input);
  const axis = axisIn(op, op.option("axis", 0), rank), given = op.option("batchDims", 0), batchDims = given < 0 ? given + indices.shape.length : given;
  if (batchDims < 0 || batchDims > axis || batchDims > indices.shape.length || input.shape.slice(0, batchDims).some((n, d) => n !== indices.shape[d]))
    op.invalid(`${given} batch dimensions of [${input.shape}] and [${indices.shape}], axis ${axis}`);
  const picked = indices.shape.slice(batchDims), run = elementCount(input.shape.slice(axis + 1)) * bytes, extent = input.shape[axis]!;
  op.expectShape([...input.shape.slice(0, axis), ...picked, ...input.shape.slice(axis + 1)]);
  return {
    input, indices, output, batches: elementCount(input.shape.slice(0, batchDims)), blocks: elementCount(input.shape.slice(batchDims, axis)),
    blockBytes: extent * run, count: elementCount(picked), run, last: (extent - 1) * run, strides: [run],
  };
}

function gatherNdPicks(op: Op): Picks {
  const input = op.input(0), indices = op.input(1), { count, elements, elementBytes, last, strides } = namedSlices(op, input, indices);
  op.expectShape([...indices.shape.slice(0, -1), ...input.shape.slice(strides.length)]);
  return { input, indices, output: op.output(), batches: 1, blocks: 1, blockBytes: 0, count, run: elements * elementBytes, last, strides };
}

function gatherer(operator: string, options: string, picksOf: (op: Op) => Picks): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["any", INDICES], outputs: ["any"] }],
    options,
    check(op) {
      checkMoved(op, op.input(0));
      const picks = picksOf(op);
      if (op.input(1).data) placesOf(op, 1, picks);
    },
    fold: (op) => foldGather(op, 1, picksOf(op)),
    lower: (op, emit) => emitGather(emit, picksOf(op)),
  };
}

const gather = gatherer("GATHER", "any axis and batch dimensions, constant and computed indices; computed ones trap beyond the axis", gatherPicks);
const gatherNd = gatherer("GATHER_ND", "constant and computed indices of up to six dimensions; computed ones trap beyond the input", gatherNdPicks);

function lookupPicks(op: Op, output: Tensor): Picks {
  const indices = op.input(0), input = op.input(1), [rows, ...row] = input.shape as [number, ...number[]], run = elementCount(row) * bytesOfElement(input);
  if (indices.shape.length !== 1 || input.shape.length < 2) op.invalid(`indices of shape [${indices.shape}] into a table of shape [${input.shape}]`);
  op.expectShape([indices.shape[0]!, ...row]);
  return { input, indices, output, batches: 1, blocks: 1, blockBytes: 0, count: indices.shape[0]!, run, last: (rows - 1) * run, strides: [run] };
}

/** Rows of the table's own type. Codes are copied. */
const embeddingLookup: Lowering = {
  operator: "EMBEDDING_LOOKUP",
  signatures: ["int8", "uint8", "float32"].map((type) => ({ inputs: ["int32", type], outputs: [type] })),
  options: "constant and computed indices, which trap beyond the table",
  check(op) {
    const picks = lookupPicks(op, op.output());
    if (op.input(0).data) placesOf(op, 0, picks);
  },
  lower: (op, emit) => emitGather(emit, lookupPicks(op, op.output())),
};

/** Rows of int8 become float32: their scale times the codes, as DEQUANTIZE has it. */
const hybridEmbeddingLookup: Lowering = {
  operator: "EMBEDDING_LOOKUP",
  signatures: [{ inputs: ["int32", "int8"], outputs: ["float32"] }],
  options: "a table with one scale and zero point 0; constant and computed indices, which trap beyond the table",
  check(op) {
    const picks = lookupPicks(op, op.output());
    checkPerTensor(op, picks.input);
    if (quantizationOf(picks.input).zeroPoint !== 0) op.refuse(`the table has zero point ${quantizationOf(picks.input).zeroPoint}`, "convert again: tables are quantized symmetrically");
    if (op.input(0).data) placesOf(op, 0, picks);
  },
  lower(op, emit) {
    const output = op.output(), table = op.input(1), codes = emit.temporary({ ...output, type: "int8", quantization: table.quantization });
    if (elementCount(output.shape) === 0) return;
    emitGather(emit, lookupPicks(op, codes));
    emit.step("dequantize", quantizeAbi.QUANTIZE_SIZE, (r) => {
      r.input(quantizeAbi.QUANTIZE_INPUT, codes);
      r.output(quantizeAbi.QUANTIZE_OUTPUT, output);
      r.i32(quantizeAbi.QUANTIZE_COUNT, elementCount(output.shape));
      r.f32(quantizeAbi.QUANTIZE_SCALE, quantizationOf(table).scale);
      r.i32(quantizeAbi.QUANTIZE_ZERO_POINT, 0);
    });
  },
};

export const GATHER: readonly Lowering[] = [gather, gatherNd, embeddingLookup, hybridEmbeddingLookup];
