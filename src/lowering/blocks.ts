// SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND, SPACE_TO_DEPTH, DEPTH_TO_SPACE: an extent is taken apart into blocks and places within a block, which go
// to different dimensions. Sources: TensorFlow's documentation of the operators; TFLM reference/space_to_batch_nd.h, space_to_depth.h.
import type { Tensor } from "../graph/tensor";
import { MOVABLE, type BoxCopy } from "./copy";
import type { Lowering } from "./lowering";
import { checkMoved, mover, realZero } from "./mover";
import type { Op } from "./op";
import { denseStrides } from "./strides";

/** A rectangle of (block, place in a block), and the first element of the extent that lies in it. */
interface Piece { readonly block: number; readonly blocks: number; readonly place: number; readonly places: number; readonly at: number }

/** `count` elements from `begin` on of an extent that is divided into blocks: what is left of the first block, whole blocks, what is left of the last. */
function pieces(begin: number, count: number, size: number): Piece[] {
  const result: Piece[] = [], end = begin + count;
  for (let at = begin; at < end; ) {
    const block = Math.floor(at / size), place = at % size;
    const blocks = place === 0 ? Math.max(Math.floor((end - at) / size), 1) : 1;
    const places = Math.min(size - place, end - at);
    result.push({ block, blocks, place, places, at: at - begin });
    at += (blocks - 1) * size + places;
  }
  return result;
}

const product = <T>(lists: readonly (readonly T[])[]): T[][] => lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);

interface Blocks { readonly spatial: Tensor; readonly batched: Tensor; readonly sizes: number[]; readonly margins: [number, number][] }

/** Block sizes and [before, after] of every spatial dimension, and both tensors' shapes checked. @param spatial the tensor whose extents are taken apart */
function blocksOf(op: Op, spatial: Tensor, batched: Tensor): Blocks {
  const sizes = op.integers(1), flat = op.integers(2), rank = spatial.shape.length;
  checkMoved(op, op.input(0));
  if (sizes.length === 0 || sizes.length >= rank || flat.length !== 2 * sizes.length) op.invalid(`${sizes.length} block sizes and ${flat.length} margins for ${rank} dimensions`);
  if (sizes.some((n) => n < 1) || flat.some((n) => n < 0)) op.invalid(`block sizes ${sizes.join(", ")} and margins ${flat.join(", ")}`);
  return { spatial, batched, sizes, margins: sizes.map((_, d) => [flat[2 * d]!, flat[2 * d + 1]!]) };
}

/** Boxes from the spatial tensor, which lies within margins, to the batched one. */
function toBatch({ spatial, batched, sizes, margins }: Blocks): BoxCopy[] {
  const from = denseStrides(spatial.shape), to = denseStrides(batched.shape), inner = sizes.length + 1, batches = spatial.shape[0]!;
  /** Step of the batched tensor from one place in a block to the next, along spatial dimension d: the last place varies fastest. */
  const placeSteps = sizes.map((_, d) => sizes.slice(d + 1).reduce((step, n) => step * n, batches * to[0]!));
  return product(sizes.map((size, d) => pieces(margins[d]![0], spatial.shape[d + 1]!, size))).map((box): BoxCopy => ({
    input: spatial,
    output: batched,
    dims: [...box.map(({ places }) => places), batches, ...box.map(({ blocks }) => blocks), ...spatial.shape.slice(inner)],
    inputStrides: [...box.map((_, d) => from[d + 1]!), from[0]!, ...box.map((_, d) => sizes[d]! * from[d + 1]!), ...from.slice(inner)],
    outputStrides: [...placeSteps, to[0]!, ...to.slice(1)],
    inputAt: box.reduce((sum, { at }, d) => sum + at * from[d + 1]!, 0),
    outputAt: box.reduce((sum, { block, place }, d) => sum + block * to[d + 1]! + place * placeSteps[d]!, 0),
  }));
}

