import * as abi from "../../assembly/abi/quantize";
import { checkDequantized, dequantized } from "./dequantized";
import { elementCount, storedRange, type Tensor } from "../graph/tensor";
import { kernelOf } from "./kernel_of";
import type { Emitter, Lowering } from "./lowering";
import { checkPerTensor, quantizationOf } from "./quantization";
import { emitRequantize } from "./requantize";
import { checkRequantize } from "./unary";

/** One step between float32 and integers. */
export function emitConversion(emit: Emitter, kernel: "quantize" | "dequantize", input: Tensor, output: Tensor): void {
  const quantized = kernel === "quantize" ? output : input, { scale, zeroPoint } = quantizationOf(quantized);
  emit.step(kernelOf(kernel, quantized), abi.QUANTIZE_SIZE, (r) => {
    r.input(abi.QUANTIZE_INPUT, input);
    r.output(abi.QUANTIZE_OUTPUT, output);
    r.i32(abi.QUANTIZE_COUNT, elementCount(output.shape));
    r.f32(abi.QUANTIZE_SCALE, scale);
    r.i32(abi.QUANTIZE_ZERO_POINT, zeroPoint);
  });
}

/** What TFLM takes: kernels/quantize_common.cc. uint8 is int8 here (rebase.ts). */
const PAIRS = [
  ["float32", "int8"], ["float32", "int16"], ["int8", "int8"], ["int8", "int16"], ["int8", "int32"], ["int16", "int8"], ["int16", "int16"], ["int16", "int32"],
  ["int32", "int8"], ["int32", "int16"],
] as const;

export const quantize: Lowering = {
  operator: "QUANTIZE",
  signatures: PAIRS.map(([from, to]) => ({ inputs: [from], outputs: [to] })),
  options: "per tensor",
  check(op) {
    checkPerTensor(op, op.output());
    if (op.input(0).type !== "float32") checkRequantize(op);
    op.expectShape(op.input(0).shape);
  },
  lower(op, emit) {
    if (op.input(0).type === "float32") return emitConversion(emit, "quantize", op.input(0), op.output());
    const [min, max] = storedRange(op.output().type)!;
    emitRequantize(op, emit, { min, max });
  },
};

export const dequantize: Lowering = {
  operator: "DEQUANTIZE",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type], outputs: ["float32"] })),
  options: "per tensor; constants, which become float32 before anything runs, per channel too",
  check(op) {
    checkDequantized(op);
    op.expectShape(op.input(0).shape);
  },
  fold: dequantized,
  lower: (op, emit) => emitConversion(emit, "dequantize", op.input(0), op.output()),
};
