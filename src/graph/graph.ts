import type { Tensor } from "./tensor";

/** Options of an operator: the fields of its table in the schema, camelCase, enums as their schema names ("SAME", "RELU6"). */
export type OperatorOptions = Readonly<Record<string, unknown>>;

export interface Operator {
  /** Index in its subgraph, as in the file: the name users know an operator by. */
  readonly index: number;
  /** The schema's name, "CONV_2D"; for a custom operator the name its author gave it. */
  readonly name: string;
  readonly custom: boolean;
  readonly version: number;
  /** Tensor indices; -1 for an optional input that is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The schema's defaults stand in for absent fields, and for a whole absent table; {} for operators without options and custom ones. */
  readonly options: OperatorOptions;
  /** Bytes of a custom operator's own options. */
  readonly customOptions: Uint8Array | null;
}

export interface Subgraph {
  readonly name: string;
  readonly tensors: readonly Tensor[];
  /** In an order in which every operator comes after the ones it reads. */
  readonly operators: readonly Operator[];
  /** Tensor indices. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Names that a converter gave to the inputs and outputs of one subgraph. */
export interface Signature {
  readonly key: string;
  readonly subgraph: number;
  readonly inputs: readonly { readonly name: string; readonly tensor: number }[];
  readonly outputs: readonly { readonly name: string; readonly tensor: number }[];
}

/** A verified model: every index in range, every shape and buffer of equal size, operators in order. */
export interface Graph {
  readonly description: string;
  readonly version: number;
  /** Subgraph 0 is the one that `invoke` runs. */
  readonly subgraphs: readonly Subgraph[];
  readonly signatures: readonly Signature[];
  readonly metadata: readonly { readonly name: string; readonly data: Uint8Array }[];
  /** Bytes of the file. */
  readonly bytes: number;
}

/** "operator 7 CONV_2D 'conv2d_3/Relu'": the name of an operator in messages; the tensor is its first output. */
export function operatorName(subgraph: Subgraph, operator: Operator): string {
  const tensor = subgraph.tensors[operator.outputs[0] ?? -1];
  return `operator ${operator.index} ${operator.name}${tensor ? ` '${tensor.name}'` : ""}`;
}
