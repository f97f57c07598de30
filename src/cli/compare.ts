import { Option } from "commander";
import { printable, shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import { Comparer, type Comparison, type LayerComparison } from "../inspect/compare";
import { classesOf, pairedTask, type PairedTask, type TaskMetrics } from "../inspect/task";
import type { CoreName } from "../lowering/lowering";
import { jsonOption, positive, type CommandFile } from "./command";
import { dataOptions, eachSample, openData, type DataFlags } from "./data";
import * as format from "./format";
import type { DataSet } from "./inputs/data_set";
import type { Io } from "./io";
import { openModel, type OpenModel } from "./model";
import { facts, table, type Cell } from "./table";

interface CompareFlags extends DataFlags {
  cores?: [CoreName, CoreName];
  own: boolean;
  topK: number;
  suspects: number;
  json?: boolean;
}

const CORES: readonly CoreName[] = ["mcu", "simd", "relaxed"];

export const compare: CommandFile = {
  name: "compare",
  summary: "two models, or one model on two cores, layer by layer over data",
  examples: [
    "arenula compare float.tflite int8.tflite --data samples.npy", "arenula compare float.tflite int8.tflite --data test.csv --mean 0 --std 255",
    "arenula compare model.tflite --cores mcu,simd --input lcg:1",
  ],
  declare(command, act) {
    command.argument("<model>", "what is right: mostly the float32 model").argument("[other]", "what is judged");
    for (const option of dataOptions()) command.addOption(option);
    command.addOption(new Option("--cores <a,b>", "without [other]: the two builds of the kernels to compare").argParser(cores))
      .option("--no-own", "do not run every layer on the first model's values as well")
      .addOption(new Option("--top-k <k>", "with labels: also the share whose class is among the k best").argParser(positive).default(5))
      .addOption(new Option("--suspects <n>", "how many of the worst layers to name").argParser(positive).default(5))
      .addOption(jsonOption())
      .action((model: string, other: string | undefined, flags: CompareFlags) => act((io) => compareTwo(model, other, flags, io)));
  },
};

function cores(text: string): [CoreName, CoreName] {
  const names = text.split(",");
  const unknown = names.find((name) => !CORES.includes(name as CoreName));
  if (names.length !== 2 || unknown !== undefined) throw new ArenulaError("USAGE", `--cores takes two of ${CORES.join(", ")}`, { where: `--cores ${text}` });
  return names as [CoreName, CoreName];
}

async function compareTwo(file: string, other: string | undefined, flags: CompareFlags, io: Io): Promise<0> {
  if ((other === undefined) === (flags.cores === undefined)) {
    throw new ArenulaError("USAGE", other === undefined ? "one model, and nothing to compare it with" : "--cores compares a model with itself", { hint: "two models, or one and --cores mcu,simd" });
  }
  const a = await openModel(file), b = other === undefined ? a : await openModel(other);
  const data = await openData(a.model, flags, io);
  try {
    const { comparison, task } = await run(a, b, data, flags, io);
    if (flags.json) io.out(`${JSON.stringify({ a: a.name, b: b.name, ...comparison, ...(task && { task }) })}\n`);
    else draw(a, b, comparison, task, flags, io);
  } finally {
    await data.close();
  }
  return 0;
}

/** The data are read for the first model; the other is fed the same real values. */
async function run(a: OpenModel, b: OpenModel, data: DataSet, flags: CompareFlags, io: Io): Promise<{ comparison: Comparison; task: PairedTask | null }> {
  const options = flags.cores ? { a: { core: flags.cores[0] }, b: { core: flags.cores[1] } } : {};
  const comparer = await Comparer.create(a.model, b.model, { ...options, own: flags.own });
  const scores: [Float64Array[], Float64Array[]] = [[], []];
  await eachSample(data, io, "comparing", ({ inputs }) => {
    const outputs = comparer.add(inputs.map(({ bytes }) => bytes));
    if (data.labels) outputs.forEach((output, k) => scores[k]!.push(output));
  });
  const task = data.labels && pairedTask(scores[0], scores[1], classesOf(data.labels, scores[0][0]!.length, data.where), flags.topK);
  return { comparison: comparer.result(), task };
}

const decibels = (value: number | null): string => (value === null ? "-" : Number.isFinite(value) ? value.toFixed(1) : "exact");
const steps = (value: number | null | undefined): string => (value === null || value === undefined ? "-" : value.toFixed(2));

function draw(a: OpenModel, b: OpenModel, comparison: Comparison, task: PairedTask | null, flags: CompareFlags, io: Io): void {
  const { outColors: colors, columns } = io;
  const { inputs, layers, suspects, outputs, samples } = comparison;
  const what = flags.cores ? `${colors.bold(a.name)} on ${flags.cores.join(" and ")}` : `${colors.bold(b.name)} against ${colors.bold(a.name)}`;
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
  io.out(colors.dim("\nown: the layer fed with the first model's values; steps: error in units of the scale (rounding alone: 0.29); codes: of its type between the extremes of the data\n"));
  io.out(`\n${facts([
    ...inputs.filter(({ clipped }) => clipped > 0).map(({ tensor, clipped }): [string, string] => [`input ${printable(tensor)}`, colors.red(`${format.percent(clipped)} of the values lie outside of what it can hold`)]),
    ...outputs.map(({ tensor, sqnr_db, max_abs, cosine }): [string, string] => [`output ${printable(tensor)}`, max_abs === 0 ? "equal in every value" : `SQNR ${decibels(sqnr_db)} dB, at most ${format.short(max_abs)} apart, cosine ${cosine === null ? "-" : cosine.toFixed(6)}`]),
    ["first difference", comparison.first_divergence === null ? colors.green("none: every stored value is equal") : `operator ${comparison.first_divergence}`],
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
