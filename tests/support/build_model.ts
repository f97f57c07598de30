// Small .tflite files from plain words, for tests:
//
//   buildModel({
//     tensors: [
//       { name: "x", type: "int8", shape: [1, 4], scale: 0.5, zeroPoint: -1 },
//       { name: "w", type: "int8", shape: [2, 4], scale: [0.1, 0.2], data: [1, 2, 3, 4, 5, 6, 7, 8] },
//       { name: "y", type: "int8", shape: [1, 2], scale: 1 },
//     ],
//     operators: [{ op: "FULLY_CONNECTED", inputs: ["x", "w", null], outputs: ["y"], options: { fusedActivationFunction: "RELU" } }],
//   })
//
// `modelObject` gives the same as plain objects of the schema, for tests that bend one field before `writeModel`.

import { bitsOf, elementCount, type TensorType } from "../../src/graph/tensor";
import { writeModel, type FieldValue, type TableObject } from "../../src/tflite/object";
import { optionsTable } from "../../src/tflite/options";
import { enumOf, memberType } from "../../src/tflite/schema";

export interface TensorSpec {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** One, or one per channel; absent: not quantized. */
  readonly scale?: number | readonly number[];
  /** Defaults to 0 for every scale. */
  readonly zeroPoint?: number | readonly number[];
  /** Axis of per-channel scales. Defaults to 0. */
  readonly dimension?: number;
  /** Stored values of a constant (a number[] is packed by type), or its bytes. */
  readonly data?: readonly number[] | Uint8Array;
  readonly isVariable?: boolean;
  readonly shapeSignature?: readonly number[];
}

export interface OperatorSpec {
  /** The schema's name; any other name makes a custom operator. */
  readonly op: string;
  /** Tensor names; null for an absent operand. */
  readonly inputs: readonly (string | null)[];
  readonly outputs: readonly string[];
  readonly options?: TableObject;
  readonly customOptions?: Uint8Array;
  readonly version?: number;
}

export interface SubgraphSpec {
  readonly name?: string;
  readonly tensors: readonly TensorSpec[];
  readonly operators?: readonly OperatorSpec[];
  /** Default: what nothing writes and is neither constant nor variable. */
  readonly inputs?: readonly string[];
  /** Default: what is written and not read. */
  readonly outputs?: readonly string[];
}

export interface ModelSpec extends SubgraphSpec {
  readonly description?: string;
  /** Subgraphs 1 and on. */
  readonly others?: readonly SubgraphSpec[];
  readonly metadata?: Readonly<Record<string, Uint8Array>>;
  /** Of subgraph 0: name -> tensor name. */
  readonly signature?: { readonly key: string; readonly inputs: Readonly<Record<string, string>>; readonly outputs: Readonly<Record<string, string>> };
}

export function buildModel(spec: ModelSpec): Uint8Array {
  return writeModel(modelObject(spec));
}

/** The schema's Model as plain objects that a test may change. */
export function modelObject(spec: ModelSpec): MutableModel {
  const buffers: TableObject[] = [{}]; // number 0 stands for no data
  const codes: TableObject[] = [];
  const store = (data: Uint8Array | undefined) => (data ? buffers.push({ data }) - 1 : 0);
  const subgraphs = [spec, ...(spec.others ?? [])].map((subgraph) => subgraphObject(subgraph, store, codes));
  const index = (name: string) => indexOf(spec, name);
  const named = (names: Readonly<Record<string, string>>) => Object.entries(names).map(([name, tensor]) => ({ name, tensorIndex: index(tensor) }));
  return {
    version: 3, operatorCodes: codes, subgraphs, description: spec.description ?? "built by tests/support/build_model.ts", buffers,
    metadata: Object.entries(spec.metadata ?? {}).map(([name, data]) => ({ name, buffer: store(data) })),
    signatureDefs: spec.signature ? [{ signatureKey: spec.signature.key, inputs: named(spec.signature.inputs), outputs: named(spec.signature.outputs) }] : [],
  };
}

export type MutableModel = TableObject & {
  operatorCodes: TableObject[];
  subgraphs: (TableObject & { tensors: TableObject[]; operators: TableObject[]; inputs: number[]; outputs: number[] })[];
  buffers: TableObject[];
  metadata: TableObject[];
  signatureDefs: TableObject[];
};

