// npm run crossvalidate: the table of docs/statistics.md that `--calibrator auto` and `--bias-correction` were decided by. On calibration samples alone: every fourth, from the first,
// second, third or fourth on, is scored, and the others set ranges, biases and choices.
import { readFileSync } from "node:fs";
import { Interpreter, Model } from "../../src/index";
import { mean } from "../../src/quantizer/trial";
import "../support/cores";
import { answers, decibels, denseNet, NETWORKS, quantizeOver, rowsOf, type Calibrated } from "./accuracy";

const FOLDS = 4;
const ROWS = { mse: "`mse`", auto: "`auto`", corrected: "`minmax --bias-correction`", recommended: "`auto --bias-correction`" } as const;
type Variant = keyof typeof ROWS;
const wanted = process.argv.slice(2);
const networks: readonly Calibrated[] = [...NETWORKS.filter(({ name }) => !name.startsWith("dense")), denseNet("few"), denseNet("many")].filter(({ name }) => wanted.length === 0 || wanted.includes(name));

/** Of every sample, scored by a model that has not seen it: decibels with `minmax`, and what is gained over it. */
async function foldsOf({ float: file, calibration, name }: Calibrated): Promise<{ minmax: number[]; gains: Record<Variant, number[]> }> {
  const float = new Uint8Array(readFileSync(file)), net = await Interpreter.create(Model.parse(float)), rows = rowsOf(calibration, net.inputs[0]!.data.length);
  const minmax: number[] = [], gains: Record<Variant, number[]> = { mse: [], auto: [], corrected: [], recommended: [] };
  for (let fold = 0; fold < FOLDS; fold++) {
    const models = await quantizeOver(float, rows.filter((_, i) => i % FOLDS !== fold)), scored = rows.filter((_, i) => i % FOLDS === fold), expected = answers(net, scored);
    const score = async (bytes: Uint8Array) => answers(await Interpreter.create(Model.parse(bytes)), scored).map((got, i) => decibels(expected[i]!, got));
    const before = await score(models.minmax);
    minmax.push(...before);
    for (const variant of Object.keys(ROWS) as Variant[]) gains[variant].push(...(await score(models[variant])).map((value, i) => value - before[i]!));
    console.error(`${name}, fold ${fold + 1} of ${FOLDS}: minmax ${mean(minmax).toFixed(2)} dB, ${(Object.keys(ROWS) as Variant[]).map((variant) => `${variant} ${gainText(gains[variant])}`).join(", ")}`);
  }
  return { minmax, gains };
}

/** Mean, and its standard error. */
function gainText(gains: readonly number[]): string {
  const average = mean(gains), error = Math.sqrt(gains.reduce((sum, gain) => sum + (gain - average) ** 2, 0) / (gains.length - 1) / gains.length);
  return error === 0 ? average.toFixed(0) : `${average < 0 ? "-" : "+"}${Math.abs(average).toFixed(2)} ± ${error.toFixed(2)}`;
}

const results = [];
for (const network of networks) results.push(await foldsOf(network));
const line = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);
line(["", ...networks.map(({ name }) => name)]);
console.log(`|${"---|".repeat(networks.length + 1)}`);
line(["`minmax`, dB", ...results.map(({ minmax }) => mean(minmax).toFixed(2))]);
for (const variant of Object.keys(ROWS) as Variant[]) line([ROWS[variant], ...results.map(({ gains }) => gainText(gains[variant]))]);
