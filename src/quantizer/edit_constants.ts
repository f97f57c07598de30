import type { TableObject } from "../tflite/object";
import { FloatGraph, type Use } from "./float_graph";

/** New values of one operand that is a float constant. */
export interface Edit extends Use {
  readonly values: Float32Array;
}

/** The graph with other constants. A constant that others read as well stays, and the operand gets its own. */
export function withConstants(graph: FloatGraph, edits: readonly Edit[]): FloatGraph {
  const first = (graph.model.subgraphs as TableObject[])[0]!;
  const tensors = [...(first.tensors as TableObject[])], buffers = [...(graph.model.buffers as TableObject[])], operators = [...(first.operators as TableObject[])];
  for (const { operator, position, values } of edits) {
    const tensor = graph.operators[operator]!.inputs[position]!;
    const buffer = buffers.push({ data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) }) - 1;
    if (graph.uses[tensor]!.length === 1) {
      tensors[tensor] = { ...tensors[tensor]!, buffer };
      continue;
    }
    const own = tensors.push({ ...tensors[tensor]!, name: `${graph.tensors[tensor]!.name}_${operator}`, buffer }) - 1;
    const inputs = [...(operators[operator]!.inputs as number[])];
    inputs[position] = own;
    operators[operator] = { ...operators[operator]!, inputs };
  }
  return new FloatGraph({ ...graph.model, buffers, subgraphs: [{ ...first, tensors, operators }, ...(graph.model.subgraphs as TableObject[]).slice(1)] });
}
