// Modules of the device ABI out of WebAssembly text, as small as a test wants them.

import binaryen from "binaryen";
import { crc32 } from "../../src/crc32";

export interface DeviceModuleOptions {
  /** Limit of linear memory; a multiple of 16. */
  linearMemoryBytes?: number;
  pages?: number;
  /** Address of the word that holds the running operator's index. */
  operatorAddress?: number;
  operators?: { index: number; op: string; tensor: string }[];
  inputs?: TensorJson[];
  outputs?: TensorJson[];
  /** Laid over the description: what a test wants to be wrong. */
  metadata?: Record<string, unknown>;
  /** Laid over the exported constants; null takes one away. */
  globals?: Record<string, number | null>;
}

export interface TensorJson {
  name: string;
  dtype: string;
  shape: number[];
  scale: number | null;
  zero_point: number | null;
  address: number;
  bytes: number;
}

export const int8Tensor = (name: string, address: number, bytes: number): TensorJson => ({ name, dtype: "int8", shape: [1, bytes], scale: 0.5, zero_point: 0, address, bytes });

/**
 * @param code Fields of a module in text form: at least `(func $invoke ...)`; `(func $invoke_range ...)` where a test needs it.
 * @returns The file, sealed with its checksum.
 */
export function deviceModule(code: string, options: DeviceModuleOptions = {}): Uint8Array {
  const { linearMemoryBytes = 1024, pages = 1, operatorAddress = 0, inputs = [], outputs = [] } = options;
  const operators = options.operators ?? [{ index: 0, op: "CONV_2D", tensor: "x" }, { index: 1, op: "SOFTMAX", tensor: "y" }];
  const tensors = (kind: string, list: readonly TensorJson[]) => list.flatMap(({ address, bytes }, i) => [[`arenula_${kind}_${i}`, address], [`arenula_${kind}_${i}_bytes`, bytes]]);
  const globals: Record<string, number | null> = {
    __heap_base: linearMemoryBytes, __data_end: linearMemoryBytes, arenula_abi: 1, arenula_operator: operatorAddress,
    arenula_input_count: inputs.length, arenula_output_count: outputs.length, ...Object.fromEntries([...tensors("input", inputs), ...tensors("output", outputs)]), ...options.globals,
  };
  const exported = Object.entries(globals).filter(([, value]) => value !== null).map(([name, value]) => `(global (export "${name}") i32 (i32.const ${value}))`);
  const module = assemble(`(module (memory (export "memory") ${pages} ${pages}) ${exported.join(" ")} ${code}
    ${code.includes("(func $invoke_range") ? "" : "(func $invoke_range (param i32 i32))"} (export "invoke" (func $invoke)) (export "invoke_range" (func $invoke_range)))`);
  return seal(module, {
    abi: 1, version: "0.1.0", model: { name: "test", sha256: "", bytes: 0 }, engine: "wamr-fast", linear_memory_bytes: linearMemoryBytes,
    activation_bytes: 0, scratch_bytes: 0, staging_bytes: 0, operators, inputs, outputs, ...options.metadata,
  });
}

/** Text -> binary, with function names. */
export function assemble(text: string): Uint8Array {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  binaryen.setDebugInfo(true);
  const bytes = module.emitBinary();
  module.dispose();
  return bytes;
}

/** Adds the description, unless it is null, and the checksum. */
export function seal(module: Uint8Array, metadata: object | null): Uint8Array {
  const described = metadata === null ? module : concat(module, custom("arenula", new TextEncoder().encode(JSON.stringify(metadata))));
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, Number.parseInt(crc32(described), 16), true);
  return concat(described, custom("arenula.crc", crc));
}

export function custom(name: string, payload: Uint8Array): Uint8Array {
  const size = 1 + name.length + payload.length;
  const leb = size < 128 ? [size] : [(size & 127) | 128, size >> 7];
  if (size >= 1 << 14) throw new Error(`a custom section of ${size} bytes`);
  return concat(Uint8Array.of(0, ...leb, name.length, ...new TextEncoder().encode(name)), payload);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
