import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import type { Io } from "../../src/cli/io";
import { crc32 } from "../../src/crc32";
import { buildModel } from "../support/build_model";

interface Outcome {
  status: number;
  out: string;
  err: string;
}

async function arenula(argv: readonly string[], terminal: Partial<Io> = {}): Promise<Outcome> {
  let out = "", err = "";
  const plain = pc.createColors(false);
  const io: Io = { out: (text) => { out += text; }, err: (text) => { err += text; }, outColors: plain, errColors: plain, columns: Infinity, terminal: null, ...terminal };
  const status = await main(argv, io);
  return { status, out, err };
}

/** Runs with --json and wants exactly one JSON object on stdout. */
async function json(status: number, ...argv: string[]): Promise<any> {
  const outcome = await arenula([...argv, "--json"]);
  assert.is(outcome.status, status, outcome.out.slice(0, 500) + outcome.err);
  assert.is(outcome.out.trimEnd().split("\n").length, 1);
  return JSON.parse(outcome.out);
}

const DIGITS = "models/digits/digits_int8.tflite";
const SEVEN = "models/digits/samples/digit_7";
const folder = mkdtempSync(path.join(tmpdir(), "arenula-cli-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string, content: string | Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const tinyBoard = (ramBytes: number, flashBytes: number): string => inFolder(`tiny-${ramBytes}-${flashBytes}.json`, JSON.stringify({
  name: "tiny", chip: "none", core: "cortex-m0plus", clock_hz: null, ram: [{ name: "RAM", bytes: ramBytes, dma: null }], flash_bytes: flashBytes, emulated: false, sources: {},
}));

const usage = suite("usage");
usage("prints help where nothing is asked, and an example for every command", async () => {
  const { status, out } = await arenula([]);
  assert.is(status, 0);
  for (const command of ["run", "inspect", "check", "plan", "bench", "boards"]) {
    assert.match(out, command);
    const help = await arenula([command, "--help"]);
    assert.is(help.status, 0);
    assert.match(help.out, `  arenula ${command}`);
  }
  assert.is((await arenula(["--version"])).status, 0);
});
usage("ends with 2 where the command line is wrong", async () => {
  for (const argv of [["runn"], ["run"], ["run", "a", "b"], ["run", "x", "--core", "fast"], ["inspect", "x", "--nope"], ["run", "x", "--std", "0"], ["run", "x", "--mean", "a"], ["plan", "x", "--planner", "lucky"], ["bench", "x", "--runs", "0"], ["run", DIGITS, "-i", "zeros", "-i", "zeros"], ["run", DIGITS, "-i", "zeros", "--fit"]]) {
    const { status, out, err } = await arenula(argv);
    assert.is(status, 2, argv.join(" "));
    assert.is(out, "", argv.join(" "));
    assert.match(err, /^error /);
    assert.is((await json(2, ...argv)).error.code, "USAGE");
  }
});
usage.run();

