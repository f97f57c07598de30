import * as abi from "../../assembly/abi/cast";
import { elementCount } from "../graph/tensor";
import { emitCopyAll } from "./copy";
import type { Lowering } from "./lowering";

/** What a record calls types. */
export const CAST_TYPES: Readonly<Record<string, number>> = {
  int8: abi.CAST_INT8, uint8: abi.CAST_UINT8, int16: abi.CAST_INT16, uint16: abi.CAST_UINT16, int32: abi.CAST_INT32, uint32: abi.CAST_UINT32, int64: abi.CAST_INT64, bool: abi.CAST_BOOL,
};
const ALL = [...Object.keys(CAST_TYPES), "float32"].join("|");

/** Stored values of one type as those of another: quantization does not count. */
export const cast: Lowering = {
  operator: "CAST",
  signatures: [{ inputs: [ALL], outputs: [ALL] }],
  options: "stored values; integers wrap, fractions are cut",
  check(op) {
    for (const tensor of [op.input(0), op.output()]) if (tensor.rebased) op.refuse("quantized uint8 as stored values", "QUANTIZE and DEQUANTIZE keep the meaning of quantized values");
    op.expectShape(op.input(0).shape);
  },
  fold(op) {
    const { data, type } = op.input(0);
    return data && type === op.output().type ? [data] : null;
  },
  lower(op, emit) {
    const input = op.input(0), output = op.output();
    if (input.type === output.type) {
      emitCopyAll(op, emit, input, output);
      return;
    }
    emit.step(input.type === "float32" ? "cast_from_float32" : output.type === "float32" ? "cast_to_float32" : "cast_integer", abi.CAST_SIZE, (r) => {
      r.input(abi.CAST_INPUT, input);
      r.output(abi.CAST_OUTPUT, output);
      r.i32(abi.CAST_COUNT, elementCount(input.shape));
      r.i32(abi.CAST_FROM, CAST_TYPES[input.type] ?? 0);
      r.i32(abi.CAST_TO, CAST_TYPES[output.type] ?? 0);
      r.inPlace(input, output);
    });
  },
};
