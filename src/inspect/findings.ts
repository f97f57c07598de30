// What is suspicious about a model, its data, or what a comparison found. A finding names one cause and its repair; sound models and data have none.
import { operatorName, type Graph } from "../graph/graph";
import { elementCount, realRange, storedRange, type Tensor } from "../graph/tensor";
import { infoOf } from "./collect";
import type { Comparison, LayerComparison } from "./compare";
import { Counts } from "./counts";
import { FIXED_SCALE } from "./occupancy";
import { distributionOf, sampleRanges, type ModelStatistics, type TensorInfo, type TensorStatistics } from "./statistics";

export type FindingCode =
  | "DUMMY_RANGES" // many activations share one range that no data gave them
  | "WEIGHTS_UNEVEN" // one scale for weights whose channels differ much
  | "INPUT_NOT_QUANTIZED" // reals in the place of stored values
  | "INPUT_CLIPPED" // data outside of what an input can hold
  | "INPUT_RANGE_UNUSED" // data that fill only a part of an input's range
  | "INPUT_CONSTANT" // all samples are alike
  | "CHANNEL_ORDER" // the model is surer of itself with channels in another order
  | "INPUT_SCALING" // the model is surer of itself with inputs scaled otherwise
  | "OUTPUT_CONSTANT" // always the same class
  | "RANGE_CLIPPED" // a layer cannot express what the data make of it
  | "RANGE_WIDE" // a layer spends its codes on values that never occur
  | "WEIGHTS_CHANGED" // a layer computes something else
  | "SAMPLES_CONCENTRATED"; // single samples use few codes of what all samples together need

export interface Finding {
  readonly code: FindingCode;
  /** "operator 7 CONV_2D 'conv2d_3/Relu'", "input 'x'"; "" for the whole model. */
  readonly where: string;
  readonly message: string;
  readonly hint: string;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** Operators whose output range comes from data: the others take over their input's, or have one by definition. */
const MAKES_RANGE = new Set(["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV", "ADD", "SUB", "MUL", "BATCH_MATMUL", "PRELU", "LEAKY_RELU", "HARD_SWISH", "ELU", "GELU", "MEAN", "SUM"]);
/** Fewer tensors may share a range by chance or by a rule. */
const LEAST_DUMMIES = 4;
/** Channels of weights whose largest values differ by more share no scale well: the smallest keeps three of eight bits. */
const MOST_UNEVEN = 32;

/** RELU6 has this range by definition, and quantization-aware training takes it so. */
function isRelu6([low, high]: readonly [number, number]): boolean {
  return low === 0 && Math.abs(high - 6) < 0.01;
}

/** What a model's file alone tells. */
export function modelFindings(model: Graph): Finding[] {
  const { operators, tensors } = model.subgraphs[0]!;
  const findings: Finding[] = [];
  const sharing = new Map<string, Tensor[]>();
  for (const operator of operators) {
    const tensor = tensors[operator.outputs[0] ?? -1], range = tensor && realRange(tensor);
    if (!range || !MAKES_RANGE.has(operator.name) || (operator.options["fusedActivationFunction"] === "RELU6" && isRelu6(range))) continue;
    const key = range.join();
    sharing.set(key, [...(sharing.get(key) ?? []), tensor]);
  }
  const [most] = [...sharing.values()].sort((a, b) => b.length - a.length);
  const makers = [...sharing.values()].flat().length;
  if (most && most.length >= LEAST_DUMMIES && most.length > makers / 2) {
    const [low, high] = realRange(most[0]!)!;
    findings.push({
      code: "DUMMY_RANGES", where: "", message: `${most.length} of ${makers} activations share the range ${short(low)} to ${short(high)}: dummy quantization, no data were asked`,
      hint: "quantize with ranges from data: arenula quantize float.tflite --data samples.npy",
    });
  }
  for (const operator of operators) {
    const weights = tensors[operator.inputs[1] ?? -1];
    if (!weights?.data || !["CONV_2D", "DEPTHWISE_CONV_2D"].includes(operator.name) || weights.quantization?.scale.length !== 1 || storedRange(weights.type) === null) continue;
    const uneven = unevenness(weights, operator.name === "DEPTHWISE_CONV_2D");
    if (uneven > MOST_UNEVEN) {
      findings.push({
        code: "WEIGHTS_UNEVEN", where: operatorName(model.subgraphs[0]!, operator), message: `one scale for all channels, whose largest weights differ by a factor of ${short(uneven)}: small channels keep few codes`,
        hint: "quantize per channel (--scheme int8), or even out the channels before (--equalize)",
      });
    }
  }
  return findings;
}

/** The largest weight of all channels over that of the middle one. */
function unevenness(weights: Tensor, channelsLast: boolean): number {
  const zero = weights.quantization!.zeroPoint[0]!, { shape } = weights;
  const channels = channelsLast ? shape.at(-1)! : shape[0]!, inner = elementCount(shape) / channels;
  const codes = weights.type === "uint8" ? weights.data! : new Int8Array(weights.data!.buffer, weights.data!.byteOffset, weights.data!.length);
  const largest = Array.from({ length: channels }, (_, c) => {
    let most = 0;
    for (let i = 0; i < inner; i++) most = Math.max(most, Math.abs(codes[channelsLast ? i * channels + c : c * inner + i]! - zero));
    return most;
  }).filter((value) => value > 0).sort((a, b) => a - b);
  return largest.length < 4 ? 1 : largest.at(-1)! / largest[largest.length >> 1]!;
}

/** A share of clipped values that outliers explain. */
const CLIPPED_BY_CHANCE = 0.01;
/** Data below this share of an input's range are mostly data of another scale. */
const LEAST_USED = 0.5;

/** What the data look like to one input. Samples are added one by one. */
export class InputWatch {
  /** null where the input has no codes. */
  private readonly info: TensorInfo | null;
  /** How often each code is stored, by code - least. */
  private readonly counts = new Counts();
  private first: Uint8Array | null = null;
  private alike = true;
  private samples = 0;

