// A linked module in this process's own WebAssembly engine, one operator after the other: the code and the memory that a device has, without its interpreter.
import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { InputView, TensorView } from "../runtime/tensor_view";
import { showOutputs, variableBytes, type Placed, type WatchedOutput } from "../runtime/watch";
import { NO_OPERATOR } from "./image";
import type { Linked } from "./link";

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly invoke_range: (first: number, end: number) => void;
  /** Absent in a module without state. */
  readonly reset?: () => void;
}

export class ModuleRun {
  readonly inputs: readonly InputView[];
  readonly outputs: readonly TensorView[];

  private constructor(readonly model: Graph, private readonly linked: Linked, private readonly exports: Exports) {
    const { facts, program: { subgraph } } = linked, { buffer } = exports.memory;
    this.inputs = facts.inputs.map(({ address, extent }, i) => new InputView(subgraph.tensors[subgraph.inputs[i]!]!, buffer, address, extent));
    this.outputs = facts.outputs.map(({ address, extent }, i) => new TensorView(subgraph.tensors[subgraph.outputs[i]!]!, buffer, address, extent));
    this.resetState();
  }

  /** @param model what was linked, as it was parsed */
  static async create(model: Graph, linked: Linked): Promise<ModuleRun> {
    const { instance } = await WebAssembly.instantiate(linked.module as BufferSource, {});
    return new ModuleRun(model, linked, instance.exports as unknown as Exports);
  }

  resetState(): void {
    this.exports.reset?.();
  }

  /**
   * Runs the model once on what the inputs hold, and shows every operator's outputs as they are computed.
   * @param see is given bytes that hold until it returns
   * @throws ArenulaError DEVICE_TRAP with the operator
   */
  watch(see: (output: WatchedOutput) => void): void {
    const { code, final, folded } = this.linked.program, [main] = this.model.subgraphs;
    for (const place of code.keys()) {
      const over = !this.run(place);
      if (over || place < code.length - 1 || final.length === 0) {
        showOutputs(this.placed, place, see);
        if (over) return;
        continue;
      }
      // behind the last operator outputs were converted, maybe where they lay: the converted ones are what it made
      const operator = main!.operators[place]!;
      for (const index of operator.outputs) {
        const output = this.outputs[main!.outputs.indexOf(index)];
        if (output) see({ operator, tensor: main!.tensors[index]!, bytes: output.bytes, folded: folded.has(index) });
      }
    }
  }

  /** A variable as it is now; null where nothing uses it. */
  variable(tensor: number): Uint8Array | null {
    return variableBytes(this.placed, tensor);
  }

  /** Returns whether the inference goes on. */
  private run(place: number): boolean {
    const { memory, invoke_range } = this.exports;
    try {
      invoke_range(place, place + 1);
      return new DataView(memory.buffer).getUint32(this.linked.image.operatorAt, true) === NO_OPERATOR;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const { index, op, tensor } = this.linked.facts.operators[place]!;
      throw new ArenulaError("DEVICE_TRAP", `the linked module stops: ${error.message}`, { where: `operator ${index} ${op} '${tensor}'`, hint: "an index leads out of its tensor: look at the inputs; `arenula simulate` says which instruction" });
    }
  }

  private get placed(): Placed {
    const { linked: { program, image }, exports: { memory } } = this;
    return { model: this.model, program, buffer: memory.buffer, tensors: image.tensors };
  }
}
