import { ArenulaError } from "../../errors";
import { fitArena, type Board } from "../boards";
import type { OpcodeCounts } from "./cost";
import { NO_OPERATOR } from "../../link/image";
import { readDeviceModule, type DeviceModule } from "./device_module";
import { instrument, OUT_OF_FUEL, STATE, type Instrumented } from "./instrument";
import { OPCODE_CLASSES, type OpcodeClass } from "./opcodes";
import { accessTrap, engineTrap, placeOf, timeout, type DeviceOperator } from "./trap";

export interface SimulateOptions {
  /** Refuses a module that does not fit. Without it only the module's own limit counts. */
  board?: Board;
  /** An `invoke` that executes more is stopped. Defaults to 20,000,000,000: some twenty times the largest model of MLPerf Tiny, and about half a minute. */
  maxInstructions?: number;
}

export interface SimulatedLayer extends OpcodeCounts {
  /** Index in the .tflite file. */
  readonly operator: number;
  readonly op: string;
  readonly tensor: string;
  readonly wasmInstructions: number;
}

export interface Simulation {
  readonly module: DeviceModule;
  /** The stored bytes of every output, as many as are planned for it. */
  readonly outputs: readonly Uint8Array[];
  /** The first dimension of outputs where the model decides about it, null for all others. */
  readonly extents: readonly (number | null)[];
  /** The operator that ended the inference early, a CIRCULAR_BUFFER that gathers input; null where the inference ran to its end. */
  readonly endedEarlyAt: number | null;
  /** All of one `invoke`: the layers, and what runs between them. */
  readonly wasmInstructions: number;
  readonly layers: readonly SimulatedLayer[];
}

export const DEFAULT_MAX_INSTRUCTIONS = 20_000_000_000;

/**
 * One inference of a linked module, as a board would do it: first in a copy that counts instructions and refuses every access beyond the
 * module's linear memory, which V8 rounds up to 64 KiB; then in the file itself, whose outputs have to be the same.
 * @param inputs Stored bytes, one array per input.
 * @throws ArenulaError DEVICE_MODULE_*, ARENA_TOO_LARGE, FLASH_TOO_SMALL, INPUT_MISSING, INPUT_LENGTH, DEVICE_TRAP, DEVICE_TIMEOUT
 */
export async function simulate(file: Uint8Array | DeviceModule, inputs: readonly Uint8Array[], options: SimulateOptions = {}): Promise<Simulation> {
  const module = file instanceof Uint8Array ? readDeviceModule(file) : file;
  if (options.board) checkFit(module, options.board);
  checkInputs(module, inputs);
  const copy = instrument(module);
  const counted = await runCounted(module, copy, inputs, options.maxInstructions ?? DEFAULT_MAX_INSTRUCTIONS);
  const plain = await instantiate(module.bytes);
  plain.reset?.();
  write(plain, module, inputs);
  plain.invoke();
  const outputs = read(plain, module);
  counted.outputs.forEach((bytes, i) => {
    if (bytes.some((byte, at) => byte !== outputs[i]![at])) throw new ArenulaError("INTERNAL", `output ${i} differs between the module and its counting copy`);
  });
  const words = new DataView(plain.memory.buffer);
  const extents = module.facts.outputs.map(({ extent }) => (extent === undefined ? null : words.getInt32(extent, true)));
  const running = words.getUint32(module.operatorAddress, true);
  return { module, outputs, extents, endedEarlyAt: running === NO_OPERATOR ? null : running, wasmInstructions: counted.wasmInstructions, layers: counted.layers };
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly invoke: () => void;
  /** Gives variables their first values; absent in a module without state. */
  readonly reset?: () => void;
}

async function instantiate(bytes: Uint8Array): Promise<Instance> {
  try {
    const { instance } = await WebAssembly.instantiate(bytes as BufferSource, {});
    return instance.exports as unknown as Instance;
  } catch (error) {
    if (error instanceof RangeError) throw new ArenulaError("ARENA_TOO_LARGE", `this machine has no memory for the module: ${error.message}`, { hint: "close other programs, or link for a smaller board" });
    if (error instanceof WebAssembly.RuntimeError) throw new ArenulaError("DEVICE_TRAP", `as the module starts: ${error.message}`, { hint: "link it again with `arenula build`" });
    throw error;
  }
}

function write({ memory }: Instance, { facts: { inputs } }: DeviceModule, values: readonly Uint8Array[]): void {
  inputs.forEach(({ address }, i) => new Uint8Array(memory.buffer).set(values[i]!, address));
}

function read({ memory }: Instance, { facts: { outputs } }: DeviceModule): Uint8Array[] {
  return outputs.map(({ address, bytes }) => new Uint8Array(memory.buffer).slice(address, address + bytes));
}

