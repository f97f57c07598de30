import { InvalidArgumentError, Option } from "commander";
import { printable, shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import { Comparer, type CompareOptions, type Comparison, type LayerComparison } from "../inspect/compare";
import { classesOf, pairedTask, type PairedTask, type TaskMetrics } from "../inspect/task";
import { boardOption, jsonOption, positive, type CommandFile } from "./command";
import { dataOptions, eachSample, openData, type DataFlags } from "./data";
import { checkEmulator, Emulation, ENGINE_NAMES, isDevice, openEngine, type Emulated, type EngineName, type OpenEngine } from "./engines";
import * as format from "./format";
import type { DataSet } from "./inputs/data_set";
import type { Io } from "./io";
import { openBoard, openModel, type OpenModel } from "./model";
import { KEEP_STATE } from "./stats";
import { facts, table, type Cell } from "./table";

interface CompareFlags extends DataFlags {
  engines?: [EngineName, EngineName];
  board?: string;
  emulate?: boolean;
  own: boolean;
  keepState?: boolean;
  topK: number;
  suspects: number;
  json?: boolean;
}

export const compare: CommandFile = {
  name: "compare",
  summary: "two models, or one model on two engines, layer by layer over data",
  examples: [
    "arenula compare float.tflite int8.tflite --data samples.npy", "arenula compare float.tflite int8.tflite --data test.csv --mean 0 --std 255",
    "arenula compare model.tflite --engines mcu,simd --input lcg:1", "arenula compare model.tflite --engines simd,wamr-fast --board mps2-an386 --data samples.npy --emulate",
  ],
  declare(command, act) {
    command.argument("<model>", "what is right: mostly the float32 model").argument("[other]", "what is judged");
    for (const option of dataOptions()) command.addOption(option);
    command.addOption(new Option("--cores, --engines <a,b>", `without [other]: what runs the model; ${ENGINE_NAMES.join(", ")}. An engine of WAMR is compared by the module that is linked for it, whose code runs here operator by operator, without WAMR itself`).argParser(engines))
      .addOption(boardOption("with an engine of WAMR: link for this board, as `build` does"))
      .option("--emulate", "with --board: WAMR itself repeats the first samples on the emulated board, and its outputs are compared as well")
      .option("--no-own", "do not run every layer on the first model's values as well")
      .option("--keep-state", KEEP_STATE)
      .addOption(new Option("--top-k <k>", "with labels: also the share whose class is among the k best").argParser(positive).default(5))
      .addOption(new Option("--suspects <n>", "how many of the worst layers to name").argParser(positive).default(5))
      .addOption(jsonOption())
      .action((model: string, other: string | undefined, flags: CompareFlags) => act((io) => compareTwo(model, other, flags, io)));
  },
};

function engines(text: string): [EngineName, EngineName] {
  const names = text.split(",");
  const unknown = names.find((name) => !ENGINE_NAMES.includes(name as EngineName));
  if (names.length !== 2 || unknown !== undefined) throw new InvalidArgumentError(`Two of ${ENGINE_NAMES.join(", ")}, with a comma between.`);
  return names as [EngineName, EngineName];
}

async function compareTwo(file: string, other: string | undefined, flags: CompareFlags, io: Io): Promise<0> {
  checkUsage(other, flags);
  const a = await openModel(file), b = other === undefined ? a : await openModel(other);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  if (flags.emulate) await checkEmulator(board!.name);
  const data = await openData(a.model, flags, io);
  try {
    const sides: OpenEngine[] = [];
    for (const name of flags.engines ?? []) sides.push(await openEngine(a, name, board));
    const result = await run(a, b, sides, data, flags, io), { comparison, task, emulated } = result;
    if (flags.json) io.out(`${JSON.stringify({ a: a.name, b: b.name, ...(flags.engines && { engines: flags.engines }), ...comparison, ...(task && { task }), ...(flags.emulate && { emulated }) })}\n`);
    else draw(a, b, result, flags, io);
  } finally {
    await data.close();
  }
  return 0;
}

/** @throws ArenulaError USAGE for options that do not go together */
function checkUsage(other: string | undefined, { engines: names, board, emulate }: CompareFlags): void {
  const refuse = (message: string, hint: string) => new ArenulaError("USAGE", message, { hint });
  if ((other === undefined) === (names === undefined)) throw refuse(other === undefined ? "one model, and nothing to compare it with" : "--engines compares a model with itself", "two models, or one and --engines mcu,simd");
  const device = names?.some(isDevice) ?? false;
  if (board !== undefined && !device) throw refuse("--board is what an engine of WAMR is linked for", "--engines simd,wamr-fast");
  if (emulate && board === undefined) throw refuse("--emulate needs a board to emulate", "--engines simd,wamr-fast --board mps2-an386");
}

interface Result {
  readonly comparison: Comparison;
  readonly task: PairedTask | null;
  readonly emulated: readonly Emulated[];
}

/** The data are read for the first model; the other is fed the same real values. */
async function run(a: OpenModel, b: OpenModel, sides: readonly OpenEngine[], data: DataSet, flags: CompareFlags, io: Io): Promise<Result> {
  const comparer = await Comparer.create(a.model, b.model, comparing(sides, flags));
  const emulations = flags.emulate ? sides.filter(({ built }) => built).map((side) => new Emulation(side, flags.board!)) : [];
  const scores: [Float64Array[], Float64Array[]] = [[], []];
  await eachSample(data, io, "comparing", ({ inputs }) => {
    const bytes = inputs.map((input) => input.bytes), outputs = comparer.add(bytes);
    for (const emulation of emulations) emulation.add(bytes);
    if (data.labels) outputs.forEach((output, k) => scores[k]!.push(output));
  });
  const task = data.labels && pairedTask(scores[0], scores[1], classesOf(data.labels, scores[0][0]!.length, data.where), flags.topK);
  const emulated: Emulated[] = [];
  for (const emulation of emulations) emulated.push(await emulation.run(io));
  return { comparison: comparer.result(), task, emulated };
}

/** Operators run alone on cores only: the parts of a linked module belong together. */
function comparing([a, b]: readonly OpenEngine[], { own, keepState = false }: CompareFlags): CompareOptions {
  if (!a || !b) return { own, keepState };
  const runners = [a.runner, b.runner] as const;
  return isDevice(a.name) || isDevice(b.name) ? { own: false, keepState, runners } : { own, keepState, runners, a: { core: a.name }, b: { core: b.name } };
}

const decibels = (value: number | null): string => (value === null ? "-" : Number.isFinite(value) ? value.toFixed(1) : "exact");
const steps = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : value.toFixed(2));

