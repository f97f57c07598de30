// Small modules that keep the device ABI (docs/device.md), made from text: what the firmware is tested with besides linked models.
import binaryen from "binaryen";
import { crc32 } from "../../src/crc32";

const INPUT = 64, OUTPUT = 128, OPERATOR_WORD = 16, MEMORY_BYTES = 1024;

/** Appends a custom section. */
function withSection(wasm: Uint8Array, name: string, payload: Uint8Array | string): Uint8Array {
  const leb = (value: number) => { const out: number[] = []; do { out.push((value & 127) | (value > 127 ? 128 : 0)); value >>>= 7; } while (value > 0); return out; };
  const body = Buffer.concat([Buffer.from(leb(name.length)), Buffer.from(name), Buffer.from(payload as Uint8Array)]);
  return Buffer.concat([wasm, Buffer.from([0, ...leb(body.length)]), body]);
}

/** Adds the section "arenula.crc" over everything before it. */
function withChecksum(wasm: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(checksumOf(wasm));
  return withSection(wasm, "arenula.crc", checksum);
}

/** CRC-32 as a number. */
export function checksumOf(bytes: Uint8Array): number {
  return parseInt(crc32(bytes), 16);
}

/** What a test module is made of. */
interface TestModule {
  operators: readonly string[];
  functions?: string;
  data?: string;
  memoryBytes?: number;
  abi?: number;
  /** An export that it does without. */
  leaveOut?: string;
}

/**
 * A module whose operator i runs `operators[i]`, the body of a function without parameters and results, in text form.
 * Two inputs of 16 bytes lie at 64 and 80, one output of 16 bytes at 128.
 */
