import { crc32 } from "../../crc32";
import { ArenulaError } from "../../errors";
import { CHECKSUM_SECTION, FACTS_SECTION } from "../../link/custom_sections";
import { DEVICE_ABI, type DeviceFacts } from "../../link/device_facts";
import { ByteReader, CODE, CUSTOM, DATA, EXPORT, GLOBAL, HEADER_BYTES, IMPORT, MEMORY, readSections, START, type Section } from "../../link/wasm_bytes";
import { breaksAbi, readFacts } from "./read_facts";

/** Id, size, name length, name, four bytes. */
const CHECKSUM_BYTES = 1 + 1 + 1 + CHECKSUM_SECTION.length + 4;
const PAGE_BYTES = 65536;

/** A linked module whose checksum, ABI version, exports and description hold together. */
export interface DeviceModule {
  readonly facts: DeviceFacts;
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  /** What the engine allocates before it shrinks memory to `linear_memory_bytes`. */
  readonly pages: number;
  /** Address of the word that holds the running operator's index. */
  readonly operatorAddress: number;
  /** Bytes of every data segment. */
  readonly segments: readonly number[];
}

/**
 * Reads a `.wasm` that `arenula build` wrote.
 * @param bytes Kept, not copied.
 * @throws ArenulaError DEVICE_MODULE_FORMAT for any other file, DEVICE_MODULE_CORRUPT for one whose bytes changed since,
 *   DEVICE_MODULE_ABI for another ABI version or a module that breaks its own.
 */
export function readDeviceModule(bytes: Uint8Array): DeviceModule {
  checkHeader(bytes);
  const sections = sectionsOf(bytes);
  const json = sections.find(({ id, name }) => id === CUSTOM && name === FACTS_SECTION);
  checkChecksum(bytes, sections, json !== undefined);
  if (!json) throw notOurs("a WebAssembly module without the `arenula` section");
  const facts = readFacts(new TextDecoder().decode(bytes.subarray(json.start, json.end)));
  if (!WebAssembly.validate(bytes as BufferSource)) {
    throw new ArenulaError("DEVICE_MODULE_CORRUPT", "the checksum holds, yet this is no valid WebAssembly", { hint: "link it again with `arenula build`, and report it if that does not help" });
  }
  checkShape(sections);
  const globals = readGlobals(bytes, sections);
  const exported = readExports(bytes, sections, globals);
  const pages = readPages(bytes, sections);
  checkExports(exported, facts);
  const limit = facts.linear_memory_bytes;
  if (pages * PAGE_BYTES < limit) throw breaksAbi(`linear memory is said to use ${limit} bytes, and has ${pages * PAGE_BYTES}`);
  return { facts, bytes, sections, pages, operatorAddress: exported.get("arenula_operator")!, segments: readSegments(bytes, sections, limit) };
}

function notOurs(what: string, hint = "`arenula build MODEL.tflite -o MODEL.wasm` links one; a tool that strips custom sections takes the description away"): ArenulaError {
  return new ArenulaError("DEVICE_MODULE_FORMAT", `${what}: not a module of Arenula`, { hint });
}

function corrupt(message: string): ArenulaError {
  return new ArenulaError("DEVICE_MODULE_CORRUPT", message, { hint: "copy or link it again; tools that rewrite modules (strip, wasm-opt) break the checksum" });
}

function checkHeader(bytes: Uint8Array): void {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === "\0aot") throw notOurs("compiled ahead of time", "give the .wasm that this .aot was compiled from: an .aot runs only on its board");
  if (String.fromCharCode(...bytes.subarray(4, 8)) === "TFL3") throw notOurs("a .tflite file", "`arenula build` links it to a .wasm; `arenula run` runs it as it is");
  if (magic !== "\0asm") throw notOurs(bytes.length === 0 ? "an empty file" : "no WebAssembly");
  if (bytes.length < HEADER_BYTES) throw corrupt(`the file ends after ${bytes.length} bytes`);
  if (bytes[4] !== 1 || bytes[5] !== 0 || bytes[6] !== 0 || bytes[7] !== 0) throw notOurs("WebAssembly of another version, or a component");
}

