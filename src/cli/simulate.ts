import path from "node:path";
import { shortName } from "../arena/labels";
import { fitArena, type Board } from "../device/boards";
import { costModelFor, estimate, type Costing } from "../device/simulate/cost";
import { readDeviceModule, type DeviceModule } from "../device/simulate/device_module";
import { DEFAULT_MAX_INSTRUCTIONS, simulate as simulateModule, type SimulatedLayer, type Simulation } from "../device/simulate/simulate";
import { ArenulaError } from "../errors";
import type { DeviceTensor } from "../link/device_facts";
import { TensorView } from "../runtime/tensor_view";
import { boardOption, inputOptions, jsonOption, positive, type CommandFile } from "./command";
import { storedValues, tensorJson } from "./describe";
import { readNamedInputs, type InputFlags } from "./feed";
import { readFile } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { openBoard } from "./model";
import { describeOutput, endedEarlyText } from "./run";
import { table } from "./table";

interface SimulateFlags extends InputFlags {
  board?: string;
  maxInstructions: number;
  json?: boolean;
}

export const simulate: CommandFile = {
  name: "simulate",
  summary: "run a linked .wasm as a board would: its memory limit, traps explained, cycles estimated",
  examples: ["arenula simulate kws.wasm --input features.npy", "arenula simulate kws.wasm --input lcg:1 --board nucleo-f446re --json"],
  declare(command, act) {
    command.argument("<module>", "a .wasm file of `arenula build`");
    for (const option of inputOptions()) command.addOption(option);
    command.addOption(boardOption("refuse a module that does not fit; estimate cycles for its core (without a board: Cortex-M4)"))
      .option("--max-instructions <n>", "stop an inference that executes more", positive, DEFAULT_MAX_INSTRUCTIONS)
      .addOption(jsonOption())
      .action((module: string, flags: SimulateFlags) => act((io) => simulateFile(module, flags, io)));
  },
};

async function simulateFile(file: string, flags: SimulateFlags, io: Io): Promise<0> {
  const bytes = await readFile(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const module = await inFile(file, () => readDeviceModule(bytes));
  const inputs = await readNamedInputs(module.facts.inputs.map(({ name, dtype, shape, scale, zero_point }) => ({ name, type: dtype, shape, scale, zeroPoint: zero_point, aliases: [], scaling: null })), flags, io);
  const result = await inFile(file, () => simulateModule(module, inputs.map((input) => input.bytes), { ...(board && { board }), maxInstructions: flags.maxInstructions }));
  const outputs = module.facts.outputs.map((tensor, i) => viewOf(tensor, i, result.outputs[i]!, result.extents[i]!));
  const costing = costModelFor(module.facts.engine, board?.core);
  io.out(flags.json
    ? `${JSON.stringify({ ...simulationJson(result, costing), ...(board && { board: fitJson(board, module) }), outputs: outputs.map((output) => ({ ...tensorJson(output, output.bytes), data: storedValues(output.data) })) })}\n`
    : draw(path.basename(file), result, costing, board, outputs, io));
  return 0;
}

async function inFile<T>(file: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ArenulaError) error.where = error.where ? `${file}, ${error.where}` : file;
    throw error;
  }
}

/** @param extent the first dimension, where the model decides about it */
function viewOf({ name, dtype, shape: planned, scale, zero_point }: DeviceTensor, index: number, bytes: Uint8Array, extent: number | null): TensorView {
  const shape = extent === null ? planned : [extent, ...planned.slice(1)];
  const quantization = scale === null ? null : { scale: [scale], zeroPoint: [zero_point ?? 0], dimension: 0 };
  return new TensorView({ index, name, type: dtype, shape, shapeSignature: null, quantization, data: null, isVariable: false }, bytes.buffer, bytes.byteOffset);
}

function simulationJson({ module, wasmInstructions, layers, endedEarlyAt }: Simulation, costing: Costing) {
  const estimates = layers.map((layer) => estimatesOf(layer, costing));
  const total = (of: "cycles_estimate" | "instructions_estimate") => (costing.model ? estimates.reduce((sum, layer) => sum + layer[of]!, 0) : null);
  return {
    model: module.facts.model, engine: module.facts.engine, linear_memory_bytes: module.facts.linear_memory_bytes, ...(endedEarlyAt !== null && { ended_early_at: endedEarlyAt }), wasm_bytes: module.bytes.length, wasm_instructions: wasmInstructions,
    cycles_estimate: total("cycles_estimate"), instructions_estimate: total("instructions_estimate"), estimate: costingJson(costing),
    layers: layers.map(({ operator, op, tensor, wasmInstructions: instructions, classes, bulkBytes }, i) => ({
      operator, op, tensor, wasm_instructions: instructions, ...estimates[i]!, bulk_bytes: bulkBytes, opcodes: Object.fromEntries(Object.entries(classes).filter(([, n]) => n > 0)),
    })),
  };
}

