// The table of docs/stories/accuracy.md: what quantizing costs on samples that no range was made from, with the TensorFlow Lite converter beside it.
import { readFileSync } from "node:fs";
import { Interpreter, Model } from "../../src/index";
import { Collector } from "../../src/inspect/collect";
import { pairedTask, type PairedTask } from "../../src/inspect/task";
import { withTrials } from "../../src/cli/trial_pool";
import { correctBiases } from "../../src/quantizer/bias_correction";
import { rangesOf, type CalibratorName } from "../../src/quantizer/calibrate";
import { CALIBRATOR_NAMES } from "../../src/quantizer/calibrators/table";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { quantizeModel, type Scheme } from "../../src/quantizer/quantize";
import type { Ranges } from "../../src/quantizer/range";
import { searchRanges, unitsOf } from "../../src/quantizer/search";
import { inQuarters, ReferenceBuilder } from "../../src/quantizer/trial";
import { parseNpy } from "../support/npy";

/** A float model and the samples that quantize it. */
export interface Calibrated {
  readonly name: string;
  readonly float: string;
  /** Of all rows of a file those from `first` on, `step` apart. */
  readonly calibration: Rows;
}
interface Network extends Calibrated {
  readonly converter: string;
  readonly heldBack: Rows;
  readonly labels: string;
}
interface Rows {
  readonly file: string;
  /** real = value / full */
  readonly full: number;
  readonly first: number;
  readonly step: number;
}

const all = (file: string, full: number): Rows => ({ file, full, first: 0, step: 1 });
const STORIES = "models/stories", DIGITS = "models/digits/samples/test_inputs.npy", FEATURES = "models/keywords/samples/test_features.npy";
const digits = { calibration: all(`${STORIES}/digits_calibration.npy`, 255), heldBack: all(DIGITS, 255), labels: "models/digits/samples/test_labels.npy" };
export const denseNet = (kind: string): Calibrated => ({ name: `dense_${kind}`, float: `${STORIES}/dense_${kind}_float.tflite`, calibration: all(`${STORIES}/dense_${kind}_calibration.npy`, 4095) });
const dense = (kind: string): Network => ({
  ...denseNet(`${kind}_fresh`), converter: `${STORIES}/dense_${kind}_fresh_converter_int8.tflite`, heldBack: all(`${STORIES}/dense_${kind}_fresh_test.npy`, 4095), labels: `${STORIES}/dense_${kind}_fresh_test_labels.npy`,
});

export const NETWORKS: readonly Network[] = [
  { name: "digits", float: "models/digits/digits_float.tflite", converter: "models/digits/digits_int8.tflite", ...digits },
  {
    name: "keywords", float: "models/keywords/keywords_float.tflite", converter: `${STORIES}/keywords_converter_int8.tflite`, calibration: { file: FEATURES, full: 1, first: 0, step: 2 },
    heldBack: { file: FEATURES, full: 1, first: 1, step: 2 }, labels: "models/keywords/samples/test_labels.npy",
  },
  { name: "mobile", float: `${STORIES}/mobile_float.tflite`, converter: `${STORIES}/mobile_converter_int8.tflite`, ...digits },
  { name: "aware", float: `${STORIES}/aware_float.tflite`, converter: `${STORIES}/aware_converter_int8.tflite`, ...digits },
  dense("few"), dense("many"),
];

/** One row: a quantized model of a network against the float one, on the held-back samples. */
export interface Score {
  readonly network: string;
  readonly variant: "converter" | "transferred" | "minmax" | "auto" | "recommended" | "int16x8";
  readonly samples: number;
  readonly task: PairedTask;
  /** Mean over the samples of 10 log10(sum of a² / sum of (a - b)²), a the float model's output. */
  readonly sqnrDb: number;
}

