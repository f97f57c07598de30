// One pass over a data set: what a model is fed, what it answers, what its tensors hold, and how far it is from another version of itself.
import type { Graph } from "../graph/graph";
import { Interpreter } from "../runtime/interpreter";
import { Collector } from "./collect";
import { Comparer, type Comparison } from "./compare";
import { findingsOf, InputWatch, type Finding } from "./findings";
import { OutputWatch } from "./outputs";
import { runSample } from "./runner";
import type { ModelStatistics, SampleName } from "./statistics";

export interface Examined {
  /** Causes before symptoms. */
  readonly findings: readonly Finding[];
  /** null where there is nothing to compare with. */
  readonly comparison: Comparison | null;
  /** Of the model that is compared with, or of the model itself. */
  readonly statistics: Pick<ModelStatistics, "tensors">;
}

/** An examination under way: samples are added one by one and not kept. */
export class Examination {
  private readonly inputs: readonly InputWatch[];
  private readonly answers: OutputWatch;
  private readonly collector: Collector;
  private labelled = false;

  private constructor(/** Holds the last sample's answer. */ readonly net: Interpreter, other: Interpreter, private readonly comparer: Comparer | null) {
    const [main] = net.model.subgraphs;
    this.inputs = main!.inputs.map((index) => new InputWatch(main!.tensors[index]!));
    this.answers = new OutputWatch(other);
    this.collector = new Collector(comparer?.a ?? net);
  }

  /** @param against what the model should compute @throws ArenulaError as Interpreter.create and Comparer.create */
  static async create(model: Graph, against: Graph | null): Promise<Examination> {
    const net = await Interpreter.create(model), other = await Interpreter.create(model); // one answers, the other tries what else could be fed
    return new Examination(net, other, against && (await Comparer.create(against, model)));
  }

  /**
   * @param stored what the model's inputs store
   * @param label the class of the sample, where it is known: for all samples or for none
   * @param storedAgainst what the inputs of the model that is compared with store
   */
  add(sample: SampleName, stored: readonly Uint8Array[], label: number | null, storedAgainst: readonly Uint8Array[] = stored): void {
    const { net, comparer, collector } = this;
    net.inputs.forEach((input, i) => {
      input.bytes.set(stored[i]!);
      this.inputs[i]!.add(input.data as ArrayLike<number>, input.bytes);
    });
    const fed = net.inputs[0]!.dequantize();
    if (comparer) collector.take(sample, (see) => void comparer.add(storedAgainst, see));
    if (comparer) runSample(net, stored, () => {});
    else collector.add(sample, stored);
    this.answers.add(fed, net.outputs[0]!.dequantize(), label);
    this.labelled = label !== null;
  }

  result(): Examined {
    const comparison = this.comparer?.result() ?? null, statistics = this.collector.result;
    const findings = findingsOf({ model: this.net.model, inputs: this.inputs.flatMap((input) => input.findings()), answers: this.answers.findings(this.labelled), comparison, statistics });
    return { findings, comparison, statistics };
  }
}
