// What a board would not survive: every access is checked to the byte, and what went wrong is said in words of the model.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseBoard } from "../../src/device/board_file";
import { simulate, type SimulateOptions } from "../../src/device/simulate/simulate";
import { ArenulaError, type ErrorCode } from "../../src/errors";
import { deviceModule, int8Tensor, type DeviceModuleOptions } from "../support/device_module";

const LIMIT = 1024; // in a memory of 65,536 bytes, so that V8 alone lets everything pass
const OPERATORS = [{ index: 7, op: "CONV_2D", tensor: "conv/Relu" }];

async function refused(code: ErrorCode, text: string, moduleOptions: DeviceModuleOptions = {}, options: SimulateOptions = {}): Promise<ArenulaError> {
  try {
    await simulate(deviceModule(text, { operators: OPERATORS, linearMemoryBytes: LIMIT, ...moduleOptions }), [], options);
  } catch (error) {
    if (!(error instanceof ArenulaError)) throw error;
    assert.is(error.code, code, error.message);
    assert.ok(error.hint.length > 0, "no hint");
    return error;
  }
  throw new Error(`ran, but ${code} was expected`);
}

/** `code` while operator 7 runs. */
const during = (code: string): string => `(func $invoke (i32.store (i32.const 0) (i32.const 7)) ${code})`;

const LOADS: [string, number][] = [
  ["i32.load", 4], ["i64.load", 8], ["f32.load", 4], ["f64.load", 8], ["i32.load8_s", 1], ["i32.load8_u", 1], ["i32.load16_s", 2], ["i32.load16_u", 2],
  ["i64.load8_s", 1], ["i64.load8_u", 1], ["i64.load16_s", 2], ["i64.load16_u", 2], ["i64.load32_s", 4], ["i64.load32_u", 4],
];
const STORES: [string, number][] = [
  ["i32.store", 4], ["i64.store", 8], ["f32.store", 4], ["f64.store", 8], ["i32.store8", 1], ["i32.store16", 2], ["i64.store8", 1], ["i64.store16", 2], ["i64.store32", 4],
];

