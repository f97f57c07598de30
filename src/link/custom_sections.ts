// The sections behind a linked module: `arenula`, what tools need to explain it, and `arenula.crc`, what firmware verifies.
import { crc32 } from "../crc32";
import { concatenate } from "../lowering/packing";
import type { DeviceFacts } from "./device_facts";
import { CUSTOM, u32 } from "./wasm_bytes";

export const FACTS_SECTION = "arenula";
export const CHECKSUM_SECTION = "arenula.crc";

/** Appends both sections; the checksum covers every byte before its own section. */
export function appendSections(module: Uint8Array, facts: DeviceFacts): Uint8Array {
  const described = concatenate([module, section(FACTS_SECTION, new TextEncoder().encode(JSON.stringify(facts)))]);
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, parseInt(crc32(described), 16), true);
  return concatenate([described, section(CHECKSUM_SECTION, checksum)]);
}

function section(name: string, payload: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  const body = concatenate([Uint8Array.from([...u32(bytes.length), ...bytes]), payload]);
  return concatenate([Uint8Array.from([CUSTOM, ...u32(body.length)]), body]);
}
