import { bitsOf } from "../graph/tensor";
import { emitCopyAll } from "./copy";
import { emitFunctionOfOne } from "./functions";
import type { Lowering } from "./lowering";
import { describe } from "./op";

const INTEGERS = ["int8", "uint8", "int16", "int32", "uint32", "int64"];
const TYPES = ["bool", ...INTEGERS, "float32"];
/** Kernels take and give signed integers where the bits are the same. */
const SIGNED: Readonly<Record<string, string>> = { uint8: "int8", uint32: "int32" };

/** The kernel between two types, or null where the bits stay as they are. */
function kernelOf(from: string, to: string): string | null {
  const source = from === "bool" ? "uint8" : from, bits = (type: string) => bitsOf(type as "int8")!;
  if (to === "bool") return from === "bool" ? null : `cast_${SIGNED[source] ?? source}_bool`;
  if (source === to || (source !== "float32" && to !== "float32" && bits(source) === bits(to))) return null;
  const narrower = to !== "float32" && bits(to) < bits(source);
  const target = source === "float32" && to === "uint32" ? to : SIGNED[to] ?? to;
  return `cast_${narrower ? SIGNED[source] ?? source : source}_${target}`;
}

const cast: Lowering = {
  operator: "CAST",
  signatures: [{ inputs: [TYPES.join("|")], outputs: [TYPES.join("|")] }],
  options: "stored numbers; integers wrap, reals are cut to integers; the same bits are no step",
  check(op) {
    for (const tensor of [op.input(0), op.output()])
      if (tensor.rebased) op.refuse(`${describe(tensor)} is uint8 with a scale`, "QUANTIZE or DEQUANTIZE converts codes; CAST takes plain numbers");
    op.expectShape(op.input(0).shape);
  },
  lower(op, emit) {
    const kernel = kernelOf(op.input(0).type, op.output().type);
    if (kernel) emitFunctionOfOne(op, emit, kernel, bitsOf(op.input(0).type) === bitsOf(op.output().type));
    else if (op.input(0).data) emitCopyAll(op, emit, op.input(0), op.output());
    else emit.view(op.input(0), op.output());
  },
};

export const CAST: readonly Lowering[] = [cast];
