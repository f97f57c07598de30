// What stopped a module, in words of the model: operator, tensor, reason; and where it happened in the file.

import { ArenulaError } from "../../errors";
import type { DeviceFacts } from "../../link/device_facts";
import { ByteReader, CUSTOM } from "../../link/wasm_bytes";
import type { DeviceModule } from "./device_module";
import type { AccessSite } from "./instrument";

export type DeviceOperator = DeviceFacts["operators"][number];

/** A place in the code of a module. */
export interface CodePlace {
  readonly functionIndex: number;
  /** In the file. */
  readonly at: number;
}

/** @param operator null: outside of any operator. */
export function accessTrap(module: DeviceModule, operator: DeviceOperator | null, site: AccessSite, address: number, size: number): ArenulaError {
  const { instruction, does, segment, limit } = site;
  const first = address + site.offset, bytes = site.bytes ?? size;
  const where = segment === null ? "linear memory" : `data segment ${segment}`;
  const kind = segment === null ? "out of bounds memory access" : "out of bounds access to a data segment";
  const reason = `${kind} at ${first}: ${instruction} ${does} ${bytes} byte${bytes === 1 ? "" : "s"}, ${where} ends at ${limit}`;
  return trap(module, operator, reason, site, "a record or a kernel is wrong: `arenula run` on the .tflite file shows what is right, and the same access on a board would trap or change a neighbour's RAM");
}

/** A trap that V8 found. */
export function engineTrap(module: DeviceModule, operator: DeviceOperator | null, error: unknown, place: CodePlace | null): ArenulaError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return trap(module, operator, "call stack exhausted", place, "a function calls itself without end");
  return trap(module, operator, REASONS[message] ?? message, place, "a record or a kernel is wrong: `arenula run` on the .tflite file shows what is right");
}

/** V8's words -> those of the WebAssembly specification, which WAMR uses as well. */
const REASONS: Record<string, string> = {
  "divide by zero": "integer divide by zero",
  "remainder by zero": "integer divide by zero",
  "divide result unrepresentable": "integer overflow",
  "float unrepresentable in integer range": "invalid conversion to integer",
  "memory access out of bounds": "out of bounds memory access",
  "table index is out of bounds": "undefined element",
};

function trap(module: DeviceModule, operator: DeviceOperator | null, reason: string, place: CodePlace | null, hint: string): ArenulaError {
  return new ArenulaError("DEVICE_TRAP", `${operatorText(operator)}: ${reason}`, { ...(place && { where: placeText(module, place) }), hint });
}

/** @param executed Instructions until then. */
export function timeout(operator: DeviceOperator | null, executed: number): ArenulaError {
  return new ArenulaError("DEVICE_TIMEOUT", `${operatorText(operator)}: still running after ${executed} WebAssembly instructions`, {
    hint: "a loop does not end; for a model that really takes longer: --max-instructions",
  });
}

/** "operator 7 CONV_2D, tensor 'conv2d_3/Relu'" */
function operatorText(operator: DeviceOperator | null): string {
  return operator ? `operator ${operator.index} ${operator.op}, tensor '${operator.tensor}'` : "outside of any operator";
}

/** "function 'conv_2d', byte 0x1a3 of the module" */
function placeText(module: DeviceModule, { functionIndex, at }: CodePlace): string {
  const name = functionNames(module).get(functionIndex);
  return `function ${name === undefined ? functionIndex : `'${name}'`}, byte 0x${at.toString(16)} of the module`;
}

/** From the custom section `name`, which a module need not have. */
function functionNames({ bytes, sections }: DeviceModule): Map<number, string> {
  const names = new Map<number, string>();
  const section = sections.find(({ id, name }) => id === CUSTOM && name === "name");
  if (!section) return names;
  try {
    const reader = new ByteReader(bytes, section.start, section.end);
    while (reader.at < section.end) {
      const kind = reader.byte(), size = reader.u32(), end = reader.at + size;
      for (let left = kind === 1 ? reader.u32() : 0; left > 0; left--) names.set(reader.u32(), reader.name());
      reader.at = end;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // engines ignore a broken name section, and so does this
  }
  return names;
}

/** Where V8 stopped, from its stack trace: "wasm-function[3]:0x12a". */
export function placeOf(error: unknown): CodePlace | null {
  const found = /wasm-function\[(\d+)\]:0x([0-9a-f]+)/.exec(error instanceof Error ? error.stack ?? "" : "");
  return found && { functionIndex: Number(found[1]), at: Number.parseInt(found[2]!, 16) };
}
