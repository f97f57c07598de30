// Two models over the same data, layer by layer: how far B is from A, and how much of that is the layer's own doing.
import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { realRange, type Tensor } from "../graph/tensor";
import { Interpreter, type InterpreterOptions } from "../runtime/interpreter";
import type { InputView } from "../runtime/tensor_view";
import { isolate } from "./isolate";
import { matchOperators, type OperatorPair } from "./match";
import { realsOf } from "./reals";
import { runSample, type Runner, type SeeTensor } from "./runner";

/** How far values of B are from those of A, over all samples. */
export interface Difference {
  readonly max_abs: number;
  /** Root of the mean squared difference. */
  readonly rms: number;
  /** 10 log10(sum of a² / sum of (a - b)²): Infinity where they are equal. null where A is zero throughout. */
  readonly sqnr_db: number | null;
  /** Of the two vectors over all samples; null where one is zero throughout. */
  readonly cosine: number | null;
  /** `rms` in units of B's scale: rounding alone makes 1 / sqrt(12) = 0.29. null where B's tensor is not quantized. */
  readonly steps: number | null;
}

/** The same of a whole tensor, and how B's scale and zero point suit A's values. */
export interface TensorComparison extends Difference {
  /** B's name of it. */
  readonly tensor: string;
  /** Share of A's values that B cannot express: more than half a step outside of its range. */
  readonly clipped: number;
  /** Codes of B between the least and the greatest value of A, both included; null where B's tensor is not quantized. */
  readonly codes: number | null;
}

export interface LayerComparison extends TensorComparison {
  /** Indices of the operators in their files. */
  readonly operator_a: number;
  readonly operator_b: number;
  readonly op: string;
  /**
   * What this layer adds itself: both operators alone, fed with A's values as B's inputs can express them, so that an input that B maps badly
   * is charged to the layer that writes it. null where an operator cannot run alone.
   */
  readonly own: Difference | null;
  /** What B's expression of the inputs alone makes of A's output: A's operator fed so against A's operator fed exactly. null as `own`. */
  readonly inherited: Difference | null;
}

export interface Comparison {
  readonly samples: number;
  readonly inputs: readonly TensorComparison[];
  readonly layers: readonly LayerComparison[];
  readonly outputs: readonly TensorComparison[];
  /** The first operator of B whose stored values are not A's: of models of the same types, or of one model on two cores. null: all are equal. */
  readonly first_divergence: number | null;
  /**
   * Layers by what they add themselves, worst first; behind them those that inherit more than they add, as what they add is measured on
   * distorted values. Indices into `layers`.
   */
  readonly suspects: readonly number[];
}

/** Sums over samples, from which a `TensorComparison` follows. */
class Sums {
  private readonly scale: number | null;
  /** The least and the greatest real value of B's tensor, and half a step. */
  private readonly range: readonly [number, number] | null;
  private max = 0;
  private error = 0;
  private a = 0;
  private b = 0;
  private product = 0;
  private count = 0;
  private clipped = 0;
  private least = Infinity;
  private most = -Infinity;

  constructor(private readonly tensor: Tensor) {
    this.range = realRange(tensor);
    this.scale = this.range && tensor.quantization!.scale[0]!;
  }

  add(a: Float64Array | null, b: Float64Array | null): void {
    if (!a || !b || a.length !== b.length) return;
    const half = (this.scale ?? 0) / 2, low = (this.range?.[0] ?? -Infinity) - half, high = (this.range?.[1] ?? Infinity) + half;
    for (let i = 0; i < a.length; i++) {
      const x = a[i]!, y = b[i]!, difference = Math.abs(x - y);
      if (difference > this.max) this.max = difference;
      if (x < this.least) this.least = x;
      if (x > this.most) this.most = x;
      if (x < low || x > high) this.clipped++;
      this.error += difference * difference;
      this.a += x * x;
      this.b += y * y;
      this.product += x * y;
    }
    this.count += a.length;
  }

  result(): TensorComparison {
    const { scale, range, count, least, most } = this;
    const rms = Math.sqrt(this.error / Math.max(1, count)), norm = Math.sqrt(this.a * this.b);
    return {
      tensor: this.tensor.name, max_abs: this.max, rms, sqnr_db: this.a === 0 ? null : 10 * Math.log10(this.a / this.error), cosine: norm === 0 ? null : this.product / norm,
      steps: scale ? rms / scale : null, clipped: this.clipped / Math.max(1, count),
      codes: scale && range && count > 0 ? Math.max(0, Math.round((Math.min(most, range[1]) - Math.max(least, range[0])) / scale) + 1) : null,
    };
  }
}

