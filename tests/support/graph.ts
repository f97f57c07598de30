// Graphs in memory from the words of tests/support/build_model.ts, with no file between: quick, and free to be impossible.
//
//   graphOf({ tensors: [{ name: "x", type: "int8", shape: [4], scale: 0.5 }, ...], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] })
//   graphOfOne("ADD", [{ ...int8, shape: [2, 3] }, { ...int8, shape: [3] }], { ...int8, shape: [2, 3] })

import type { Graph, Subgraph } from "../../src/graph/graph";
import type { Quantization } from "../../src/graph/tensor";
import { enumOf } from "../../src/tflite/schema";
import { boundary, pack, type ModelSpec, type SubgraphSpec, type TensorSpec } from "./build_model";

/** A tensor whose name does not matter. */
export type Unnamed = Omit<TensorSpec, "name">;

export function graphOf({ others = [], ...main }: ModelSpec): Graph {
  return { description: "", version: 3, subgraphs: [main, ...others].map(subgraphOf), signatures: [], metadata: [], bytes: 0 };
}

function subgraphOf(spec: SubgraphSpec): Subgraph {
  const { inputs, outputs } = boundary(spec);
  const index = (name: string | null) => {
    const at = spec.tensors.findIndex((tensor) => tensor.name === name);
    if (at < 0 && name !== null) throw new Error(`no tensor is called ${name}`);
    return at;
  };
  const tensors = spec.tensors.map((tensor, i) => ({
    index: i, name: tensor.name, type: tensor.type, shape: tensor.shape, shapeSignature: tensor.shapeSignature ?? null, quantization: quantizationOf(tensor),
    data: tensor.data === undefined ? null : tensor.data instanceof Uint8Array ? tensor.data : pack(tensor.type, tensor.data), isVariable: tensor.isVariable ?? false,
  }));
  const operators = (spec.operators ?? []).map((operator, i) => ({
    index: i, name: operator.op, custom: !enumOf("BuiltinOperator").values.includes(operator.op), version: operator.version ?? 1,
    inputs: operator.inputs.map(index), outputs: operator.outputs.map(index), options: operator.options ?? {}, customOptions: operator.customOptions ?? null,
  }));
  return { name: spec.name ?? "main", tensors, operators, inputs: inputs.map(index), outputs: outputs.map(index) };
}

/** One operator: operands with `data` are constants, the others inputs `x0`, `x1`, ...; null is an absent operand. The result is `y`. */
export function graphOfOne(op: string, operands: readonly (Unnamed | null)[], result: Unnamed, options: Readonly<Record<string, number | string | boolean>> = {}): Graph {
  const named = operands.flatMap((tensor, i) => (tensor ? [{ ...tensor, name: `x${i}` }] : []));
  return graphOf({
    tensors: [...named, { ...result, name: "y" }],
    operators: [{ op, inputs: operands.map((tensor, i) => (tensor ? `x${i}` : null)), outputs: ["y"], options }],
  });
}

/** Little-endian bytes of stored values, a view of the same memory. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function quantizationOf({ scale, zeroPoint = 0, dimension = 0 }: TensorSpec): Quantization | null {
  if (scale === undefined) return null;
  const scales = typeof scale === "number" ? [scale] : scale;
  return { scale: scales, zeroPoint: typeof zeroPoint === "number" ? scales.map(() => zeroPoint) : zeroPoint, dimension };
}
