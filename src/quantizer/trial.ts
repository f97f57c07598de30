// What a choice does to the model's answers: a float model is quantized one way or another, run over calibration samples, and set against float32.
// A trial is a task of plain data, so that workers can run it (src/cli/trial_pool.ts); what it gives does not depend on who runs it.
import { ArenulaError } from "../errors";
import { matchOperators } from "../inspect/match";
import { realsOf } from "../inspect/reals";
import { operatorMacs } from "../lowering/check";
import { Interpreter } from "../runtime/interpreter";
import { readModel } from "../tflite/read";
import { quantizeModel, type QuantizeOptions } from "./quantize";
import type { Ranges } from "./range";

/** Samples, and what the float model answers. In shared memory where workers read it. */
export interface Reference {
  readonly float: Uint8Array;
  /** By sample: what the float model's inputs store, one after the other. */
  readonly inputs: readonly Uint8Array[];
  /** By sample: its float32 outputs, one after the other. */
  readonly outputs: readonly Float32Array[];
  /** The float model's inputs. */
  readonly fed: readonly Fed[];
  /** Of every float32 output of the model: its place among the outputs, values, and the largest magnitude over all samples. */
  readonly sizes: readonly { readonly place: number; readonly length: number; readonly peak: number }[];
  /** Multiply-accumulates of one inference. */
  readonly macs: number;
}
interface Fed {
  readonly bytes: number;
  readonly isFloat: boolean;
}

/** One way to quantize: biases as the model has them, ranges of activations. */
export interface Candidate {
  readonly model: Uint8Array;
  readonly ranges: Ranges;
}

export interface Task {
  readonly reference: Reference;
  readonly options: QuantizeOptions;
  /** null: the float model itself. */
  readonly candidate: Candidate | null;
  /** Samples. */
  readonly from: number;
  readonly to: number;
  /** null: decibels of the outputs, by sample. Else the sums of every channel (last axis) of these operators' outputs. */
  readonly layers: readonly number[] | null;
}

/** Memory for samples and answers. */
const MOST_BYTES = 2 ** 28;
/** What choosing ranges, and correcting biases, may each cost in all, in multiply-accumulates: reckoned as about ten minutes on two cores. */
export const MOST_MACS = 5e12;
/** What quantizing a model and making it ready costs, per byte of the float model: as long as so many multiply-accumulates take (measured on MobileNet). */
const READY_MACS = 500;
/** More tell no more; fewer tell too little to be worth the saving. */
const MOST_SAMPLES = 512, LEAST_SAMPLES = 32;

/** How many samples fit the bounds. @param runs inferences for each of them; @param macs of one */
export function samplesWithin(runs: number, macs: number, bytes: number): number {
  return Math.max(1, Math.min(Math.floor(MOST_BYTES / bytes), Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, Math.floor(MOST_MACS / Math.max(1, runs * macs))))));
}

/** Which of `total` samples to try: `count` of them, spread evenly, every fourth first, so that each quarter is spread evenly as well. */
export function inQuarters(count: number, total: number): number[] {
  const spread = Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
  return [0, 1, 2, 3].flatMap((quarter) => spread.filter((_, i) => i % 4 === quarter));
}

/** Gathers samples one by one. */
export class ReferenceBuilder {
  private readonly inputs: Uint8Array[] = [];
  private readonly outputs: Float32Array[] = [];

  private readonly fed: readonly Fed[];

  constructor(private readonly float: Uint8Array, private readonly net: Interpreter) {
    this.fed = net.inputs.map(({ bytes, type }) => ({ bytes: bytes.length, isFloat: type === "float32" }));
  }

  /** @param inputs stored bytes, one for each input of the model */
  add(inputs: readonly Uint8Array[]): void {
    const { net } = this, reals = net.outputs.filter(({ type }) => type === "float32");
    const kept = new Uint8Array(memory(inputs.reduce((sum, { length }) => sum + length, 0)));
    let at = 0;
    for (const bytes of inputs) kept.set(bytes, at), (at += bytes.length);
    feed(net, kept, this.fed);
    net.invoke();
    const answer = new Float32Array(memory(4 * reals.reduce((sum, { data }) => sum + data.length, 0)));
    at = 0;
    for (const { data } of reals) answer.set(data as Float32Array, at), (at += data.length);
    this.inputs.push(kept);
    this.outputs.push(answer);
  }

  get result(): Reference {
    let at = 0;
    const sizes = this.net.outputs.flatMap(({ type, data: { length } }, place) => {
      if (type !== "float32") return [];
      const from = at, to = (at += length);
      return [{ place, length, peak: this.outputs.reduce((most, answer) => answer.subarray(from, to).reduce((high, value) => Math.max(high, Math.abs(value)), most), 0) }];
    });
    const macs = operatorMacs(this.net.model).reduce((sum, n) => sum + n, 0);
    return { float: this.float, inputs: this.inputs, outputs: this.outputs, fed: this.fed, sizes, macs };
  }
}

