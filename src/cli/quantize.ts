import path from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { printable, shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import { Interpreter, Model, operatorMacs } from "../index";
import { Comparer, type Comparison } from "../inspect/compare";
import type { ModelStatistics } from "../inspect/statistics";
import { correctBiases, correctionRuns } from "../quantizer/bias_correction";
import { rangesOf, type CalibratorName } from "../quantizer/calibrate";
import { CALIBRATOR_NAMES } from "../quantizer/calibrators/table";
import { equalize } from "../quantizer/equalize";
import { FloatGraph } from "../quantizer/float_graph";
import { plainModel, quantizeModel, SCHEMES, type Quantized, type QuantizedTensor, type QuantizeOptions, type Scheme } from "../quantizer/quantize";
import type { Ranges } from "../quantizer/range";
import type { Recipe } from "../quantizer/recipe";
import { LEAST_TRIED, runsOf, searchRanges, unitsOf } from "../quantizer/search";
import { inQuarters, ReferenceBuilder, samplesWithin, type Reference } from "../quantizer/trial";
import { jsonOption, positive, type CommandFile } from "./command";
import { dataOptions, type DataFlags } from "./data";
import { inputOptionsOf } from "./feed";
import { readFile, writeFileAtomically } from "./files";
import * as format from "./format";
import { openDataSet } from "./inputs/data_set";
import { inputsOf } from "./inputs/inputs";
import type { Io } from "./io";
import { createInterpreter, openModel, type OpenModel } from "./model";
import { progressBar, stageBars } from "./progress";
import { calibratorOptions, checkCalibrator, collectSamples, KEEP_STATE, mergeParts, type CalibratorFlags } from "./stats";
import { table, type Cell } from "./table";
import { withTrials } from "./trial_pool";

interface QuantizeFlags extends DataFlags, CalibratorFlags<CalibratorName | "auto"> {
  statistics?: string[];
  skipBad?: boolean;
  keepState?: boolean;
  jobs?: number;
  scheme: Scheme;
  defaultRanges?: { min: number; max: number };
  rangesFrom?: string;
  recipe?: string;
  floatIo?: boolean;
  allowFloat?: boolean;
  equalize?: boolean;
  biasCorrection?: boolean;
  sqnr: boolean;
  out?: string;
  json?: boolean;
}

export const quantize: CommandFile = {
  name: "quantize",
  summary: "a float32 model and representative data -> a quantized model",
  examples: [
    "arenula quantize float.tflite --data samples.npy -o int8.tflite", "arenula quantize float.tflite --data train.csv --mean 127.5 --std 127.5 --float-io",
    "arenula quantize float.tflite --data samples.npy --scheme int16x8 --recipe recipe.json", "arenula quantize float.tflite --ranges-from trained_int8.tflite",
    "arenula quantize float.tflite --default-ranges -1,6   (dummy: for speed and memory only)",
  ],
  declare(command, act) {
    command.argument("<model>", "a float32 .tflite file, with or without FAKE_QUANT nodes or recorded ranges");
    for (const option of dataOptions()) if (!["--input", "--labels"].includes(option.long!)) command.addOption(option);
    command.option("--statistics <files...>", "instead of --data: what `arenula stats -o` wrote, all parts of one set")
      .option("--skip-bad", "pass over samples that cannot be read or run")
      .option("--keep-state", KEEP_STATE)
      .addOption(new Option("--jobs <n>", "workers (default: the machine's cores)").argParser(positive));
    for (const option of calibratorOptions(["auto"], "; auto: by the error at the output, with a bound on its work (docs/statistics.md)")) command.addOption(option);
    command.addOption(new Option("--scheme <scheme>", "types of the result; uint8 is the legacy one: --mean and --std say what its inputs mean").choices(SCHEMES).default("int8"))
      .addOption(new Option("--default-ranges <min,max>", "dummy ranges for tensors that nothing else gives one").argParser(minAndMax))
      .option("--ranges-from <model>", "scales and zero points of another model, by names of tensors")
      .option("--recipe <file>", "JSON: operators that stay float32 or get int16")
      .option("--float-io", "inputs and outputs stay float32, with QUANTIZE and DEQUANTIZE behind them")
      .option("--allow-float", "operators that have no quantized form stay float32")
      .option("--equalize", "with --data: first even the ranges of channels between layers, which changes no float32 result")
      .option("--bias-correction", "with --data: take the mean error of every layer off its bias, measured on the quantized model, with the same bound")
      .option("--no-sqnr", "with --data: do not run the result against the float model")
      .option("-o, --out <file>", "where to write (default: MODEL_<scheme>.tflite)")
      .addOption(jsonOption())
      .action((model: string, flags: QuantizeFlags) => act((io) => quantizeFile(model, { ...flags, input: [] }, io)));
  },
};

function minAndMax(text: string): { min: number; max: number } {
  const [min, max, ...more] = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (min === undefined || max === undefined || more.length > 0 || Number.isNaN(min) || Number.isNaN(max)) throw new InvalidArgumentError("Two numbers, MIN,MAX: 0,6.");
  if (min >= max) throw new InvalidArgumentError("The minimum comes first, and lies below the maximum.");
  return { min, max };
}

async function quantizeFile(file: string, flags: QuantizeFlags, io: Io): Promise<0> {
  checkUsage(flags);
  const opened = await openModel(file), out = flags.out ?? file.replace(/(\.tflite)?$/, `_${flags.scheme}.tflite`);
  if (path.resolve(out) === path.resolve(file)) throw new ArenulaError("USAGE", "-o is the model itself", { where: out, hint: "give the result a name of its own" });
  const plain = await inFile(file, () => plainModel(opened.bytes));
  const float: OpenModel = { ...opened, bytes: plain, model: Model.parse(plain) };
  if ((flags.equalize || flags.biasCorrection || flags.calibrator === "auto") && plain !== opened.bytes)
    throw new ArenulaError("USAGE", "the model was trained with its quantization: its ranges are chosen, and other weights would not fit them", { where: file, hint: "leave --equalize, --bias-correction and --calibrator auto out" });
  const equalized = flags.equalize ? equalize(plain) : null;
  const even: OpenModel = equalized ? { ...float, bytes: equalized.bytes, model: Model.parse(equalized.bytes) } : float;
  const calibrated = await calibrate(even, flags, io);
  const options = await optionsOf(flags, calibrated?.ranges);
  const first = await inFile(file, () => quantizeModel(equalized?.bytes ?? opened.bytes, options)); // what is wrong is refused before trials
  const tunes = flags.biasCorrection || flags.calibrator === "auto";
  if (tunes) await Interpreter.create(Model.parse(first.bytes));
  const tuned = calibrated && tunes ? await tune(even, calibrated, options, flags, io) : null;
  const result = tuned ? quantizeModel(tuned.bytes, { ...options, ranges: tuned.ranges }) : first;
  const passes = [...(equalized ? [`equalized ${format.plural(equalized.pairs.length, "pair")} of layers`] : []), ...(tuned?.passes ?? [])];
  const comparison = flags.data !== undefined && flags.sqnr ? await compareWith(float, result, calibrated!.statistics, flags, io) : null;
  await writeFileAtomically(out, result.bytes);
  const warnings = [...result.warnings, ...dataWarnings(calibrated?.statistics.samples.length ?? null, comparison)];
  if (flags.json) io.out(`${JSON.stringify({ ...toJson(out, opened, result, comparison, warnings), passes })}\n`);
  else {
    draw(opened, out, flags.scheme, result, comparison, io);
    for (const pass of passes) io.out(`  ${pass}\n`);
    for (const warning of warnings) io.err(`${io.errColors.yellow(io.errColors.bold("warning"))} ${printable(warning)}\n`);
  }
  return 0;
}

interface Calibrated {
  readonly statistics: ModelStatistics;
  readonly ranges: Ranges;
  /** Of the other calibrators, for `auto` to choose from. */
  readonly others: readonly Ranges[];
}

/** Ranges of the data, or of statistics that were collected before; null where neither is given. */
async function calibrate(float: OpenModel, flags: QuantizeFlags, io: Io): Promise<Calibrated | null> {
  const { data, statistics: files, calibrator, decay, percentile, scheme } = flags;
  if (data === undefined && !files) return null;
  const statistics = files ? await mergeParts(float, files) : await collectSamples(float, data!, flags, io);
  if (statistics.skipped.length > 0) io.err(`${io.errColors.yellow(`${statistics.skipped.length} of ${statistics.data.count} samples passed over`)}\n`);
  const codes = scheme === "int16x8" ? 65536 : 256;
  const ranges = (name: CalibratorName) => rangesOf(statistics, name, { codes, ...(decay !== undefined && { decay }), ...(percentile !== undefined && { percentile }) });
  return { statistics, ranges: ranges(calibrator === "auto" ? "minmax" : calibrator), others: calibrator === "auto" ? CALIBRATOR_NAMES.filter((name) => name !== "minmax").map(ranges) : [] };
}

/** Chooses ranges and biases by what the quantized model answers to the data. */
async function tune(float: OpenModel, { statistics, ranges: start, others }: Calibrated, options: QuantizeOptions, flags: QuantizeFlags, io: Io): Promise<{ bytes: Uint8Array; ranges: Ranges; passes: string[] }> {
  const graph = FloatGraph.read(float.bytes), units = others.length > 0 ? unitsOf(graph, start) : [];
  const runs = runsOf(units.length, others.length) + (flags.biasCorrection ? correctionRuns(graph) : 0);
  const reference = await gather(float, statistics, runs, flags, io), bar = stageBars(io), passes: string[] = [];
  if (reference.sizes.length === 0) throw new ArenulaError("USAGE", "--calibrator auto and --bias-correction go by the error of the model's float32 outputs, and it has none", { hint: "leave them out" });
  const share = `${reference.inputs.length === statistics.samples.length ? "" : `${reference.inputs.length} of `}${format.plural(statistics.samples.length, "sample")}`;
  try {
    return await withTrials(reference, options, flags.jobs, async (trials) => {
      let ranges = start, bytes = float.bytes;
      const gain = (before: number, after: number) => `the output ${before.toFixed(2)} -> ${after.toFixed(2)} dB on average over ${share}`;
      if (units.length > 0) {
        const found = await searchRanges(bytes, units, start, others, trials, bar.update);
        ranges = new Map([...found.ranges].map(([tensor, range]) => [tensor, { ...range, source: `auto: ${range.source}` }]));
        passes.push(`auto: ${found.changed.length} of ${format.plural(units.length, "range")} changed${found.tried < units.length && trials.count >= LEAST_TRIED ? ` (${found.tried} tried: the model is large)` : ""}${found.changed.length > 0 ? `, ${gain(found.before, found.after)}` : trials.count < LEAST_TRIED ? `, as it takes ${LEAST_TRIED} samples` : ", as no change is surely better"}`);
      }
      if (flags.biasCorrection) {
        const corrected = await correctBiases(bytes, ranges, trials, bar.update);
        bytes = corrected.bytes;
        passes.push(`corrected the biases of ${format.plural(corrected.layers, "layer")}${corrected.layers > 0 ? `, ${gain(corrected.before, corrected.after)}` : ", as the output gets no better"}`);
      }
      return { bytes, ranges, passes };
    });
  } finally {
    bar.stop();
  }
}

/** Samples for trials, as many as time and memory allow. */
async function gather(float: OpenModel, { samples }: ModelStatistics, runs: number, flags: QuantizeFlags, io: Io): Promise<Reference> {
  const net = await createInterpreter(float, {}), builder = new ReferenceBuilder(float.bytes, net);
  const macs = operatorMacs(float.model).reduce((sum, n) => sum + n, 0), bytes = [...net.inputs, ...net.outputs].reduce((sum, tensor) => sum + tensor.bytes.length, 0);
  const count = Math.min(samples.length, samplesWithin(runs, macs, bytes));
  const chosen = inQuarters(count, samples.length).map((i) => samples[i]!.index);
  await overSamples(float, chosen, flags, io, "answers", (inputs) => builder.add(inputs));
  return builder.result;
}

/** Goes through samples that could be read and run before: bad ones are not among them. */
async function overSamples(float: OpenModel, indices: readonly number[], flags: QuantizeFlags, io: Io, label: string, use: (inputs: readonly Uint8Array[]) => void): Promise<void> {
  const data = await openDataSet(flags.data!, inputsOf(float.model), await inputOptionsOf(flags)), bar = progressBar(io, label);
  try {
    for (const [i, index] of indices.entries()) {
      use((await data.sample(index)).inputs.map(({ bytes }) => bytes));
      bar.update((i + 1) / indices.length);
    }
  } finally {
    bar.stop();
    await data.close();
  }
}

function checkUsage({ data, statistics, equalize: even, biasCorrection, scheme, mean, std, rangesFrom, defaultRanges, floatIo, ...flags }: QuantizeFlags): void {
  const refuse = (message: string, hint: string) => new ArenulaError("USAGE", message, { hint });
  checkCalibrator(flags);
  if (flags.calibrator === "auto" && data === undefined) throw refuse("--calibrator auto goes by what the quantized model answers, so it has to run", "give --data");
  if (data !== undefined && statistics) throw refuse("--statistics were collected before, --data collects them now", "give one of them");
  if ((even || biasCorrection) && data === undefined) throw refuse("--equalize and --bias-correction change the model, so it has to run with the change", "give --data");
  if ((even || biasCorrection) && rangesFrom !== undefined) throw refuse("--ranges-from has the ranges of other weights than --equalize or --bias-correction leave", "leave it out");
  if (flags.keepState && (biasCorrection || flags.calibrator === "auto")) throw refuse("--calibrator auto and --bias-correction try samples apart from one another: a stream has none", "leave --keep-state out, or these");
  if (flags.keepState && (data === undefined || (flags.jobs ?? 1) > 1)) throw refuse("--keep-state takes the samples of --data one after the other: one worker", "give --data, and leave --jobs out");
  const weights = scheme === "dynamic" || scheme === "weights";
  if (weights && (data !== undefined || statistics || rangesFrom !== undefined || defaultRanges)) throw refuse(`scheme ${scheme} leaves activations in float32: it needs no ranges`, "leave --data, --statistics, --ranges-from and --default-ranges out");
  if (weights && floatIo) throw refuse(`inputs and outputs of scheme ${scheme} are float32 in any case`, "leave --float-io out");
  if (scheme === "uint8" && ((mean?.length ?? 0) > 1 || (std?.length ?? 0) > 1)) throw refuse("an input of the uint8 scheme has one mean and one std: its scale is 1 / std, its zero point the mean", "give one number each");
  if (scheme !== "uint8" && data === undefined && (mean || std)) throw refuse("--mean and --std are about images of --data, or about inputs of --scheme uint8", "give one of these");
}

async function optionsOf(flags: QuantizeFlags, ranges: Ranges | undefined): Promise<QuantizeOptions> {
  const { scheme, mean, std, rangesFrom, defaultRanges, recipe, floatIo, allowFloat } = flags;
  return {
    scheme, ...(ranges && { ranges }), ...(defaultRanges && { defaults: defaultRanges }), ...(floatIo && { floatIo }), ...(allowFloat && { allowFloat }),
    ...(rangesFrom !== undefined && { rangesFrom: { bytes: (await openModel(rangesFrom)).bytes, name: rangesFrom } }),
    ...(recipe !== undefined && { recipe: await openRecipe(recipe) }),
    ...(scheme === "uint8" && (mean || std) && { inputScaling: { mean: mean?.[0] ?? 0, std: std?.[0] ?? 1 } }),
  };
}

async function openRecipe(file: string): Promise<Recipe> {
  const { parseRecipe } = await import("../quantizer/recipe_file"); // the schema's compiler takes long to load
  return parseRecipe(new TextDecoder().decode(await readFile(file)), file);
}

async function inFile<T>(file: string, act: () => T): Promise<T> {
  try {
    return act();
  } catch (error) {
    if (error instanceof ArenulaError) error.where = error.where ? `${file}, ${error.where}` : file;
    throw error;
  }
}

/** Every layer of the result against the float model, over the data. */
async function compareWith(float: OpenModel, { bytes }: Quantized, { samples }: ModelStatistics, flags: QuantizeFlags, io: Io): Promise<Comparison> {
  const comparer = await Comparer.create(float.model, Model.parse(bytes), { own: false, keepState: flags.keepState ?? false });
  await overSamples(float, samples.map(({ index }) => index), flags, io, "comparing", (inputs) => void comparer.add(inputs));
  return comparer.result();
}

/** A share of values that a range may cut off unnoticed. */
const CLIPPED = 0.01;

function dataWarnings(samples: number | null, comparison: Comparison | null): string[] {
  const warnings: string[] = [];
  if (samples === 1) warnings.push("one sample: ranges of others will be clipped. A hundred of what the device will meet is a good start");
  const clipped = comparison?.layers.filter((layer) => layer.clipped > CLIPPED) ?? [];
  if (clipped.length > 0) warnings.push(`clipped: ${clipped.slice(0, 5).map(({ tensor, clipped: share }) => `${format.percent(share)} of '${shortName(tensor)}'`).join(", ")}${clipped.length > 5 ? `, and ${clipped.length - 5} more tensors` : ""}`);
  return warnings;
}

function toJson(file: string, { bytes: before }: OpenModel, { bytes, tensors, float, operators }: Quantized, comparison: Comparison | null, warnings: readonly string[]) {
  return {
    file, bytes: bytes.length, float_bytes: before.length, tensors, operators, float_operators: float, warnings,
    layers: comparison?.layers.map(({ operator_b, op, tensor, sqnr_db, max_abs, clipped }) => ({ operator: operator_b, op, tensor, sqnr_db: finite(sqnr_db), max_abs, clipped })) ?? [],
    ...(comparison && { samples: comparison.samples, outputs: comparison.outputs.map(({ tensor, sqnr_db, cosine }) => ({ name: tensor, sqnr_db: finite(sqnr_db), cosine })) }),
  };
}

/** JSON has no infinity: of equal values it is null, as of zeros. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function draw({ name, bytes: before }: OpenModel, out: string, scheme: Scheme, { bytes, tensors, float, operators }: Quantized, comparison: Comparison | null, io: Io): void {
  const { outColors: colors, columns } = io;
  const sqnr = new Map(comparison?.layers.map(({ tensor, sqnr_db }) => [tensor, sqnr_db]));
  const number = (title: string) => ({ title, align: "right" as const });
  if (tensors.length > 0) {
    io.out(table(
      [{ title: "tensor", shrinks: true }, { title: "type" }, number("min"), number("max"), number("scale"), number("zero"), ...(comparison ? [number("SQNR dB")] : []), { title: "range", shrinks: true, drops: 1 }],
      tensors.map((tensor): Cell[] => [
        shortName(tensor.name), tensor.type, real(tensor.min), real(tensor.max), format.scale(tensor.scale), String(tensor.zero_point),
        ...(comparison ? [decibels(sqnr.get(tensor.name))] : []), { text: tensor.source, paint: /dummy/.test(tensor.source) ? colors.yellow : colors.dim },
      ]),
      { columns, colors },
    ));
    io.out("\n");
  }
  const kept = float.length > 0 ? `, ${float.length} of ${operators} operators stay float32` : "";
  io.out(`${colors.bold(name)} -> ${colors.bold(out)}  ${scheme}, ${format.size(before.length)} -> ${format.size(bytes.length)}${kept}\n`);
  for (const line of float) io.out(`  ${colors.dim("float32")}  ${printable(line)}\n`);
  for (const output of comparison?.outputs ?? []) io.out(`  output ${printable(shortName(output.tensor))}: SQNR ${decibels(output.sqnr_db)} dB over ${format.plural(comparison!.samples, "sample")}\n`);
}

function real(value: QuantizedTensor["min"]): string {
  return value === null ? "" : String(Number(value.toPrecision(4)));
}

function decibels(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : Number.isFinite(value) ? value.toFixed(1) : "exact";
}
