import * as abi from "../../assembly/abi/reduce";
import { OUTER } from "../../assembly/abi/shape";
import type { Emitter, Lowering } from "./lowering";
import { singleAxis, splitAt, writeReduced } from "./axes";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, quantizationOf } from "./quantization";
import type { RecordWriter } from "./record";

const OPTIONS = "any constant axis, exclusive or not, from either end";

function check(op: Op): void {
  splitAt(op, op.input(0), [singleAxis(op)]);
  op.expectShape(op.input(0).shape);
}

function emitCumsum(op: Op, emit: Emitter, size: number, fill: (r: RecordWriter) => void = () => {}): void {
  const input = op.input(0), axes = [singleAxis(op)];
  const { reduced, count } = splitAt(op, input, axes);
  if (count === 0) return;
  const reverse = op.option("reverse", false), step = reduced.strides[OUTER]!;
  emit.step(`cumsum_${input.type}`, size, (r) => {
    writeReduced(r, op, axes, reverse ? (count - 1) * step : 0);
    if (reverse) r.i32(abi.REDUCE_REDUCED_STRIDES + 4 * OUTER, -step);
    r.i32(abi.CUMSUM_EXCLUSIVE, op.option("exclusive", false) ? 1 : 0);
    r.inPlace(input, op.output());
    fill(r);
  });
}

const plain: Lowering = {
  operator: "CUMSUM",
  signatures: ["float32", "int32", "int64"].map((type) => ({ inputs: [type, "int32"], outputs: [type] })),
  options: OPTIONS,
  check,
  lower: (op, emit) => emitCumsum(op, emit, abi.CUMSUM_SIZE),
};

/** Sums with 20 bits behind the point at twice the input's scale. Source: TFLM kernels/cumsum.cc. */
const outputFactor = (op: Op): number => (2 * quantizationOf(op.input(0)).scale) / (2 ** 20 * quantizationOf(op.output()).scale);

const quantized: Lowering = {
  operator: "CUMSUM",
  signatures: [{ inputs: ["int8", "int32"], outputs: ["int8"] }],
  options: OPTIONS,
  check(op) {
    check(op);
    checkPerTensor(op, op.input(0), op.output());
    if (!(outputFactor(op) < 1)) op.refuse(`the input scale is 2^19 times the output's ${quantizationOf(op.output()).scale} or more`, "quantize with a wider output range");
  },
  lower(op, emit) {
    const { mantissa, shift } = quantizeMultiplier(outputFactor(op));
    emitCumsum(op, emit, abi.CUMSUM_INT8_SIZE, (r) => {
      r.i32(abi.CUMSUM_INPUT_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
      r.i32(abi.CUMSUM_MULTIPLIER, mantissa);
      r.i32(abi.CUMSUM_SHIFT, shift);
      r.i32(abi.CUMSUM_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
    });
  },
};

export const CUMSUM: readonly Lowering[] = [quantized, plain];
