import * as abi from "../../assembly/abi/quantize";
import { checkDequantized, dequantized } from "./dequantized";
import { elementCount, type Tensor } from "../graph/tensor";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkRequantize, emitLookup, requantizer } from "./unary";

/** One step between float32 and int8; `quantized` is the int8 side. */
function convert(op: Op, emit: Emitter, kernel: string, quantized: Tensor): void {
  const { scale, zeroPoint } = quantizationOf(quantized);
  emit.step(kernel, abi.QUANTIZE_SIZE, (r) => {
    r.input(abi.QUANTIZE_INPUT, op.input(0));
    r.output(abi.QUANTIZE_OUTPUT, op.output());
    r.i32(abi.QUANTIZE_COUNT, elementCount(op.output().shape));
    r.f32(abi.QUANTIZE_SCALE, scale);
    r.i32(abi.QUANTIZE_ZERO_POINT, zeroPoint);
  });
}

export const quantize: Lowering = {
  operator: "QUANTIZE",
  signatures: [{ inputs: ["float32"], outputs: ["int8"] }, { inputs: ["int8"], outputs: ["int8"] }],
  options: "per tensor",
  check(op) {
    checkPerTensor(op, op.output());
    if (op.input(0).type === "int8") checkRequantize(op);
    op.expectShape(op.input(0).shape);
  },
  lower(op, emit) {
    if (op.input(0).type === "int8") emitLookup(op, emit, requantizer(op, { min: -128, max: 127 }));
    else convert(op, emit, "quantize", op.output());
  },
};

export const dequantize: Lowering = {
  operator: "DEQUANTIZE",
  signatures: [{ inputs: ["int8"], outputs: ["float32"] }],
  options: "per tensor; constants, which become float32 before anything runs, per channel too",
  check(op) {
    checkDequantized(op);
    op.expectShape(op.input(0).shape);
  },
  fold: dequantized,
  lower: (op, emit) => convert(op, emit, "dequantize", op.input(0)),
};