  constructor(private readonly tensor: Tensor) {
    const info = infoOf(tensor, null);
    this.info = info?.quantization ? info : null;
  }

  /** @param stored the values that the input holds; @param bytes the same as bytes */
  add(stored: ArrayLike<number>, bytes: Uint8Array): void {
    if (this.info) for (let i = 0, { least } = this.info.quantization!; i < stored.length; i++) this.counts.add(stored[i]! - least, 1);
    this.samples++;
    if (!this.first) this.first = bytes.slice();
    else this.alike &&= this.first.every((byte, i) => byte === bytes[i]);
  }

  findings(): Finding[] {
    const constant: Finding = { code: "INPUT_CONSTANT", where: `input '${this.tensor.name}'`, message: `all ${this.samples} samples are the same`, hint: "look at how the data set was made" };
    return [...(this.samples > 1 && this.alike ? [constant] : []), ...(this.info ? storedFindings(this.info, this.counts) : [])];
  }
}

/** What the codes in a quantized input tell. @param histogram by code - least */
function storedFindings({ name, type, shape, quantization }: TensorInfo, histogram: Counts): Finding[] {
  const { scale, zeroPoint, least: first, most: last } = quantization!, where = `input '${name}'`, counts = histogram.entries().map(([bin, n]) => [bin + first, n] as const);
  if (elementCount(shape) < 4 || counts.length === 0) return [];
  const codes = counts.map(([code]) => code), least = codes[0]!, most = codes.at(-1)!, real = (code: number) => (code - zeroPoint) * scale;
  if (codes.length <= 3 && least >= -1 && most <= 1) {
    return [{
      code: "INPUT_NOT_QUANTIZED", where, message: `all stored values are ${codes.join(", ")} in an ${type} input of scale ${short(scale)}, zero point ${zeroPoint}: the data were not quantized`,
      hint: `stored = round(real / ${short(scale)}) + ${zeroPoint}: give reals as a float array, and Arenula does it`,
    }];
  }
  const total = counts.reduce((sum, [, n]) => sum + n, 0), atEnds = counts.reduce((sum, [code, n]) => sum + (code === first || code === last ? n : 0), 0) / total;
  const range = `${short(real(first))} to ${short(real(last))}`, used = (most - least) / (last - first);
  if (atEnds > CLIPPED_BY_CHANCE && codes.length <= 4) {
    return [{ code: "INPUT_CLIPPED", where, message: `${short(100 * atEnds)} % of the values are at the ends of the range ${range}: the data are of another scale`, hint: "scale them as in training: --mean and --std for pixels" }];
  }
  if (used >= LEAST_USED) return [];
  return [{
    code: "INPUT_RANGE_UNUSED", where, message: `the data go from ${short(real(least))} to ${short(real(most))}, ${short(100 * used)} % of the input's range ${range}`,
    hint: real(most) <= 1.01 && real(last) > 100 ? "the model takes pixels, the data are scaled to 1: multiply by 255" : "scale the data as in training; if they are right, quantize again with data like them",
  }];
}

/** A layer whose own error is below is as good as rounding lets it be: products of rounded weights make it more than 0.29. */
const SOUND_STEPS = 1.5;
/** Signal over error of its own, in decibels, that a layer without fault has. */
const SOUND_OWN_DB = 18;
const CLIPPED_SHARE = 0.002;
const FEW_CODES = 24;

/** What a comparison with the float model says of layers: worst first. */
export function comparisonFindings({ layers, suspects, inputs }: Comparison): Finding[] {
  const clippedInputs = inputs.filter(({ clipped }) => clipped > CLIPPED_BY_CHANCE).map(({ tensor, clipped }): Finding => ({
    code: "INPUT_CLIPPED", where: `input '${tensor}'`, message: `${short(100 * clipped)} % of the values lie outside of what the input can hold`, hint: "scale the data as in training, or quantize again with data like these",
  }));
  return [...clippedInputs, ...suspects.map((i) => layers[i]!).filter(isFaulty).map(layerFinding)];
}

function isFaulty({ own, inherited, codes, clipped }: LayerComparison): boolean {
  if (!own || own.steps === null || own.sqnr_db === null || inherited!.rms > own.rms) return false;
  return (own.steps > SOUND_STEPS && (own.sqnr_db < SOUND_OWN_DB || clipped > CLIPPED_SHARE)) || (own.sqnr_db < SOUND_OWN_DB && codes !== null && codes < FEW_CODES);
}

function layerFinding({ operator_b, op, tensor, own, codes, clipped }: LayerComparison): Finding {
  const where = `operator ${operator_b} ${op} '${tensor}'`, error = `its own error is ${short(own!.steps!)} steps (rounding alone: 0.29), SQNR ${short(own!.sqnr_db!)} dB`;
  if (clipped > CLIPPED_SHARE) {
    return { code: "RANGE_CLIPPED", where, message: `${short(100 * clipped)} % of the values lie outside of its range; ${error}`, hint: "quantize with more data or another calibrator (--calibrator minmax), or keep the layer in int16 or float by a recipe" };
  }
  if (codes !== null && codes < FEW_CODES) {
    return { code: "RANGE_WIDE", where, message: `the data use ${codes} of its codes; ${error}`, hint: "an outlier or a dummy made the range: --calibrator percentile or mse, or `arenula stats` to see which sample" };
  }
  return { code: "WEIGHTS_CHANGED", where, message: `it computes something else: ${error}`, hint: "`arenula diff` says whether weights or biases differ; per-tensor weights: --scheme int8 quantizes per channel" };
}

/** Samples below this share of the range of all are few: of 256 codes they are left with 42. A sound model's least ones are at a quarter. */
const SMALL_SHARE = 1 / 6;
/** Of the samples: fewer are what every data set has, such as recordings of silence. */
const SMALL_SAMPLES = 1 / 4;
/** Fewer samples do not tell what is usual. */
const LEAST_OBSERVED = 16;

/**
 * What statistics over a data set tell: one finding, at the first tensor whose samples differ much in magnitude, as what follows mostly inherits that. Sizes are shares of
 * the range over all samples, so it is the same for a float model and for a quantized one.
 */
export function statisticsFindings({ tensors }: Pick<ModelStatistics, "tensors">): Finding[] {
  const concentrated = tensors.map((tensor) => ({ tensor, share: sampleShare(tensor) })).filter(({ share }) => share < SMALL_SHARE);
  const [first] = concentrated;
  if (!first) return [];
  const { tensor, share } = first, { info } = tensor, { min, max } = distributionOf(tensor);
  const others = concentrated.length - 1, worst = concentrated.reduce((least, each) => (each.share < least.share ? each : least));
  const where = info.operator ? `operator ${info.operator.index} ${info.operator.name} '${info.name}'` : `input '${info.name}'`;
  return [{
    code: "SAMPLES_CONCENTRATED", where,
    message: `all samples together range from ${short(min)} to ${short(max)}, a quarter of them uses at most ${short(100 * share)} % of it: ${Math.max(1, Math.round(256 * share))} of 256 codes` +
      (others > 0 ? `; so do ${others} tensors behind it${worst === first ? "" : `, at worst '${worst.tensor.info.name}' with ${short(100 * worst.share)} %`}` : ""),
    hint: "bring every sample to one magnitude before the model; if few samples are large, quantize --calibrator auto gives the others codes; --scheme int16x8 has 65,536 for all",
  }];
}

/** The share of the range of all samples that the sample at the first quarter uses; 1 where nothing can be said. */
function sampleShare(tensor: TensorStatistics): number {
  const { min, max } = distributionOf(tensor), samples = sampleRanges(tensor);
  if (samples.length < LEAST_OBSERVED || !(max > min) || FIXED_SCALE.has(tensor.info.operator?.name ?? "")) return 1;
  const sizes = samples.map((sample) => sample.max - sample.min).sort((a, b) => a - b);
  return sizes[Math.floor(SMALL_SAMPLES * (sizes.length - 1))]! / (max - min);
}

/** The same as an InputWatch says, but for samples that are alike: from the histograms of the inputs. */
function inputFindings({ tensors }: Pick<ModelStatistics, "tensors">): Finding[] {
  return tensors.filter(({ info }) => info.operator === null && info.quantization !== null).flatMap(({ info, histogram }) => storedFindings(info, histogram));
}

/** Of data with such a finding samples and answers tell nothing. */
const SENSELESS: ReadonlySet<FindingCode> = new Set(["INPUT_NOT_QUANTIZED", "INPUT_CLIPPED"]);

/** What was looked at. */
export interface Evidence {
  readonly model: Graph;
  /** What watching the inputs and the answers found. Without it the inputs' statistics tell what they can. */
  readonly inputs?: readonly Finding[];
  readonly answers?: readonly Finding[];
  readonly comparison?: Comparison | null;
  readonly statistics?: Pick<ModelStatistics, "tensors"> | null;
}

/** Everything there is to say, causes before symptoms: what is fed, the model, its layers, its samples, what it answers. One cause is named once. */
export function findingsOf({ model, statistics = null, inputs = statistics ? inputFindings(statistics) : [], answers = [], comparison = null }: Evidence): Finding[] {
  const isFeeding = ({ code }: Finding) => code === "CHANNEL_ORDER" || code === "INPUT_SCALING";
  const all = [
    ...inputs, ...answers.filter(isFeeding), ...modelFindings(model), ...(comparison ? comparisonFindings(comparison) : []), ...(statistics ? statisticsFindings(statistics) : []), ...answers.filter((finding) => !isFeeding(finding)),
  ];
  return all.filter(({ code, where }, i) => {
    if (code === "INPUT_SCALING") return !inputs.some((input) => SENSELESS.has(input.code)); // any other scale is better
    if (code === "SAMPLES_CONCENTRATED") return !inputs.some((input) => SENSELESS.has(input.code));
    if (code === "INPUT_RANGE_UNUSED") return !all.some((other) => (other.code === "INPUT_SCALING" && other.where === where) || other.code === "DUMMY_RANGES"); // which say why
    return all.findIndex((other) => other.code === code && other.where === where) === i;
  });
}