const refusals = suite("refusals");
refusals("say what, where and what to do, on stderr or as one object", async () => {
  const { status, out, err } = await arenula(["inspect", "models/digits/digit_int8.tflite"]);
  assert.is(status, 1);
  assert.is(out, "");
  assert.match(err, "FILE_NOT_FOUND");
  assert.match(err, "did you mean 'digits_int8.tflite'");
  const { error } = await json(1, "inspect", "models/digits/digit_int8.tflite");
  assert.equal(Object.keys(error), ["code", "message", "where", "hint"]);
  assert.is(error.where, "models/digits/digit_int8.tflite");
});
refusals("name the file of a model that is none", async () => {
  for (const [name, code] of [["empty.tflite", "MODEL_EMPTY"], ["text.tflite", "MODEL_FORMAT"]] as const) {
    const { error } = await json(1, "inspect", inFolder(name, code === "MODEL_EMPTY" ? "" : "not a model at all, but long enough"));
    assert.is(error.code, code);
    assert.match(error.where, name);
  }
  assert.is((await json(1, "inspect", "models/digits")).error.code, "FILE_UNREADABLE");
});
refusals("name an input file that is missing, in a process that has yet to load its decoders", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/cli.js", "run", DIGITS, "-i", `${SEVEN}7.npy`, "--json"], { encoding: "utf8" });
  assert.is(status, 1, stderr);
  assert.is(JSON.parse(stdout).error.code, "FILE_NOT_FOUND");
  assert.is(stderr, "");
});
refusals("keep control characters of a file's names out of the terminal", async () => {
  const { err } = await arenula(["inspect", "\u001b[31mred.tflite"]);
  assert.not.ok(err.includes("\u001b"));
});
refusals("for whatever is unexpected, end with 3 and ask for a report", async () => {
  const broken: Partial<Io> = { out: () => { throw new TypeError("boom"); } };
  const { status, err } = await arenula(["boards"], broken);
  assert.is(status, 3);
  assert.match(err, "boom");
  assert.match(err, "please report");
});
refusals.run();

const run = suite("run");
run("prints inputs, outputs and their checksums", async () => {
  const result = await json(0, "run", DIGITS, "--input", `${SEVEN}.npy`);
  assert.is(result.dialect, "reference");
  assert.ok(["mcu", "simd", "relaxed"].includes(result.core));
  assert.type(result.arena_bytes, "number");
  const [output] = result.outputs;
  assert.equal(Object.keys(output), ["name", "dtype", "shape", "scale", "zero_point", "crc32", "data"]);
  assert.equal([output.dtype, output.shape, output.scale, output.zero_point], ["int8", [1, 10], 1 / 256, -128]);
  assert.is(output.data.indexOf(Math.max(...output.data)), 7); // it is a seven
  assert.is(output.crc32, crc32(new Uint8Array(Int8Array.from(output.data).buffer)));
});
run("takes the same digit as array, picture, raw bytes and JSON", async () => {
  const crc = async (...argv: string[]) => (await json(0, "run", DIGITS, ...argv)).inputs[0].crc32;
  const fromArray = await crc("-i", `${SEVEN}.npy`);
  assert.is(await crc("-i", `${SEVEN}.png`, "--mean", "0", "--std", "255"), fromArray);
  assert.is(await crc("-i", `serving_default_image:0=${SEVEN}.npy`), fromArray);
  const stored = await json(0, "run", DIGITS, "-i", "lcg:5");
  const raw = inFolder("lcg.bin", Uint8Array.from({ length: 64 }, ((state) => () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24)(5)));
  assert.is(await crc("-i", raw), stored.inputs[0].crc32);
  const codes = inFolder("stored.json", JSON.stringify({ stored: [...Int8Array.from(readFileSync(raw))] }));
  assert.is(await crc("-i", codes), stored.inputs[0].crc32);
});
run("says on stderr what was done to numbers", async () => {
  assert.match((await arenula(["run", DIGITS, "-i", `${SEVEN}.npy`])).err, "quantized 64 real values with scale 0.003921569, zero point -128");
});
run("refuses a picture whose scaling nobody knows, and names the likeliest", async () => {
  const { error } = await json(1, "run", DIGITS, "-i", `${SEVEN}.png`);
  assert.is(error.code, "INPUT_SCALING");
  assert.match(error.hint, "--mean 0 --std 255");
});
run("traces every operator, and the trace is an inference", async () => {
  const result = await json(0, "run", DIGITS, "-i", "lcg:1", "--trace");
  const model = await json(0, "inspect", DIGITS);
  assert.equal(result.trace.map((entry: { operator: number }) => entry.operator), model.operators.map((operator: { index: number }) => operator.index));
  assert.is(result.trace.at(-1).crc32, result.outputs[0].crc32);
  assert.equal(result.outputs, (await json(0, "run", DIGITS, "-i", "lcg:1")).outputs);
});
run("gives the same on every core", async () => {
  const reference = (await json(0, "run", DIGITS, "-i", "lcg:2", "--core", "mcu")).outputs;
  assert.equal((await json(0, "run", DIGITS, "-i", "lcg:2", "--core", "simd")).outputs, reference);
});
run("writes outputs, and nothing else stays behind", async () => {
  const out = path.join(folder, "a", "b");
  const result = await json(0, "run", DIGITS, "-i", "lcg:1", "--out", out);
  assert.equal(readdirSync(out), ["output_0.bin"]);
  assert.is(crc32(readFileSync(path.join(out, "output_0.bin"))), result.outputs[0].crc32);
});
run("refuses places that cannot be written", async () => {
  const file = inFolder("a-file", "");
  for (const out of [file, path.join(file, "below")]) assert.is((await json(1, "run", DIGITS, "-i", "zeros", "--out", out)).error.code, "FILE_UNWRITABLE");
  assert.is((await json(1, "plan", DIGITS, "--svg", folder)).error.code, "FILE_UNWRITABLE");
  assert.equal(readdirSync(folder).filter((name) => name.startsWith(".")), []);
});
run("refuses a board that is too small with the exact shortfall", async () => {
  const { arena_bytes } = await json(0, "plan", DIGITS);
  const { error } = await json(1, "run", DIGITS, "-i", "zeros", "--board", tinyBoard(arena_bytes - 1, 1 << 20));
  assert.is(error.code, "ARENA_TOO_LARGE");
  assert.match(error.message, "1 too many");
  assert.match(error.where, "step 1, operator 1 DEPTHWISE_CONV_2D 'down_depthwise_relu_1', holds 'stem_relu_1' (1024), "); // fused names run to hundreds of letters
  assert.is((await json(1, "run", DIGITS, "-i", "zeros", "--board", tinyBoard(1 << 20, 100))).error.code, "FLASH_TOO_SMALL");
  assert.is((await json(0, "run", DIGITS, "-i", "zeros", "--board", tinyBoard(arena_bytes, 1 << 20))).board.fits, true);
});
run.run();

