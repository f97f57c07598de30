// PAD, PADV2, MIRROR_PAD: the input in the middle, and something around it.
import { elementCount, type Tensor } from "../graph/tensor";
import { MOVABLE, type BoxCopy } from "./copy";
import type { Lowering } from "./lowering";
import { checkMoved, mover, realZero, type Moves } from "./mover";
import { describe, type Op } from "./op";
import { checkCodes, checkSameQuantization } from "./quantization";
import { denseStrides } from "./strides";

/** [before, after] of every dimension, which the output's shape has to follow. */
function paddingsOf(op: Op): [number, number][] {
  const { shape } = op.input(0);
  const flat = op.integers(1);
  if (flat.length !== 2 * shape.length) op.invalid(`${flat.length} paddings for ${shape.length} dimensions`);
  const paddings = shape.map((_, d): [number, number] => {
    const before = flat[2 * d]!, after = flat[2 * d + 1]!;
    if (before < 0 || after < 0) op.invalid(`paddings ${before} and ${after} of dimension ${d}`);
    return [before, after];
  });
  op.expectShape(shape.map((n, d) => n + paddings[d]![0] + paddings[d]![1]));
  return paddings;
}

/** The input's elements, where they go. */
function middle(op: Op, paddings: readonly (readonly [number, number])[]): BoxCopy {
  const input = op.input(0), output = op.output();
  const to = denseStrides(output.shape);
  return { input, output, dims: input.shape, inputStrides: denseStrides(input.shape), outputStrides: to, outputAt: paddings.reduce((at, [before], d) => at + before * to[d]!, 0) };
}

/** Codes are copied as they are, whatever the scales say: so does TFLM. */
function padded(op: Op, value: Tensor): Moves {
  const input = op.input(0), output = op.output();
  checkMoved(op, input);
  if (input.type === "int8") checkCodes(op, input, output);
  const paddings = paddingsOf(op), copy = middle(op, paddings);
  return paddings.flat().every((n) => n === 0) ? { copies: [copy] } : { fills: [{ output, value }], copies: [copy] };
}

const signatures = (value: boolean) => MOVABLE.map((type) => ({ inputs: [type, "int32|int64", ...(value ? [type] : [])], outputs: [type] }));

const pad = mover("PAD", signatures(false), "constant paddings of any dimensions; writes the zero point of int8, 0 of other types", (op) => padded(op, realZero(op.output())));

const padV2 = mover("PADV2", signatures(true), "constant paddings of any dimensions; any value of the output's scale and zero point", (op) => {
  const value = op.input(2);
  if (elementCount(value.shape) !== 1) op.invalid(`pad value ${describe(value)} has ${elementCount(value.shape)} elements`);
  if (value.type === "int8") checkSameQuantization(op, value, op.output());
  return padded(op, value);
});

/** REFLECT leaves out the element at the edge, SYMMETRIC repeats it. One dimension after the other, the later ones with what the earlier ones wrote. */
const mirrorPad = mover("MIRROR_PAD", MOVABLE.map((type) => ({ inputs: [type, "int32|int64"], outputs: [type] })), "constant paddings of any dimensions; REFLECT and SYMMETRIC", (op) => {
  const input = op.input(0), output = op.output(), paddings = paddingsOf(op);
  checkMoved(op, input);
  const edge = op.option("mode", "REFLECT") === "REFLECT" ? 1 : 0;
  paddings.forEach(([before, after], d) => {
    const most = Math.max(input.shape[d]! - edge, 0);
    if (before > most || after > most) op.invalid(`paddings ${before} and ${after} of dimension ${d}, which mirrors no more than ${most}`);
  });
  const copies = [middle(op, paddings)], steps = denseStrides(output.shape), written = [...input.shape];
  paddings.forEach(([before, after], d) => {
    const at = paddings.reduce((sum, [front], k) => (k > d ? sum + front * steps[k]! : sum), 0), step = steps[d]!, end = before + input.shape[d]!;
    for (const [count, from, to] of [[before, 2 * before - 1 + edge, 0], [after, end - 1 - edge, end]] as const)
      if (count > 0) {
        const dims = written.map((n, k) => (k === d ? count : n));
        copies.push({ input: output, output, dims, inputStrides: steps.map((s, k) => (k === d ? -s : s)), outputStrides: steps, inputAt: at + from * step, outputAt: at + to * step });
      }
    written[d] = output.shape[d]!;
  });
  return { copies };
});

export const PADDING: readonly Lowering[] = [pad, padV2, mirrorPad];
