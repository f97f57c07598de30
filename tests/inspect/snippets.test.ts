// What `explain` prints is run: TypeScript as it stands, C against a stand-in of the device's host, Python where the oracle's packages are.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { snippetsOf, type PixelScaling } from "../../src/inspect/snippets";
import "../support/cores";

const FOLDER = path.resolve("build/snippets"); // in the package, so that "arenula" means it
const MODEL = path.resolve("models/digits/digits_int8.tflite");
const PIXELS = Float32Array.from({ length: 64 }, (_, i) => (i * 37) % 256);
const SCALING: PixelScaling = { mean: [0], std: [255] };

const model = Model.parse(new Uint8Array(readFileSync(MODEL)));
const [main] = model.subgraphs;
const edges = { inputs: main!.inputs.map((i) => main!.tensors[i]!), outputs: main!.outputs.map((i) => main!.tensors[i]!) };
const snippets = snippetsOf({ file: MODEL, ...edges, scaling: SCALING });

/** What the model answers here. */
async function expected(): Promise<{ stored: number[]; real: number[] }> {
  const net = await Interpreter.create(model, { core: "mcu" });
  net.inputs[0]!.quantize(PIXELS.map((pixel) => pixel / 255));
  const stored = [...(net.inputs[0]!.data as Int8Array)];
  net.invoke();
  return { stored, real: [...net.outputs[0]!.dequantize()] };
}

const test = suite("inspect/snippets");
test.before(() => void mkdirSync(FOLDER, { recursive: true }));
test.after(() => rmSync(FOLDER, { recursive: true, force: true }));

test("TypeScript", async () => {
  const file = path.join(FOLDER, "run.mjs");
  writeFileSync(file, `const x = Float32Array.of(${PIXELS.join()});\n${snippets.typescript}console.log(JSON.stringify([...y]));\n`);
  assert.equal(JSON.parse(execFileSync(process.execPath, [file], { encoding: "utf8" })), (await expected()).real);
});

const compiler = ["cc", "gcc", "clang"].find((name) => spawnSync(name, ["--version"]).status === 0);
(compiler ? test : test.skip)(compiler ? "C" : "C: no compiler here", async () => {
  writeFileSync(path.join(FOLDER, "arenula_host.h"), `#include <stdint.h>
typedef struct { int8_t in[64]; int8_t out[10]; } arenula_model;
static inline uint8_t *arenula_input(arenula_model *m, uint32_t i, uint32_t *bytes) { (void)i; *bytes = 64; return (uint8_t *)m->in; }
static inline const uint8_t *arenula_output(arenula_model *m, uint32_t i, uint32_t *bytes) { (void)i; *bytes = 10; return (uint8_t *)m->out; }
`);
  const answers = [-128, -127, 5, 127, 0, 1, 2, 3, 4, 5];
  writeFileSync(path.join(FOLDER, "run.c"), `${snippets.c}
#include <stdio.h>
int main(void) {
  static arenula_model model = {.out = {${answers.join()}}};
  const float x[64] = {${PIXELS.join()}};
  float y[10];
  feed(&model, x);
  for (int i = 0; i < 64; i++) printf("%d ", model.in[i]);
  answer(&model, y);
  for (int i = 0; i < 10; i++) printf("%.9g ", y[i]);
}
`);
  const program = path.join(FOLDER, "run");
  execFileSync(compiler!, ["-std=c99", "-Wall", "-Werror", "-O2", "-o", program, path.join(FOLDER, "run.c"), "-lm"]);
  const numbers = execFileSync(program, { encoding: "utf8" }).trim().split(" ").map(Number);
  assert.equal(numbers.slice(0, 64), (await expected()).stored);
  assert.equal(numbers.slice(64), answers.map((code) => (code + 128) / 256));
});

const python = path.join(homedir(), ".cache/arenula/oracle/bin/python");
(existsSync(python) ? test : test.skip)(existsSync(python) ? "Python" : "Python: `npm run test:oracle` installs what it takes", async () => {
  const program = `import numpy as np\nx = np.array([${PIXELS.join()}], np.float32)\n${snippets.python}\nimport json\nprint(json.dumps(y.flatten().tolist()))\n`;
  const lines = execFileSync(python, ["-c", program], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim().split("\n");
  assert.equal(JSON.parse(lines.at(-1)!), (await expected()).real);
});

test("names from a file cannot end a comment", () => {
  const tensor = { ...edges.inputs[0]!, name: "x */ evil(); /*\nline" };
  const { c, python: inPython, typescript } = snippetsOf({ file: "m.tflite", inputs: [tensor], outputs: edges.outputs, scaling: null });
  assert.not.match(c, "*/ evil");
  for (const text of [inPython, typescript]) assert.not.match(text, /^line/m);
});

test.run();
