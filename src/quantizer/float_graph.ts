// A float model as a quantizer sees it: operators, who reads what, and the values of constants. Indices are those of the file.
import { ModelError } from "../errors";
import { elementCount } from "../graph/tensor";
import { readModelObject, type TableObject, type UnionObject } from "../tflite/object";
import { enumOf } from "../tflite/schema";

export interface FloatTensor {
  readonly index: number;
  readonly name: string;
  readonly shape: readonly number[];
  /** The schema's name: "FLOAT32". */
  readonly type: string;
  /** Bytes of a constant; null for an activation. */
  readonly data: Uint8Array | null;
  readonly isVariable: boolean;
  readonly quantization: TableObject | null;
}

export interface FloatOperator {
  readonly index: number;
  readonly name: string;
  readonly custom: boolean;
  readonly version: number;
  /** -1: an optional operand that is absent. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Tensors that hold only what a kernel has to know about values within it. */
  readonly intermediates: readonly number[];
  readonly options: UnionObject | null;
}

/** An operand: operator and position. */
export interface Use {
  readonly operator: number;
  readonly position: number;
}

export class FloatGraph {
  readonly tensors: readonly FloatTensor[];
  readonly operators: readonly FloatOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** By tensor; -1 where the caller or nobody writes it. */
  readonly producer: readonly number[];
  /** By tensor: every operand that reads it. */
  readonly uses: readonly (readonly Use[])[];

  constructor(readonly model: TableObject) {
    const subgraph = (model.subgraphs as TableObject[])[0]!;
    const buffers = model.buffers as TableObject[];
    const codes = (model.operatorCodes as TableObject[]).map(codeOf);
    this.tensors = (subgraph.tensors as TableObject[]).map((tensor, index) => {
      const data = buffers[tensor.buffer as number]?.data as Uint8Array | null;
      return {
        index, name: (tensor.name as string | null) ?? "", shape: (tensor.shape as number[] | null) ?? [], type: tensor.type as string,
        data: data && data.length > 0 ? data : null, isVariable: tensor.isVariable as boolean, quantization: tensor.quantization as TableObject | null,
      };
    });
    this.operators = ((subgraph.operators as TableObject[] | null) ?? []).map((operator, index) => ({
      index, ...codes[operator.opcodeIndex as number]!, inputs: (operator.inputs as number[] | null) ?? [], outputs: (operator.outputs as number[] | null) ?? [],
      intermediates: (operator.intermediates as number[] | null) ?? [],
      options: (operator.builtinOptions ?? operator.builtinOptions2) as UnionObject | null,
    }));
    this.inputs = (subgraph.inputs as number[] | null) ?? [];
    this.outputs = (subgraph.outputs as number[] | null) ?? [];
    const producer = new Array<number>(this.tensors.length).fill(-1), uses: Use[][] = this.tensors.map(() => []);
    for (const { index, inputs, outputs } of this.operators) {
      inputs.forEach((tensor, position) => void uses[tensor]?.push({ operator: index, position }));
      for (const tensor of outputs) producer[tensor] = index;
    }
    this.producer = producer;
    this.uses = uses;
  }

  /** @param bytes of a verified model */
  static read(bytes: Uint8Array): FloatGraph {
    return new FloatGraph(readModelObject(bytes));
  }

  isFloat(tensor: number): boolean {
    return this.tensors[tensor]?.type === "FLOAT32";
  }

  isConstant(tensor: number): boolean {
    return this.tensors[tensor]?.data != null;
  }

  /** Values of a float constant. A copy: bytes of a file are not aligned. */
  values(tensor: number): Float32Array {
    const { data, shape, name } = this.tensors[tensor]!;
    const bytes = Uint8Array.from(data!);
    const values = new Float32Array(bytes.buffer, 0, bytes.length >> 2);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (values.length !== elementCount(shape) || at >= 0) {
      throw new ModelError("MODEL_INVALID", at >= 0 ? `its value ${at} is ${values[at]}` : `${values.length} values for shape [${shape}]`, {
        where: `constant '${name}'`, hint: "a weight that is NaN or infinite means that training diverged: export a checkpoint from before",
      });
    }
    return values;
  }

  /** "operator 7 CONV_2D 'conv2d_3/Relu'". */
  nameOf(operator: FloatOperator): string {
    const output = this.tensors[operator.outputs[0] ?? -1];
    return `operator ${operator.index} ${operator.name}${output ? ` '${output.name}'` : ""}`;
  }
}

function codeOf(code: TableObject): { name: string; custom: boolean; version: number } {
  const { values } = enumOf("BuiltinOperator");
  const number = (name: unknown) => (typeof name === "number" ? name : Math.max(values.indexOf(name as string), 0));
  const name = values[Math.max(number(code.deprecatedBuiltinCode), number(code.builtinCode))] ?? "";
  return name === "CUSTOM" ? { name: (code.customCode as string) ?? "", custom: true, version: code.version as number } : { name, custom: false, version: code.version as number };
}
