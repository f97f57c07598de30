// Operators that move whole tensors and compute nothing: CONCATENATION, TRANSPOSE, REVERSE_V2.
import type { Tensor } from "../graph/tensor";
import { checkActivation } from "./activation";
import { MOVABLE } from "./copy";
import { concatenated } from "./legacy_codes";
import type { Lowering } from "./lowering";
import { axisIn, emitMoves, mover, type Moves } from "./mover";
import { describe, type Op } from "./op";
import { checkPerTensor, checkSameQuantization, quantizationOf } from "./quantization";
import { denseStrides } from "./strides";
import { emitLookup } from "./unary";
import { int8Of } from "./weights";

const joined = (op: Op): Moves => {
  checkActivation(op);
  if (op.option("fusedActivationFunction", "NONE") !== "NONE") op.refuse("a fused activation", "put the activation behind the operator");
  const output = op.output(), axis = axisIn(op, op.option("axis", 0), output.shape.length), outputStrides = denseStrides(output.shape);
  let extent = 0;
  const copies = op.inputs.map((input) => {
    if (input.shape.length !== output.shape.length || input.shape.some((n, d) => d !== axis && n !== output.shape[d]))
      op.invalid(`${describe(input)} of shape [${input.shape}] does not go into [${output.shape}] along axis ${axis}`);
    if (output.rebased) checkPerTensor(op, input, output);
    else if (input.quantization || output.quantization) checkSameQuantization(op, input, output);
    const copy = { input: requantizedConstant(input, output), output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides, outputAt: extent * outputStrides[axis]! };
    extent += input.shape[axis]!;
    return copy;
  });
  op.expectShape(output.shape.map((n, d) => (d === axis ? extent : n)));
  return { copies };
};

/** Whether an input has to be rescaled: TFLite does where it is legacy uint8. */
function differs(input: Tensor, output: Tensor): boolean {
  if (!output.rebased) return false;
  const a = quantizationOf(input), b = quantizationOf(output);
  return a.scale !== b.scale || a.zeroPoint !== b.zeroPoint;
}

function requantizedConstant(input: Tensor, output: Tensor): Tensor {
  return input.data && differs(input, output) ? { ...input, quantization: output.quantization, data: Uint8Array.from(int8Of(input), concatenated(input, output)) } : input;
}

const concatenation: Lowering = {
  ...mover(
    "CONCATENATION", MOVABLE.map((type) => ({ inputs: [`${type}...`], outputs: [type] })),
    "any number of inputs, any axis; quantized inputs share the output's scale and zero point, unless they are uint8; no fused activation", joined,
  ),
  lower(op, emit) {
    const copies = joined(op).copies.map((copy) => {
      if (!differs(copy.input, copy.output)) return copy;
      const input = emit.temporary({ ...copy.input, quantization: copy.output.quantization });
      emitLookup(op, emit, concatenated(copy.input, copy.output), copy.input, input);
      return { ...copy, input };
    });
    emitMoves(op, emit, { copies });
  },
};

const transpose = mover(
  "TRANSPOSE", MOVABLE.map((type) => ({ inputs: [type, "int32"], outputs: [type] })), "any constant permutation that merges to six dimensions or fewer",
  (op) => {
    const input = op.input(0), output = op.output(), { shape } = input, order = op.integers(1), steps = denseStrides(shape);
    if (order.length !== shape.length || [...order].sort((a, b) => a - b).some((d, i) => d !== i)) op.invalid(`[${order}] is no permutation of ${shape.length} dimensions`);
    op.expectShape(order.map((d) => shape[d]!));
    return { copies: [{ input, output, dims: output.shape, inputStrides: order.map((d) => steps[d]!), outputStrides: denseStrides(output.shape) }] };
  },
);

const reverse = mover("REVERSE_V2", MOVABLE.map((type) => ({ inputs: [type, "int32"], outputs: [type] })), "any constant axes", (op) => {
  const input = op.input(0), output = op.output(), { shape } = input, steps = denseStrides(shape);
  const axes = new Set(op.integers(1).map((axis) => axisIn(op, axis, shape.length)));
  op.expectShape(shape);
  const inputAt = shape.reduce((at, n, d) => (axes.has(d) ? at + (n - 1) * steps[d]! : at), 0);
  return { copies: [{ input, output, dims: shape, inputStrides: steps.map((step, d) => (axes.has(d) ? -step : step)), outputStrides: steps, inputAt }] };
});

export const MOVEMENT: readonly Lowering[] = [concatenation, transpose, reverse];