function subgraphObject(spec: SubgraphSpec, store: (data: Uint8Array | undefined) => number, codes: TableObject[]): MutableModel["subgraphs"][number] {
  const operators = spec.operators ?? [];
  const { inputs, outputs } = boundary(spec);
  const index = (name: string | null) => (name === null ? -1 : indexOf(spec, name));
  return {
    name: spec.name ?? "main",
    tensors: spec.tensors.map((tensor) => tensorObject(tensor, store)),
    inputs: inputs.map(index),
    outputs: outputs.map(index),
    operators: operators.map(({ op, inputs, outputs, options, customOptions, version }) => {
      const table = optionsTable(op);
      const union = table && memberType("BuiltinOptions", table.name) > 0 ? "builtinOptions" : "builtinOptions2";
      return {
        opcodeIndex: codes.push(codeObject(op, version ?? 1)) - 1,
        inputs: inputs.map(index),
        outputs: outputs.map(index),
        ...(options && table ? { [union]: { type: table.name, value: options } } : {}),
        ...(customOptions ? { customOptions } : {}),
      };
    }),
  };
}

/** Names of the inputs and outputs, with the defaults of SubgraphSpec. */
export function boundary({ tensors, operators = [], inputs, outputs }: SubgraphSpec): { inputs: readonly string[]; outputs: readonly string[] } {
  const read = new Set(operators.flatMap((operator) => operator.inputs)), written = operators.flatMap((operator) => operator.outputs);
  return {
    inputs: inputs ?? tensors.filter(({ name, data, isVariable }) => !data && !isVariable && !written.includes(name)).map(({ name }) => name),
    outputs: outputs ?? written.filter((name) => !read.has(name)),
  };
}

function codeObject(op: string, version: number): TableObject {
  const code = enumOf("BuiltinOperator").values.indexOf(op);
  if (code < 0) return { deprecatedBuiltinCode: 32, builtinCode: "CUSTOM", customCode: op, version };
  return { deprecatedBuiltinCode: Math.min(code, 127), builtinCode: op, version };
}

function tensorObject(spec: TensorSpec, store: (data: Uint8Array | undefined) => number): TableObject {
  const { name, type, shape, isVariable, shapeSignature, scale, dimension } = spec;
  const scales = scale === undefined ? null : list(scale);
  const data = spec.data === undefined || spec.data instanceof Uint8Array ? spec.data : pack(type, spec.data);
  if (data && !(spec.data instanceof Uint8Array) && spec.data!.length !== elementCount(shape)) throw new Error(`${name}: ${spec.data!.length} values for shape [${shape}]`);
  return {
    name, shape: [...shape], type: type.toUpperCase(), buffer: store(data),
    ...(isVariable ? { isVariable } : {}),
    ...(shapeSignature ? { shapeSignature: [...shapeSignature] } : {}),
    ...(scales ? { quantization: { scale: scales, zeroPoint: zeroPoints(spec.zeroPoint ?? 0, scales.length), quantizedDimension: dimension ?? 0 } } : {}),
  };
}

const list = (value: number | readonly number[]): number[] => (typeof value === "number" ? [value] : [...value]);
const zeroPoints = (value: number | readonly number[], count: number): number[] => (typeof value === "number" ? new Array(count).fill(value) : [...value]);

function indexOf(spec: SubgraphSpec, name: string): number {
  const index = spec.tensors.findIndex((tensor) => tensor.name === name);
  if (index < 0) throw new Error(`no tensor is called ${name}`);
  return index;
}

/** Stored values as the file keeps them: little-endian; below 8 bits the first element in the low bits. */
export function pack(type: TensorType, values: readonly number[]): Uint8Array {
  const bits = bitsOf(type);
  if (bits === null || type === "float16" || type === "bfloat16") throw new Error(`give the bytes of a ${type} tensor`);
  const bytes = new Uint8Array(Math.ceil((values.length * bits) / 8)), view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (type === "float32") view.setFloat32(4 * i, value, true);
    else if (type === "float64") view.setFloat64(8 * i, value, true);
    else if (bits === 64) view.setBigInt64(8 * i, BigInt(value), true);
    else if (bits === 32) view.setInt32(4 * i, value, true);
    else if (bits === 16) view.setInt16(2 * i, value, true);
    else if (bits === 8) view.setInt8(i, value);
    else bytes[(i * bits) >> 3]! |= (value & ((1 << bits) - 1)) << ((i * bits) & 7);
  });
  return bytes;
}

/** A field of a table object, as the vector of tables or numbers it is. */
export function items<T extends FieldValue = TableObject>(table: TableObject, field: string): T[] {
  return table[field] as T[];
}
