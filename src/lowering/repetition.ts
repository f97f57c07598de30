// One element or one tensor again and again: TILE, BROADCAST_TO, FILL, ZEROS_LIKE.
import { bitsOf, elementCount } from "../graph/tensor";
import { checkComputedShape, emitExtent, entriesOf, isBounded, type Units } from "./extents";
import type { Lowering } from "./lowering";
import { checkMoved, mover } from "./mover";
import { describe } from "./op";
import { denseStrides } from "./strides";

/** The same with a shape, operand `i`, that the running model computes: its first entry decides about the rows. */
function withComputedShape(constant: Lowering, i: number, units?: Units): Lowering {
  return {
    ...constant,
    options: `${constant.options}; or computed, where it comes from the shape of a tensor or comes to the one in the file`,
    check(op) {
      if (!op.input(i).data) checkComputedShape(op, op.output().shape.length);
      constant.check(op);
    },
    bounds: (op) => (!isBounded(op, i) ? [] : [entriesOf(op, i, units).map((n, d) => n * (units?.(op)[d] ?? 1))]),
    fold: (op) => (op.input(i).data ? constant.fold!(op) : null),
    lower(op, emit) {
      constant.lower(op, emit);
      if (!op.input(i).data) emitExtent(op, emit, i, units);
    },
  };
}

/** What multiples count. */
const tiled: Units = (op) => op.input(0).shape;

const tile = withComputedShape(mover("TILE", [{ inputs: ["any", "int32|int64"], outputs: ["any"] }], "constant multiples of any dimensions", (op) => {
  const input = op.input(0), output = op.output(), { shape } = input, multiples = entriesOf(op, 1, tiled);
  checkMoved(op, input);
  if (multiples.length !== shape.length || multiples.some((n) => n < 0)) op.invalid(`multiples [${multiples}] for ${shape.length} dimensions`);
  op.expectShape(shape.map((n, d) => n * multiples[d]!));
  const from = denseStrides(shape), to = denseStrides(output.shape);
  return {
    copies: [{
      input, output, dims: shape.flatMap((n, d) => [multiples[d]!, n]), inputStrides: from.flatMap((step) => [0, step]), outputStrides: to.flatMap((step, d) => [shape[d]! * step, step]),
    }],
  };
}), 1, tiled);

const broadcastTo = withComputedShape(mover("BROADCAST_TO", [{ inputs: ["any", "int32|int64"], outputs: ["any"] }], "any constant shape", (op) => {
  const input = op.input(0), output = op.output(), shape = entriesOf(op, 1), added = shape.length - input.shape.length;
  checkMoved(op, input);
  if (added < 0 || input.shape.some((n, d) => n !== 1 && n !== shape[added + d])) op.invalid(`shape [${input.shape}] does not broadcast to [${shape}]`);
  if (!op.input(1).data && added === 0 && input.shape[0] !== 1) op.refuse(`a computed shape for ${input.shape[0]} rows`, "leave it away: there are as many rows as there were");
  op.expectShape(shape);
  const from = denseStrides(input.shape);
  return { copies: [{ input, output, dims: shape, inputStrides: shape.map((_, d) => (d < added || input.shape[d - added] === 1 ? 0 : from[d - added]!)), outputStrides: denseStrides(shape) }] };
}), 1);

const fill = withComputedShape(mover("FILL", [{ inputs: ["int32|int64", "any"], outputs: ["any"] }], "any constant shape, any value", (op) => {
  const value = op.input(1), output = op.output();
  checkMoved(op, value);
  if (elementCount(value.shape) !== 1) op.invalid(`value ${describe(value)} has ${elementCount(value.shape)} elements`);
  op.expectShape(entriesOf(op, 0));
  return { fills: [{ output, value }], copies: [] };
}), 0);

/** Code 0, as TFLM has it, which is not real zero where a zero point is another one. Of uint8 that lowering took 128 off, code 0 is -128. */
const zerosLike = mover("ZEROS_LIKE", [{ inputs: ["any"], outputs: ["any"] }], "any shape; stored zeros", (op) => {
  const input = op.input(0), output = op.output();
  checkMoved(op, input);
  op.expectShape(input.shape);
  const data = new Uint8Array(bitsOf(output.type)! / 8).fill(output.rebased ? 0x80 : 0);
  return { fills: [{ output, value: { ...output, shape: [], data } }], copies: [] };
});

export const REPETITION: readonly Lowering[] = [tile, broadcastTo, fill, zerosLike];