/** A pair of operators on their own. */
interface OwnRun {
  readonly a: Interpreter;
  readonly b: Interpreter;
  /** Of every input of `b`: the tensor of A that it stands for, and the input of `a` that takes the same. */
  readonly inputs: readonly { readonly source: number; readonly place: number }[];
  readonly sums: Sums;
  readonly inherited: Sums;
}

interface Layer extends OperatorPair {
  readonly tensorA: Tensor;
  readonly tensorB: Tensor;
  readonly sums: Sums;
  readonly own: OwnRun | null;
  differs: boolean;
}

/** A tensor's content during one inference. */
interface Content {
  readonly bytes: Uint8Array;
  readonly reals: Float64Array | null;
}

export interface CompareOptions {
  readonly a?: InterpreterOptions;
  readonly b?: InterpreterOptions;
  /** Also run every operator of B on A's values, in interpreters of these options. Default: true. */
  readonly own?: boolean;
  /** What runs A and B instead of interpreters. */
  readonly runners?: readonly [Runner, Runner];
  /** Variables go on from sample to sample. Default: false, they start anew with each. */
  readonly keepState?: boolean;
}

/** A comparison under way: samples are added one by one and not kept. */
export class Comparer {
  private samples = 0;

  private constructor(
    /** What runs A. */ readonly a: Runner, private readonly b: Runner, private readonly inputs: readonly Sums[], private readonly layers: readonly Layer[], private readonly outputs: readonly Sums[],
    private readonly keepState: boolean,
  ) {}

  /**
   * Pairs the operators of two models and prepares them.
   * @throws ArenulaError COMPARE_UNLIKE where they have nothing in common, and as Interpreter.create
   */
  static async create(a: Graph, b: Graph, { a: optionsA = {}, b: optionsB = {}, own = true, runners, keepState = false }: CompareOptions = {}): Promise<Comparer> {
    const pairs = matchOperators(a, b), [ofA, ofB] = [a.subgraphs[0]!, b.subgraphs[0]!];
    if (pairs.length === 0 || ofA.inputs.length !== ofB.inputs.length || ofA.outputs.length !== ofB.outputs.length) {
      throw new ArenulaError("COMPARE_UNLIKE", `${pairs.length} operators in common; ${ofA.inputs.length} and ${ofB.inputs.length} inputs, ${ofA.outputs.length} and ${ofB.outputs.length} outputs`, {
        hint: "compare two versions of one network: same inputs, same outputs, operators of the same kinds and shapes",
      });
    }
    const [netA, netB] = runners ?? [await Interpreter.create(a, optionsA), await Interpreter.create(b, optionsB)];
    const sumsOf = (index: number) => new Sums(ofB.tensors[index]!);
    const layers: Layer[] = [];
    for (const pair of pairs) {
      layers.push({
        ...pair, tensorA: ofA.tensors[pair.a.outputs[0]!]!, tensorB: ofB.tensors[pair.b.outputs[0]!]!, sums: sumsOf(pair.b.outputs[0]!), differs: false,
        own: own ? await ownRun([a, optionsA], [b, optionsB], pair, () => sumsOf(pair.b.outputs[0]!)) : null,
      });
    }
    return new Comparer(netA, netB, ofB.inputs.map(sumsOf), layers, ofB.outputs.map(sumsOf), keepState);
  }

  /**
   * Runs both models on one sample.
   * @param inputs what A's inputs store; B is fed the same real values
   * @param seeA is shown A's inputs and every operator's outputs
   * @returns the real values of both models' first outputs
   */
  add(inputs: readonly Uint8Array[], seeA: SeeTensor = () => {}): readonly [Float64Array, Float64Array] {
    const { a: netA, b: netB, keepState } = this;
    if (!keepState) for (const { own } of this.layers) for (const net of own ? [own.a, own.b] : []) net.resetState();
    inputs.forEach((bytes, i) => netA.inputs[i]!.bytes.set(bytes));
    netA.inputs.forEach((input, i) => refeed(input, netB.inputs[i]!));
    const inputsOfB = netB.inputs.map(({ bytes }) => bytes.slice());
    const ofA = contents(netA, inputs, seeA, keepState), ofB = contents(netB, inputsOfB, () => {}, keepState);
    this.inputs.forEach((sums, i) => sums.add(ofA.get(netA.model.subgraphs[0]!.inputs[i]!)!.reals, ofB.get(netB.model.subgraphs[0]!.inputs[i]!)!.reals));
    for (const layer of this.layers) {
      const inA = ofA.get(layer.tensorA.index), inB = ofB.get(layer.tensorB.index);
      if (!inA || !inB) continue;
      layer.differs ||= layer.tensorA.type !== layer.tensorB.type || !equalBytes(inA.bytes, inB.bytes);
      layer.sums.add(inA.reals, inB.reals);
      if (layer.own) runOwn(layer.own, ofA, layer);
    }
    const [realsA, realsB] = [netA, netB].map(({ outputs }) => outputs.map((output) => new Float64Array(output.dequantize()))) as [Float64Array[], Float64Array[]];
    this.outputs.forEach((sums, i) => sums.add(realsA[i]!, realsB[i]!));
    this.samples++;
    return [realsA[0]!, realsB[0]!];
  }

