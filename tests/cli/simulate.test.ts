import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { deviceModule, int8Tensor } from "../support/device_module";
import { linkedModel } from "../support/linked_model";

async function arenula(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "", err = "";
  const plain = pc.createColors(false);
  const status = await main(argv, { out: (text) => { out += text; }, err: (text) => { err += text; }, outColors: plain, errColors: plain, columns: Infinity, terminal: null });
  return { status, out, err };
}

/** Runs with --json and wants exactly one JSON object on stdout. */
async function json(status: number, ...argv: string[]): Promise<any> {
  const outcome = await arenula(...argv, "--json");
  assert.is(outcome.status, status, outcome.out.slice(0, 500) + outcome.err);
  assert.is(outcome.out.trimEnd().split("\n").length, 1);
  return JSON.parse(outcome.out);
}

const folder = mkdtempSync(path.join(tmpdir(), "arenula-simulate-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const DIGITS = "models/digits/digits_int8.tflite";

// out[i] = in[i] + 1 in a loop of 4 rounds
const NEXT = `(func $invoke (local $i i32) (i32.store (i32.const 0) (i32.const 5))
  (loop $l
    (i32.store8 offset=32 (local.get $i) (i32.add (i32.load8_s offset=16 (local.get $i)) (i32.const 1)))
    (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4)))))`;
const next = inFolder("next.wasm", deviceModule(NEXT, {
  inputs: [int8Tensor("in", 16, 4)], outputs: [int8Tensor("out", 32, 4)], operators: [{ index: 5, op: "ADD", tensor: "net/next" }],
}));

const simulate = suite("simulate");
simulate("prints outputs, instructions and layers", async () => {
  const input = inFolder("in.bin", Uint8Array.of(1, 2, 127, 255));
  const result = await json(0, "simulate", next, "--input", input);
  assert.equal(result.outputs.map(({ name, dtype, shape, scale, zero_point, data }: any) => ({ name, dtype, shape, scale, zero_point, data })), [
    { name: "out", dtype: "int8", shape: [1, 4], scale: 0.5, zero_point: 0, data: [2, 3, -128, 0] },
  ]);
  assert.is(result.linear_memory_bytes, 1024);
  assert.is(result.wasm_instructions, 3 + 4 * 13); // the store of the operator word; a round: get, get, load, const, add, store, get, const, add, tee, const, lt_u, br_if
  assert.is(result.layers.length, 1);
  const { opcodes, cycles_estimate, instructions_estimate, ...layer } = result.layers[0];
  assert.equal(layer, { operator: 5, op: "ADD", tensor: "net/next", wasm_instructions: 52, bulk_bytes: 0 });
  assert.equal(opcodes, { const: 12, local_get: 12, local_tee: 4, load: 4, store: 4, compare: 4, alu32: 8, branch_if: 4 });
  assert.ok(cycles_estimate > instructions_estimate && instructions_estimate > 4 * 52, `${cycles_estimate} cycles, ${instructions_estimate} instructions`);
  assert.equal([result.cycles_estimate, result.instructions_estimate], [cycles_estimate, instructions_estimate]); // one layer
  assert.equal([result.estimate.core, result.estimate.error.cycles.left_out_max < 1], ["cortex-m4", true]);
  const { status, out } = await arenula("simulate", next, "--input", `in=${input}`);
  assert.is(status, 0);
  for (const text of ["next.wasm", "linear memory 1,024 bytes", "55 WebAssembly instructions", "ADD", "between operators", "cycles: wamr-fast on cortex-m4 (no --board was given)", "that had no part in the fit"]) assert.match(out, text);
});
simulate("takes inputs as `run` does, and a linked model gives the outputs of `run`", async () => {
  const linked = inFolder("digits.wasm", await linkedModel(DIGITS));
  for (const input of ["zeros", "lcg:7", "models/digits/samples/digit_7.png"]) {
    const flags = ["--input", input, ...(input.endsWith(".png") ? ["--mean", "0", "--std", "255"] : [])];
    const [there, here] = [await json(0, "run", DIGITS, ...flags), await json(0, "simulate", linked, ...flags)];
    assert.equal(here.outputs, there.outputs);
  }
  assert.is((await json(1, "simulate", linked)).error.code, "INPUT_MISSING");
});
simulate("measures the module against a board", async () => {
  const board = (ram: number) => inFolder(`tiny-${ram}.json`, JSON.stringify({
    name: "tiny", chip: "none", core: "cortex-m0plus", clock_hz: null, ram: [{ name: "RAM", bytes: ram, dma: null }], flash_bytes: 65536, emulated: false, sources: {},
  }));
  const { board: fit, cycles_estimate, estimate } = await json(0, "simulate", next, "-i", "zeros", "--board", board(1024));
  assert.equal([cycles_estimate, estimate], [null, { reason: "no cortex-m0plus was emulated" }]);
  assert.equal(fit, { name: "tiny", fits: true, linear_memory_bytes: 1024, region: { name: "RAM", bytes: 1024 }, module_bytes: readFileSync(next).length, flash_bytes: 65536 });
  const { error } = await json(1, "simulate", next, "-i", "zeros", "--board", board(1000));
  assert.is(error.code, "ARENA_TOO_LARGE");
  assert.match(error.where, "next.wasm");
  assert.match((await arenula("simulate", next, "-i", "zeros", "--board", "nucleo-f446re")).out, /µs at 180 MHz: wamr-fast on cortex-m4f\n/);
  assert.match((await arenula("simulate", next, "-i", "zeros", "--board", "nucleo-f446re")).out, "nucleo-f446re: linear memory takes 1,024 of 131,072 bytes");
  assert.is((await json(1, "simulate", next, "-i", "zeros", "--board", "nucleo")).error.code, "BOARD_UNKNOWN");
});
simulate("explains traps, endless loops and files that are no modules, each with its own code", async () => {
  const operators = [{ index: 7, op: "CONV_2D", tensor: "conv/Relu" }];
  const module = (name: string, code: string) => inFolder(name, deviceModule(`(func $invoke (i32.store (i32.const 0) (i32.const 7)) ${code})`, { operators }));
  const corrupt = readFileSync(next);
  corrupt[100] ^= 1;
  for (const [file, code, text] of [
    [module("beyond.wasm", "(i32.store (i32.const 1021) (i32.const 0))"), "DEVICE_TRAP", "operator 7 CONV_2D, tensor 'conv/Relu': out of bounds memory access at 1021: i32.store writes 4 bytes, linear memory ends at 1024"],
    [module("trap.wasm", "(unreachable)"), "DEVICE_TRAP", "operator 7 CONV_2D, tensor 'conv/Relu': unreachable"],
    [inFolder("corrupt.wasm", corrupt), "DEVICE_MODULE_CORRUPT", "checksum"],
    [inFolder("abi.wasm", deviceModule(NEXT, { metadata: { abi: 9 } })), "DEVICE_MODULE_ABI", "ABI 9"],
    [DIGITS, "DEVICE_MODULE_FORMAT", "a .tflite file"],
    [path.join(folder, "nowhere.wasm"), "FILE_NOT_FOUND", "no such file"],
  ] as const) {
    const { error } = await json(1, "simulate", file, ...(code === "DEVICE_TRAP" ? [] : ["-i", "zeros"]));
    assert.is(error.code, code);
    assert.match(error.message, text);
    assert.match(error.where, path.basename(file));
    if (code !== "FILE_NOT_FOUND") assert.ok(error.hint.length > 0); // a name near that one, if there is one
  }
  const { error } = await json(1, "simulate", module("endless.wasm", "(loop $l (br $l))"), "--max-instructions", "1000");
  assert.is(error.code, "DEVICE_TIMEOUT");
});
simulate("ends with 2 where the command line is wrong", async () => {
  for (const argv of [["simulate"], ["simulate", next, "--max-instructions", "0"], ["simulate", next, "--core", "mcu"]]) assert.is((await arenula(...argv)).status, 2);
});
simulate.run();
