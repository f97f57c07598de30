// A model on an emulated board: linked as `build` links it, run by the firmware of boards/wamr in QEMU, its outputs compared with the
// desktop's. What is counted is the same in every run.
import { shortName } from "../arena/labels";
import { crc32 } from "../crc32";
import type { Board } from "../device/boards";
import { ArenulaError } from "../errors";
import type { Checks } from "../firmware/aot";
import type { DeviceBench } from "../firmware/bench";
import { operatorMacs } from "../index";
import type { Built } from "../link/build";
import { concatenate } from "../lowering/packing";
import { outputsText, readBaseline, sameOutputs, type OutputCrc } from "./baseline";
import { feed, readInputs, type InputFlags } from "./feed";
import * as format from "./format";
import type { Io } from "./io";
import { linkModel, type LinkFlags } from "./linked";
import { createInterpreter, openBoard, openModel, type OpenModel } from "./model";
import { stageBars } from "./progress";
import { facts, table, type Cell, type Column } from "./table";

export interface DeviceFlags extends InputFlags, LinkFlags {
  board: string;
  checks?: Checks;
  baseline?: string;
  json?: boolean;
}

interface Layer {
  operator: number;
  op: string;
  kernels: string[];
  macs: number;
  instructions: number;
  cycles: number;
  /** At the board's clock, where that is known. */
  ms: number | null;
  /** null where there are no MACs. */
  instructions_per_mac: number | null;
  cycles_per_mac: number | null;
}

interface Result {
  board: string;
  core: string;
  clock_hz: number | null;
  engine: string;
  wamr: string;
  /** null: an interpreter, which checks every access. */
  checks: Checks | null;
  weights: string;
  macs: number;
  instructions: number;
  instructions_per_mac: number | null;
  cycles: number;
  cycles_per_mac: number | null;
  ms: number | null;
  timing: { source: string; assumptions: readonly string[] };
  linear_memory_bytes: number;
  /** Runtime, module, stacks, variables. */
  ram_bytes: number;
  ram: { pool_bytes: number; stack_bytes: number; exception_stack_bytes: number; variable_bytes: number };
  flash_bytes: number;
  wasm_bytes: number;
  /** What the device holds of it: the .wasm, or the .aot made from it. */
  module_bytes: number;
  slice_bytes: number;
  layers: Layer[];
  outputs: OutputCrc[];
}

/** Counts what an inference takes on an emulated board. */
export async function benchDevice(file: string, flags: DeviceFlags, io: Io): Promise<0> {
  const { benchOnBoard } = await import("../firmware/bench"); // firmware is for those who ask for it
  const { firmwareBoard } = await import("../firmware/targets");
  const baseline = flags.baseline === undefined ? null : await readBaseline<Baseline>(flags.baseline, ["instructions", "cycles"]);
  const opened = await openModel(file);
  const board = await openBoard(flags.board);
  firmwareBoard(board.name); // refused before anything is linked
  const decoded = await readInputs(opened.model, flags, io);
  const net = await createInterpreter(opened, { core: "mcu" });
  feed(net, decoded);
  net.invoke();
  const built = await linkModel(opened, board, flags);
  const bars = stageBars(io);
  try {
    const device = await benchOnBoard({
      board: board.name, engine: flags.engine, checks: flags.checks, module: built.module, functions: built.functions, inputs: concatenate(decoded.map(({ bytes }) => bytes)), progress: bars.update,
    });
    net.outputs.forEach(({ name, planned: bytes }, i) => {
      if (device.outputs[i].crc32 === crc32(bytes)) return;
      throw new ArenulaError("INTERNAL", `output ${i} '${name}' has CRC ${device.outputs[i].crc32} on ${board.name}, ${flags.engine}, and ${crc32(bytes)} on this machine`, { where: file, hint: "report this with the model" });
    });
    const result = resultOf(opened, board, flags, built, device);
    const comparison = baseline && compare(baseline, result, flags.baseline!);
    bars.stop();
    io.out(flags.json ? `${JSON.stringify({ ...result, ...(comparison && { baseline: { file: flags.baseline, ...comparison } }) })}\n` : draw(opened.name, result, comparison, io));
  } finally {
    bars.stop();
  }
  return 0;
}

