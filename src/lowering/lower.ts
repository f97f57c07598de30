import { ArenulaError } from "../errors";
import type { Graph, Operator, Subgraph } from "../graph/graph";
import { byteLength, type Tensor } from "../graph/tensor";
import type { Emitter, LoweringTarget } from "./lowering";
import { emitCopyAll } from "./copy";
import { emitClear, settle } from "./extents";
import { writeItems } from "./list_items";
import { describe, Op } from "./op";
import type { Look, Node, Program, Step, View } from "./program";
import { emitRebase, original, rebaseGraph } from "./rebase";
import { ConstantPool, RecordWriter } from "./record";
import { loweringOf } from "./types";

/**
 * Turns a graph into steps: folds what is known, checks every operator, packs weights for the target, writes out called subgraphs.
 * @throws ArenulaError OPERATOR_UNSUPPORTED or MODEL_INVALID for the first operator that cannot run, before anything runs.
 */
export function lower(graph: Graph, { core, machine = "desktop", widened = false, sliceBytes = Infinity, sparing = new Map(), choose }: Pick<LoweringTarget, "core"> & Partial<LoweringTarget>): Program {
  return new ProgramWriter(writeItems(rebaseGraph(graph)), { core, machine, widened, sliceBytes, sparing, choose }).program();
}

/** Operators that subgraphs may be written out to, over all calls: calls within calls multiply. */
const MOST_OPERATORS = 100_000;

/** Whole vectors, an operand's last ones too (assembly/inner/tile_pixels.ts); a device has more behind everything anyway (abi/within.ts). */
const VECTOR_READS_BEHIND = 256;

class ProgramWriter implements Emitter {
  private readonly main: Subgraph;
  private readonly tensors: Tensor[];
  private readonly steps: Step[] = [];
  private readonly pool = new ConstantPool();
  private readonly views = new Map<number, View>();
  private readonly looks: Look[] = [];
  private readonly folded = new Map<number, Uint8Array>();
  private readonly mosts = new Map<number, Uint8Array>();
  private readonly variables = new Map<number, number>();
  private readonly resources = new Map<string, Tensor>();
  private readonly extents = new Map<number, number>();
  private readonly loops: { first: number; last: number }[] = [];
  private readonly initial: Node[] = [];
  /** Where an inference may end early: how many steps and views come before. */
  private readonly ends: { readonly steps: number; readonly views: number }[] = [];
  private readonly endsEarly: boolean;
  /** What the user reads of an output that has to last, by the output. */
  private readonly lasting = new Map<number, number>();
  /** Where nodes go at the moment. */
  private nodes: Node[] = [];
  /** The operator of the main subgraph that steps belong to. */
  private operator = 0;
  private operators = 0;

  constructor(private readonly graph: Graph, readonly target: LoweringTarget) {
    const main = graph.subgraphs[0]!;
    this.tensors = [...main.tensors];
    this.main = { ...main, tensors: this.tensors };
    this.endsEarly = graph.subgraphs.some(({ operators }) => operators.some(({ custom, name }) => custom && name === "CIRCULAR_BUFFER"));
  }

  get spared(): number {
    return this.target.sparing.get(this.operator) ?? 0;
  }

  program(): Program {
    const inputs = this.main.inputs.map((index) => this.fed(this.tensors[index]!));
    const code = this.main.operators.map((operator, i) => {
      this.operator = operator.index;
      return this.collect(() => {
        if (i === 0) this.main.inputs.forEach((index, k) => this.takeIn(inputs[k]!, this.tensors[index]!));
        this.lowerOperator(this.main, operator);
      });
    });
    let outputs = this.main.outputs;
    const final = this.collect(() => {
      outputs = outputs.map((index) => this.lasting.get(index) ?? this.giveOut(this.known(index)));
    });
    const subgraph: Subgraph = { ...this.main, inputs: inputs.map(({ index }) => index), outputs };
    const { steps, initial, loops, views, looks, folded, variables, extents, endsEarly } = this;
    return { subgraph, steps, code, final, initial, loops, constants: this.pool.constants, views, looks, folded, variables, extents, endsEarly, readBehind: this.target.machine === "vector" ? VECTOR_READS_BEHIND : 0 };
  }

  /** An input as the user writes it. */
  private fed(input: Tensor): Tensor {
    return input.rebased ? this.add(original(input, this.tensors.length)) : input;
  }