const inspect = suite("inspect");
inspect("lists everything once", async () => {
  const model = await json(0, "inspect", DIGITS);
  for (const field of ["inputs", "outputs", "operators", "tensors", "macs", "parameters"]) assert.ok(field in model, field);
  assert.equal(model.inputs[0].shape, [1, 8, 8, 1]);
  assert.equal(model.tensors.map((tensor: { index: number }) => tensor.index), model.tensors.map((_: unknown, i: number) => i));
  assert.is(model.macs, model.operators.reduce((sum: number, operator: { macs: number }) => sum + operator.macs, 0));
});
inspect("counts what the layers of the training script hold", async () => {
  const { operators } = await json(0, "inspect", DIGITS);
  const dense = operators.find((operator: { op: string }) => operator.op === "FULLY_CONNECTED");
  // ten classes: ten biases, and one weight per MAC
  assert.is(dense.parameters, dense.macs + 10);
});
inspect.run();

const check = suite("check");
check("says yes with 0, no with 1", async () => {
  const yes = await json(0, "check", DIGITS, "--board", "nucleo-f446re");
  assert.is(yes.ok, true);
  assert.is(yes.board.fits, true);
  assert.equal(Object.keys(yes.operators[0]), ["index", "op", "ok", "reason", "hint", "others"]);
  const small = await json(1, "check", DIGITS, "--board", tinyBoard(100, 1 << 20));
  assert.is(small.ok, false);
  assert.is(small.board.shortfall_bytes, yes.arena_bytes - 100);
  const bytes = readFileSync(DIGITS).length;
  assert.is((await json(1, "check", DIGITS, "--board", tinyBoard(1 << 20, bytes - 3))).board.flash_shortfall_bytes, 3);
});
check("is the same for people", async () => {
  assert.match((await arenula(["check", DIGITS])).out, /\nyes  all \d+ operators run/);
});
check("says what other runtimes make of an operator that runs here", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "arenula-")), "relu6.tflite"), tensor = { type: "int8", shape: [1, 4] } as const;
  writeFileSync(file, buildModel({ tensors: [{ ...tensor, name: "x", scale: 0.5 }, { ...tensor, name: "y", scale: 0.25 }], operators: [{ op: "RELU6", inputs: ["x"], outputs: ["y"] }] }));
  assert.match((await json(0, "check", file)).operators[0].others, /^TFLM ignores/);
  assert.match((await arenula(["check", file])).out, /\noperator 0 RELU6 {2}TFLM ignores .*; Arenula rescales\n\nyes/);
});
check.run();