  /** What was found over the samples so far. */
  result(): Comparison {
    const layers = this.layers.map(({ a, b, sums, own }): LayerComparison => ({
      operator_a: a.index, operator_b: b.index, op: b.name, ...sums.result(), own: own && difference(own.sums.result()), inherited: own && difference(own.inherited.result()),
    }));
    const ownError = ({ own, sqnr_db }: LayerComparison) => own?.sqnr_db ?? sqnr_db ?? Infinity;
    const isVictim = ({ own, inherited }: LayerComparison) => own !== null && inherited!.rms > own.rms;
    const worse = (x: LayerComparison, y: LayerComparison) => Number(isVictim(x)) - Number(isVictim(y)) || ownError(x) - ownError(y);
    return {
      samples: this.samples, inputs: this.inputs.map((sums) => sums.result()), layers, outputs: this.outputs.map((sums) => sums.result()),
      first_divergence: this.layers.find(({ differs }) => differs)?.b.index ?? null,
      suspects: layers.map((_, i) => i).filter((i) => Number.isFinite(ownError(layers[i]!))).sort((i, j) => worse(layers[i]!, layers[j]!)),
    };
  }
}

function difference({ max_abs, rms, sqnr_db, cosine, steps }: TensorComparison): Difference {
  return { max_abs, rms, sqnr_db, cosine, steps };
}

type Prepared = readonly [Graph, InterpreterOptions];

async function ownRun([a, optionsA]: Prepared, [b, optionsB]: Prepared, pair: OperatorPair, newSums: () => Sums): Promise<OwnRun | null> {
  const aloneA = isolate(a, pair.a), aloneB = isolate(b, pair.b);
  const inputs = aloneB?.inputs.map((index) => {
    const source = pair.a.inputs[pair.b.inputs.indexOf(index)] ?? -1; // an operator's inputs have an order, whatever they are called
    return { source, place: aloneA?.inputs.indexOf(source) ?? -1 };
  });
  if (!aloneA || !inputs || aloneA.inputs.length !== inputs.length || inputs.some(({ place }) => place < 0)) return null;
  try {
    return { a: await Interpreter.create(aloneA.model, optionsA), b: await Interpreter.create(aloneB!.model, optionsB), inputs, sums: newSums(), inherited: newSums() };
  } catch (error) {
    if (error instanceof ArenulaError && error.code === "OPERATOR_UNSUPPORTED") return null; // possible only as part of its model
    throw error;
  }
}

function runOwn({ a, b, inputs, sums, inherited }: OwnRun, ofA: ReadonlyMap<number, Content>, { tensorA, tensorB }: Layer): void {
  for (const [i, { source, place }] of inputs.entries()) {
    const content = ofA.get(source), inA = a.inputs[place]!, inB = b.inputs[i]!;
    if (!content || content.bytes.length !== inA.bytes.length) return;
    inA.bytes.set(content.bytes);
    refeed(inA, inB); // as B expresses it,
    refeed(inB, inA); // for both
  }
  a.invoke();
  b.invoke();
  const fedAlike = realsOf(tensorA, a.outputs[0]!.bytes);
  sums.add(fedAlike, realsOf(tensorB, b.outputs[0]!.bytes));
  inherited.add(ofA.get(tensorA.index)!.reals, fedAlike);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Gives an input the real values that one of another model holds; the same bytes where both mean the same. */
function refeed(from: InputView, to: InputView): void {
  const alike = from.type === to.type && from.scale === to.scale && from.zeroPoint === to.zeroPoint;
  if (alike || (from.scale === null && from.type !== "float32")) to.set(from.data);
  else if (to.type === "float32" || to.scale !== null) to.quantize(from.dequantize());
  else throw new ArenulaError("COMPARE_UNLIKE", `the first model's input '${from.name}' is ${from.type}, the other's ${to.type}`, { where: `'${to.name}'` });
}

/** Runs a sample and copies what inputs and operators held. */
function contents(net: Runner, inputs: readonly Uint8Array[], see: SeeTensor, keepState: boolean): Map<number, Content> {
  const all = new Map<number, Content>();
  runSample(net, inputs, (tensor, bytes, folded) => {
    const copy = bytes.slice();
    all.set(tensor.index, { bytes: copy, reals: realsOf(tensor, copy) });
    see(tensor, copy, folded);
  }, keepState);
  return all;
}
