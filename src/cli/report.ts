import { Option } from "commander";
import { parseHTML } from "linkedom";
import type { Board } from "../device/boards";
import { ENGINES, type Engine } from "../device/machine";
import { costModelFor, estimate } from "../device/simulate/cost";
import { simulate } from "../device/simulate/simulate";
import type { Comparison } from "../inspect/compare";
import { diffModels } from "../inspect/diff";
import type { Examined } from "../inspect/examine";
import { findingsOf, type Finding } from "../inspect/findings";
import { errorSection, histogramsSection, type Histogram } from "../inspect/report/drawn_sections";
import { page, type Section } from "../inspect/report/page";
import { boardSection, diffSection, findingsSection, layersSection, memorySection, summarySection, type LayerCost } from "../inspect/report/sections";
import { distributionOf } from "../inspect/statistics";
import { storedRange } from "../graph/tensor";
import { Interpreter, operatorMacs, type Subgraph } from "../index";
import { boardOption, jsonOption, positive, type CommandFile } from "./command";
import { dataOptions, openData, type DataFlags } from "./data";
import { boardFit, fitText } from "./describe";
import { examine } from "./examine";
import { feed } from "./feed";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { linkModel } from "./linked";
import { openBoard, openModel, type OpenModel } from "./model";
import { operatorTimes } from "./operator_times";

interface ReportFlags extends DataFlags {
  against?: string;
  board?: string;
  engine: Engine;
  suspects: number;
  out: string;
  json?: boolean;
}

export const report: CommandFile = {
  name: "report",
  summary: "one HTML page: memory plan, layers, error, histograms, quantization, cost on a board",
  examples: ["arenula report int8.tflite -o report.html", "arenula report int8.tflite --against float.tflite --data samples.npy --board nrf52840dk -o report.html"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").option("--against <model>", "what it should compute: the float model, or another version");
    for (const option of dataOptions()) command.addOption(option);
    command.addOption(boardOption("estimate what it costs there"))
      .addOption(new Option("--engine <engine>", "with --board: what runs it there").choices(ENGINES).default("wamr-fast"))
      .addOption(new Option("--suspects <n>", "how many layers to name and draw").argParser(positive).default(6))
      .requiredOption("-o, --out <file>", "the page").addOption(jsonOption())
      .action((model: string, flags: ReportFlags) => act((io) => writeReport(model, flags, io)));
  },
};

async function writeReport(file: string, flags: ReportFlags, io: Io): Promise<0> {
  const opened = await openModel(file), other = flags.against === undefined ? null : await openModel(flags.against);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const { sections, findings } = await contentsOf(opened, other, board, flags, io);
  const subtitle = [other && `against ${other.name}`, flags.data && `over ${flags.data}`, board && `for ${board.name}, ${flags.engine}`].filter(Boolean).join(", ") || "without data";
  await writeFileAtomically(flags.out, page(opened.name, subtitle, sections));
  if (flags.json) io.out(`${JSON.stringify({ file: flags.out, sections: sections.map(({ title }) => title), findings })}\n`);
  else io.err(`wrote ${flags.out}: ${format.list(sections.map(({ title }) => title))}\n`);
  return 0;
}

async function contentsOf(opened: OpenModel, other: OpenModel | null, board: Board | null, flags: ReportFlags, io: Io): Promise<{ sections: Section[]; findings: readonly Finding[] }> {
  const { model, name } = opened, { document } = parseHTML("<!doctype html><html><body></body></html>");
  const hasData = flags.data !== undefined || flags.input.length > 0;
  const fed: DataFlags = hasData ? flags : { ...flags, input: ["lcg:1"] }; // times hardly depend on values
  const net = await Interpreter.create(model), planned = await Interpreter.create(model, { core: "mcu" }); // SIMD kernels take other scratch than a board's
  const data = await openData(model, fed, io);
  const first = await data.sample(0);
  await data.close();
  const quiet: Io = { ...io, err: () => {} }; // what is done to the numbers has been said
  const ms = timesOf(net, () => feed(net, first.inputs));
  const cost = board && (await boardCost(opened, board, flags.engine, first.inputs.map(({ bytes }) => bytes)));
  const { findings, comparison, statistics } = hasData ? await examine(model, other && other.model, flags, quiet) : { findings: findingsOf({ model }), comparison: null, statistics: null };
  const macs = operatorMacs(model), { operators, tensors } = model.subgraphs[0]!;
  const layers = operators.map(({ index, name: op, outputs }, i): LayerCost => ({ operator: index, op, tensor: tensors[outputs[0]!]?.name ?? "", macs: macs[i]!, ms: ms[i]!, cycles: cost?.cycles.get(index) ?? (cost ? 0 : null) }));
  const sections = [
    findingsSection(findings, hasData ? "the model or these data" : "the model; no data were given"),
    summarySection(planned, opened.bytes.length, macs.reduce((sum, n) => sum + n, 0)),
    memorySection(name, planned.arena, planned.steps, board && fitText(boardFit(board, planned))),
    layersSection(layers, comparison),
    ...(comparison ? [errorSection(other!.name, comparison, findings, flags.suspects, document)] : []),
    ...(statistics && flags.data !== undefined ? [histogramsSection(histograms(statistics, opened, other, comparison, flags.suspects), (other ?? opened).name, document)] : []),
    ...(other ? [diffSection(other.name, name, diffModels(other.model, model))] : []),
    ...(cost ? [boardSection(`On ${board!.name}`, cost.facts, cost.note)] : []),
  ];
  return { sections, findings };
}

