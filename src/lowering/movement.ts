// Operators that move whole tensors and compute nothing: CONCATENATION, TRANSPOSE, REVERSE_V2.
import { checkActivation } from "./activation";
import { MOVABLE } from "./copy";
import type { Lowering } from "./lowering";
import { axisIn, mover } from "./mover";
import { describe } from "./op";
import { checkSameQuantization } from "./quantization";
import { denseStrides } from "./strides";

const concatenation = mover(
  "CONCATENATION", MOVABLE.map((type) => ({ inputs: [`${type}...`], outputs: [type] })), "any number of inputs, any axis; quantized inputs share the output's scale and zero point; no fused activation",
  (op) => {
    checkActivation(op);
    if (op.option("fusedActivationFunction", "NONE") !== "NONE") op.refuse("a fused activation", "put the activation behind the operator");
    const output = op.output(), axis = axisIn(op, op.option("axis", 0), output.shape.length), outputStrides = denseStrides(output.shape);
    let extent = 0;
    const copies = op.inputs.map((input) => {
      if (input.shape.length !== output.shape.length || input.shape.some((n, d) => d !== axis && n !== output.shape[d]))
        op.invalid(`${describe(input)} of shape [${input.shape}] does not go into [${output.shape}] along axis ${axis}`);
      if (input.quantization || output.quantization) checkSameQuantization(op, input, output);
      const copy = { input, output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides, outputAt: extent * outputStrides[axis]! };
      extent += input.shape[axis]!;
      return copy;
    });
    op.expectShape(output.shape.map((n, d) => (d === axis ? extent : n)));
    return { copies };
  },
);

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
