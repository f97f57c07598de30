import type { ArenaPlan, PlannerName } from "../arena/plan";
import { crc32 } from "../crc32";
import { ArenulaError } from "../errors";
import { operatorName, type Graph, type Subgraph } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import { lower } from "../lowering/lower";
import type { CoreName } from "../lowering/lowering";
import { layOut, writeImage, type MemoryMap } from "../lowering/memory";
import type { Node, Program } from "../lowering/program";
import { instantiate, loadCore, type Core, type CoreChoice, type Kernels } from "./core";
import { InputView, TensorView } from "./tensor_view";
import { activationBytes, showOutputs, variableBytes, type Placed, type WatchedOutput } from "./watch";

export interface InterpreterOptions {
  /** Which build of the kernels; results do not depend on it. Defaults to "auto": the best one that this engine runs. */
  core?: CoreChoice;
  /** How the arena is planned. Defaults to "auto". */
  planner?: PlannerName;
}

/** One call of one kernel, for profiles and drawings. */
export interface StepInfo {
  /** Index of the operator in the file. */
  readonly operator: number;
  /** "CONV_2D". */
  readonly name: string;
  readonly kernel: string;
  /** Name of the operator's first output. */
  readonly tensor: string;
}

export interface Profile {
  readonly ms: number;
  readonly steps: readonly (StepInfo & { readonly ms: number })[];
}

/** The checksum of one operator's output, over the tensor as the model defines it. */
export interface TraceEntry {
  readonly operator: number;
  readonly op: string;
  readonly tensor: number;
  readonly crc32: string;
  /** True where lowering computed the output. */
  readonly folded?: boolean;
}

/** Bytes of linear memory, by what they hold. */
export interface MemoryUse {
  readonly recordBytes: number;
  readonly constantBytes: number;
  readonly arenaBytes: number;
  /** With the core's own data; WebAssembly rounds it up to pages of 65,536. */
  readonly totalBytes: number;
}

const PAGE = 65536;
/** What SIMD kernels may read behind the last byte they use. */
const OVERREAD = 16;
/** 2 GiB: kernels compute addresses as signed numbers of 32 bits. */
const MOST_PAGES = 32768;

/** Kernels execute `unreachable` for one reason only. */
function trapped(error: unknown, { operator, name, tensor }: StepInfo): unknown {
  if (!(error instanceof WebAssembly.RuntimeError) || !error.message.includes("unreachable")) return error;
  return new ArenulaError("INDEX_RANGE", `${name}: an index leads out of its tensor`, { where: `operator ${operator} ${name} '${tensor}'`, hint: "look at what computes the indices, and at the inputs: no output of this run is valid" });
}

/** One model in one memory of exactly the planned size. */
export class Interpreter {
  /** The rounding rules that every result follows (docs/numerics.md). */
  readonly dialect = "reference";
  readonly inputs: readonly InputView[];
  readonly outputs: readonly TensorView[];
  readonly steps: readonly StepInfo[];
  readonly memory: MemoryUse;
  private readonly calls: readonly (() => void)[];
  private endedAt: number | null = null;
  /** Told how long every step took, while a profile is taken. */
  private observe: ((step: number, ms: number) => void) | null = null;

  private constructor(readonly model: Graph, private readonly instance: CoreInstance, private readonly program: Program, private readonly map: MemoryMap) {
    const { subgraph } = program;
    const { kernels } = instance;
    this.steps = program.steps.map(({ operator, kernel }) => describeStep(subgraph, operator, kernel));
    this.calls = program.steps.map(({ kernel }, i) => {
      const run = kernels[kernel];
      if (!run) throw new ArenulaError("INTERNAL", `core '${instance.name}' has no kernel '${kernel}'`);
      const record = map.records[i]!;
      return () => {
        const start = this.observe ? performance.now() : 0;
        try {
          run(record);
        } catch (error) {
          throw trapped(error, this.steps[i]!);
        }
        this.observe?.(i, performance.now() - start);
      };
    });
    const view = <T extends TensorView>(make: new (tensor: Tensor, buffer: ArrayBufferLike, at: number, extentAt?: number) => T) => (index: number) => {
      const tensor = subgraph.tensors[index]!;
      const address = map.tensors.get(index);
      if (address !== undefined) return new make(tensor, instance.buffer, address, map.tensors.get(program.extents.get(index) ?? -1));
      const bytes = this.constantBytes(index)!.slice(); // a constant output: its own copy, aligned
      return new make(tensor, bytes.buffer, 0);
    };
    this.inputs = subgraph.inputs.map(view(InputView));
    this.outputs = subgraph.outputs.map(view(TensorView));
    this.resetState();
    this.memory = {
      recordBytes: map.constantsAt - map.recordsAt, constantBytes: map.arenaAt - map.constantsAt, arenaBytes: map.plan.bytes, totalBytes: map.bytes,
    };
  }

  /**
   * Lowers, plans and instantiates a model.
   * @throws ArenulaError OPERATOR_UNSUPPORTED, MODEL_INVALID, CORE_UNAVAILABLE, ARENA_TOO_LARGE
   */
  static async create(model: Graph, { core = "auto", planner = "auto" }: InterpreterOptions = {}): Promise<Interpreter> {
    const loaded = await loadCore(core);
    return Interpreter.fromProgram(model, lower(model, { core: loaded.name }), loaded, planner);
  }

  /** Plans and instantiates a program that was lowered for `core`. */
  static async fromProgram(model: Graph, program: Program, core: Core, planner: PlannerName = "auto"): Promise<Interpreter> {
    const map = layOut(program, core.heapBase, { planner });
    const pages = Math.ceil((map.bytes + OVERREAD) / PAGE);
    const memory = allocate(pages);
    const kernels = instantiate(core, memory);
    writeImage(program, map, new Uint8Array(memory.buffer));
    return new Interpreter(model, { name: core.name, kernels, buffer: memory.buffer }, program, map);
  }