  private takeIn(fed: Tensor, input: Tensor): void {
    if (fed !== input) emitRebase(this, fed, input);
  }

  /** An output as the user reads it. */
  private giveOut(output: Tensor): number {
    if (!output.rebased) return output.index;
    const given = this.add(original(output, this.tensors.length)), extent = this.extents.get(output.index);
    if (extent !== undefined) this.extents.set(given.index, extent);
    if (!given.data) {
      emitRebase(this, output, given);
      if (extent !== undefined) emitClear(this, given);
    }
    return given.index;
  }

  private add(tensor: Tensor): Tensor {
    this.tensors.push(tensor);
    return tensor;
  }

  private lowerOperator(subgraph: Subgraph, operator: Operator): void {
    const op = new Op(this.graph, subgraph, operator, this.folded, this.mosts);
    if (++this.operators > MOST_OPERATORS) op.refuse(`its subgraphs come to more than ${MOST_OPERATORS} operators`, "call fewer subgraphs within subgraphs");
    const lowering = loweringOf(op);
    if (settle(op, lowering, { tensors: this.tensors, folded: this.folded, mosts: this.mosts })) return;
    const outputs = operator.outputs.map((_, i) => op.output(i));
    for (const output of outputs) if (output.rows !== undefined) this.extents.set(output.index, output.rows === output.index ? this.addExtent(output) : this.extents.get(output.rows)!);
    lowering.lower(op, this);
    for (const output of outputs) {
      const { index, rows } = output, extent = this.extents.get(index);
      if (rows !== undefined && rows !== index && !this.views.has(index)) emitClear(this, output);
      for (const tensor of [index, extent]) if (tensor !== undefined && !this.folded.has(tensor)) this.looks.push({ tensor, at: this.steps.length });
    }
    if (this.endsEarly && subgraph === this.main) for (const { index } of outputs) if (this.main.outputs.includes(index)) this.lasting.set(index, this.lastingOutput(this.giveOut(this.known(index))));
  }

  /** The int32 that holds how many rows a tensor has. */
  private addExtent({ name }: Tensor): number {
    return this.add({ index: this.tensors.length, name: `${name}, extent`, type: "int32", shape: [1], shapeSignature: null, quantization: null, data: null, isVariable: false }).index;
  }

  extent(output: Tensor): Tensor | null {
    return this.tensors[this.extents.get(output.index) ?? -1] ?? null;
  }

  step(kernel: string, size: number, fill: (record: RecordWriter) => void): void {
    const record = new RecordWriter(kernel, this.operator, size, this.pool);
    fill(record);
    this.nodes.push({ kind: "step", step: this.steps.length });
    const step = record.step();
    for (const tensor of [...step.reads, ...step.writes]) this.keep(this.tensors[tensor]!);
    this.steps.push(step);
  }

  view(input: Tensor, output: Tensor): void {
    this.views.set(output.index, { source: input.index, at: this.steps.length });
  }

  shares(a: Tensor, b: Tensor): boolean {
    return this.root(a.index) === this.root(b.index);
  }

  /** Where a view's bytes come from. */
  private root(tensor: number): number {
    return this.views.has(tensor) ? this.root(this.views.get(tensor)!.source) : tensor;
  }

  fold(output: Tensor, bytes: Uint8Array): void {
    this.folded.set(output.index, bytes);
  }

  branch(condition: Tensor, then: () => void, otherwise: () => void): void {
    this.looks.push({ tensor: condition.index, at: this.steps.length });
    this.nodes.push({ kind: "if", condition: condition.index, then: this.collect(then), otherwise: this.collect(otherwise) });
  }

  loop(test: () => Tensor, body: () => void): void {
    const first = this.steps.length;
    let condition = -1;
    const testNodes = this.collect(() => {
      condition = test().index;
    });
    this.looks.push({ tensor: condition, at: this.steps.length });
    const bodyNodes = this.collect(body);
    this.nodes.push({ kind: "while", test: testNodes, condition, body: bodyNodes });
    if (this.steps.length > first) this.loops.push({ first, last: this.steps.length - 1 });
  }

  endUnless(condition: Tensor): void {
    this.looks.push({ tensor: condition.index, at: this.steps.length });
    this.ends.push({ steps: this.steps.length, views: this.views.size });
    this.nodes.push({ kind: "endUnless", condition: condition.index });
  }