const access = suite("device/simulate: accesses");
for (const [instruction, bytes, does, code] of [
  ...LOADS.map(([name, n]) => [name, n, "reads", (at: string) => `(drop (${name} ${at}))`] as const),
  ...STORES.map(([name, n]) => [name, n, "writes", (at: string) => `(${name} ${at} (${name.slice(0, 3)}.const 1))`] as const),
]) {
  access(`${instruction}: its last byte may be the last of linear memory, and not one more`, async () => {
    const good = LIMIT - bytes;
    await simulate(deviceModule(during(code(`(i32.const ${good})`) + code(`offset=${good} (i32.const 0)`) + code(`offset=20 (i32.const ${good - 20})`)), { operators: OPERATORS }), []);
    const reason = `operator 7 CONV_2D, tensor 'conv/Relu': out of bounds memory access at ${good + 1}: ${instruction} ${does} ${bytes} byte${bytes === 1 ? "" : "s"}, linear memory ends at ${LIMIT}`;
    for (const at of [`(i32.const ${good + 1})`, `offset=${good + 1} (i32.const 0)`, `offset=20 (i32.const ${good - 19})`]) {
      const error = await refused("DEVICE_TRAP", during(code(at)));
      assert.is(error.message, reason);
      assert.match(error.where, /^function 'invoke', byte 0x[0-9a-f]+ of the module$/);
    }
  });
}
access("an address does not wrap around, and an offset beyond the limit is never good", async () => {
  assert.match((await refused("DEVICE_TRAP", during("(drop (i32.load offset=8 (i32.const -4)))"))).message, "at 4294967300: i32.load reads");
  assert.match((await refused("DEVICE_TRAP", during("(drop (i32.load offset=1021 (i32.const 0)))"))).message, "at 1021: i32.load reads");
  assert.match((await refused("DEVICE_TRAP", during("(i32.store8 offset=4294967295 (i32.const 1) (i32.const 0))"))).message, "at 4294967296: i32.store8 writes");
  assert.match((await refused("DEVICE_TRAP", during("(drop (i32.load (i32.const 2000000)))"))).message, "at 2000000: i32.load reads");
});
access("limits above 2 GiB of address space are compared unsigned", async () => {
  assert.match((await refused("DEVICE_TRAP", during("(drop (i32.load (i32.const 0x80000000)))"))).message, "at 2147483648");
});
access("the value that is stored survives the check", async () => {
  const bytes = deviceModule(during(`(i32.store (i32.const 64) (i32.const -2)) (i64.store (i32.const 68) (i64.const -3)) (f32.store (i32.const 76) (f32.const 1.5)) (f64.store (i32.const 80) (f64.const -2.25))`), { operators: OPERATORS, outputs: [int8Tensor("out", 64, 24)] });
  const [output] = (await simulate(bytes, [])).outputs;
  const view = new DataView(output!.buffer, output!.byteOffset);
  assert.equal([view.getInt32(0, true), view.getBigInt64(4, true), view.getFloat32(12, true), view.getFloat64(16, true)], [-2, -3n, 1.5, -2.25]);
});
access("memory.fill, memory.copy, memory.init: every byte of both ends", async () => {
  const data = `(data $d "abcdefgh") `;
  const good = ["(memory.fill (i32.const 1000) (i32.const 0) (i32.const 24))", "(memory.copy (i32.const 1000) (i32.const 0) (i32.const 24))", "(memory.copy (i32.const 0) (i32.const 1000) (i32.const 24))",
    "(memory.init $d (i32.const 1016) (i32.const 0) (i32.const 8))", "(memory.fill (i32.const 1024) (i32.const 0) (i32.const 0))", "(memory.init $d (i32.const 0) (i32.const 8) (i32.const 0))"];
  await simulate(deviceModule(data + during(good.join(" ")), { operators: OPERATORS }), []);
  const bad: [string, string][] = [
    ["(memory.fill (i32.const 1001) (i32.const 0) (i32.const 24))", "out of bounds memory access at 1001: memory.fill writes 24 bytes, linear memory ends at 1024"],
    ["(memory.fill (i32.const 1025) (i32.const 0) (i32.const 0))", "out of bounds memory access at 1025: memory.fill writes 0 bytes, linear memory ends at 1024"],
    ["(memory.fill (i32.const 16) (i32.const 0) (i32.const -1))", "out of bounds memory access at 16: memory.fill writes 4294967295 bytes, linear memory ends at 1024"],
    ["(memory.copy (i32.const 1001) (i32.const 0) (i32.const 24))", "out of bounds memory access at 1001: memory.copy writes 24 bytes, linear memory ends at 1024"],
    ["(memory.copy (i32.const 0) (i32.const 1001) (i32.const 24))", "out of bounds memory access at 1001: memory.copy reads 24 bytes, linear memory ends at 1024"],
    ["(memory.init $d (i32.const 1017) (i32.const 0) (i32.const 8))", "out of bounds memory access at 1017: memory.init writes 8 bytes, linear memory ends at 1024"],
    ["(memory.init $d (i32.const 0) (i32.const 1) (i32.const 8))", "out of bounds access to a data segment at 1: memory.init reads 8 bytes, data segment 0 ends at 8"],
  ];
  for (const [code, reason] of bad) assert.is((await refused("DEVICE_TRAP", data + during(code))).message, `operator 7 CONV_2D, tensor 'conv/Relu': ${reason}`);
});
access("in another function and outside of any operator", async () => {
  const error = await refused("DEVICE_TRAP", "(func $helper (param i32) (drop (i32.load8_u (local.get 0)))) (func $invoke (call $helper (i32.const 1024)))");
  assert.match(error.message, /^outside of any operator: out of bounds memory access at 1024/);
  assert.match(error.where, "function 'helper'");
});
access.run();