function resultOf({ model }: OpenModel, board: Board, { engine, weights }: DeviceFlags, built: Built, device: DeviceBench): Result {
  const { operators } = model.subgraphs[0], operatorsMacs = operatorMacs(model);
  const { ram, counts } = device;
  const figures = (macs: number, { instructions, cycles }: Pick<Layer, "instructions" | "cycles">) => ({
    macs, instructions, instructions_per_mac: macs > 0 ? instructions / macs : null, cycles, cycles_per_mac: macs > 0 ? cycles / macs : null,
    ms: board.clockHz === null ? null : (1000 * cycles) / board.clockHz,
  });
  return {
    board: board.name, core: board.core, clock_hz: board.clockHz, engine, wamr: device.wamr, checks: device.aot?.checks ?? null, weights,
    ...figures(operatorsMacs.reduce((sum, n) => sum + n, 0), counts), timing: device.timing, linear_memory_bytes: device.linearMemoryBytes, ram_bytes: ram.totalBytes,
    ram: { pool_bytes: ram.poolBytes, stack_bytes: ram.stackBytes, exception_stack_bytes: ram.exceptionStackBytes, variable_bytes: ram.variableBytes },
    flash_bytes: device.flashBytes, wasm_bytes: built.module.length, module_bytes: device.moduleBytes, slice_bytes: built.sliceBytes,
    layers: device.operators.map((at) => ({
      operator: at.operator, op: operators[at.operator].name, kernels: built.program.steps.filter((step) => step.operator === at.operator).map(({ kernel }) => kernel),
      ...figures(operatorsMacs[at.operator], at),
    })),
    outputs: built.facts.outputs.map(({ name }, i) => ({ name, crc32: device.outputs[i].crc32 })),
  };
}

type Baseline = Pick<Result, "instructions" | "cycles" | "layers" | "outputs"> & { board?: string; engine?: string };

interface Comparison {
  board: string | null;
  engine: string | null;
  instructions: number;
  cycles: number;
  /** Cycles now through cycles then, less 1: below 0 is faster now. */
  change: number;
  layers: { operator: number; instructions: number; cycles: number; change: number | null }[];
  outputs_equal: boolean;
}

const change = (now: number, before: number): number | null => (before > 0 ? now / before - 1 : null);

/** @throws ArenulaError FILE_UNREADABLE where the layers are those of another model */
function compare(baseline: Baseline, result: Result, file: string): Comparison {
  const { layers } = baseline;
  if (!Array.isArray(layers) || layers.length !== result.layers.length || !layers.every(({ op, macs }, i) => op === result.layers[i].op && macs === result.layers[i].macs))
    throw new ArenulaError("FILE_UNREADABLE", "a benchmark of another model: its layers are others", { where: file, hint: "--baseline compares one model before and after a change, or on two boards or engines" });
  return {
    board: baseline.board ?? null, engine: baseline.engine ?? null, instructions: baseline.instructions, cycles: baseline.cycles, change: change(result.cycles, baseline.cycles)!,
    layers: layers.map(({ operator, instructions, cycles }, i) => ({ operator, instructions, cycles, change: change(result.layers[i].cycles, cycles) })),
    outputs_equal: sameOutputs(baseline, result),
  };
}

/** A layer is marked where it takes this share of the cycles, and this many times as many per MAC as the network. */
const NOTABLE_SHARE = 0.05, NOTABLE_COST = 1.5;

