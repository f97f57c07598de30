// Runs a model over samples and keeps statistics of its tensors. No file and no worker is known here: src/cli/collect.ts has those.
import type { Graph, Operator } from "../graph/graph";
import { storedRange, type Tensor } from "../graph/tensor";
import { valuesIn } from "../runtime/tensor_view";
import { edgesOf } from "./bins";
import { runSample, type Runner, type SeeTensor } from "./runner";
import { emptyTensor, RANGE_FIELDS, type SampleName, type TensorInfo, type TensorStatistics } from "./statistics";
import { addTally, quantileBin, Tallier, type Tally } from "./tally";

/** Of a sample's values this share lies below p1, and as much above p99. */
const TAIL = 0.01;

/** The tensors that statistics are about: real values and codes of subgraph 0, variables as every operator leaves them. Whole numbers without a scale (indices, shapes) have no range to find. */
export function tensorsOf(model: Graph): TensorInfo[] {
  const [subgraph] = model.subgraphs as [Graph["subgraphs"][0]];
  const infos = new Map<number, TensorInfo>();
  const add = (index: number, operator: Operator | null) => {
    const tensor = subgraph.tensors[index];
    const info = tensor && !infos.has(index) ? infoOf(tensor, operator) : null;
    if (info) infos.set(index, info);
  };
  for (const index of subgraph.inputs) add(index, null);
  for (const operator of subgraph.operators) for (const index of [...operator.inputs.filter((input) => subgraph.tensors[input]?.isVariable), ...operator.outputs]) add(index, operator);
  return [...infos.values()];
}

/** null for what has no real values: constants, whole numbers without a scale. @param operator what computes it; null for an input of the model */
export function infoOf({ index, name, type, shape, quantization, data }: Tensor, operator: Operator | null): TensorInfo | null {
  const counted = { index, name, type, shape, operator: operator && { index: operator.index, name: operator.name } };
  if (data) return null;
  if (type === "float32") return { ...counted, quantization: null };
  if (!["int8", "uint8", "int16"].includes(type) || quantization?.scale.length !== 1) return null;
  const [least, most] = storedRange(type)!;
  return { ...counted, quantization: { scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]!, least, most } };
}

/** Statistics of the samples that a model runs. */
export class Collector {
  private readonly tallier = new Tallier();
  private readonly tensors: Map<number, TensorStatistics>;
  private readonly ranges = new Map<number, number[]>();
  private readonly names: SampleName[] = [];

  /** @param keepState samples follow one another as in a stream: each finds the variables that the one before left */
  constructor(private readonly net: Runner, private readonly keepState = false) {
    this.tensors = new Map(tensorsOf(net.model).map((info) => [info.index, emptyTensor(info)]));
    for (const index of this.tensors.keys()) this.ranges.set(index, []);
  }

  /** Runs one sample. @param inputs stored bytes, one for each input of the model */
  add(sample: SampleName, inputs: readonly Uint8Array[]): void {
    this.take(sample, (see) => runSample(this.net, inputs, see, this.keepState));
  }

  /** Takes in one sample that somebody else runs. @param run shows the inputs and every operator's outputs */
  take(sample: SampleName, run: (see: SeeTensor) => void): void {
    const { tensors } = this;
    const tallies = new Map<number, { tally: Tally; statistics: TensorStatistics }>();
    run(({ index }, bytes, folded) => {
      const statistics = folded ? undefined : tensors.get(index);
      if (statistics) tallies.set(index, { statistics, tally: this.tally(statistics.info, bytes) });
    });
    // only now: a sample that the model stops at leaves nothing behind
    this.names.push(sample);
    for (const index of tensors.keys()) {
      const seen = tallies.get(index);
      this.ranges.get(index)!.push(...(seen ? rangeOf(seen.statistics.info, seen.tally) : NO_RANGE));
      if (seen) addTo(seen.statistics, seen.tally, sample.index);
    }
  }

  /** Of all samples so far. */
  get result(): { samples: readonly SampleName[]; tensors: readonly TensorStatistics[] } {
    for (const [index, tensor] of this.tensors) tensor.ranges = Float32Array.from(this.ranges.get(index)!);
    return { samples: this.names, tensors: [...this.tensors.values()] };
  }

  private tally({ type, quantization }: TensorInfo, bytes: Uint8Array): Tally {
    return quantization ? this.tallier.codes(valuesIn(type, bytes)!, -quantization.least) : this.tallier.floats(bytes);
  }
}

const NO_RANGE = RANGE_FIELDS.map(() => NaN);

/** In the order of RANGE_FIELDS. */
function rangeOf({ quantization }: TensorInfo, tally: Tally): readonly number[] {
  if (tally.count === 0) return NO_RANGE;
  const first = quantileBin(tally, TAIL), last = quantileBin(tally, 1 - TAIL), { min, max } = tally;
  if (quantization) return [min, first + quantization.least, last + quantization.least, max];
  return [min, Math.max(min, edgesOf(first).low), Math.min(max, edgesOf(last).high), max];
}

function addTo(statistics: TensorStatistics, tally: Tally, sample: number): void {
  statistics.count += tally.count;
  if (tally.nan + tally.infinite > 0) statistics.unfit.push({ sample, nan: tally.nan, infinite: tally.infinite });
  addTally(statistics.histogram, tally);
  if (tally.sums) statistics.sums = { sum: statistics.sums!.sum + tally.sums.sum, squares: statistics.sums!.squares + tally.sums.squares };
}
