// Each fault, planted in three layers of two networks or in what they are fed, is named first by the command that a user gives; the networks as they are have no finding.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model } from "../../src/index";
import type { Finding } from "../../src/inspect/findings";
import { arenula, arenulaJson } from "../support/arenula";
import { load } from "../support/corpus";
import "../support/cores";
import { parseNpy } from "../support/npy";
import { npyFile } from "../support/npy_file";
import { withLargeChannel, withRange, withWeights } from "./plant";

const folder = mkdtempSync(path.join(tmpdir(), "arenula-planted-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function inFolder(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

const SAMPLES = 60, PIXELS = 64, IMAGES = "models/digits/samples/test_inputs.npy";
const SOUND = ["--data", IMAGES, "--samples", String(SAMPLES), "--mean", "0", "--std", "255"];
const images = parseNpy(load(IMAGES)).subarray(0, SAMPLES * PIXELS);
/** A set of the images, changed. */
const setOf = (name: string, descr: "|i1" | "<f4", values: Int8Array | Float32Array) => ["--data", inFolder(name, npyFile(descr, [SAMPLES, 8, 8, 1], new Uint8Array(values.buffer)))];

const label = ({ code, where }: Finding) => `${code} ${where.replace(/ '.*/, "")}`.trim();
const explained = async (model: string, ...data: string[]): Promise<string[]> => (await arenulaJson(0, "explain", model, ...data)).findings.map(label);
const reported = async (model: string, float: string, ...data: string[]): Promise<string[]> => (await arenulaJson(0, "report", model, "--against", float, ...data, "-o", path.join(folder, "page.html"))).findings.map(label);

async function quantized(float: string, name: string, ...flags: string[]): Promise<string> {
  const file = path.join(folder, name), { status, err } = await arenula("quantize", float, ...flags, "-o", file);
  assert.is(status, 0, err);
  return file;
}

const NETWORKS = [
  { name: "digits", float: "models/digits/digits_float.tflite", int8: "models/digits/digits_int8.tflite", layers: [0, 2, 4] },
  { name: "mobile", float: "models/stories/mobile_float.tflite", int8: "models/stories/mobile_converter_int8.tflite", layers: [0, 3, 4] },
];

for (const { name, float, int8, layers } of NETWORKS) {
  const network = suite(`stories/planted, ${name}`), bytes = load(int8);
  const operators = Model.parse(bytes).subgraphs[0]!.operators;

  network("as it is: no finding", async () => {
    assert.equal(await reported(int8, float, ...SOUND), []);
    assert.equal(await explained(int8, ...SOUND), []);
    assert.equal(await explained(float, ...SOUND), []);
    assert.equal((await arenulaJson(0, "stats", int8, ...SOUND)).findings, []);
  });

  for (const layer of layers) {
    const where = `operator ${layer} ${operators[layer]!.name}`, output = Model.parse(bytes).subgraphs[0]!.tensors[operators[layer]!.outputs[0]!]!.name;
    const faults: readonly (readonly [string, Uint8Array, string])[] = [
      ["a range cut to a quarter", withRange(bytes, layer, 0.25), `RANGE_CLIPPED ${where}`],
      ["a range forty times too wide", withRange(bytes, layer, 40), `RANGE_WIDE ${where}`],
      ["other weights", withWeights(bytes, layer, 0.6), `WEIGHTS_CHANGED ${where}`],
    ];
    for (const [fault, planted, expected] of faults) {
      network(`${fault} in operator ${layer}`, async () => {
        const file = inFolder("planted.tflite", planted);
        assert.is((await reported(file, float, ...SOUND))[0], expected);
        const { tensors, weights_equal } = await arenulaJson(0, "diff", int8, file);
        const apart = tensors.filter(({ codes }: { codes: number }) => codes > 0.5);
        assert.equal([apart.map((tensor: { name: string }) => tensor.name), weights_equal], expected.startsWith("RANGE") ? [[output], true] : [[], false]);
      });
    }
    network(`one scale for weights of a channel a hundred times as large in operator ${layer}`, async () => {
      const large = inFolder("large.tflite", withLargeChannel(load(float), layer, 100));
      assert.is((await reported(await quantized(large, "uneven.tflite", "--scheme", "uint8", ...SOUND), large, ...SOUND))[0], `WEIGHTS_UNEVEN ${where}`);
    });
  }

  network("dummy ranges", async () => {
    const dummy = await quantized(float, "dummy.tflite", "--default-ranges", "-1,6");
    assert.is((await reported(dummy, float, ...SOUND))[0], "DUMMY_RANGES");
    assert.is((await explained(dummy, ...SOUND))[0], "DUMMY_RANGES");
  });
  network("values from 0 to 1 handed over as codes", async () => {
    const data = setOf("cast.npy", "|i1", Int8Array.from(images, (pixel) => Math.trunc(pixel / 255)));
    assert.is((await explained(int8, ...data))[0], "INPUT_NOT_QUANTIZED input");
    assert.is((await arenulaJson(0, "stats", int8, ...data)).findings.map(label)[0], "INPUT_NOT_QUANTIZED input");
  });
  network("pixels in the place of values from 0 to 1", async () => assert.is((await explained(int8, "--data", IMAGES, "--mean", "0", "--std", "1"))[0], "INPUT_CLIPPED input"));
  network("values from 0 to 0.45", async () => assert.is((await explained(int8, ...setOf("dim.npy", "<f4", Float32Array.from(images, (pixel) => (0.45 * pixel) / 255))))[0], "INPUT_RANGE_UNUSED input"));
  network("one image again and again", async () => assert.is((await explained(int8, ...setOf("same.npy", "<f4", Float32Array.from(images, (_, i) => images[i % PIXELS]! / 255))))[0], "INPUT_CONSTANT input"));
  network("one image in sixteen with a flash", async () => {
    const data = setOf("flash.npy", "<f4", Float32Array.from(images, (pixel, i) => pixel / 255 / (Math.floor(i / PIXELS) % 16 === 0 ? 1 : 8)));
    for (const model of [float, int8]) assert.is((await explained(model, ...data))[0], "SAMPLES_CONCENTRATED input", model);
    assert.is((await reported(int8, float, ...data))[0], "SAMPLES_CONCENTRATED input");
  });
  network("the same answer to everything", async () => {
    const last = operators.findIndex((operator) => operator.name === "FULLY_CONNECTED");
    assert.equal(await explained(inFolder("constant.tflite", withWeights(bytes, last, 0)), ...SOUND), ["OUTPUT_CONSTANT output"]);
  });
  network.run();
}

const colours = suite("stories/planted, signs"), SIGNS = "models/stories/signs_float.tflite", RGB = "models/stories/signs_test.npy", SIGNS_LABELS = ["--labels", "models/stories/signs_test_labels.npy"];
for (const scheme of ["int8", "uint8", "int16x8"]) {
  const scaled = (std: string, data = RGB) => ["--data", data, "--mean", std === "255" ? "0" : std, "--std", std];
  let made: Promise<string> | null = null;
  const model = () => made ??= quantized(SIGNS, `signs_${scheme}.tflite`, "--scheme", scheme, "--data", "models/stories/signs_calibration.npy", "--mean", "127.5", "--std", "127.5");
  colours(`${scheme}: red and blue exchanged`, async () => assert.is((await explained(await model(), ...scaled("127.5", "models/stories/signs_bgr.npy"), ...SIGNS_LABELS))[0], "CHANNEL_ORDER input"));
  colours(`${scheme}: from 0 to 1 instead of from -1 to 1`, async () => {
    assert.is((await explained(await model(), ...scaled("255")))[0], "INPUT_SCALING input");
    assert.is((await explained(await model(), ...scaled("255"), ...SIGNS_LABELS))[0], "INPUT_SCALING input");
  });
  colours(`${scheme}: as in training`, async () => {
    assert.equal(await explained(await model(), ...scaled("127.5"), ...SIGNS_LABELS), []);
    assert.equal(await explained(await model(), ...scaled("127.5")), []);
    assert.equal(await reported(await model(), SIGNS, ...scaled("127.5"), ...SIGNS_LABELS), []);
  });
}
colours("float32: red and blue exchanged; as in training", async () => {
  assert.is((await explained(SIGNS, "--data", "models/stories/signs_bgr.npy", "--mean", "127.5", "--std", "127.5", ...SIGNS_LABELS))[0], "CHANNEL_ORDER input");
  assert.equal(await explained(SIGNS, "--data", RGB, "--mean", "127.5", "--std", "127.5", ...SIGNS_LABELS), []);
});
colours.run();