function draw(a: OpenModel, b: OpenModel, { comparison, task, emulated }: Result, flags: CompareFlags, io: Io): void {
  const { outColors: colors, columns } = io;
  const { inputs, layers, suspects, outputs, samples } = comparison;
  const what = flags.engines ? `${colors.bold(a.name)} on ${flags.engines.join(" and ")}` : `${colors.bold(b.name)} against ${colors.bold(a.name)}`;
  io.out(`${what}, ${format.count(samples)} sample${samples === 1 ? "" : "s"}\n\n`);
  const worst = new Map(suspects.slice(0, flags.suspects).map((layer, rank) => [layer, rank + 1]));
  const most = Math.max(1, ...layers.map(({ sqnr_db }) => (Number.isFinite(sqnr_db) ? sqnr_db! : 0)));
  io.out(table(
    [
      { title: "#", align: "right" }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "SQNR dB", align: "right" }, { title: "own dB", align: "right" }, { title: "own steps", align: "right" },
      { title: "max", align: "right", drops: 2 }, { title: "cosine", align: "right", drops: 1 }, { title: "clipped", align: "right" }, { title: "codes", align: "right" }, { title: "", drops: 3 },
    ],
    layers.map((layer, i): Cell[] => {
      const rank = worst.get(i), bar = Number.isFinite(layer.sqnr_db) ? "█".repeat(Math.max(0, Math.round((16 * layer.sqnr_db!) / most))) : "";
      const name = shortName(layer.tensor);
      return [
        String(layer.operator_b), layer.op, rank === undefined ? name : { text: name, paint: rank === 1 ? colors.red : colors.yellow }, decibels(layer.sqnr_db), decibels(layer.own?.sqnr_db ?? null),
        steps(layer.own?.steps), format.short(layer.max_abs), layer.cosine === null ? "-" : layer.cosine.toFixed(5), layer.clipped === 0 ? "" : format.percent(layer.clipped),
        layer.codes === null ? "-" : String(layer.codes), { text: bar, paint: colors.dim },
      ];
    }),
    { columns, colors },
  ));
  const devices = (flags.engines ?? []).filter(isDevice), legend = devices.length > 0 ? `\n${format.list(devices)}: the code of the linked module, run here operator by operator, without WAMR itself\n` : "";
  io.out(colors.dim(`${legend}\nown: the layer fed with the first model's values; steps: error in units of the scale (rounding alone: 0.29); codes: of its type between the extremes of the data\n`));
  io.out(`\n${facts([
    ...inputs.filter(({ clipped }) => clipped > 0).map(({ tensor, clipped }): [string, string] => [`input ${printable(tensor)}`, colors.red(`${format.percent(clipped)} of the values lie outside of what it can hold`)]),
    ...outputs.map(({ tensor, sqnr_db, max_abs, cosine }): [string, string] => [`output ${printable(tensor)}`, max_abs === 0 ? "equal in every value" : `SQNR ${decibels(sqnr_db)} dB, at most ${format.short(max_abs)} apart, cosine ${cosine === null ? "-" : cosine.toFixed(6)}`]),
    ["first difference", comparison.first_divergence === null ? colors.green("none: every stored value is equal") : `operator ${comparison.first_divergence}`],
    ...emulated.map(({ engine, board, samples: n, first_difference: first }): [string, string] => [
      `${engine} on ${board}`, first ? colors.red(`output ${first.output} of sample ${first.sample} is not the module's`) : colors.green(`outputs of ${format.plural(n, "sample")} as the module's, emulated`),
    ]),
    ...(suspects.length > 0 ? [["suspects", suspects.slice(0, flags.suspects).map((i) => suspectText(layers[i]!)).join("; ")] as [string, string]] : []),
    ...(task ? taskFacts(task) : []),
  ], colors)}`);
  if (task) io.out(`\n${confusionText(task.b, io)}`);
}

