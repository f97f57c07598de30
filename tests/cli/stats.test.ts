import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import type { Io } from "../../src/cli/io";
import { npyFile } from "../support/npy_file";

const FLOAT = "models/digits/digits_float.tflite", INT8 = "models/digits/digits_int8.tflite", DATA = "models/digits/samples/test_inputs.npy";
const PIXELS = ["--data", DATA, "--mean", "0", "--std", "255"];
const folder = mkdtempSync(path.join(tmpdir(), "arenula-stats-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string) => path.join(folder, name);

async function arenula(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "", err = "";
  const plain = pc.createColors(false);
  const io: Io = { out: (text) => { out += text; }, err: (text) => { err += text; }, outColors: plain, errColors: plain, columns: Infinity, terminal: null };
  return { status: await main(argv, io), out, err };
}

async function json(status: number, ...argv: string[]): Promise<any> {
  const outcome = await arenula("stats", ...argv, "--json");
  assert.is(outcome.status, status, outcome.out.slice(0, 500) + outcome.err);
  assert.is(outcome.out.trimEnd().split("\n").length, 1);
  return JSON.parse(outcome.out);
}

const stats = suite("stats");

stats("names every tensor with range, histogram, codes, and the worst sample", async () => {
  const { tensors, samples, skipped } = await json(0, FLOAT, ...PIXELS, "--samples", "40");
  assert.equal([samples.length, skipped.length, tensors.length], [40, 0, 11]);
  const [input, stem] = tensors;
  assert.equal([input.op, input.operator, input.min, input.max, input.count], ["input", null, 0, 1, 40 * 64]);
  assert.equal([stem.op, stem.operator, stem.type, stem.min], ["CONV_2D", 0, "float32", 0]);
  const pixels = [...readFileSync(DATA).subarray(-360 * 64).subarray(0, 40 * 64)].map((pixel) => pixel / 255);
  assert.ok(Math.abs(input.mean - pixels.reduce((a, b) => a + b) / pixels.length) < 1e-7);
  assert.is(input.histogram.counts.length, 64);
  assert.ok(Math.abs(stem.histogram.counts.reduce((a: number, b: number) => a + b) - stem.count) < 1e-6);
  assert.is(stem.clipped, 0); // minmax clips nothing
  assert.is(stem.per_sample.samples.length, 40);
  assert.is(stem.per_sample.codes_least, Math.min(...stem.per_sample.samples.map(({ codes }: { codes: number }) => codes)));
  const table = (await arenula("stats", FLOAT, ...PIXELS, "--samples", "3")).out;
  assert.match(table, "digits_float.tflite over 3 samples of test_inputs.npy, 11 tensors, worst first");
  assert.match(table, /CONV_2D +stem_relu_1 +0 +\d\.\d+ +[▁▂▃▄▅▆▇█ ]+/);
});

stats("counts the codes of a quantized model", async () => {
  const { tensors } = await json(0, INT8, ...PIXELS, "--samples", "40");
  const [input, stem] = tensors;
  const pixels = readFileSync(DATA).subarray(-360 * 64).subarray(0, 40 * 64);
  assert.is(input.codes_used, new Set(pixels).size); // scale 1/255, zero point -128: a pixel is a code
  assert.is(input.clipped, pixels.filter((pixel) => pixel === 255).length / pixels.length);
  assert.equal([stem.type, stem.codes, stem.range.source], ["int8", 256, "the model's scale and zero point"]);
});

stats("shows one tensor in detail, by name, part of a name or index", async () => {
  for (const name of ["14", "stem"]) {
    const { out, status } = await arenula("stats", FLOAT, ...PIXELS, "--samples", "20", "--tensor", name);
    assert.is(status, 0);
    for (const text of ["stem_relu_1", "standard deviation", "samples on the fewest codes", "moving-average", "SQNR dB"]) assert.match(out, text);
  }
  const { error } = await json(2, FLOAT, ...PIXELS, "--samples", "2", "--tensor", "residual");
  assert.match(error.message, /3 tensors have 'residual'/);
});

stats("parts merge to the bytes of one run, whatever the number of parts and workers", async () => {
  const whole = inFolder("whole.stats");
  assert.is((await arenula("stats", FLOAT, ...PIXELS, "-o", whole, "--jobs", "1")).status, 0);
  for (const n of [2, 5]) {
    const parts = Array.from({ length: n }, (_, i) => inFolder(`part${i + 1}of${n}.stats`));
    for (const [i, part] of parts.entries()) assert.is((await arenula("stats", FLOAT, ...PIXELS, "--shard", `${i + 1}/${n}`, "-o", part, "--jobs", String(1 + (i % 3)))).status, 0);
    const merged = inFolder(`merged${n}.stats`);
    assert.is((await arenula("stats", FLOAT, "-o", merged, "--merge", ...parts.reverse())).status, 0);
    assert.equal(readFileSync(merged), readFileSync(whole));
  }
  // what depends on the order of samples is the same too
  const calibrated = await json(0, FLOAT, ...PIXELS, "--calibrator", "moving-average", "--decay", "0.9");
  assert.equal(await json(0, FLOAT, "--calibrator", "moving-average", "--decay", "0.9", "--merge", inFolder("part2of2.stats"), inFolder("part1of2.stats")), calibrated);
});

stats("refuses parts that do not belong together", async () => {
  const [one, two] = [inFolder("part1of2.stats"), inFolder("part2of2.stats")];
  assert.match((await json(1, FLOAT, "--merge", one)).error.message, /^shard 2 of 2 missing/);
  assert.match((await json(1, FLOAT, "--merge", one, two, one)).error.message, /^shard 1 of 2 a second time/);
  assert.match((await json(1, FLOAT, "--merge", one, inFolder("part2of5.stats"))).error.message, /^shard 2 of 5/);
  assert.match((await json(1, INT8, "--merge", one, two)).error.message, /another model/);
  const other = inFolder("other.stats");
  await arenula("stats", FLOAT, "--data", DATA, "--mean", "0", "--std", "128", "--shard", "2/2", "-o", other);
  assert.match((await json(1, FLOAT, "--merge", one, other)).error.message, /"std":\[128\]/);
  assert.is((await json(1, FLOAT, "--merge", one, DATA)).error.code, "STATISTICS_FORMAT");
});

stats("refuses a command line that makes no sense, with the way out", async () => {
  for (const argv of [[], ["--data", DATA, "--merge", "x"], ["--input", "lcg:1"], [...PIXELS, "--shard", "1/2"], [...PIXELS, "--shard", "3/2", "-o", "x"], [...PIXELS, "--keep-state", "--shard", "1/2", "-o", "x"], [...PIXELS, "--keep-state", "--jobs", "2"], [...PIXELS, "--decay", "0.5"], [...PIXELS, "--percentile", "20", "--calibrator", "percentile"], [...PIXELS, "--calibrator", "best"]])
    assert.is((await json(2, FLOAT, ...argv)).error.code, "USAGE", argv.join(" "));
});
stats.run();

const bad = suite("stats, bad data");
const array = (name: string, shape: number[], values: Float32Array) => {
  writeFileSync(inFolder(name), npyFile("<f4", shape, values));
  return inFolder(name);
};

bad("an empty set, a wrong shape, a missing file", async () => {
  assert.is((await json(1, FLOAT, "--data", array("empty.npy", [0, 8, 8, 1], new Float32Array(0)))).error.code, "DATA_EMPTY");
  assert.is((await json(1, FLOAT, "--data", array("shape.npy", [2, 7, 8, 1], new Float32Array(112)))).error.code, "INPUT_SHAPE");
  assert.is((await json(1, FLOAT, "--data", inFolder("none.npy"))).error.code, "FILE_NOT_FOUND");
});

bad("one sample is enough; a sample with NaN is named, or passed over", async () => {
  assert.is((await json(0, FLOAT, "--data", array("one.npy", [1, 8, 8, 1], new Float32Array(64).fill(0.5)))).tensors.length, 11);
  const values = new Float32Array(3 * 64).fill(0.25);
  values[70] = NaN;
  const file = array("nan.npy", [3, 8, 8, 1], values);
  const { error } = await json(1, FLOAT, "--data", file, "-o", inFolder("nan.stats"));
  assert.is(error.code, "INPUT_VALUE");
  assert.match(error.where, "nan.npy[1]");
  assert.match(error.hint, "--skip-bad");
  assert.not.ok(existsSync(inFolder("nan.stats")));
  const result = await json(0, FLOAT, "--data", file, "--skip-bad");
  assert.equal(result.samples, ["nan.npy[0]", "nan.npy[2]"]);
  assert.equal(result.skipped.map(({ index, code }: any) => [index, code]), [[1, "INPUT_VALUE"]]);
  assert.is((await json(1, FLOAT, "--data", array("all.npy", [1, 8, 8, 1], new Float32Array(64).fill(NaN)), "--skip-bad")).error.code, "DATA_EMPTY");
});

bad("of several bad files the first is named, by every number of workers", async () => {
  const images = inFolder("images");
  mkdirSync(images);
  for (let digit = 0; digit < 10; digit++) copyFileSync(`models/digits/samples/digit_${digit}.png`, path.join(images, `${digit}.png`));
  for (const name of ["3.png", "4.png", "8.png"]) writeFileSync(path.join(images, name), "no picture");
  for (const jobs of ["1", "2", "4"]) assert.match((await json(1, FLOAT, "--data", images, "--mean", "0", "--std", "255", "--jobs", jobs)).error.where, "3.png");
  const { samples } = await json(0, FLOAT, "--data", images, "--mean", "0", "--std", "255", "--skip-bad");
  assert.equal(samples, ["0.png", "1.png", "2.png", "5.png", "6.png", "7.png", "9.png"]); // the same names wherever the folder lies
});

bad("an operator without a kernel is refused before any sample", async () => {
  const { status, err } = await arenula("stats", "package.json", ...PIXELS);
  assert.is(status, 1);
  assert.match(err, "MODEL_FORMAT");
});

bad("an interrupted run leaves nothing behind", async () => {
  const out = inFolder("interrupted/all.stats"), count = 200_000;
  mkdirSync(inFolder("interrupted"));
  writeFileSync(inFolder("many.npy"), npyFile("|u1", [count, 8, 8, 1], new Uint8Array(64 * count)));
  const child = spawn(process.execPath, ["dist/cli.js", "stats", INT8, "--data", inFolder("many.npy"), "--mean", "0", "--std", "255", "-o", out], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((resolve) => child.stderr.once("data", resolve)); // the note on the first sample: workers start
  await new Promise((resolve) => setTimeout(resolve, 500)); // and have samples to run for minutes
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("exit", resolve));
  assert.equal(readdirSync(inFolder("interrupted")), []);
});

bad("workers do not outlive their run", () => {
  const { status, signal } = spawnSync(process.execPath, ["dist/cli.js", "stats", FLOAT, ...PIXELS, "--samples", "4"], { timeout: 60_000 });
  assert.equal([status, signal], [0, null]);
});
bad.run();
