import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModelObject, writeModel, type TableObject } from "../../src/tflite/object";
import { arenula } from "../support/arenula";
import { load } from "../support/corpus";
import "../support/cores";

const folder = mkdtempSync(path.join(tmpdir(), "arenula-report-"));
const FLOAT = "models/digits/digits_float.tflite", INT8 = "models/digits/digits_int8.tflite";
const DATA = ["--data", "models/digits/samples/test_inputs.npy", "--samples", "40", "--mean", "0", "--std", "255"];

async function pageOf(...argv: string[]): Promise<string> {
  const file = path.join(folder, "page.html");
  const { status, err } = await arenula("report", ...argv, "-o", file);
  assert.is(status, 0, err);
  return readFileSync(file, "utf8");
}

/** The int8 model with the scale of one activation a quarter of what it was. */
function clippedModel(name: string): string {
  const model = readModelObject(load(INT8)) as { subgraphs: { tensors: { name: string; quantization: TableObject }[] }[] };
  const tensor = model.subgraphs[0]!.tensors.find((candidate) => candidate.name === name)!;
  tensor.quantization = { ...tensor.quantization, scale: (tensor.quantization["scale"] as number[]).map((scale) => scale / 4) };
  const file = path.join(folder, "clipped.tflite");
  writeFileSync(file, writeModel(model as unknown as TableObject));
  return file;
}

const test = suite("report");

test("a page of its own: nothing is loaded from elsewhere, nothing runs", async () => {
  const html = await pageOf(INT8, "--against", FLOAT, ...DATA, "--board", "nrf52840dk");
  for (const title of ["Findings", "Model", "Memory", "Layers", "Error", "Histograms", "Quantization", "On nrf52840dk"]) assert.match(html, `<h2>${title}</h2>`);
  assert.not.match(html, /<script|<link|@import|url\((?!["']?#)|src=|href="(?!#)/);
  assert.match(html, "Nothing looks wrong");
  assert.not.match(html, /NaN|undefined|Infinity/);
});

test("without data there are a plan and layers", async () => {
  const html = await pageOf(INT8);
  for (const title of ["Findings", "Memory", "Layers"]) assert.match(html, `<h2>${title}</h2>`);
  for (const title of ["Error", "Histograms"]) assert.not.match(html, `<h2>${title}</h2>`);
});

test("the faulty layer is the first finding, and red", async () => {
  const model = readModelObject(load(INT8)) as unknown as { subgraphs: { tensors: { name: string }[]; operators: { outputs: number[] }[] }[] };
  const victim = model.subgraphs[0]!.tensors[model.subgraphs[0]!.operators[2]!.outputs[0]!]!.name;
  const html = await pageOf(clippedModel(victim), "--against", FLOAT, ...DATA);
  assert.match(html, /<div class="finding"><code>RANGE_CLIPPED<\/code> operator 2 CONV_2D/);
  assert.match(html, "var(--bad)");
});

test("what cannot be written or read leaves no page behind", async () => {
  assert.is((await arenula("report", INT8, "-o", path.join(folder, "page.html", "x.html"))).status, 1);
  const { status, out } = await arenula("report", INT8, "--against", FLOAT, "--data", "none.npy", "-o", path.join(folder, "none.html"), "--json");
  assert.is(status, 1);
  assert.is(JSON.parse(out).error.code, "FILE_NOT_FOUND");
  assert.not.ok(readdirSync(folder).includes("none.html"));
});

test.after(() => rmSync(folder, { recursive: true }));
test.run();
