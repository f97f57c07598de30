import { readFileSync } from "node:fs";
import path from "node:path";
import pc from "picocolors";
import { parseHTML } from "linkedom";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { ArenulaError } from "../../src/errors";
import type { Feeding, NamedBytes } from "../../src/page/protocol";
import { Session } from "../../src/page/session";
import { buildModel, type ModelSpec } from "../support/build_model";

const file = (name: string): NamedBytes => ({ name: path.basename(name), bytes: new Uint8Array(readFileSync(name)) });
const DIGITS = "models/digits/digits_int8.tflite", FOUR = "models/digits/samples/digit_4.png";
const feeding = (changes: Partial<Feeding>): Feeding => ({ sources: ["lcg:1"], files: [], scaling: null, fit: false, frontEnd: null, stride: null, labels: null, ...changes });
const textOf = (html: string | undefined) => parseHTML(`<!doctype html><html><body>${html}</body></html>`).document.body.textContent!;

async function json(...argv: string[]): Promise<any> {
  let out = "";
  const colors = pc.createColors(false);
  await main([...argv, "--json"], { out: (text) => void (out += text), err: () => {}, outColors: colors, errColors: colors, columns: 100, terminal: null });
  return JSON.parse(out);
}

const session = suite("a session of the page");

session("answers as `run`, `explain` and `check` do", async () => {
  const opened = await Session.open(file(DIGITS), "mcu");
  const { sections, notes } = await opened.run(feeding({ sources: ["digit_4.png"], files: [file(FOUR)], scaling: { mean: [0], std: [255] }, labels: [..."abcdefghij"] }));
  const { outputs: [expected] } = await json("run", DIGITS, "--input", FOUR, "--mean", "0", "--std", "255", "--core", "mcu");
  assert.match(sections.prediction!, `crc32 ${expected.crc32}`);
  assert.match(textOf(sections.prediction), /^e 94.1 %/);
  assert.match(notes[0]!, "pixels to reals with mean 0, std 255");
  assert.match(sections.findings!, "Nothing looks wrong with the model or this input");
  const own = await opened.sections();
  assert.match(own.operators!, "All 10 operators run");
  const { boards } = await json("boards");
  const { arena_bytes } = await json("run", DIGITS, "--input", "zeros", "--core", "mcu"); // boards have no SIMD
  assert.match(textOf(own.boards), `fits ${boards.length} of ${boards.length} boards: an arena of ${arena_bytes.toLocaleString("en-US")} bytes`);
  assert.is((await (await Session.open(file(DIGITS), "simd")).sections()).boards, own.boards);
});

session("says what is suspicious about an input, and nothing about noise", async () => {
  const opened = await Session.open(file(DIGITS), "mcu");
  const unscaled = await opened.run(feeding({ sources: ["digit_4.png"], files: [file(FOUR)], scaling: { mean: [0], std: [100000] } }));
  const expected = await json("explain", DIGITS, "--input", FOUR, "--mean", "0", "--std", "100000");
  assert.ok(expected.findings.length > 0);
  for (const { code } of expected.findings) assert.match(unscaled.sections.findings!, code);
  const noise = await opened.run(feeding({ sources: ["zeros"] }));
  assert.match(noise.sections.findings!, "no input was given");
  assert.match(noise.sections.prediction!, "fed with zeros");
});

session("refuses inputs with the command line's codes", async () => {
  const opened = await Session.open(file(DIGITS), "mcu");
  const codeOf = (changes: Partial<Feeding>) => opened.run(feeding(changes)).then(() => "ran", (error: ArenulaError) => error.code);
  assert.is(await codeOf({ sources: ["digit_4.png"], files: [file(FOUR)] }), "INPUT_SCALING");
  assert.is(await codeOf({ sources: ["a.bin"], files: [{ name: "a.bin", bytes: new Uint8Array(63) }] }), "INPUT_LENGTH");
  assert.is(await codeOf({ sources: ["a.npy"], files: [{ name: "a.npy", bytes: new Uint8Array(63) }] }), "INPUT_FORMAT");
  assert.is(await Session.open({ name: "a.tflite", bytes: new Uint8Array(0) }, "mcu").then(() => "opened", (error: ArenulaError) => `${error.code} ${error.where}`), "MODEL_EMPTY a.tflite, byte 0");
});

/** Names that would be markup, in a model that nothing runs. */
const HOSTILE = '<img src=x onerror="alert(1)">';
const hostile = (op: string): ModelSpec => ({
  tensors: [{ name: HOSTILE, type: "int8", shape: [1, 4], scale: 1 }, { name: `${HOSTILE}y`, type: "int8", shape: [1, 4], scale: 1 }], operators: [{ op, inputs: [HOSTILE], outputs: [`${HOSTILE}y`] }],
});

session("of a model that cannot run shows what `check` says", async () => {
  const opened = await Session.open({ name: "odd.tflite", bytes: buildModel(hostile("EigenThing")) }, "auto");
  assert.is(opened.runs, false);
  const { operators, ...others } = await opened.sections();
  assert.match(textOf(operators), "1 operator of 1 cannot run");
  assert.match(textOf(operators), "EigenThing");
  assert.equal(others, {});
});

session("makes no markup of names", async () => {
  for (const op of [HOSTILE, "LOGISTIC"]) {
    const opened = await Session.open({ name: `${HOSTILE}.tflite`, bytes: buildModel({ ...hostile(op), tensors: hostile(op).tensors.map((tensor) => ({ ...tensor, scale: 1 / 256, zeroPoint: -128 })) }) }, "mcu");
    const ran = opened.runs ? (await opened.run(feeding({ labels: Array.from({ length: 4 }, () => HOSTILE) }))).sections : {};
    for (const [id, html] of Object.entries({ ...(await opened.sections()), ...ran })) {
      const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
      assert.is(document.querySelectorAll("img, script, [onerror]").length, 0, id);
    }
  }
});

session("runs a model on every core alike", async () => {
  const crcs = await Promise.all((["mcu", "simd", "auto"] as const).map(async (core) => /crc32 (\w+)/.exec((await (await Session.open(file(DIGITS), core)).run(feeding({}))).sections.prediction!)![1]));
  assert.is(new Set(crcs).size, 1);
});
session.run();
