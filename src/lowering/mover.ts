// Operators that move bytes and compute nothing are described once: what is filled, and which boxes go where. What is constant is moved here,
// while lowering; what stays where it is becomes a view; the rest are steps of `fill` and `copy`.
import * as abi from "../../assembly/abi/copy";
import { bitsOf, byteLength, elementCount, type Tensor } from "../graph/tensor";
import { boxOf, checkCopy, copyBytes, emitCopy, type BoxCopy } from "./copy";
import type { Emitter, Lowering, TypeSignature } from "./lowering";
import { describe, type Op } from "./op";
import { quantizationOf } from "./quantization";
import { denseStrides } from "./strides";

/** What happens to the outputs, in order: they are filled, then boxes are copied. A box may come from an output that is written already. */
export interface Moves {
  /** Outputs that are filled whole, each with the one element of `value`. */
  readonly fills?: readonly { readonly output: Tensor; readonly value: Tensor }[];
  readonly copies: readonly BoxCopy[];
}

/** Constants become larger ones by this much at most: RAM is scarce on a device, but so is flash. */
const MOST_GROWTH = 4096;

/** @param movesOf every refusal beyond the types is its own, too */
export function mover(operator: string, signatures: readonly TypeSignature[], options: string, movesOf: (op: Op) => Moves): Lowering {
  return {
    operator,
    signatures,
    options,
    check: (op) => movesOf(op).copies.forEach((copy) => checkCopy(op, copy)),
    fold: (op) => foldMoves(op, movesOf(op)),
    lower: (op, emit) => emitMoves(op, emit, movesOf(op)),
  };
}

/** All outputs of an operator. */
export const outputsOf = (op: Op): Tensor[] => op.operator.outputs.map((_, i) => op.output(i));

/** Refuses an operator that gives another type than it takes, and elements that are no whole bytes. */
export function checkMoved(op: Op, input: Tensor, outputs: readonly Tensor[] = outputsOf(op)): void {
  for (const { type } of outputs) if (type !== input.type) op.invalid(`${describe(input)} of ${input.type} becomes ${type}`);
  const bits = bitsOf(input.type);
  if (bits === null || bits % 8 !== 0) op.refuse(`${describe(input)} is ${input.type}`, "its elements would have to be whole bytes");
}

/** An axis from either end of `rank` dimensions, as an index. */
export function axisIn(op: Op, axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) op.invalid(`axis ${axis} of ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}

/** One element that stands for real zero in a tensor, as TFLM pads: the zero point of int8, 0 of all other types. */
export function realZero(tensor: Tensor): Tensor {
  const data = new Uint8Array(bitsOf(tensor.type)! / 8);
  if (tensor.type === "int8" && tensor.quantization) data[0] = quantizationOf(tensor).zeroPoint;
  return { ...tensor, shape: [], data };
}

/** The outputs' bytes, where everything that is read is constant. */
export function foldMoves(op: Op, { fills = [], copies }: Moves): Uint8Array[] | null {
  const outputs = outputsOf(op), written = new Map<number, Uint8Array>();
  const isOutput = (tensor: Tensor) => outputs.some(({ index }) => index === tensor.index);
  const sources = [...fills.map(({ value }) => value), ...copies.map(({ input }) => input)].filter((tensor) => tensor.data || !isOutput(tensor));
  const bytes = (tensors: readonly Tensor[]) => tensors.reduce((sum, tensor) => sum + byteLength(tensor), 0);
  if (sources.some(({ data }) => !data) || bytes(outputs) > Math.max(bytes(op.inputs), MOST_GROWTH)) return null;
  for (const output of outputs) written.set(output.index, new Uint8Array(byteLength(output)));
  for (const { output, value } of fills) for (let at = 0, to = written.get(output.index)!; at < to.length; at += value.data!.length) to.set(value.data!, at);
  for (const copy of copies) copyBytes(op, copy, copy.input.data ?? written.get(copy.input.index)!, written.get(copy.output.index)!);
  return outputs.map(({ index }) => written.get(index)!);
}

export function emitMoves(op: Op, emit: Emitter, { fills = [], copies }: Moves): void {
  const [first] = copies;
  if (first && copies.length === 1 && fills.length === 0 && staysInPlace(op, first)) return emit.view(first.input, first.output);
  for (const { output, value } of fills) emitFill(op, emit, output, value);
  for (const copy of copies) emitCopy(op, emit, copy);
}

function staysInPlace(op: Op, copy: BoxCopy): boolean {
  const { input, output, inputAt = 0, outputAt = 0 } = copy;
  return !input.data && inputAt === 0 && outputAt === 0 && byteLength(input) === byteLength(output) && boxOf(op, copy).run === byteLength(output);
}

/** Every element of the output becomes the one of `value`. */
function emitFill(op: Op, emit: Emitter, output: Tensor, value: Tensor): void {
  const [byte, ...others] = value.data ?? [], bytes = byteLength(output);
  if (bytes === 0) return;
  if (byte === undefined || others.some((other) => other !== byte)) {
    const dims = [elementCount(output.shape)];
    return emitCopy(op, emit, { input: value, output, dims, inputStrides: [0], outputStrides: denseStrides(dims) });
  }
  emit.step("fill", abi.FILL_SIZE, (r) => {
    r.output(abi.FILL_OUTPUT, output);
    r.i32(abi.FILL_BYTES, bytes);
    r.i32(abi.FILL_VALUE, (byte << 24) >> 24);
  });
}
