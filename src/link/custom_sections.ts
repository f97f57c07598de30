// The sections behind a linked module: `arenula`, what tools need to explain it, and `arenula.crc`, what firmware verifies.
import { crc32 } from "../crc32";
import type { DeviceFacts } from "./device_facts";

export const FACTS_SECTION = "arenula";
export const CHECKSUM_SECTION = "arenula.crc";

/** Appends both sections; the checksum covers every byte before its own section. */
export function appendSections(module: Uint8Array, facts: DeviceFacts): Uint8Array {
  const described = join(module, section(FACTS_SECTION, new TextEncoder().encode(JSON.stringify(facts))));
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, parseInt(crc32(described), 16), true);
  return join(described, section(CHECKSUM_SECTION, checksum));
}

function section(name: string, payload: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  const body = join(Uint8Array.from([...leb128(bytes.length), ...bytes]), payload);
  return join(Uint8Array.from([0, ...leb128(body.length)]), body);
}

/** An unsigned number as WebAssembly writes it: seven bits a byte, the low ones first. */
function leb128(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb128(value >>> 7)];
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
