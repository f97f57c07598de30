// Which files are modules, and what is said of those that are not.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readDeviceModule } from "../../src/device/simulate/device_module";
import { instrument } from "../../src/device/simulate/instrument";
import { ArenulaError, type ErrorCode } from "../../src/errors";
import { assemble, concat, custom, deviceModule, int8Tensor, seal, type DeviceModuleOptions } from "../support/device_module";

function refused(code: ErrorCode, bytes: Uint8Array, text: string | RegExp, read: (bytes: Uint8Array) => unknown = readDeviceModule): void {
  let error: unknown;
  try {
    read(bytes);
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof ArenulaError)) throw error ?? new Error(`read, but ${code} was expected`);
  assert.is(error.code, code, error.message);
  assert.match(error.message, text);
  assert.ok(error.hint.length > 0, "no hint");
}

const CODE = "(func $invoke (i32.store8 (i32.const 32) (i32.load8_u (i32.const 16))))";
const TENSORS = { inputs: [int8Tensor("in", 16, 4)], outputs: [int8Tensor("out", 32, 4)] };
const good = deviceModule(CODE, TENSORS);
const broken = (options: DeviceModuleOptions, code = CODE) => deviceModule(code, { ...TENSORS, ...options });

const module = suite("device/simulate: modules");
module("reads what a linker wrote", () => {
  const read = readDeviceModule(good);
  assert.is(read.facts.linear_memory_bytes, 1024);
  assert.is(read.facts.engine, "wamr-fast");
  assert.is(read.operatorAddress, 0);
  assert.equal(read.facts.operators[1], { index: 1, op: "SOFTMAX", tensor: "y" });
  assert.equal(read.facts.inputs, TENSORS.inputs);
});
module("is not fooled by a view into a larger buffer", () => {
  readDeviceModule(concat(Uint8Array.of(1, 2, 3), good, Uint8Array.of(4)).subarray(3, 3 + good.length));
});
module("refuses other files as what they are", () => {
  const text = (s: string) => new TextEncoder().encode(s);
  for (const [bytes, what] of [
    [new Uint8Array(0), "an empty file"], [text("PK\x03\x04 and more"), "no WebAssembly"], [text("\0aot\x03\0\0\0"), "compiled ahead of time"],
    [text("\x1c\0\0\0TFL3"), "a .tflite file"], [text("\0asm\x0d\0\x01\0"), "a component"], [assemble("(module)"), "without the `arenula` section"],
  ] as const) refused("DEVICE_MODULE_FORMAT", bytes, what);
});
module("refuses a module whose custom sections were stripped", () => {
  const wasm = assemble("(module (memory (export \"memory\") 1 1) (func (export \"invoke\")))");
  refused("DEVICE_MODULE_FORMAT", wasm, "without the `arenula` section");
  refused("DEVICE_MODULE_FORMAT", seal(wasm, null), "without the `arenula` section");
  refused("DEVICE_MODULE_CORRUPT", good.subarray(0, good.length - 18), "does not end in its checksum");
  refused("DEVICE_MODULE_CORRUPT", concat(good, custom("producers", Uint8Array.of(0))), "does not end in its checksum");
});
module("refuses a file of which any byte changed", () => {
  for (let i = 0; i < good.length; i++) {
    const bytes = good.slice();
    bytes[i]! ^= 0x10;
    refused(i < 8 ? "DEVICE_MODULE_FORMAT" : "DEVICE_MODULE_CORRUPT", bytes, /./);
  }
});
module("refuses a file that was cut anywhere", () => {
  for (let length = 8; length < good.length; length++) {
    let error: unknown;
    try {
      readDeviceModule(good.subarray(0, length));
    } catch (thrown) {
      error = thrown;
    }
    // cut between two sections before the description, nothing is left that tells whose it was
    assert.ok(error instanceof ArenulaError && ["DEVICE_MODULE_CORRUPT", "DEVICE_MODULE_FORMAT"].includes(error.code), `${length}: ${error}`);
  }
  refused("DEVICE_MODULE_CORRUPT", good.subarray(0, good.length - 1), "do not fit");
});
module("refuses another version of the ABI, before anything that may differ in it", () => {
  refused("DEVICE_MODULE_ABI", broken({ metadata: { abi: 2, operators: "elsewhere" } }), "linked for device ABI 2, and this version of Arenula runs ABI 1");
  refused("DEVICE_MODULE_ABI", broken({ metadata: { abi: undefined } }), "abi is missing");
  refused("DEVICE_MODULE_ABI", broken({ globals: { arenula_abi: 2 } }), "'arenula_abi' is 2 in the exports and 1 in the description");
});
module("refuses exports that are missing or contradict the description", () => {
  for (const name of ["__heap_base", "__data_end", "arenula_abi", "arenula_operator", "arenula_input_count", "arenula_input_0", "arenula_output_0_bytes"]) {
    refused("DEVICE_MODULE_ABI", broken({ globals: { [name]: null } }), `lacks the export '${name}'`);
    if (name !== "arenula_operator") refused("DEVICE_MODULE_ABI", broken({ globals: { [name]: 48 } }), `'${name}' is 48 in the exports`);
  }
  refused("DEVICE_MODULE_ABI", broken({ operatorAddress: 1022 }), "outside linear memory");
  refused("DEVICE_MODULE_ABI", seal(assemble("(module (memory (export \"memory\") 1 1) (func (export \"invoke\")))"), { ...JSON.parse(descriptionOf(good)) }), "lacks the export 'invoke_range'");
});
module("refuses memory that can grow, imports, a start function, segments beyond the limit, sizes that are wrong", () => {
  const wrapped = (fields: string) => seal(assemble(`(module ${fields} (func $f (export "invoke")) (func (export "invoke_range")))`), JSON.parse(descriptionOf(good)));
  refused("DEVICE_MODULE_ABI", wrapped('(memory (export "memory") 1 2)'), "can grow");
  refused("DEVICE_MODULE_ABI", wrapped('(memory (export "memory") 1)'), "can grow");
  refused("DEVICE_MODULE_ABI", wrapped('(import "env" "f" (func)) (memory (export "memory") 1 1)'), "imports");
  refused("DEVICE_MODULE_ABI", wrapped('(memory (export "memory") 1 1) (start $f)'), "start function");
  refused("DEVICE_MODULE_ABI", broken({}, `(data (i32.const 1020) "abcdef") ${CODE}`), "ends at 1026, and linear memory at 1024");
  refused("DEVICE_MODULE_ABI", broken({ linearMemoryBytes: 1000 }), "not a multiple of 16");
  refused("DEVICE_MODULE_ABI", broken({ linearMemoryBytes: 131072 }), "said to use 131072 bytes, and has 65536");
  refused("DEVICE_MODULE_ABI", broken({ inputs: [{ ...int8Tensor("in", 16, 4), shape: [5] }] }), "has 4 bytes, and int8 [5] takes 5");
  refused("DEVICE_MODULE_ABI", broken({ inputs: [int8Tensor("in", 1022, 4)] }), "ends at 1026");
  refused("DEVICE_MODULE_ABI", broken({ inputs: [{ ...int8Tensor("in", 16, 4), dtype: "int9" }] }), "dtype is 'int9'");
  refused("DEVICE_MODULE_ABI", broken({ metadata: { operators: [{ index: -1, op: "ADD", tensor: "x" }] } }), "operators[0].index is -1");
});
module("refuses instructions that a device engine lacks", () => {
  for (const [code, what] of [["(drop (memory.size))", "memory.size"], ["(drop (memory.grow (i32.const 0)))", "memory.grow"], ["(drop (i32x4.splat (i32.const 1)))", "SIMD"]] as const) {
    refused("DEVICE_MODULE_ABI", broken({}, `(func $invoke ${code})`), what, (bytes) => instrument(readDeviceModule(bytes)));
  }
});
module.run();

function descriptionOf(bytes: Uint8Array): string {
  const { sections } = readDeviceModule(bytes);
  const { start, end } = sections.find(({ name }) => name === "arenula")!;
  return new TextDecoder().decode(bytes.subarray(start, end));
}