/** Pages in browsers may have none to share. */
function memory(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

/** Real values of an input that the candidate stores in codes are rounded to them. */
function feed(net: Interpreter, bytes: Uint8Array, fed: readonly Fed[]): void {
  let at = 0;
  net.resetState();
  net.inputs.forEach((input, i) => {
    const stored = bytes.slice(at, (at += fed[i]!.bytes));
    if (fed[i]!.isFloat) input.quantize(new Float32Array(stored.buffer));
    else input.bytes.set(stored);
  });
}

export async function runTask({ reference, options, candidate, from, to, layers }: Task): Promise<Float64Array[]> {
  const float = readModel(reference.float), model = candidate ? readModel(quantizeModel(candidate.model, { ...options, ranges: candidate.ranges }).bytes) : float;
  let net: Interpreter;
  try {
    net = await Interpreter.create(model);
  } catch (error) {
    if (candidate && !layers && error instanceof ArenulaError) return [new Float64Array(to - from).fill(-Infinity)]; // scales that no kernel takes: not a choice
    throw error;
  }
  const run = (each: (sample: number) => void) => {
    for (let sample = from; sample < to; sample++) feed(net, reference.inputs[sample]!, reference.fed), each(sample);
  };
  if (layers) {
    const sums = layers.map((operator) => new Float64Array(float.subgraphs[0]!.tensors[float.subgraphs[0]!.operators[operator]!.outputs[0]!]!.shape.at(-1) ?? 1));
    const places = new Map(matchOperators(float, model).map(({ a, b }) => [b.index, layers.indexOf(a.index)]));
    run(() => net.watch(({ operator, tensor, bytes }) => {
      const sum = tensor.index === operator.outputs[0] ? sums[places.get(operator.index) ?? -1] : undefined;
      if (sum) realsOf(tensor, bytes)?.forEach((value, i) => void (sum[i % sum.length]! += value));
    }));
    return sums;
  }
  const decibels = new Float64Array(to - from);
  run((sample) => {
    net.invoke();
    decibels[sample - from] = decibelsOf(reference, sample, reference.sizes.map(({ place }) => net.outputs[place]!.dequantize()));
  });
  return [decibels];
}

/** Of an output's largest magnitude: smaller errors count as none, so that an answer that is exact, or 0 throughout, has a finite figure. */
const FLOOR = 1e-6;

/** 10 log10(sum of a² / sum of (a - b)²) of one sample's answer, averaged over the model's outputs. */
function decibelsOf({ outputs, sizes }: Reference, sample: number, answers: readonly Float32Array[]): number {
  let at = 0, sum = 0;
  sizes.forEach(({ length, peak }, o) => {
    const floor = length * (FLOOR * peak) ** 2 || Number.MIN_VALUE;
    let signal = floor, error = floor;
    for (let i = 0; i < length; i++) {
      const value = outputs[sample]![at + i]!;
      signal += value * value;
      error += (value - answers[o]![i]!) ** 2;
    }
    sum += 10 * Math.log10(signal / error);
    at += length;
  });
  return sum / sizes.length;
}

/** Samples that one task runs: their number is fixed, so that sums do not depend on how many workers there are. */
const CHUNK = 128;

/** Trials on one reference. `run` is where: here, or in workers. */
export class Trials {
  constructor(readonly reference: Reference, private readonly options: QuantizeOptions, private readonly run: (task: Task) => Promise<Float64Array[]> = runTask) {}

  get count(): number {
    return this.reference.inputs.length;
  }

  /** Multiply-accumulates of one trial over so many samples. */
  cost(samples: number): number {
    const { float, macs } = this.reference;
    return Math.ceil(samples / CHUNK) * READY_MACS * float.length + samples * macs;
  }

  /** Of every candidate: decibels of the samples in [from, to). */
  async decibels(candidates: readonly Candidate[], from = 0, to = this.count): Promise<Float64Array[]> {
    const parts = await Promise.all(candidates.map((candidate) => this.chunks(candidate, from, to, null)));
    return parts.map((chunks) => Float64Array.from(chunks.flatMap(([decibels]) => [...decibels!])));
  }

  /** The sum of every channel of some operators' outputs (of the float model's indices), over all samples. */
  async channelSums(candidate: Candidate | null, layers: readonly number[]): Promise<Float64Array[]> {
    const chunks = await this.chunks(candidate, 0, this.count, layers);
    return layers.map((_, i) => chunks[0]![i]!.map((_, channel) => chunks.reduce((sum, chunk) => sum + chunk[i]![channel]!, 0)));
  }

  private chunks(candidate: Candidate | null, from: number, to: number, layers: readonly number[] | null): Promise<Float64Array[][]> {
    const { reference, options } = this, tasks: Task[] = [];
    for (let start = from; start < to; start += CHUNK) tasks.push({ reference, options, candidate, layers, from: start, to: Math.min(to, start + CHUNK) });
    return Promise.all(tasks.map(this.run));
  }
}

export function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}
