// A .wav to a keyword: TFLM's audio_preprocessor and micro_speech on the example's recordings. The models lie beside the repository.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";

const SHARED = path.resolve("../shared");
const FRONT_END = path.join(SHARED, "models/audio_preprocessor_int8.tflite"), SPEECH = path.join(SHARED, "models/micro_speech_quantized.tflite");
const folder = mkdtempSync(path.join(tmpdir(), "arenula-front-end-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** 16-bit mono PCM at 16 kHz with the 44 bytes of a .wav before it. */
function waveFile(name: string, pcm: Uint8Array): string {
  const header = Buffer.alloc(44);
  header.write("RIFF\0\0\0\0WAVEfmt ", 0, "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.writeUInt32LE(16, 16);
  [1, 1].forEach((value, i) => header.writeUInt16LE(value, 20 + 2 * i));
  [16000, 32000].forEach((value, i) => header.writeUInt32LE(value, 24 + 4 * i));
  [2, 16].forEach((value, i) => header.writeUInt16LE(value, 32 + 2 * i));
  header.write("data", 36, "latin1");
  header.writeUInt32LE(pcm.length, 40);
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.concat([header, pcm]));
  return file;
}

async function run(...argv: string[]) {
  let out = "";
  const plain = pc.createColors(false);
  const status = await main(["run", ...argv, "--json"], { out: (text) => { out += text; }, err: () => {}, outColors: plain, errColors: plain, columns: Infinity, terminal: null });
  return { status, result: JSON.parse(out) };
}

const speech = suite("front end");
if (!existsSync(FRONT_END)) speech.skip("../shared/models is not there", () => {});
else {
  const recording = (word: string) => readFileSync(path.join(SHARED, `samples/speech/${word}_1000ms.bin`));
  // TFLM: 49 invocations of the front end from its first state, 320 samples apart, and one of the network
  for (const [word, features, scores] of [["yes", "a83fae7a", [-128, -128, 127, -128]], ["silence", "6ad42105", [-42, -68, -68, -78]]] as const) {
    speech(`${word}.wav: TFLM's features and scores`, async () => {
      const { status, result } = await run(SPEECH, "--input", waveFile(`${word}.wav`, recording(word)), "--front-end", FRONT_END);
      assert.is(status, 0);
      assert.is(result.inputs[0].crc32, features);
      assert.equal(result.outputs[0].data, scores);
    });
  }

  speech("refuses what does not fit, each by its name", async () => {
    const yes = waveFile("whole.wav", recording("yes")), short = waveFile("short.wav", recording("yes").subarray(0, 16000));
    const refused = async (code: string, text: string, ...argv: string[]) => {
      const { error } = (await run(...argv)).result;
      assert.is(error.code, code, error.message);
      assert.ok(error.message.includes(text), error.message);
    };
    await refused("INPUT_SHAPE", "takes features", SPEECH, "--input", yes);
    await refused("INPUT_LENGTH", "8000 samples, 49 frames of 480, 320 apart, take 15840", SPEECH, "--input", short, "--front-end", FRONT_END);
    await refused("INPUT_LENGTH", "480 apart, take 23520", SPEECH, "--input", yes, "--front-end", FRONT_END, "--stride", "480");
    await refused("INPUT_TYPE", "not one frame of int16", SPEECH, "--input", yes, "--front-end", SPEECH);
    await refused("INPUT_SHAPE", "which is no multiple", path.join(SHARED, "models/kws_ref_model.tflite"), "--input", yes, "--front-end", FRONT_END);
    await refused("USAGE", "no input is one", SPEECH, "--input", "zeros", "--front-end", FRONT_END);
    await refused("USAGE", "there is none", SPEECH, "--input", yes, "--stride", "320");
  });
}
speech.run();