function estimatesOf(layer: SimulatedLayer, { model }: Costing) {
  return { cycles_estimate: model && Math.round(estimate(layer, model.cycles)), instructions_estimate: model && Math.round(estimate(layer, model.instructions)) };
}

/** What the estimates are worth, or why there are none. */
function costingJson(costing: Costing) {
  if (!costing.model) return { reason: costing.reason };
  const { model: { core, source, assumptions, cycles, instructions }, note } = costing;
  return { core, ...(note && { note }), source, assumptions, error: { cycles: cycles.error, instructions: instructions.error } };
}

function costingText(engine: string, cycles: number, costing: Costing, board: Board | null): string {
  if (!costing.model) return `no estimate of cycles: ${costing.reason}\n`;
  const { model: { core, cycles: { error } }, note } = costing;
  const seconds = board?.clockHz ? `, ${format.duration((1000 * cycles) / board.clockHz)} at ${format.frequency(board.clockHz)}` : "";
  const on = board ? board.core : `${core} (no --board was given)`;
  return `about ${format.count(Number(cycles.toPrecision(3)))} cycles${seconds}: ${engine} on ${on}${note ? `, ${note}` : ""}\n`
    + `estimates, within ${format.percent(error.left_out_model_max)} for whole models and ${format.percent(error.left_out_max)} for an operator (half of them ${format.percent(error.left_out_median)}) that had no part in the fit\n`;
}

/** How a module fits a board; one that does not was refused before. Runtime and stacks come on top. */
function fitJson(board: Board, { facts, bytes }: DeviceModule) {
  const { fits, region } = fitArena(board, facts.linear_memory_bytes);
  return { name: board.name, fits, linear_memory_bytes: facts.linear_memory_bytes, region: { name: region.name, bytes: region.bytes }, module_bytes: bytes.length, flash_bytes: board.flashBytes };
}

function fitText(board: Board, module: DeviceModule): string {
  const { region, linear_memory_bytes: linear, module_bytes: bytes, flash_bytes: flash } = fitJson(board, module);
  const share = (part: number, whole: number, place: string) => `${format.count(part)} of ${format.count(whole)} bytes of ${place} (${format.percent(part / whole)})`;
  return `${board.name}: linear memory takes ${share(linear, region.bytes, region.name)}${flash === null ? "" : `, the module ${share(bytes, flash, "flash")}`}\n`;
}

/** Smaller shares are not printed. */
const LEAST_SHARE = 0.0005;

function draw(name: string, simulation: Simulation, costing: Costing, board: Board | null, outputs: readonly TensorView[], io: Io): string {
  const { module, wasmInstructions, layers, endedEarlyAt } = simulation, { outColors: colors, columns } = io;
  const head = `${colors.bold(name)}  ${module.facts.engine}, linear memory ${format.bytes(module.facts.linear_memory_bytes)}, ${format.count(wasmInstructions)} WebAssembly instructions\n`;
  const cycles = layers.map((layer) => estimatesOf(layer, costing).cycles_estimate);
  // What shares and bars are of: cycles where they can be told.
  const weights = layers.map((layer, i) => cycles[i] ?? layer.wasmInstructions), sum = Math.max(1, weights.reduce((a, b) => a + b, 0)), most = Math.max(1, ...weights);
  const row = ({ operator, op, tensor, wasmInstructions: n }: SimulatedLayer, i: number) => [
    String(operator), op, shortName(tensor), format.count(n), ...(costing.model ? [format.count(cycles[i]!)] : []),
    weights[i]! < LEAST_SHARE * sum ? "" : format.percent(weights[i]! / sum), { text: format.bar(weights[i]! / most), paint: colors.cyan },
  ];
  const between = wasmInstructions - layers.reduce((total, layer) => total + layer.wasmInstructions, 0);
  const rows = [...layers.map(row), ...(between > 0 ? [["", "", "between operators", format.count(between), ...(costing.model ? [""] : []), "", ""]] : [])];
  const drawn = table([
    { title: "#", align: "right" }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "instructions", align: "right" },
    ...(costing.model ? [{ title: "cycles", align: "right" as const }] : []), { title: "share", align: "right" }, { title: "" },
  ], rows, { columns, colors });
  const estimated = costingText(module.facts.engine, cycles.reduce<number>((total, n) => total + (n ?? 0), 0), costing, board);
  const last = layers[endedEarlyAt ?? -1], early = last ? endedEarlyText(`operator ${last.operator} ${last.op} '${last.tensor}'`) : "";
  return `${head}${early}${estimated}${board ? fitText(board, module) : ""}${outputs.map((output) => `\n${describeOutput(output, io)}`).join("")}\n${drawn}`;
}
