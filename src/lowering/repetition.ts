// One element or one tensor again and again: TILE, BROADCAST_TO, FILL, ZEROS_LIKE.
import { bitsOf, elementCount } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { checkMoved, mover } from "./mover";
import { describe } from "./op";
import { denseStrides } from "./strides";

const tile = mover("TILE", [{ inputs: ["any", "int32|int64"], outputs: ["any"] }], "constant multiples of any dimensions", (op) => {
  const input = op.input(0), output = op.output(), { shape } = input, multiples = op.integers(1);
  checkMoved(op, input);
  if (multiples.length !== shape.length || multiples.some((n) => n < 0)) op.invalid(`multiples [${multiples}] for ${shape.length} dimensions`);
  op.expectShape(shape.map((n, d) => n * multiples[d]!));
  const from = denseStrides(shape), to = denseStrides(output.shape);
  return {
    copies: [{
      input, output, dims: shape.flatMap((n, d) => [multiples[d]!, n]), inputStrides: from.flatMap((step) => [0, step]), outputStrides: to.flatMap((step, d) => [shape[d]! * step, step]),
    }],
  };
});

const broadcastTo = mover("BROADCAST_TO", [{ inputs: ["any", "int32|int64"], outputs: ["any"] }], "any constant shape", (op) => {
  const input = op.input(0), output = op.output(), shape = op.integers(1), added = shape.length - input.shape.length;
  checkMoved(op, input);
  if (added < 0 || input.shape.some((n, d) => n !== 1 && n !== shape[added + d])) op.invalid(`shape [${input.shape}] does not broadcast to [${shape}]`);
  op.expectShape(shape);
  const from = denseStrides(input.shape);
  return { copies: [{ input, output, dims: shape, inputStrides: shape.map((_, d) => (d < added || input.shape[d - added] === 1 ? 0 : from[d - added]!)), outputStrides: denseStrides(shape) }] };
});

const fill = mover("FILL", [{ inputs: ["int32|int64", "any"], outputs: ["any"] }], "any constant shape, any value", (op) => {
  const value = op.input(1), output = op.output();
  checkMoved(op, value);
  if (elementCount(value.shape) !== 1) op.invalid(`value ${describe(value)} has ${elementCount(value.shape)} elements`);
  op.expectShape(op.integers(0));
  return { fills: [{ output, value }], copies: [] };
});

/** Code 0, as TFLM has it, which is not real zero where a zero point is another one. Of uint8 that lowering took 128 off, code 0 is -128. */
const zerosLike = mover("ZEROS_LIKE", [{ inputs: ["any"], outputs: ["any"] }], "any shape; stored zeros", (op) => {
  const input = op.input(0), output = op.output();
  checkMoved(op, input);
  op.expectShape(input.shape);
  const data = new Uint8Array(bitsOf(output.type)! / 8).fill(output.rebased ? 0x80 : 0);
  return { fills: [{ output, value: { ...output, shape: [], data } }], copies: [] };
});

export const REPETITION: readonly Lowering[] = [tile, broadcastTo, fill, zerosLike];
