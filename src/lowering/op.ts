import { ArenulaError } from "../errors";
import { operatorName, type Graph, type Operator, type Subgraph } from "../graph/graph";
import { elementCount, type Tensor } from "../graph/tensor";

/** Bytes of tensors, by index. */
type Values = ReadonlyMap<number, Uint8Array>;

/** An operator with its tensors at hand, as lowerings see it. Constants that earlier operators folded to carry their bytes. */
export class Op {
  /** @param mosts numbers that the running model computes from shapes, where every one is the most that it can be */
  constructor(
    readonly graph: Graph,
    readonly subgraph: Subgraph,
    readonly operator: Operator,
    private readonly folded: Values,
    private readonly mosts: Values = new Map(),
    /** Whether the operator is asked about the largest shapes alone. */
    readonly atMost = false,
  ) {}

  get name(): string {
    return this.operator.name;
  }

  get index(): number {
    return this.operator.index;
  }

  /** The i-th input, or null where it is absent. */
  maybeInput(i: number): Tensor | null {
    const tensor = this.subgraph.tensors[this.operator.inputs[i] ?? -1];
    if (!tensor) return null;
    const data = this.folded.get(tensor.index) ?? (this.atMost ? this.mosts.get(tensor.index) : undefined);
    return data ? { ...tensor, data } : tensor;
  }

  input(i: number): Tensor {
    return this.maybeInput(i) ?? this.invalid(`input ${i} is missing`);
  }

  output(i = 0): Tensor {
    return this.subgraph.tensors[this.operator.outputs[i] ?? -1] ?? this.invalid(`output ${i} is missing`);
  }

  get inputs(): Tensor[] {
    return this.operator.inputs.map((_, i) => this.input(i));
  }

  /** An option of the operator's table; `fallback` is the schema's default. */
  option<T extends number | boolean | string>(name: string, fallback: T): T {
    const value = this.operator.options[name];
    return value === undefined || value === null ? fallback : (value as T);
  }

  /** A constant int32 or int64 input as numbers. */
  integers(i: number): number[] {
    const tensor = this.input(i);
    const { data } = tensor;
    if (!data) return this.refuse(`${describe(tensor)} is computed while the model runs`, "make it a constant: the arena is planned before anything runs");
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const count = elementCount(tensor.shape);
    if (tensor.type === "int32") return Array.from({ length: count }, (_, k) => view.getInt32(4 * k, true));
    if (tensor.type === "int64") return Array.from({ length: count }, (_, k) => Number(view.getBigInt64(8 * k, true)));
    return this.refuse(`${describe(tensor)} is ${tensor.type}, not int32 or int64`, "convert again: shapes and axes are int32");
  }

  /** The same operator, if everything that shapes decide about is as large as it can be. */
  largest(): Op {
    return new Op(this.graph, this.subgraph, this.operator, this.folded, this.mosts, true);
  }

  /** "operator 7 CONV_2D 'conv2d_3/Relu'". */
  get where(): string {
    const name = operatorName(this.subgraph, this.operator);
    return this.subgraph.name === this.graph.subgraphs[0]!.name ? name : `${name} of subgraph '${this.subgraph.name}'`;
  }

  /** A possible operator that Arenula has no kernel for. */
  refuse(reason: string, hint: string): never {
    throw new ArenulaError("OPERATOR_UNSUPPORTED", `${this.name}: ${reason}`, { where: this.where, hint });
  }

  /** An operator that contradicts itself. */
  invalid(reason: string): never {
    throw new ArenulaError("MODEL_INVALID", `${this.name}: ${reason}`, { where: this.where, hint: "the file is damaged or was edited by hand: convert it again" });
  }

  /** Refuses an output whose shape is not the one that the operator gives. */
  expectShape(shape: readonly number[], output = this.output()): void {
    if (shape.length !== output.shape.length || shape.some((n, i) => n !== output.shape[i]))
      this.invalid(`${describe(output)} has shape [${output.shape}], the inputs and options give [${shape}]`);
  }
}

export function describe(tensor: Tensor): string {
  return `tensor ${tensor.index} '${tensor.name}'`;
}