  once(write: () => void): void {
    this.initial.push(...this.collect(write));
  }

  call(index: number, inputs: readonly Tensor[]): Tensor[] {
    const called = this.graph.subgraphs[index]!;
    const base = this.tensors.length;
    const shifted = (tensor: number) => (tensor < 0 ? tensor : tensor + base);
    for (const tensor of called.tensors) this.tensors.push({ ...tensor, index: shifted(tensor.index) });
    const subgraph: Subgraph = {
      name: called.name, tensors: this.tensors, inputs: called.inputs.map(shifted), outputs: called.outputs.map(shifted),
      operators: called.operators.map((operator) => ({ ...operator, inputs: operator.inputs.map(shifted), outputs: operator.outputs.map(shifted) })),
    };
    subgraph.inputs.forEach((tensor, i) => {
      const { data } = inputs[i]!;
      if (data) this.folded.set(tensor, data);
      else this.view(inputs[i]!, this.tensors[tensor]!);
    });
    for (const operator of subgraph.operators) this.lowerOperator(subgraph, operator);
    return subgraph.outputs.map((tensor) => {
      if (this.extents.has(tensor))
        throw new ArenulaError("OPERATOR_UNSUPPORTED", `${describe(this.tensors[tensor]!)} has as many rows as only the running model knows`, { where: `subgraph '${called.name}'`, hint: "a subgraph gives its results in a known shape: return a mask instead" });
      return this.known(tensor);
    });
  }

  temporary(like: Tensor): Tensor {
    return this.add({ ...like, index: this.tensors.length, data: null, isVariable: false });
  }

  resource(key: string, like: Tensor): Tensor {
    let tensor = this.resources.get(key);
    if (!tensor) {
      tensor = this.add({ ...like, index: this.tensors.length, name: key, data: null, isVariable: true });
      this.resources.set(key, tensor);
      this.keep(tensor);
    } else if (tensor.type !== like.type || byteLength(tensor) !== byteLength(like))
      throw new ArenulaError("MODEL_INVALID", `variable '${key}' is ${tensor.type} [${tensor.shape}] and ${like.type} [${like.shape}]`, { where: like.name, hint: "the file is damaged or was edited by hand: convert it again" });
    return tensor;
  }

  /** A tensor with the bytes that folding gave it. */
  private known(index: number): Tensor {
    const tensor = this.tensors[index]!, data = this.folded.get(index);
    return data ? { ...tensor, data } : tensor;
  }

  /** An output that keeps what it holds when an inference ends early, zeros at first: a copy where it is a view from behind the end of bytes from before it. */
  private lastingOutput(output: number): number {
    if (this.known(output).data) return output;
    const root = this.root(output), written = Math.max(-1, ...this.steps.map(({ writes }, step) => (writes.includes(root) ? step : -1))), order = [...this.views.keys()].indexOf(output);
    const outlived = this.ends.some((end) => order >= end.views && written < end.steps);
    const extent = this.extents.get(output);
    const lasting = outlived ? this.copyOf(this.tensors[output]!) : output;
    if (extent !== undefined) this.extents.set(lasting, outlived ? this.copyOf(this.tensors[extent]!) : extent);
    for (const tensor of [this.root(lasting), this.extents.get(lasting)])
      if (tensor !== undefined && !this.main.inputs.includes(tensor) && !this.variables.has(tensor)) this.variables.set(tensor, 0);
    return lasting;
  }

  private copyOf(tensor: Tensor): number {
    const copy = this.temporary(tensor);
    emitCopyAll(new Op(this.graph, this.main, this.main.operators.at(-1)!, this.folded), this, tensor, copy);
    return copy.index;
  }

  /** Variables start at real zero. */
  private keep(tensor: Tensor): void {
    if (!tensor.isVariable || this.variables.has(tensor.index) || this.views.has(tensor.index)) return;
    const bytes = tensor.type === "int8" || tensor.type === "uint8";
    this.variables.set(tensor.index, bytes ? tensor.quantization?.zeroPoint[0] ?? 0 : 0);
  }

  private collect(write: () => void): Node[] {
    const outer = this.nodes, nodes: Node[] = [];
    this.nodes = nodes;
    try {
      write();
    } finally {
      this.nodes = outer;
    }
    return nodes;
  }
}
