// `arenula quantize`: what it prints and writes, and what it refuses. Numbers are those of tests/quantizer.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { Model } from "../../src/index";
import { npyFile } from "../support/npy_file";

const command = suite("cli/quantize");
const folder = mkdtempSync(path.join(tmpdir(), "arenula-quantize-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const golden = (network: string, file = "calibrated") => `tests/quantizer/goldens/converter/${network}/${file}.tflite`;

async function arenula(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  let out = "", err = "";
  const colors = pc.createColors(false);
  const status = await main(["quantize", ...argv], { out: (text) => { out += text; }, err: (text) => { err += text; }, outColors: colors, errColors: colors, columns: Infinity, terminal: null });
  return { status, out, err };
}

async function json(status: number, ...argv: string[]): Promise<any> {
  const outcome = await arenula(...argv, "--json");
  assert.is(outcome.status, status, outcome.out.slice(0, 500) + outcome.err);
  assert.is(outcome.out.trimEnd().split("\n").length, 1);
  return JSON.parse(outcome.out);
}

/** Samples of 12x12, between -1 and 1. */
function samples(name: string, count: number, value = (i: number) => Math.sin(i * 0.7)): string {
  writeFileSync(at(name), npyFile("<f4", [count, 12, 12, 1], Float32Array.from({ length: count * 144 }, (_, i) => value(i))));
  return at(name);
}

command("quantizes with data, and tells scales, layers and bytes", async () => {
  const out = at("m8.tflite"), data = samples("good.npy", 5);
  const result = await json(0, golden("mnist"), "--data", data, "-o", out);
  assert.is(result.bytes, readFileSync(out).length);
  const input = result.tensors[0];
  assert.equal(Object.keys(input).sort(), ["max", "min", "name", "scale", "source", "type", "zero_point"]);
  const least = Math.min(...Array.from({ length: 720 }, (_, i) => Math.fround(Math.sin(i * 0.7)))), most = Math.max(...Array.from({ length: 720 }, (_, i) => Math.fround(Math.sin(i * 0.7))));
  assert.equal([input.min, input.max], [least, most]);
  assert.is(input.scale, Math.fround(Math.fround(most - least) / 255));
  assert.is(result.layers.length, 7);
  assert.ok(result.layers.every(({ op, sqnr_db }: { op: string; sqnr_db: number }) => op && sqnr_db > 20), JSON.stringify(result.layers));
  assert.is(Model.parse(readFileSync(out)).subgraphs[0]!.tensors[Model.parse(readFileSync(out)).subgraphs[0]!.inputs[0]!]!.type, "int8");
  const drawn = await arenula(golden("mnist"), "--data", data, "-o", out);
  assert.match(drawn.out, /Identity +int8 .* fixed by SOFTMAX/);
  assert.match(drawn.out, /int8, 10\.4 KB -> /);
});

command("--skip-bad: no pass over the data stops at a bad sample, the first one included", async () => {
  const data = samples("holes.npy", 20, (i) => (i === 3 || i === 7 * 144 ? NaN : Math.sin(i * 0.7)));
  const { status, out, err } = await arenula(golden("mnist"), "--data", data, "--skip-bad", "--calibrator", "auto", "--bias-correction", "-o", at("holes.tflite"));
  assert.is(status, 0, err);
  assert.match(err, "2 of 20 samples passed over");
  assert.match(out, "dB over 18 samples");
  assert.is((await json(1, golden("mnist"), "--data", data, "-o", at("holes.tflite"))).error.code, "INPUT_VALUE");
});

command("one sample, clipped values and dummy ranges are warned of", async () => {
  const one = await json(0, golden("mnist"), "--data", samples("one.npy", 1), "-o", at("one.tflite"));
  assert.match(one.warnings.join(), /one sample/);
  const dummy = await arenula(golden("defaults", "float32"), "--default-ranges", "-1,6", "-o", at("dummy.tflite"));
  assert.is(dummy.status, 0);
  assert.match(dummy.err, /warning dummy quantization/);
  const narrow = await json(0, golden("mnist"), "--data", samples("few.npy", 3), "--ranges-from", golden("mnist", "int8"), "-o", at("narrow.tflite"));
  assert.equal(narrow.tensors.filter(({ source }: { source: string }) => source.startsWith("from ")).length > 3, true);
});

command("what is refused writes nothing", async () => {
  const out = at("nothing.tflite"), mnist = golden("mnist"), target = ["-o", out];
  const cases: [string, number, RegExp, ...string[]][] = [
    ["MODEL_QUANTIZED", 1, /quantized already/, golden("mnist", "int8")],
    ["RANGE_MISSING", 1, /tensors have no range/, golden("defaults", "float32")],
    ["OPERATOR_UNSUPPORTED", 1, /NEG/, golden("attention")],
    ["INPUT_SHAPE", 1, /12/, mnist, "--data", (writeFileSync(at("shape.npy"), npyFile("<f4", [2, 3, 3, 1], new Float32Array(18))), at("shape.npy"))],
    ["INPUT_TYPE", 1, /int8/, mnist, "--data", (writeFileSync(at("type.npy"), npyFile("|i1", [2, 12, 12, 1], new Int8Array(288))), at("type.npy"))],
    ["INPUT_VALUE", 1, /NaN/, mnist, "--data", samples("nan.npy", 2, (i) => (i === 200 ? NaN : 0.5))],
    ["DATA_EMPTY", 1, /without samples/, mnist, "--data", samples("empty.npy", 0)],
    ["FILE_NOT_FOUND", 1, /no such file/, mnist, "--data", at("absent.npy")],
    ["FILE_NOT_FOUND", 1, /no such file/, mnist, "--ranges-from", at("absent.tflite")],
    ["RECIPE_INVALID", 1, /not JSON/, mnist, "--recipe", (writeFileSync(at("recipe.json"), "keep"), at("recipe.json"))],
    ["USAGE", 2, /has to run/, mnist, "--calibrator", "auto"],
    ["USAGE", 2, /a stream has none/, mnist, "--calibrator", "auto", "--keep-state", "--data", at("good.npy")],
    ["USAGE", 2, /trained/, golden("trained", "float32"), "--calibrator", "auto", "--data", (writeFileSync(at("rgb.npy"), npyFile("<f4", [1, 8, 8, 3], new Float32Array(192))), at("rgb.npy"))],
    ["USAGE", 2, /float32/, mnist, "--scheme", "dynamic", "--float-io"],
    ["USAGE", 2, /needs no ranges/, mnist, "--scheme", "weights", "--default-ranges", "0,1"],
    ["USAGE", 2, /one number/, mnist, "--scheme", "uint8", "--mean", "1,2,3"],
    ["USAGE", 2, /images/, mnist, "--mean", "1"],
    ["USAGE", 2, /minimum comes first/, mnist, "--default-ranges", "6,0"],
    ["USAGE", 2, /Two numbers/, mnist, "--default-ranges", "6"],
    ["USAGE", 2, /scheme/, mnist, "--scheme", "int4"],
  ];
  for (const [code, status, text, ...argv] of cases) {
    const { error } = await json(status, ...argv, ...target);
    assert.is(error.code, code, JSON.stringify(error));
    assert.match(`${error.message} ${error.hint}`, text);
    assert.not(existsSync(out), argv.join(" "));
  }
  assert.is((await json(2, mnist, "-o", mnist)).error.code, "USAGE");
});

command("auto and bias correction: never below min/max on the data, the same with any number of workers", async () => {
  const data = samples("many.npy", 40), argv = [golden("mnist"), "--data", data];
  const plain = await json(0, ...argv, "-o", at("plain.tflite"));
  const one = await json(0, ...argv, "--calibrator", "auto", "--bias-correction", "--jobs", "1", "-o", at("one.tflite"));
  const two = await json(0, ...argv, "--calibrator", "auto", "--bias-correction", "--jobs", "2", "-o", at("two.tflite"));
  assert.equal(readFileSync(at("two.tflite")), readFileSync(at("one.tflite")));
  assert.equal([plain.passes, two.passes.length], [[], 2]);
  assert.match(one.passes[0], /^auto: \d of \d ranges? changed, /);
  assert.match(one.passes[1], /^corrected the biases of \d layers?, /);
  assert.match(one.tensors[0].source, /^auto: /);
  for (const pass of one.passes) {
    const [, before, after] = /([\d.]+) -> ([\d.]+) dB/.exec(pass)?.map(Number) ?? [0, 0, 0];
    assert.ok(after! >= before!, pass);
  }
});

command("FAKE_QUANT nodes are taken out before data run through the model", async () => {
  writeFileSync(at("images.npy"), npyFile("<f4", [3, 8, 8, 3], Float32Array.from({ length: 576 }, (_, i) => Math.cos(i))));
  const { tensors, layers } = await json(0, golden("trained", "float32"), "--data", at("images.npy"), "-o", at("trained.tflite"));
  assert.ok(tensors.some(({ source }: { source: string }) => source === "FAKE_QUANT"));
  assert.match(tensors[0].source, /3 samples/);
  assert.ok(layers.length > 5);
});

command.run();
