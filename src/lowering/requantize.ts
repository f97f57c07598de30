// Codes of one integer type into codes of another (assembly/kernels/requantize.ts), and what is made of it: RELU and RELU6 of int16.
import * as abi from "../../assembly/abi/requantize";
import { elementCount, storedRange, type Tensor } from "../graph/tensor";
import { clampRange } from "./activation";
import type { Emitter, Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, checkZeroPoint, quantizationOf } from "./quantization";
import { checkClamped, emitLookup, requantizer } from "./unary";
import { int16Of, int8Of } from "./weights";

type Range = { min: number; max: number };

/** One step, between any two types. */
export function emitRequantize(op: Op, emit: Emitter, { min, max }: Range, from = op.input(0), to = op.output()): void {
  if (from.type === "int8" && to.type === "int8") {
    emitLookup(op, emit, requantizer(from, to, { min, max }), from, to);
    return;
  }
  const input = quantizationOf(from), output = quantizationOf(to);
  const { mantissa, shift } = quantizeMultiplier(input.scale / output.scale);
  emit.step(`requantize_${from.type}_${to.type}`, abi.REQUANTIZE_SIZE, (r) => {
    r.input(abi.REQUANTIZE_INPUT, from);
    r.output(abi.REQUANTIZE_OUTPUT, to);
    r.i32(abi.REQUANTIZE_COUNT, elementCount(to.shape));
    r.i32(abi.REQUANTIZE_INPUT_OFFSET, -input.zeroPoint);
    r.i32(abi.REQUANTIZE_MULTIPLIER, mantissa);
    r.i32(abi.REQUANTIZE_SHIFT, shift);
    r.i32(abi.REQUANTIZE_OUTPUT_OFFSET, output.zeroPoint);
    r.i32(abi.REQUANTIZE_MIN, min);
    r.i32(abi.REQUANTIZE_MAX, max);
    r.inPlace(from, to);
  });
}

/** Refuses operands whose codes cannot be brought to the output's quantization. */
export function checkAlike(op: Op, ...inputs: Tensor[]): void {
  checkPerTensor(op, ...inputs, op.output());
  for (const input of inputs) checkRescale(op, quantizationOf(input).scale / quantizationOf(op.output()).scale);
}

/** Whether codes of two tensors mean the same. */
export function alike(a: Tensor, b: Tensor): boolean {
  const x = quantizationOf(a), y = quantizationOf(b);
  return x.scale === y.scale && x.zeroPoint === y.zeroPoint;
}

/** An int8 or int16 tensor in the quantization of another one: itself, other constants, or what a step makes of it. */
export function requantized(op: Op, emit: Emitter, input: Tensor, like: Tensor): Tensor {
  if (alike(input, like)) return input;
  const [min, max] = storedRange(like.type)! as [number, number];
  const target = { ...input, quantization: like.quantization };
  if (input.data) {
    const codes = input.type === "int16" ? int16Of(input) : int8Of(input);
    return { ...target, data: new Uint8Array(codes.map(requantizer(input, like, { min, max })).buffer) };
  }
  const output = emit.temporary(target);
  emitRequantize(op, emit, { min, max }, input, output);
  return output;
}

/** TFLM ignores the rescale of RELU6; where both sides share a quantization that is the same. */
function relu(operator: string, bounds: readonly [number, number]): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
    options: "any two scales; zero points 0",
    check(op) {
      checkClamped(op);
      checkZeroPoint(op, op.input(0), op.output());
    },
    lower: (op, emit) => emitRequantize(op, emit, clampRange(op.output(), bounds)),
  };
}

export const RELU_INT16: readonly Lowering[] = [relu("RELU", [0, Infinity]), relu("RELU6", [0, 6])];