const reversed = ({ input, output, inputStrides, outputStrides, inputAt = 0, outputAt = 0, dims }: BoxCopy): BoxCopy => ({
  input: output, output: input, dims, inputStrides: outputStrides, outputStrides: inputStrides, inputAt: outputAt, outputAt: inputAt,
});

const batchSignatures = MOVABLE.map((type) => ({ inputs: [type, "int32", "int32"], outputs: [type] }));
const area = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1);

const spaceToBatchNd = mover("SPACE_TO_BATCH_ND", batchSignatures, "constant block sizes and paddings of any number of dimensions; pads with real zero", (op) => {
  const input = op.input(0), output = op.output(), blocks = blocksOf(op, input, output), { sizes, margins } = blocks;
  const extents = sizes.map((_, d) => margins[d]![0] + input.shape[d + 1]! + margins[d]![1]);
  extents.forEach((n, d) => n % sizes[d]! === 0 || op.invalid(`a padded extent of ${n} is no multiple of block size ${sizes[d]}`));
  op.expectShape([input.shape[0]! * area(sizes), ...extents.map((n, d) => n / sizes[d]!), ...input.shape.slice(sizes.length + 1)]);
  return { fills: margins.flat().some((n) => n > 0) ? [{ output, value: realZero(output) }] : [], copies: toBatch(blocks) };
});

const batchToSpaceNd = mover("BATCH_TO_SPACE_ND", batchSignatures, "constant block sizes and crops of any number of dimensions", (op) => {
  const input = op.input(0), output = op.output(), blocks = blocksOf(op, output, input), { sizes, margins } = blocks, batches = input.shape[0]!;
  if (batches % area(sizes) !== 0) op.invalid(`${batches} batches for blocks of ${sizes.join(" x ")}`);
  const extents = sizes.map((n, d) => n * input.shape[d + 1]! - margins[d]![0] - margins[d]![1]);
  op.expectShape([batches / area(sizes), ...extents, ...input.shape.slice(sizes.length + 1)]);
  return { copies: toBatch(blocks).map(reversed) };
});

/** The box from [n, h, w, c] to [n, h / size, w / size, size * size * c]. */
function toDepth(op: Op, spatial: Tensor, deep: Tensor): BoxCopy {
  const size = op.option("blockSize", 0);
  checkMoved(op, op.input(0));
  if (size < 1) op.invalid(`block size ${size}`);
  const [batches, rows, columns, depth] = spatial.shape as [number, number, number, number];
  if (op.input(0).shape.length !== 4 || spatial.shape.length !== 4 || rows % size !== 0 || columns % size !== 0 || deep.shape[3] !== depth * size * size)
    op.invalid(`shape [${op.input(0).shape}] becomes [${op.output().shape}] with blocks of ${size}`);
  const [, row, column] = denseStrides(spatial.shape) as [number, number, number], [, deepRow, deepColumn] = denseStrides(deep.shape) as [number, number, number];
  return {
    input: spatial, output: deep, dims: [batches * (rows / size), columns / size, size, size * depth],
    inputStrides: [size * row, size * column, row, 1], outputStrides: [deepRow, deepColumn, size * depth, 1],
  };
}

const depthSignatures = MOVABLE.map((type) => ({ inputs: [type], outputs: [type] }));

const spaceToDepth = mover("SPACE_TO_DEPTH", depthSignatures, "any block size", (op) => {
  const copy = toDepth(op, op.input(0), op.output()), size = op.option("blockSize", 0), [n, h, w, c] = op.input(0).shape as [number, number, number, number];
  op.expectShape([n, h / size, w / size, c * size * size]);
  return { copies: [copy] };
});

const depthToSpace = mover("DEPTH_TO_SPACE", depthSignatures, "any block size", (op) => {
  const copy = toDepth(op, op.output(), op.input(0)), size = op.option("blockSize", 0), [n, h, w, c] = op.input(0).shape as [number, number, number, number];
  op.expectShape([n, h * size, w * size, c / (size * size)]);
  return { copies: [reversed(copy)] };
});

export const BLOCKS: readonly Lowering[] = [spaceToBatchNd, batchToSpaceNd, spaceToDepth, depthToSpace];