export function testModule({ operators, functions = "", data = "", memoryBytes = MEMORY_BYTES, abi = 1, leaveOut = "" }: TestModule): Uint8Array {
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
  module.setFeatures(binaryen.Features.MVP | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt | binaryen.Features.SignExt | binaryen.Features.NontrappingFPToInt);
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

/** The sum of 256 products of bytes at 256 and 512, in operator 1: a plain loop over contiguous bytes, which LLVM turns into vector code. */
export const dot = () => testModule({
  operators: [
    `(local $i i32) (loop $next
      (i32.store8 (i32.add (i32.const 256) (local.get $i)) (i32.add (i32.mul (local.get $i) (i32.const 37)) (i32.load8_u (i32.const ${INPUT + 1}))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 512))))`,
    `(local $i i32) (local $sum i32) (loop $next
      (local.set $sum (i32.add (local.get $sum)
        (i32.mul (i32.load8_s (i32.add (i32.const 256) (local.get $i))) (i32.load8_s (i32.add (i32.const 512) (local.get $i))))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 256))))
     (i32.store (i32.const ${OUTPUT}) (local.get $sum))`,
  ],
});

/**
 * A hash over integer operations whose operands no compiler knows (from input 0): what XIP code may not turn into calls of the
 * compiler's library, a switch, copies and fills. Equal to what V8 computes from the same file.
 */
export const arithmetic = () => {
  const mix = (value: string) => `(local.set $h (i64.add (i64.mul (local.get $h) (i64.const 6364136223846793005)) ${value}))`;
  const wide = (value: string) => `(i64.extend_i32_u ${value})`;
  const x = "(local.get $x)", y = "(local.get $y)", p = "(local.get $p)", q = "(local.get $q)";
  const i32 = ["add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"].map((name) => wide(`(i32.${name} ${x} ${y})`));
  const i64 = ["add", "sub", "mul", "div_s", "div_u", "rem_s", "rem_u", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"].map((name) => `(i64.${name} ${p} ${q})`);
  const unary = ["clz", "ctz", "popcnt"].flatMap((name) => [wide(`(i32.${name} ${x})`), `(i64.${name} ${p})`]);
  const narrow = [`(i64.extend_i32_s (i32.extend8_s ${x}))`, `(i64.extend_i32_s (i32.extend16_s ${x}))`, `(i64.extend32_s ${p})`, `(i64.extend_i32_s (select ${x} ${y} (i64.lt_s ${p} ${q})))`];
  const cases = Array.from({ length: 9 }, (_, i) => i);
  const chosen = `${cases.map((i) => `(block $case_${i}`).reverse().join(" ")}
    (br_table ${cases.map((i) => `$case_${i}`).join(" ")} (i32.rem_u ${x} (i32.const 9))))
    ${cases.map((i) => `${mix(`(i64.const ${i * i + 3})`)} (br $out) ${i < 8 ? ")" : ""}`).join("\n")}`;
  return testModule({
    operators: [`(local $x i32) (local $y i32) (local $p i64) (local $q i64) (local $h i64) (local $round i32)
      (loop $next
        (local.set $x (i32.load (i32.add (i32.const ${INPUT}) (local.get $round))))
        (local.set $y (i32.or (i32.load (i32.add (i32.const ${INPUT + 4}) (local.get $round))) (i32.const 1)))
        (local.set $p (i64.load (i32.add (i32.const ${INPUT}) (local.get $round))))
        (local.set $q (i64.or (i64.load (i32.add (i32.const ${INPUT + 8}) (local.get $round))) (i64.const 1)))
        ${[...i32, ...i64, ...unary, ...narrow].map(mix).join("\n")}
        (block $out ${chosen})
        (memory.copy (i32.const 300) (i32.add (i32.const ${INPUT}) (local.get $round)) (i32.const 12))
        (memory.fill (i32.const 312) ${x} (i32.const 5))
        (memory.copy (i32.const 303) (i32.const 300) (i32.const 17))
        ${mix("(i64.load (i32.const 305))")}
        ${mix("(i64.load (i32.const 311))")}
        (br_if $next (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 16))))
      (i64.store (i32.const ${OUTPUT}) (local.get $h))`],
  });
};

/**
 * A hash over every instruction on floats, operands from input 0 that no compiler knows: on cores without floating point each is a call of
 * the compiler's library. NaN, whose bits WebAssembly leaves open, counts as one number. Equal to what V8 computes from the same file.
 */
export const floats = () => {
  const mix = (value: string) => `(local.set $h (i64.add (i64.mul (local.get $h) (i64.const 6364136223846793005)) ${value}))`;
  const wide = (value: string) => `(i64.extend_i32_u ${value})`;
  const f32 = (value: string) => `(local.set $f ${value}) ${mix(`(select ${wide("(i32.reinterpret_f32 (local.get $f))")} (i64.const 1) (f32.eq (local.get $f) (local.get $f)))`)}`;
  const f64 = (value: string) => `(local.set $d ${value}) ${mix(`(select (i64.reinterpret_f64 (local.get $d)) (i64.const 1) (f64.eq (local.get $d) (local.get $d)))`)}`;
  const unary = ["abs", "neg", "ceil", "floor", "trunc", "nearest", "sqrt"], binary = ["add", "sub", "mul", "div", "min", "max", "copysign"], compare = ["eq", "ne", "lt", "gt", "le", "ge"];
  const of = (type: string, keep: (value: string) => string, x: string, y: string) => [
    ...unary.map((name) => keep(`(${type}.${name} ${x})`)), ...binary.map((name) => keep(`(${type}.${name} ${x} ${y})`)), ...compare.map((name) => mix(wide(`(${type}.${name} ${x} ${y})`))),
  ];
  // Operands of any bits, and whole numbers in the range of what does not saturate.
  const any = { f32: ["(local.get $x)", "(local.get $y)"], f64: ["(local.get $p)", "(local.get $q)"] } as const;
  const conversions = (["f32", "f64"] as const).flatMap((type) => ["s", "u"].flatMap((sign) => ["i32", "i64"].flatMap((int) => {
    const keep = type === "f32" ? f32 : f64, bits = int === "i32" ? wide : (value: string) => value;
    const exact = `(${type}.convert_i32_s (i32.shr_u (local.get $i) (i32.const 9)))`;
    return [
      mix(bits(`(${int}.trunc_sat_${type}_${sign} ${any[type][0]})`)), mix(bits(`(${int}.trunc_${type}_${sign} ${exact})`)),
      keep(`(${type}.convert_${int}_${sign} ${int === "i32" ? "(local.get $i)" : "(local.get $j)"})`),
    ];
  })));
  return testModule({
    operators: [`(local $x f32) (local $y f32) (local $p f64) (local $q f64) (local $f f32) (local $d f64) (local $i i32) (local $j i64) (local $h i64) (local $round i32)
      (loop $next
        (local.set $i (i32.load (i32.add (i32.const ${INPUT}) (local.get $round))))
        (local.set $j (i64.load (i32.add (i32.const ${INPUT + 4}) (local.get $round))))
        (local.set $x (f32.load (i32.add (i32.const ${INPUT}) (local.get $round))))
        (local.set $y (f32.load (i32.add (i32.const ${INPUT + 4}) (local.get $round))))
        (local.set $p (f64.load (i32.add (i32.const ${INPUT}) (local.get $round))))
        (local.set $q (f64.load (i32.add (i32.const ${INPUT + 8}) (local.get $round))))
        ${[...of("f32", f32, ...any.f32), ...of("f64", f64, ...any.f64), ...conversions].join("\n")}
        ${f32("(f32.demote_f64 (local.get $p))")} ${f64("(f64.promote_f32 (local.get $x))")}
        ${f32("(f32.add (local.get $x) (f32.const 1.5))")} ${f64("(f64.add (local.get $p) (f64.const 1.25))")}
        (br_if $next (i32.lt_u (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const 16))))
      (i64.store (i32.const ${OUTPUT}) (local.get $h))`],
  });
};

/** What V8 computes. */
export async function inV8(wasm: Uint8Array, inputs: Uint8Array): Promise<string> {
  const { instance } = await WebAssembly.instantiate(wasm as BufferSource, {});
  const { memory, invoke } = instance.exports as { memory: WebAssembly.Memory; invoke: () => void };
  new Uint8Array(memory.buffer).set(inputs, INPUT);
  invoke();
  return Buffer.from(new Uint8Array(memory.buffer, OUTPUT, 16)).toString("hex");
}

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