  /** Which build of the kernels runs. */
  get core(): CoreName {
    return this.instance.name;
  }

  /** The plan of every byte that activations and scratch take. */
  get arena(): ArenaPlan {
    return this.map.plan;
  }

  /**
   * Runs the model on what the inputs hold. Set every input before every call.
   * @throws ArenulaError INDEX_RANGE where the model computes an index that leads out of a tensor
   */
  invoke(): void {
    this.runAll(() => {});
  }

  /**
   * The operator that ended the last inference early, by its index in the file; null where it ran to its end. A CIRCULAR_BUFFER ends those in which it
   * still gathers input: what was computed before it counts, and other outputs are those of the last inference that ran to its end, zeros at first.
   */
  get endedEarlyAt(): number | null {
    return this.endedAt;
  }

  /** @param see is told the place of every operator that ran, the one that ended the inference included */
  private runAll(see: (operator: number) => void): void {
    const { code, final } = this.program;
    this.endedAt = null;
    for (const [i, nodes] of code.entries()) {
      const over = !this.run(nodes);
      see(i);
      if (!over) continue;
      this.endedAt = this.program.subgraph.operators[i]!.index;
      return;
    }
    this.run(final); // outputs then hold what the user reads
  }

  /** Returns whether the inference goes on. */
  private run(nodes: readonly Node[]): boolean {
    return nodes.every((node) => {
      switch (node.kind) {
        case "step":
          this.calls[node.step]!();
          return true;
        case "if":
          return this.run(this.holds(node.condition) ? node.then : node.otherwise);
        case "while":
          for (;;) {
            if (!this.run(node.test)) return false;
            if (!this.holds(node.condition)) return true;
            if (!this.run(node.body)) return false;
          }
        case "endUnless":
          return this.holds(node.condition);
      }
    });
  }

  /** Whether a bool of one element holds. */
  private holds(condition: number): boolean {
    return this.activation(condition)[0] !== 0;
  }

  /** A copy of every variable, for `restoreState`: empty for a model without state. */
  saveState(): Uint8Array {
    return this.state.slice();
  }

  /**
   * Puts variables back to what `saveState` gave.
   * @throws ArenulaError STATE_LENGTH
   */
  restoreState(state: Uint8Array): void {
    if (state.length !== this.state.length)
      throw new ArenulaError("STATE_LENGTH", `${state.length} bytes for a state of ${this.state.length}`, { where: "restoreState", hint: "restore what `saveState` of the same model gave" });
    this.state.set(state);
  }

  /** Puts variables back to their first values: every one to real zero, and to what the model itself assigns once. Set the inputs afterwards. */
  resetState(): void {
    for (const [tensor, byte] of this.program.variables) this.activation(tensor).fill(byte);
    this.run(this.program.initial);
  }

  /** The region of all variables. */
  private get state(): Uint8Array {
    const { start, bytes } = this.map.state;
    return new Uint8Array(this.instance.buffer, start, bytes);
  }

  /** Runs the model once and times every step: a step within a loop all its turns together. */
  profile(): Profile {
    const steps = this.steps.map((step) => ({ ...step, ms: 0 }));
    this.observe = (step, ms) => void (steps[step]!.ms += ms);
    try {
      const start = performance.now();
      this.invoke();
      return { ms: performance.now() - start, steps };
    } finally {
      this.observe = null;
    }
  }

  /**
   * Runs the model once and shows every operator's outputs as they are computed.
   * @param see is given bytes that hold until it returns
   */
  watch(see: (output: WatchedOutput) => void): void {
    this.runAll((place) => showOutputs(this.placed, place, see));
  }

  /** A variable of the model as it is now, as the file defines the tensor; null where nothing uses it. The bytes hold until the next call. */
  variable(tensor: number): Uint8Array | null {
    return variableBytes(this.placed, tensor);
  }

  /** Runs the model once and takes a checksum of every operator's outputs as they are computed. */
  trace(): TraceEntry[] {
    const entries: TraceEntry[] = [];
    this.watch(({ operator, tensor, bytes, folded }) => {
      entries.push({ operator: operator.index, op: operator.name, tensor: tensor.index, crc32: crc32(bytes), ...(folded && { folded }) });
    });
    return entries;
  }

  /** Bytes of an activation, where the arena holds them at this moment. */
  private activation(tensor: number): Uint8Array {
    return activationBytes(this.placed, tensor);
  }

  private get placed(): Placed {
    return { model: this.model, program: this.program, buffer: this.instance.buffer, tensors: this.map.tensors };
  }

  private constantBytes(tensor: number): Uint8Array | null {
    return this.program.folded.get(tensor) ?? this.program.subgraph.tensors[tensor]!.data;
  }
}

/** Linear memory of exactly this many pages, for good. */
function allocate(pages: number): WebAssembly.Memory {
  const refuse = (what: string) => new ArenulaError("ARENA_TOO_LARGE", `the model needs ${pages} pages of ${PAGE} bytes, ${what}`, { hint: "a smaller input, batch or model would fit" });
  if (pages > MOST_PAGES) throw refuse(`kernels address ${MOST_PAGES}`);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    throw refuse("which this machine does not have free");
  }
}

interface CoreInstance {
  readonly name: CoreName;
  readonly kernels: Kernels;
  readonly buffer: ArrayBuffer;
}

function describeStep(subgraph: Subgraph, index: number, kernel: string): StepInfo {
  const operator = subgraph.operators[index]!;
  return { operator: index, name: operator.name, kernel, tensor: subgraph.tensors[operator.outputs[0]!]?.name ?? operatorName(subgraph, operator) };
}