const WARM_UP = 5, PROFILES = 21;

/** Median milliseconds of every operator on this machine. */
function timesOf(net: Interpreter, refill: () => void): number[] {
  operatorTimes(net, refill, WARM_UP);
  return operatorTimes(net, refill, PROFILES);
}

interface BoardCost {
  readonly facts: readonly (readonly [string, string])[];
  readonly note: string;
  readonly cycles: ReadonlyMap<number, number>;
}

async function boardCost(opened: OpenModel, board: Board, engine: Engine, inputs: readonly Uint8Array[]): Promise<BoardCost> {
  const { module } = await linkModel(opened, board, { engine, weights: "packed" });
  const simulation = await simulate(module, inputs, { board });
  const costing = costModelFor(engine, board.core), { linear_memory_bytes: linear } = simulation.module.facts;
  const cycles = new Map(costing.model ? simulation.layers.map((layer) => [layer.operator, estimate(layer, costing.model.cycles)]) : []);
  const sum = [...cycles.values()].reduce((total, n) => total + n, 0);
  return {
    cycles,
    facts: [
      ["linear memory", `${format.count(linear)} bytes`], ["module", `${format.count(module.length)} bytes of flash`], ["WebAssembly instructions", format.count(simulation.wasmInstructions)],
      ...(costing.model ? [["cycles, estimated", `${format.short(sum / 1e6)} million`] as const, ...(board.clockHz ? [[`at ${format.frequency(board.clockHz)}`, format.duration((1000 * sum) / board.clockHz)] as const] : [])] : []),
    ],
    note: costing.model ? `Estimated from executed instructions, within ${format.percent(costing.model.cycles.error.left_out_model_max)} for whole models; \`arenula bench --board\` counts under emulation. The runtime's own RAM comes on top.` : costing.reason,
  };
}

/** Histograms of more tensors would bury the ones that tell something. */
const MOST_HISTOGRAMS = 12;

/** Of the inputs and of the layers that add most error, as the model computes them that is compared with; of the model's own first ones where nothing is compared. */
function histograms(statistics: Examined["statistics"], opened: OpenModel, other: OpenModel | null, comparison: Comparison | null, suspects: number): Histogram[] {
  const from = other ?? opened;
  const [main, own] = [from.model.subgraphs[0]!, opened.model.subgraphs[0]!];
  const pairs = [...main.inputs.map((tensor, i): [number, number | undefined] => [tensor, own.inputs[i]])];
  if (comparison) {
    for (const i of comparison.suspects.slice(0, suspects)) {
      const { operator_a, operator_b } = comparison.layers[i]!;
      pairs.push([outputOf(main, operator_a), outputOf(own, operator_b)]);
    }
  } else pairs.push(...main.operators.map(({ outputs }): [number, number] => [outputs[0]!, outputs[0]!]));
  return pairs.flatMap(([tensor, judged]): Histogram[] => {
    const found = statistics.tensors.find(({ info }) => info.index === tensor), mapped = judged === undefined ? undefined : own.tensors[judged];
    const range = mapped && storedRange(mapped.type), quantization = mapped?.quantization;
    const codes = range && quantization?.scale.length === 1 ? { scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]!, least: range[0], most: range[1] } : null;
    return found && found.count > 0 ? [{ operator: found.info.operator?.index ?? null, name: found.info.name, distribution: distributionOf(found), codes }] : [];
  }).slice(0, MOST_HISTOGRAMS);
}

/** The tensor that an operator writes, by the operator's index in the file. */
function outputOf({ operators }: Subgraph, index: number): number {
  return operators.find((operator) => operator.index === index)!.outputs[0]!;
}