function suspectText({ operator_b, op, own, sqnr_db, clipped }: LayerComparison): string {
  return `operator ${operator_b} ${op} (own ${decibels(own?.sqnr_db ?? sqnr_db)} dB${clipped > 0 ? `, ${format.percent(clipped)} clipped` : ""})`;
}

function taskFacts({ a, b, top1_difference, interval, only_a, only_b }: PairedTask): [string, string][] {
  const points = (share: number) => `${share >= 0 ? "+" : ""}${(100 * share).toFixed(2)}`;
  const auc = ({ auc: area }: TaskMetrics) => (area === null ? "-" : area.toFixed(4));
  return [
    ["top-1", `${format.percent(a.top1)} -> ${format.percent(b.top1)}: ${points(top1_difference)} points (95 %: ${points(interval[0])} to ${points(interval[1])}); ${only_a} right only before, ${only_b} only now`],
    [`top-${a.k}`, `${format.percent(a.topk)} -> ${format.percent(b.topk)}`],
    ["AUC", `${auc(a)} -> ${auc(b)}`],
  ];
}

/** Larger ones are for --json. */
const MOST_CLASSES_SHOWN = 20;

function confusionText({ confusion }: TaskMetrics, { outColors: colors, columns }: Io): string {
  if (confusion.length > MOST_CLASSES_SHOWN) return "";
  return table(
    [{ title: "class \\ predicted", align: "right" }, ...confusion.map((_, c) => ({ title: String(c), align: "right" as const }))],
    confusion.map((row, c) => [String(c), ...row.map((n, k): Cell => (n === 0 ? { text: "·", paint: colors.dim } : { text: String(n), paint: k === c ? colors.green : colors.red }))]),
    { columns, colors },
  );
}
