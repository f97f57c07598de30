// Small modules that keep the device ABI (docs/device.md), made from text: what the firmware is tested with besides linked models.
import binaryen from "binaryen";
import { crc32 } from "node:zlib";

const INPUT = 64, OUTPUT = 128, OPERATOR_WORD = 16, MEMORY_BYTES = 1024;

/** Appends a custom section. */
function withSection(wasm, name, payload) {
  const leb = (value) => { const out = []; do { out.push((value & 127) | (value > 127 ? 128 : 0)); value >>>= 7; } while (value > 0); return out; };
  const body = Buffer.concat([Buffer.from(leb(name.length)), Buffer.from(name), Buffer.from(payload)]);
  return Buffer.concat([wasm, Buffer.from([0, ...leb(body.length)]), body]);
}

/** Adds the section "arenula.crc" over everything before it. */
export function withChecksum(wasm) {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(checksumOf(wasm));
  return withSection(wasm, "arenula.crc", checksum);
}

/** CRC-32 as in zip. */
export function checksumOf(bytes) {
  if (crc32) return crc32(bytes);
  let crc = 0xffffffff; // Node 20 has no zlib.crc32
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * A module whose operator i runs `operators[i]`, the body of a function without parameters and results, in text form.
 * Two inputs of 16 bytes lie at 64 and 80, one output of 16 bytes at 128.
 */
export function testModule({ operators, functions = "", data = "", memoryBytes = MEMORY_BYTES, abi = 1, leaveOut = "" }) {
  const globals = {
    __heap_base: memoryBytes, __data_end: memoryBytes, arenula_abi: abi, arenula_operator: OPERATOR_WORD, arenula_input_count: 2, arenula_output_count: 1,
    arenula_input_0: INPUT, arenula_input_0_bytes: 16, arenula_input_1: INPUT + 16, arenula_input_1_bytes: 16, arenula_output_0: OUTPUT, arenula_output_0_bytes: 16,
  };
  const text = `(module
    (memory (export "memory") 1 1)
    ${Object.entries(globals).filter(([name]) => name !== leaveOut).map(([name, value]) => `(global (export "${name}") i32 (i32.const ${value}))`).join("\n")}
    ${data}
    ${functions}
    ${operators.map((body, i) => `(func $operator_${i} ${body})`).join("\n")}
    (func $range (export "invoke_range") (param $i i32) (param $end i32)
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $end)))
        (i32.store (i32.const ${OPERATOR_WORD}) (local.get $i))
        ${operators.map((_, i) => `(if (i32.eq (local.get $i) (i32.const ${i})) (then (call $operator_${i})))`).join("\n")}
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
      (i32.store (i32.const ${OPERATOR_WORD}) (i32.const -1)))
    (func (export "invoke") (call $range (i32.const 0) (i32.const ${operators.length})))
  )`;
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.MVP | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.SignExt);
  if (!module.validate()) throw new Error(`the module is not valid:\n${text}`);
  const wasm = Buffer.from(module.emitBinary());
  module.dispose();
  const described = { abi: 1, operators: operators.map((_, index) => ({ index, op: "CUSTOM", tensor: `t${index}` })) };
  return withChecksum(withSection(wasm, "arenula", JSON.stringify(described)));
}

/** output[i] = input_0[i] + input_1[i], bytes. */
export const ADD = `(local $i i32) (loop $next
  (i32.store8 (i32.add (i32.const ${OUTPUT}) (local.get $i))
    (i32.add (i32.load8_s (i32.add (i32.const ${INPUT}) (local.get $i))) (i32.load8_s (i32.add (i32.const ${INPUT + 16}) (local.get $i)))))
  (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))`;

export const add = () => testModule({ operators: [ADD] });

/** Adds, then adds 16 weights that lie in a passive segment and are staged at 256. The segment holds 40,000 bytes: more than some RAMs. */
export const staged = () => testModule({
  data: `(data $weights "${Array.from({ length: 40_000 }, (_, i) => `\\${(i % 100).toString(16).padStart(2, "0")}`).join("")}")`,
  operators: [ADD, `(local $i i32)
    (memory.init $weights (i32.const 256) (i32.const 32000) (i32.const 16))
    (loop $next
      (i32.store8 (i32.add (i32.const ${OUTPUT}) (local.get $i))
        (i32.add (i32.load8_s (i32.add (i32.const ${OUTPUT}) (local.get $i))) (i32.load8_s (i32.add (i32.const 256) (local.get $i)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))`],
});

const NOTHING = "(nop)";
/** Reads far beyond memory in operator 3, from an address that no compiler knows. */
export const outOfBounds = () => testModule({
  operators: [ADD, NOTHING, NOTHING, `(drop (i32.load (i32.shl (i32.add (i32.load8_u (i32.const ${INPUT})) (i32.const 1)) (i32.const 20))))`, NOTHING],
});
export const unreachable = () => testModule({ operators: [ADD, "(unreachable)"] });
/** Writes one word just beyond linear memory: inside the 64 KiB page, outside of the shrunk memory. */
export const justBeyond = () => testModule({
  operators: [`(i32.store (i32.sub (i32.const ${MEMORY_BYTES}) (i32.load8_u (i32.const 200))) (i32.const 1))`],
});
/** Never returns, in operator 1; it counts, so that no compiler may take the loop away. */
export const endless = () => testModule({ operators: [ADD, `(loop $again (i32.store (i32.const 32) (i32.add (i32.load (i32.const 32)) (i32.const 1))) (br $again))`] });
/** Recurses without an end, in operator 1; the sum keeps it from becoming a loop. */
export const recursive = () => testModule({
  functions: `(func $down (param i32) (result i32) (i32.store (i32.const 32) (local.get 0))
    (i32.add (i32.load (i32.const 32)) (i32.mul (call $down (i32.add (local.get 0) (i32.const 1))) (i32.const 3))))`,
  operators: [ADD, `(i32.store (i32.const 36) (call $down (i32.const 0)))`],
});