const plan = suite("plan");
interface PlacedTensor { index: number; name: string; offset: number; bytes: number; first_step: number; last_step: number; holds: number[] }
plan("gives every tensor a place of its own", async () => {
  const { tensors, activation_bytes, lower_bound_bytes, arena_bytes } = await json(0, "plan", DIGITS) as { tensors: PlacedTensor[]; activation_bytes: number; lower_bound_bytes: number; arena_bytes: number };
  const model = await json(0, "inspect", DIGITS);
  const end = Math.max(...tensors.map(({ offset, bytes }) => offset + bytes));
  assert.ok(end <= activation_bytes && activation_bytes - end < 16);
  assert.ok(lower_bound_bytes <= activation_bytes && activation_bytes <= arena_bytes);
  for (const a of tensors) {
    assert.is(model.tensors[a.index].name, a.name);
    for (const b of tensors) {
      const together = a.first_step <= b.last_step && b.first_step <= a.last_step;
      const overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      assert.not.ok(a !== b && together && overlap, `${a.name} and ${b.name}`);
    }
  }
  const activations = model.tensors.filter((tensor: { constant: boolean }) => !tensor.constant).map((tensor: { index: number }) => tensor.index);
  assert.equal(tensors.flatMap(({ holds }) => holds).sort((a, b) => a - b), activations);
});
plan("draws", async () => {
  const file = path.join(folder, "plan.svg");
  assert.is((await arenula(["plan", DIGITS, "--svg", file])).status, 0);
  assert.match(readFileSync(file, "utf8"), /^<svg /);
});
plan("ends with 1 where the board is too small", async () => {
  assert.is((await json(1, "plan", DIGITS, "--board", tinyBoard(100, 1 << 20))).board.fits, false);
  for (const planner of ["greedy", "search"]) assert.is((await json(0, "plan", DIGITS, "--planner", planner)).staging_bytes, 0);
});
plan.run();

