// What a classifier's answers say about how it is fed.
import { realRange } from "../graph/tensor";
import type { Interpreter } from "../runtime/interpreter";
import type { Finding } from "./findings";

/** Another way to feed a model: reals -> reals. */
interface Alternative {
  readonly code: "CHANNEL_ORDER" | "INPUT_SCALING";
  readonly what: string;
  readonly hint: string;
  applies(shape: readonly number[], reals: Float32Array): boolean;
  change(reals: Float32Array): Float32Array;
  /** Whether it makes the values of a float32 input, which takes any, so much larger that most networks would be surer of any answer: then only labels count. Default: never. */
  inflates?(reals: Float32Array): boolean;
}

const most = (reals: Float32Array) => reals.reduce((high, value) => Math.max(high, value), -Infinity);
const least = (reals: Float32Array) => reals.reduce((low, value) => Math.min(low, value), Infinity);
const scaled = (factor: number, offset: number) => (reals: Float32Array) => reals.map((value) => value * factor + offset);

const ALTERNATIVES: readonly Alternative[] = [
  {
    code: "CHANNEL_ORDER", what: "with red and blue exchanged", hint: "OpenCV reads BGR: convert to RGB, or the other way round", applies: (shape) => shape.length === 4 && shape[3] === 3,
    change: (reals) => reals.map((_, i) => reals[i - (i % 3) + (2 - (i % 3))]!),
  },
  { code: "INPUT_SCALING", what: "with inputs divided by 255", hint: "--mean 0 --std 255", applies: (_, reals) => most(reals) > 16 && least(reals) >= 0, change: scaled(1 / 255, 0) },
  { code: "INPUT_SCALING", what: "with inputs from -1 to 1", hint: "--mean 127.5 --std 127.5", applies: (_, reals) => most(reals) > 16 && least(reals) >= 0, change: scaled(1 / 127.5, -1) },
  { code: "INPUT_SCALING", what: "with inputs from -1 to 1 instead of from 0 to 1", hint: "2 * x - 1; of pixels: --mean 127.5 --std 127.5", applies: (_, reals) => most(reals) <= 1.01 && least(reals) >= 0, change: scaled(2, -1), inflates: () => true },
  {
    code: "INPUT_SCALING", what: "with inputs multiplied by 255", hint: "the model takes pixels as they are: --mean 0 --std 1", applies: (_, reals) => most(reals) <= 1.01 && least(reals) >= 0, change: scaled(255, 0),
    inflates: (reals) => most(reals) > 1 / 64, // reals below were divided once too often
  },
];

/** Fewer samples tell nothing about all. */
const LEAST_SAMPLES = 8;
/** How much surer of itself, or how much oftener right, an alternative has to make a model. */
const MARGIN = { confidence: 0.15, accuracy: 0.2 };

/** Watches the first output of a model with one input, and asks what it would have said to other inputs. Samples are added one by one. */
export class OutputWatch {
  private readonly classes = new Map<number, number>();
  private readonly scores = ALTERNATIVES.map(() => ({ tried: 0, inflated: 0, confidence: 0, right: 0, confidenceAsIs: 0, rightAsIs: 0 }));
  private samples = 0;
  private probabilities = true;

  /** @param net its outputs hold the answer to what its input was fed; it runs again */
  constructor(private readonly net: Interpreter) {}

  /** @param reals what was fed; @param answer what came out; @param label its class, if known */
  add(reals: Float32Array, answer: Float32Array, label: number | null): void {
    if (answer.length < 2) return;
    const asIs = judge(answer, label);
    this.probabilities &&= Math.abs(answer.reduce((sum, value) => sum + value, 0) - 1) < 0.05;
    this.classes.set(asIs.best, (this.classes.get(asIs.best) ?? 0) + 1);
    this.samples++;
    const [main] = this.net.model.subgraphs, range = realRange(main!.tensors[main!.inputs[0]!]!);
    ALTERNATIVES.forEach(({ applies, change, inflates }, i) => {
      const input = this.net.inputs[0]!, score = this.scores[i]!;
      if (this.net.inputs.length !== 1 || !applies(input.shape, reals)) return;
      const changed = change(reals);
      if (range && !holds(range, input.scale!, changed)) return;
      input.quantize(changed);
      this.net.invoke();
      const other = judge(this.net.outputs[0]!.dequantize(), label);
      score.tried++;
      score.inflated += Number(range === null && (inflates?.(reals) ?? false));
      score.confidence += other.confidence;
      score.right += other.right;
      score.confidenceAsIs += asIs.confidence;
      score.rightAsIs += asIs.right;
    });
  }

  findings(labelled: boolean): Finding[] {
    if (this.samples < LEAST_SAMPLES) return [];
    const findings: Finding[] = [];
    if (this.classes.size === 1) {
      const [only] = this.classes.keys();
      findings.push({ code: "OUTPUT_CONSTANT", where: `output '${this.net.outputs[0]!.name}'`, message: `class ${only} for all ${this.samples} samples`, hint: "look at the findings about the input first; then compare with the float model: arenula compare" });
    }
    const gains = this.scores.map(({ tried, inflated, confidence, right, confidenceAsIs, rightAsIs }, i) => {
      if (tried < LEAST_SAMPLES) return null;
      const accuracy = labelled ? (right - rightAsIs) / tried : 0, surer = this.probabilities && inflated === 0 ? (confidence - confidenceAsIs) / tried : 0;
      if (accuracy > MARGIN.accuracy) return { i, accuracy, surer, text: `${percent(rightAsIs / tried)} of the samples are right, ${percent(right / tried)} ${ALTERNATIVES[i]!.what}` };
      if (accuracy < 0 || surer <= MARGIN.confidence) return null;
      return { i, accuracy, surer, text: `the best class has ${percent(confidenceAsIs / tried)} on average, ${percent(confidence / tried)} ${ALTERNATIVES[i]!.what}` };
    }).filter((gain) => gain !== null).sort((a, b) => b.accuracy - a.accuracy || b.surer - a.surer);
    const [best] = gains; // one cause at a time: the others are mostly its shadows
    if (best) findings.push({ code: ALTERNATIVES[best.i]!.code, where: `input '${this.net.inputs[0]!.name}'`, message: best.text, hint: ALTERNATIVES[best.i]!.hint });
    return findings;
  }
}

/** An input clips the values that are further than a step outside of its range; with many of them it is not made for such data. */
const MOST_CLIPPED = 0.01;
function holds([low, high]: readonly [number, number], step: number, reals: Float32Array): boolean {
  return reals.reduce((clipped, value) => clipped + Number(value < low - step || value > high + step), 0) <= MOST_CLIPPED * reals.length;
}

function judge(scores: Float32Array, label: number | null): { best: number; confidence: number; right: number } {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return { best, confidence: scores[best]!, right: Number(best === label) };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
