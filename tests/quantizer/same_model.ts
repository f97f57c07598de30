// Is a quantized model the converter's? Operators in their order, and for every operand: type, scales, zero points, axis, and the bytes of constants. What lies
// between two operators (QUANTIZE, DEQUANTIZE) is compared from the operand that reads it. Names, indices and the order of conversions are free.
import { FloatGraph, type FloatOperator } from "../../src/quantizer/float_graph";
import type { TableObject } from "../../src/tflite/object";

const CONVERSIONS = ["QUANTIZE", "DEQUANTIZE"];

export interface Difference {
  readonly where: string;
  readonly ours: string;
  readonly theirs: string;
}

/** All differences of two models, in the order of operators. */
export function differences(ours: Uint8Array, theirs: Uint8Array): Difference[] {
  const a = FloatGraph.read(ours), b = FloatGraph.read(theirs), found: Difference[] = [];
  const computing = (graph: FloatGraph) => graph.operators.filter(({ name }) => !CONVERSIONS.includes(name));
  const listed = computing(a), expected = computing(b);
  const names = (operators: readonly FloatOperator[]) => operators.map(({ name }) => name).join(" ");
  if (names(listed) !== names(expected)) return [{ where: "operators", ours: names(listed), theirs: names(expected) }];
  const compare = (where: string, x: string, y: string) => void (x !== y && found.push({ where, ours: x, theirs: y }));
  listed.forEach((operator, i) => {
    const other = expected[i]!, place = a.nameOf(operator);
    for (let k = 0; k < Math.max(operator.inputs.length, other.inputs.length); k++) compare(`${place} operand ${k}`, path(a, operator.inputs[k] ?? -1), path(b, other.inputs[k] ?? -1));
    const quantized = operator.outputs.some((tensor) => !a.isFloat(tensor)); // a float kernel reads none
    for (let k = 0; quantized && k < Math.max(operator.intermediates.length, other.intermediates.length); k++)
      compare(`${place} intermediate ${k}`, describe(a, operator.intermediates[k] ?? -1), describe(b, other.intermediates[k] ?? -1));
    for (let k = 0; k < operator.outputs.length; k++) compare(`${place} result ${k}`, describe(a, operator.outputs[k]!), describe(b, other.outputs[k]!));
  });
  a.inputs.forEach((tensor, i) => compare(`input ${i}`, describe(a, tensor), describe(b, b.inputs[i]!)));
  a.outputs.forEach((tensor, i) => compare(`output ${i}`, path(a, tensor), path(b, b.outputs[i]!)));
  return found;
}

/** A tensor, and what conversions it came through. */
function path(graph: FloatGraph, tensor: number): string {
  const producer = graph.operators[graph.producer[tensor] ?? -1];
  const through = producer && CONVERSIONS.includes(producer.name) ? ` <- ${path(graph, producer.inputs[0]!)}` : "";
  return `${describe(graph, tensor)}${through}`;
}

/** Type, quantization and, of a constant, the bytes. */
function describe(graph: FloatGraph, index: number): string {
  const tensor = graph.tensors[index];
  if (!tensor) return "absent";
  const { scale, zeroPoint, quantizedDimension } = (tensor.quantization ?? {}) as TableObject;
  const scales = (scale as number[] | null) ?? [];
  const quantization = scales.length === 0 ? "" : ` scale ${scales.join(",")} zero ${(zeroPoint as number[]).join(",")}${scales.length > 1 ? ` axis ${quantizedDimension}` : ""}`;
  return `${tensor.type}[${tensor.shape}]${quantization}${tensor.data ? ` data ${Buffer.from(tensor.data).toString("hex")}` : ""}`;
}