const bench = suite("bench");
bench("times runs and layers, and the outputs are those of run", async () => {
  const result = await json(0, "bench", DIGITS, "--runs", "3", "--input", "lcg:1");
  assert.is(result.runs, 3);
  assert.ok(result.ms_min > 0 && result.ms_min <= result.ms_median);
  assert.is(result.macs, result.layers.reduce((sum: number, layer: { macs: number }) => sum + layer.macs, 0));
  assert.equal(Object.keys(result.layers[0]), ["operator", "op", "macs", "ms"]);
  assert.is(result.outputs[0].crc32, (await json(0, "run", DIGITS, "-i", "lcg:1")).outputs[0].crc32);
});
bench("compares with an earlier one", async () => {
  const earlier = inFolder("before.json", (await arenula(["bench", DIGITS, "--runs", "2", "--json"])).out);
  const { baseline } = await json(0, "bench", DIGITS, "--runs", "2", "--baseline", earlier);
  assert.is(baseline.outputs_equal, true);
  assert.ok(baseline.speedup > 0);
  assert.is((await json(1, "bench", DIGITS, "--baseline", inFolder("no.json", "{}"))).error.code, "FILE_UNREADABLE");
});
bench("refuses boards without firmware by naming those that have one, and boards it does not know", async () => {
  const { error } = await json(1, "bench", DIGITS, "--board", "nrf52840dk");
  assert.is(error.code, "BOARD_WITHOUT_FIRMWARE");
  assert.match(error.hint, "mps2-an386");
  assert.is((await json(1, "bench", DIGITS, "--board", "nrf52840")).error.code, "BOARD_UNKNOWN");
});
bench("refuses options of a device without one, and of the desktop with one", async () => {
  for (const argv of [["--engine", "wamr-fast"], ["--checks", "proved"], ["--weights", "packed"], ["--ram", "4096"], ["--board", "mps2-an386", "--runs", "3"], ["--board", "mps2-an386", "--core", "mcu"],
    ["--board", "mps2-an386", "--checks", "runtime"], ["--board", "mps2-an386", "--engine", "wasm3"]]) assert.is((await json(2, "bench", DIGITS, ...argv)).error.code, "USAGE", argv.join(" "));
});
bench("says what to install where the emulator is missing, and what would help where memory is", async () => {
  const { PATH } = process.env;
  process.env["PATH"] = folder;
  try {
    const { error } = await json(1, "bench", DIGITS, "--board", "mps2-an386");
    assert.is(error.code, "TOOL_MISSING");
    assert.match(error.hint, "apt install qemu-system-arm");
  } finally {
    process.env["PATH"] = PATH;
  }
  assert.is((await json(1, "bench", DIGITS, "--board", "mps2-an386", "--ram", "1000")).error.code, "ARENA_TOO_LARGE");
});
bench("refuses a baseline of the other kind", async () => {
  const earlier = inFolder("desktop.json", (await arenula(["bench", DIGITS, "--runs", "1", "--json"])).out);
  const { error } = await json(1, "bench", DIGITS, "--board", "mps2-an386", "--baseline", earlier);
  assert.is(error.code, "FILE_UNREADABLE");
  assert.match(error.message, "instructions");
});
bench("counts as many inferences of a small model as a second has", async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), "arenula-")), "relu.tflite"), tensor = { type: "int8", shape: [1, 4], scale: 0.5 } as const;
  writeFileSync(file, buildModel({ tensors: [{ ...tensor, name: "x" }, { ...tensor, name: "y" }], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] }));
  assert.is((await json(0, "bench", file, "--runs", "200000")).runs, 200_000);
});
bench.run();

const boards = suite("boards");
boards("lists all, shows one, checks a file", async () => {
  const all = (await json(0, "boards")).boards;
  assert.ok(all.length >= 15);
  assert.equal((await json(0, "boards", "nrf52840dk")).boards, all.filter((board: { name: string }) => board.name === "nrf52840dk"));
  assert.is((await json(0, "boards", tinyBoard(64, 64))).boards[0].name, "tiny");
  assert.is((await json(1, "boards", "nrf52480dk")).error.code, "BOARD_UNKNOWN");
  assert.is((await json(1, "boards", inFolder("bad.json", '{"name": "x"}'))).error.code, "BOARD_INVALID");
});
boards.run();

const terminal = suite("terminal");
terminal("fits 80 columns, coloured or not", async () => {
  const width = (line: string) => [...line.replace(/\u001b\[[0-9;]*m/g, "")].length;
  for (const argv of [["inspect", DIGITS], ["check", DIGITS], ["plan", DIGITS], ["run", DIGITS, "-i", "zeros", "--trace"], ["bench", DIGITS, "--runs", "1"], ["boards"], ["boards", "nucleo-f746zg"], ["--help"], ["run", "--help"]]) {
    for (const colors of [pc.createColors(false), pc.createColors(true)]) {
      const { out } = await arenula(argv, { columns: 80, outColors: colors });
      for (const line of out.split("\n")) assert.ok(width(line) <= 80, `${argv.join(" ")}: ${width(line)} columns: ${line}`);
      assert.is(out.includes("\u001b["), colors.isColorSupported, argv.join(" "));
    }
  }
});
terminal.run();