function sectionsOf(bytes: Uint8Array): Section[] {
  try {
    return readSections(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw corrupt(`the sections do not fit into the ${bytes.length} bytes of the file: it was cut, or bytes changed`);
  }
}

function checkChecksum(bytes: Uint8Array, sections: readonly Section[], described: boolean): void {
  const last = sections.at(-1);
  if (last?.name !== CHECKSUM_SECTION || bytes.length - last.at !== CHECKSUM_BYTES) {
    if (described) throw corrupt(`the file does not end in its checksum, the section \`${CHECKSUM_SECTION}\``);
    return;
  }
  const stored = new DataView(bytes.buffer, bytes.byteOffset + last.start).getUint32(0, true).toString(16).padStart(8, "0");
  const found = crc32(bytes.subarray(0, last.at));
  if (stored !== found) throw corrupt(`the checksum of the file is ${found}, and ${stored} is stored in it`);
}

/** What would make one module differ from board to board. */
function checkShape(sections: readonly Section[]): void {
  if (sections.some(({ id }) => id === IMPORT)) throw breaksAbi("the module imports something: no firmware provides it");
  if (sections.some(({ id }) => id === START)) throw breaksAbi("the module has a start function");
  if (!sections.some(({ id }) => id === CODE)) throw breaksAbi("the module has no code");
}

/** Values of constant i32 globals by index; null for any other. */
function readGlobals(bytes: Uint8Array, sections: readonly Section[]): (number | null)[] {
  const section = sections.find(({ id }) => id === GLOBAL);
  if (!section) return [];
  const reader = new ByteReader(bytes, section.start, section.end);
  return Array.from({ length: reader.u32() }, () => {
    const type = reader.byte(), isMutable = reader.byte() === 1, opcode = reader.byte();
    if (opcode === 0x43 || opcode === 0x44) reader.skip(opcode === 0x43 ? 4 : 8);
    else if (opcode !== 0x41) reader.skipLeb();
    const value = opcode === 0x41 ? reader.s32() >>> 0 : null;
    if (reader.byte() !== 0x0b) throw breaksAbi("a global whose value is no constant");
    return type === 0x7f && !isMutable ? value : null;
  });
}

/** Export -> value of a constant global; NaN for any other kind of export. */
function readExports(bytes: Uint8Array, sections: readonly Section[], globals: readonly (number | null)[]): Map<string, number> {
  const section = sections.find(({ id }) => id === EXPORT);
  const exported = new Map<string, number>();
  if (!section) return exported;
  const reader = new ByteReader(bytes, section.start, section.end);
  for (let left = reader.u32(); left > 0; left--) {
    const name = reader.name(), kind = reader.byte(), index = reader.u32();
    exported.set(name, kind === 3 ? globals[index] ?? NaN : NaN);
  }
  return exported;
}

function readPages(bytes: Uint8Array, sections: readonly Section[]): number {
  const section = sections.find(({ id }) => id === MEMORY);
  if (!section) throw breaksAbi("the module has no memory");
  const reader = new ByteReader(bytes, section.start, section.end);
  const count = reader.u32(), flags = reader.byte(), initial = reader.u32();
  if (count !== 1 || flags !== 1 || reader.u32() !== initial) throw breaksAbi("the module wants memory that can grow: an engine then cannot shrink it to what is used");
  return initial;
}

/** The exports that the description leads one to expect, with its values. */
function checkExports(exported: ReadonlyMap<string, number>, facts: DeviceFacts): void {
  for (const name of ["memory", "invoke", "invoke_range", ...(facts.state ? ["reset"] : [])]) if (!exported.has(name)) throw breaksAbi(`the module lacks the export '${name}'`);
  const { linear_memory_bytes: limit, inputs, outputs } = facts;
  const expected: [string, number][] = [
    ["arenula_abi", DEVICE_ABI], ["__heap_base", limit], ["__data_end", limit],
    ...(facts.state ? [["arenula_state", facts.state.address], ["arenula_state_bytes", facts.state.bytes]] as [string, number][] : []),
    ["arenula_input_count", inputs.length], ["arenula_output_count", outputs.length],
    ...(["input", "output"] as const).flatMap((kind) => facts[`${kind}s`].flatMap(({ address, bytes, extent }, i): [string, number][] =>
      [[`arenula_${kind}_${i}`, address], [`arenula_${kind}_${i}_bytes`, bytes], ...(extent === undefined ? [] : [[`arenula_${kind}_${i}_extent`, extent]] as [string, number][])])),
  ];
  for (const [name, value] of [...expected, ["arenula_operator", null] as const]) {
    const found = exported.get(name);
    if (found === undefined) throw breaksAbi(`the module lacks the export '${name}'`);
    if (Number.isNaN(found)) throw breaksAbi(`the export '${name}' is no constant of type i32`);
    if (value !== null && found !== value) throw breaksAbi(`'${name}' is ${found} in the exports and ${value} in the description`);
  }
  if (limit % 16 !== 0) throw breaksAbi(`__heap_base is ${limit}, not a multiple of 16: WAMR then keeps whole pages`);
  if (exported.get("arenula_operator")! + 4 > limit) throw breaksAbi("the word of the running operator lies outside linear memory");
}

/** Sizes of the data segments; active ones are copied as the module starts, and have to fit. */
function readSegments(bytes: Uint8Array, sections: readonly Section[], limit: number): number[] {
  const section = sections.find(({ id }) => id === DATA);
  if (!section) return [];
  const reader = new ByteReader(bytes, section.start, section.end);
  return Array.from({ length: reader.u32() }, (_, i) => {
    const isActive = reader.u32() !== 1;
    let address = 0;
    if (isActive) {
      if (reader.byte() !== 0x41) throw breaksAbi(`data segment ${i} has an address that is no constant`);
      address = reader.s32() >>> 0;
      reader.byte(); // end
    }
    const size = reader.u32();
    reader.skip(size);
    if (isActive && address + size > limit) throw breaksAbi(`data segment ${i} ends at ${address + size}, and linear memory at ${limit}`);
    return size;
  });
}