/** A network quantized with calibration samples: by calibrators, and as the model's output says. */
export async function quantizeOver(float: Uint8Array, samples: readonly Float32Array[]) {
  const model = Model.parse(float), collector = new Collector(await Interpreter.create(model)), calibration = samples.map((row) => [new Uint8Array(row.buffer)]);
  calibration.forEach((row, i) => collector.add({ index: i, name: String(i) }, row));
  const statistics = { model: "", data: { name: "", count: 0, options: {} }, shard: { number: 1, of: 1 }, skipped: [], ...collector.result };
  const rangesBy = (calibrator: CalibratorName, scheme: Scheme = "int8") => rangesOf(statistics, calibrator, { codes: scheme === "int16x8" ? 65536 : 256 });
  const ours = (scheme: Scheme, ranges: Ranges, bytes: Uint8Array = float) => quantizeModel(bytes, { scheme, ranges }).bytes;
  const reference = new ReferenceBuilder(float, await Interpreter.create(model)), minmax = rangesBy("minmax");
  for (const row of inQuarters(calibration.length, calibration.length)) reference.add(calibration[row]!);
  return withTrials(reference.result, { scheme: "int8" }, undefined, async (trials) => {
    const { ranges } = await searchRanges(float, unitsOf(FloatGraph.read(float), minmax), minmax, CALIBRATOR_NAMES.filter((name) => name !== "minmax").map((name) => rangesBy(name)), trials, () => {});
    const corrected = async (from: Ranges) => ours("int8", from, (await correctBiases(float, from, trials, () => {})).bytes);
    return {
      minmax: ours("int8", minmax), mse: ours("int8", rangesBy("mse")), auto: ours("int8", ranges), int16x8: ours("int16x8", rangesBy("minmax", "int16x8")),
      corrected: await corrected(minmax), recommended: await corrected(ranges),
    };
  });
}

export async function scoresOf(network: Network): Promise<Score[]> {
  const float = new Uint8Array(readFileSync(network.float)), net = await Interpreter.create(Model.parse(float)), size = net.inputs[0]!.data.length;
  const { minmax, auto, recommended, int16x8 } = await quantizeOver(float, rowsOf(network.calibration, size));
  const converter = new Uint8Array(readFileSync(network.converter));
  const variants = {
    converter, transferred: quantizeModel(float, { scheme: "int8", rangesFrom: { bytes: converter, name: network.converter } }).bytes, minmax, auto, recommended, int16x8,
  };
  const samples = rowsOf(network.heldBack, size), { first, step } = network.heldBack;
  const labels = [...parseNpy(readFileSync(network.labels))].filter((_, i) => i >= first && (i - first) % step === 0);
  const expected = answers(net, samples), scores: Score[] = [];
  for (const [variant, bytes] of Object.entries(variants)) {
    const got = answers(await Interpreter.create(Model.parse(bytes)), samples);
    const sqnrDb = expected.reduce((sum, row, i) => sum + decibels(row, got[i]!), 0) / expected.length;
    scores.push({ network: network.name, variant: variant as Score["variant"], samples: samples.length, task: pairedTask(expected, got, labels, 1), sqnrDb });
  }
  return scores;
}

export function rowsOf({ file, full, first, step }: Rows, size: number): Float32Array[] {
  const values = parseNpy(readFileSync(file)), rows: Float32Array[] = [];
  for (let row = first; row < values.length / size; row += step) rows.push(Float32Array.from(values.subarray(row * size, (row + 1) * size), (value) => value / full));
  return rows;
}

export function answers(net: Interpreter, samples: readonly Float32Array[]): Float32Array[] {
  return samples.map((sample) => {
    net.inputs[0]!.quantize(sample);
    net.invoke();
    return Float32Array.from(net.outputs[0]!.dequantize());
  });
}

export function decibels(a: Float32Array, b: Float32Array): number {
  const signal = a.reduce((sum, value) => sum + value * value, 0), error = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  return 10 * Math.log10(signal / error);
}

const NAMES: Readonly<Record<Score["variant"], string>> = { converter: "converter int8", transferred: "Arenula int8, the converter's ranges", minmax: "Arenula int8, `--calibrator minmax`", auto: "Arenula int8, `--calibrator auto`", recommended: "**Arenula int8**, `--calibrator auto --bias-correction`", int16x8: "Arenula int16x8" };
const points = (share: number) => `${share < 0 ? "-" : "+"}${Math.abs(100 * share).toFixed(1)}`;

/** Markdown. */
export function accuracyTable(scores: readonly Score[]): string {
  const lines = scores.map(({ network, variant, samples, task, sqnrDb }) =>
    `| ${network} | ${NAMES[variant]} | ${samples} | ${(100 * task.a.top1).toFixed(1)} | ${(100 * task.b.top1).toFixed(1)} | ${points(task.top1_difference)} (${points(task.interval[0])} to ${points(task.interval[1])}) | ${sqnrDb.toFixed(2)} |`);
  return ["| network | quantized by | held back | float top-1 % | top-1 % | difference, points (95 %) | SQNR dB |", "|---|---|---|---|---|---|---|", ...lines].join("\n");
}

export const TABLE = /<!-- accuracy -->\n[^]*?<!-- \/accuracy -->/;
export const marked = (table: string): string => `<!-- accuracy -->\n${table}\n<!-- /accuracy -->`;