function checkInputs({ facts: { inputs } }: DeviceModule, values: readonly Uint8Array[]): void {
  inputs.forEach(({ name, dtype, shape, bytes }, i) => {
    const where = `'${name}' ${dtype}[${shape}]`;
    const value = values[i];
    if (!value) throw new ArenulaError("INPUT_MISSING", `nothing for input '${name}'`, { where, hint: `the module takes ${inputs.length} inputs` });
    if (value.length !== bytes) throw new ArenulaError("INPUT_LENGTH", `${value.length} bytes for an input of ${bytes}`, { where, hint: "give stored values, row-major" });
  });
}

/** @throws ArenulaError ARENA_TOO_LARGE, FLASH_TOO_SMALL. What runtime and stacks take comes on top. */
function checkFit({ facts, bytes }: DeviceModule, board: Board): void {
  const needed = facts.linear_memory_bytes;
  const { fits, region, shortfall } = fitArena(board, needed);
  if (!fits) {
    throw new ArenulaError("ARENA_TOO_LARGE", `linear memory needs ${needed} bytes, ${board.name} has ${region.bytes} in ${region.name}: ${shortfall} too many`, {
      where: `activations ${facts.activation_bytes}, scratch ${facts.scratch_bytes}, staging ${facts.staging_bytes}`, hint: `\`arenula build --board ${board.name}\` says what would fit`,
    });
  }
  if (board.flashBytes !== null && bytes.length > board.flashBytes) {
    throw new ArenulaError("FLASH_TOO_SMALL", `the module takes ${bytes.length} bytes of flash, ${board.name} has ${board.flashBytes}: ${bytes.length - board.flashBytes} too many`, {
      hint: "fewer channels, or a board with more flash",
    });
  }
}

interface Counted {
  readonly outputs: readonly Uint8Array[];
  readonly wasmInstructions: number;
  readonly layers: readonly SimulatedLayer[];
}

async function runCounted(module: DeviceModule, copy: Instrumented, inputs: readonly Uint8Array[], maxInstructions: number): Promise<Counted> {
  const instance = await instantiate(copy.bytes);
  const state = new DataView(instance.memory.buffer, copy.state);
  const start = () => {
    new Uint8Array(instance.memory.buffer).fill(0, copy.state, copy.state + STATE.rows + 8 * copy.rowCount * (copy.blocks.length + 1));
    state.setBigInt64(STATE.fuel, BigInt(maxInstructions), true);
    state.setUint32(STATE.base, copy.state + STATE.rows, true);
  };
  start();
  instance.reset?.();
  start(); // first values of variables are no part of an inference
  write(instance, module, inputs);
  try {
    instance.invoke();
  } catch (error) {
    throw await explain(error, module, copy, state, inputs, maxInstructions);
  }
  const rows = Array.from({ length: copy.rowCount }, (_, row) => readRow(copy, state, row));
  const layers = module.facts.operators.map(({ index, op, tensor }) => ({ operator: index, op, tensor, ...rows[index + 1]! }));
  return { outputs: read(instance, module), wasmInstructions: rows.reduce((sum, { wasmInstructions }) => sum + wasmInstructions, 0), layers };
}

function readRow({ blocks, rowCount }: Instrumented, state: DataView, row: number): OpcodeCounts & { wasmInstructions: number } {
  const counter = (i: number): number => Number(state.getBigInt64(STATE.rows + 8 * (i * rowCount + row), true));
  const classes = Object.fromEntries(OPCODE_CLASSES.map((name) => [name, 0])) as Record<OpcodeClass, number>;
  let wasmInstructions = 0;
  blocks.forEach((block, b) => {
    const times = counter(b + 1);
    if (times === 0) return;
    wasmInstructions += times * block.instructions;
    for (const [name, n] of Object.entries(block.classes) as [OpcodeClass, number][]) classes[name] += times * n;
  });
  return { wasmInstructions, classes, bulkBytes: counter(0) };
}

async function explain(error: unknown, module: DeviceModule, copy: Instrumented, state: DataView, inputs: readonly Uint8Array[], maxInstructions: number): Promise<unknown> {
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) return error;
  const row = (state.getUint32(STATE.base, true) - copy.state - STATE.rows) / 8;
  const operator: DeviceOperator | null = module.facts.operators.find(({ index }) => index === row - 1) ?? null;
  const site = state.getUint32(STATE.site, true);
  if (site === OUT_OF_FUEL) return timeout(operator, maxInstructions - Number(state.getBigInt64(STATE.fuel, true)));
  if (site > OUT_OF_FUEL) return accessTrap(module, operator, copy.sites[site - OUT_OF_FUEL - 1]!, state.getUint32(STATE.address, true), state.getUint32(STATE.size, true));
  return engineTrap(module, operator, error, await placeInFile(module, inputs));
}

/** The file itself traps at the same instruction, and its trace has the place in the file. */
async function placeInFile(module: DeviceModule, inputs: readonly Uint8Array[]): Promise<ReturnType<typeof placeOf>> {
  const plain = await instantiate(module.bytes);
  plain.reset?.();
  write(plain, module, inputs);
  try {
    plain.invoke();
  } catch (error) {
    return placeOf(error);
  }
  return null;
}
