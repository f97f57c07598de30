import path from "node:path";
import { shortName } from "../arena/labels";
import { fitArena, type Board } from "../device/boards";
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
import { describeOutput } from "./run";
import { table } from "./table";

interface SimulateFlags extends InputFlags {
  board?: string;
  maxInstructions: number;
  json?: boolean;
}

export const simulate: CommandFile = {
  name: "simulate",
  summary: "run a linked .wasm as a board would: its memory limit, traps explained",
  examples: ["arenula simulate kws.wasm --input features.npy", "arenula simulate kws.wasm --input lcg:1 --board nucleo-f446re --json"],
  declare(command, act) {
    command.argument("<module>", "a .wasm file of `arenula build`");
    for (const option of inputOptions()) command.addOption(option);
    command.addOption(boardOption("refuse a module that does not fit"))
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
  const outputs = module.facts.outputs.map((tensor, i) => viewOf(tensor, i, result.outputs[i]!));
  io.out(flags.json
    ? `${JSON.stringify({ ...simulationJson(result), ...(board && { board: fitJson(board, module) }), outputs: outputs.map((output) => ({ ...tensorJson(output, output.bytes), data: storedValues(output.data) })) })}\n`
    : draw(path.basename(file), result, board, outputs, io));
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

function viewOf({ name, dtype, shape, scale, zero_point }: DeviceTensor, index: number, bytes: Uint8Array): TensorView {
  const quantization = scale === null ? null : { scale: [scale], zeroPoint: [zero_point ?? 0], dimension: 0 };
  return new TensorView({ index, name, type: dtype, shape, shapeSignature: null, quantization, data: null, isVariable: false }, bytes.buffer, bytes.byteOffset);
}

function simulationJson({ module, wasmInstructions, layers }: Simulation) {
  return {
    model: module.facts.model, engine: module.facts.engine, linear_memory_bytes: module.facts.linear_memory_bytes, wasm_bytes: module.bytes.length, wasm_instructions: wasmInstructions,
    layers: layers.map(({ operator, op, tensor, wasmInstructions: instructions, classes, bulkBytes }) => ({
      operator, op, tensor, wasm_instructions: instructions, bulk_bytes: bulkBytes, opcodes: Object.fromEntries(Object.entries(classes).filter(([, n]) => n > 0)),
    })),
  };
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

function draw(name: string, { module, wasmInstructions, layers }: Simulation, board: Board | null, outputs: readonly TensorView[], io: Io): string {
  const { outColors: colors, columns } = io;
  const head = `${colors.bold(name)}  ${module.facts.engine}, linear memory ${format.bytes(module.facts.linear_memory_bytes)}, ${format.count(wasmInstructions)} WebAssembly instructions\n`;
  const most = Math.max(1, ...layers.map((layer) => layer.wasmInstructions));
  const share = (n: number) => (n < LEAST_SHARE * wasmInstructions ? "" : format.percent(n / wasmInstructions));
  const row = ({ operator, op, tensor, wasmInstructions: n }: SimulatedLayer) =>
    [String(operator), op, shortName(tensor), format.count(n), share(n), { text: format.bar(n / most), paint: colors.cyan }];
  const between = wasmInstructions - layers.reduce((sum, layer) => sum + layer.wasmInstructions, 0);
  const rows = [...layers.map(row), ...(between > 0 ? [["", "", "between operators", format.count(between), share(between), ""]] : [])];
  const drawn = table([{ title: "#", align: "right" }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "instructions", align: "right" }, { title: "share", align: "right" }, { title: "" }], rows, { columns, colors });
  return `${head}${board ? fitText(board, module) : ""}${outputs.map((output) => `\n${describeOutput(output, io)}`).join("")}\n${drawn}`;
}