const traps = suite("device/simulate: traps");
for (const [name, code, reason] of [
  ["unreachable", "(unreachable)", "unreachable"],
  ["division by zero", "(drop (i32.div_s (i32.const 1) (i32.load (i32.const 64))))", "integer divide by zero"],
  ["remainder by zero", "(drop (i64.rem_u (i64.const 1) (i64.load (i32.const 64))))", "integer divide by zero"],
  ["overflow of a division", "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.load (i32.const 64)) (i32.const 1))))", "integer overflow"],
  ["conversion of NaN", "(drop (i32.trunc_f32_s (f32.const nan)))", "invalid conversion to integer"],
] as const) {
  traps(name, async () => {
    const error = await refused("DEVICE_TRAP", `(func $kernel ${code}) ${during("(call $kernel)")}`);
    assert.is(error.message, `operator 7 CONV_2D, tensor 'conv/Relu': ${reason}`);
    assert.match(error.where, /^function 'kernel', byte 0x[0-9a-f]+ of the module$/);
  });
}
traps("a table without that entry", async () => {
  const error = await refused("DEVICE_TRAP", `(type $t (func)) (table 1 1 funcref) ${during("(call_indirect (type $t) (i32.const 3))")}`);
  assert.match(error.message, /^operator 7 CONV_2D, tensor 'conv\/Relu': /);
});
traps("recursion without end", async () => {
  assert.is((await refused("DEVICE_TRAP", `(func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (local.get 0)))) ${during("(drop (call $f (i32.const 1)))")}`)).message, "operator 7 CONV_2D, tensor 'conv/Relu': call stack exhausted");
});
traps("an endless loop, of any form", async () => {
  for (const code of ["(loop $l (br $l))", "(loop $l (drop (i32.const 1)) (br_if $l (i32.const 1)))", "(loop $l (loop $m (br_if $l (i32.const 1))))", "(loop $l (call $f) (br $l))", "(loop $l (br_table $l $l (i32.const 0)))"]) {
    const { message } = await refused("DEVICE_TIMEOUT", `(func $f (nop)) ${during(code)}`, {}, { maxInstructions: 1_000_000 });
    const [, executed] = /^operator 7 CONV_2D, tensor 'conv\/Relu': still running after (\d+) WebAssembly instructions$/.exec(message)!;
    assert.ok(Number(executed) > 1_000_000 && Number(executed) < 1_000_100, message);
  }
});
traps("a budget that just suffices", async () => {
  const code = during("(nop) (nop)");
  await simulate(deviceModule(code, { operators: OPERATORS }), [], { maxInstructions: 5 });
});
traps.run();

const fit = suite("device/simulate: inputs and boards");
fit("wants every input, in its size", async () => {
  const bytes = deviceModule("(func $invoke)", { inputs: [int8Tensor("in", 16, 4)] });
  for (const [inputs, code] of [[[], "INPUT_MISSING"], [[new Uint8Array(3)], "INPUT_LENGTH"]] as const) {
    try {
      await simulate(bytes, inputs);
      assert.unreachable();
    } catch (error) {
      assert.is((error as ArenulaError).code, code);
    }
  }
});
fit("measures linear memory against the largest region of RAM, and the file against flash", async () => {
  const board = (ram: number, flash: number) => parseBoard(JSON.stringify({
    name: "tiny", chip: "none", core: "cortex-m0plus", clock_hz: null, ram: [{ name: "A", bytes: 512, dma: null }, { name: "B", bytes: ram, dma: null }], flash_bytes: flash, emulated: false, sources: {},
  }), "tiny.json");
  const bytes = deviceModule("(func $invoke)");
  await simulate(bytes, [], { board: board(1024, bytes.length) });
  assert.match((await refused("ARENA_TOO_LARGE", "(func $invoke)", {}, { board: board(1000, 100000) })).message, "linear memory needs 1024 bytes, tiny has 1000 in B: 24 too many");
  assert.match((await refused("FLASH_TOO_SMALL", "(func $invoke)", {}, { board: board(1024, 100) })).message, "tiny has 100");
});
fit.run();