function draw(name: string, result: Result, comparison: Comparison | null, io: Io): string {
  const { outColors: colors, columns } = io;
  const number = (title: string, drops?: number): Column => ({ title, align: "right", drops });
  const sum = result.layers.reduce((total, { cycles }) => total + cycles, 0) || 1;
  const decimals = (value: number | null, digits = 2) => (value === null ? "" : value.toFixed(digits));
  const row = ({ operator, op, kernels, macs, instructions, instructions_per_mac, cycles, cycles_per_mac, ms }: Layer, i: number): Cell[] => {
    const share = cycles / sum;
    const paint = cycles_per_mac !== null && share >= NOTABLE_SHARE && cycles_per_mac >= NOTABLE_COST * result.cycles_per_mac! ? colors.yellow : null;
    return [
      String(operator), op, kernels.join(" "), macs > 0 ? format.count(macs) : "", format.count(instructions), { text: decimals(instructions_per_mac), paint: paint ?? String },
      format.count(cycles), { text: decimals(cycles_per_mac), paint: paint ?? String }, decimals(ms), ...(comparison ? [changeCell(comparison.layers[i].change, colors)] : []),
      `${(100 * share).toFixed(1)} %`, { text: format.bar(share), paint: paint ?? colors.cyan },
    ];
  };
  return [
    `${colors.bold(name)}  on ${result.board} (${result.core}, emulated), ${result.engine} of WAMR ${result.wamr}${result.checks ? `, checks ${result.checks}` : ""}\n\n`,
    facts(totals(result, comparison, colors), colors),
    "\n",
    table(
      [
        number("#"), { title: "operator", shrinks: true }, { title: "kernel", shrinks: true, drops: 3 }, number("MACs", 1), number("instructions"), number("per MAC"),
        number("cycles"), number("per MAC"), number("ms", 2), ...(comparison ? [number("change")] : []), number(""), { title: "", drops: 4 },
      ],
      result.layers.map(row), { columns, colors },
    ),
    `\n${[`cycles: ${result.timing.source}`, ...result.timing.assumptions].flatMap((note) => format.wrap(note, Math.min(columns, 120) - 2)).map((line, i) => `${colors.dim(`${i > 0 ? "  " : ""}${line}`)}\n`).join("")}`,
  ].join("");
}

function changeCell(fraction: number | null, colors: Io["outColors"]): Cell {
  if (fraction === null) return "";
  const text = `${fraction > 0 ? "+" : ""}${(100 * fraction).toFixed(1)} %`;
  return { text, paint: Math.abs(fraction) < 0.0005 ? colors.dim : fraction < 0 ? colors.green : colors.red };
}

function totals(result: Result, comparison: Comparison | null, colors: Io["outColors"]): (readonly [string, string])[] {
  const { ram } = result;
  const perMac = (value: number | null) => (value === null ? "" : `, ${colors.bold(value.toFixed(2))} per MAC`);
  return [
    ["instructions", `${colors.bold(format.count(result.instructions))}${perMac(result.instructions_per_mac)}`],
    ["cycles", `${format.count(result.cycles)}${perMac(result.cycles_per_mac)}, modelled${result.ms === null ? "" : `: ${format.duration(result.ms)} at ${format.frequency(result.clock_hz)}`}`],
    ["MACs", format.count(result.macs)],
    ["RAM", `${format.bytes(result.ram_bytes)}: ${format.count(ram.pool_bytes)} of WAMR, code and linear memory (${format.count(result.linear_memory_bytes)}), ${format.count(ram.stack_bytes + ram.exception_stack_bytes)} of stacks, ${format.count(ram.variable_bytes)} of variables`],
    ["flash", `${format.bytes(result.flash_bytes)}, of it ${format.count(result.module_bytes)} of the module`],
    ["outputs", `${result.outputs.map(({ name, crc32 }) => `${crc32} ${colors.dim(shortName(name))}`).join("  ")}, equal to this machine's`],
    ...(comparison ? comparisonFacts(comparison, colors) : []),
  ];
}

function comparisonFacts({ board, engine, cycles, change: fraction, outputs_equal }: Comparison, colors: Io["outColors"]): (readonly [string, string])[] {
  const cell = changeCell(fraction, colors) as { text: string; paint: (text: string) => string };
  return [
    ["baseline", `${format.count(cycles)} cycles${board ? ` on ${board}, ${engine}` : ""}: now ${cell.paint(cell.text)}`],
    ["", outputsText(outputs_equal, colors)],
  ];
}
