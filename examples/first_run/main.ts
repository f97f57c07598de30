// What `npm start` runs: two bundled networks on bundled samples that they have never seen. Everything that computes comes from the
// library as it is installed; the rest of this folder reads files and draws.
import { readFile } from "node:fs/promises";
import { boardByName, drawPlanText, Interpreter, Model } from "arenula";
import { readNpy } from "./npy";
import { Screen, type Picture } from "./show";

const BOARD = "nucleo-f446re";
/** The held-back digit that is shown large; `npm start -- 17` shows another one. */
const SHOWN = 2;
/** Digits shown small: whatever they are, right or wrong. */
const ROW = [8, 20, 0, 223, 2, 3, 4, 5];
/** The clip that the keyword spotter hears. */
const WORD = "yes";
const SIDE = 8, PIXELS = SIDE * SIDE;

const screen = new Screen(process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb");
const models = new URL("../../models/", import.meta.url); // from build/examples/, where this is bundled to

const out = (line = ""): void => console.log(line);
const load = async (file: string): Promise<Interpreter> => Interpreter.create(Model.parse(new Uint8Array(await readFile(new URL(file, models)))));
const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
/** "2,192 of 131,072 bytes (1.7 %)" */
const share = (part: number, whole: number): string => `${part.toLocaleString("en-US")} of ${whole.toLocaleString("en-US")} bytes (${percent(part / whole)})`;

function highest(scores: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[best]!) best = i;
  return best;
}

// Act 1: digits.

const net = await load("digits/digits_int8.tflite");
const images = (await readNpy(new URL("digits/samples/test_inputs.npy", models))).data; // uint8 pixels [360, 8, 8, 1]
const labels = (await readNpy(new URL("digits/samples/test_labels.npy", models))).data;

const pixels = (i: number) => images.subarray(i * PIXELS, (i + 1) * PIXELS);
const picture = (i: number): Picture => Array.from({ length: SIDE }, (_, y) => Array.from(pixels(i).subarray(y * SIDE, (y + 1) * SIDE), (p) => p / 255));

/** The probability of each digit. The model's input codes are pixels, shifted into int8. */
function classify(i: number): Float32Array {
  net.inputs[0]!.set(Int8Array.from(pixels(i), (pixel) => pixel - 128));
  net.invoke();
  return net.outputs[0]!.dequantize();
}

function showDigit(i: number): void {
  const scores = classify(i);
  const answer = highest(scores), truth = labels[i]!;
  const verdict = answer === truth ? screen.good(`${answer} is right`) : screen.bad(`${answer} is wrong: it is a ${truth}`);
  out(screen.bold(`Sample ${i} of ${labels.length} digits never seen in training, and what the network says:`));
  const edge = "─".repeat(2 * SIDE);
  const image = [`┌${edge}┐`, ...screen.large(picture(i)).map((line) => `│${line}│`), `└${edge}┘`]; // ten lines beside ten classes
  scores.forEach((score, digit) => {
    const text = `${digit}  ${screen.bar(score, 28)}${percent(score)}`;
    out(`  ${image[digit]}    ${digit === answer ? `${screen.bold(text)}  ${verdict}` : screen.dim(text)}`);
  });
}

function showRow(samples: readonly number[]): void {
  const drawn = samples.map((i) => screen.small(picture(i)));
  for (let line = 0; line < SIDE / 2; line++) out(`  ${drawn.map((image) => image[line]).join("  ")}`.trimEnd());
  const verdicts = samples.map((i) => {
    const answer = highest(classify(i));
    const text = answer === labels[i] ? `${answer} right` : `${answer}, not ${labels[i]}`;
    return (answer === labels[i] ? screen.good : screen.bad)(text.padEnd(SIDE + 2));
  });
  out(`  ${verdicts.join("")}`.trimEnd());
}

/** Every sample of the test set: how many are right, and the median time of an inference in microseconds. */
function measure(count: number): { right: number; us: number } {
  const times: number[] = [];
  let right = 0;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const scores = classify(i);
    times.push(performance.now() - start);
    if (highest(scores) === labels[i]) right++;
  }
  return { right, us: 1000 * times.sort((a, b) => a - b)[count >> 1]! };
}

const asked = Number(process.argv[2] ?? SHOWN);
if (!Number.isInteger(asked) || asked < 0 || asked >= labels.length) {
  console.error(`samples are numbered 0 to ${labels.length - 1}: npm start -- 17`);
  process.exit(2);
}
showDigit(asked);
out();
showRow(ROW);
const { right, us } = measure(labels.length);
out(`  All ${labels.length}: ${right} right, ${percent(right / labels.length)}, ${us.toFixed(0)} µs each on the '${net.core}' core.`);
out();

// The memory that a board needs for it.

const planned = await Interpreter.create(net.model, { board: BOARD }); // kernels with SIMD take other working memory
const [drawing, figures] = drawPlanText(planned.arena, { width: 80, height: 6, colour: screen.colour, stepNames: planned.steps }).split("\n\n");
out(screen.bold("Its memory on a board, planned before it runs: bytes upwards, steps across."));
out(drawing!);
for (const line of figures!.split("\n").slice(0, 2)) out(`  ${line}`);
const board = await boardByName(BOARD);
const ram = Math.max(...board.ram.map(({ bytes }) => bytes)); // an arena lies in one region
const flash = planned.memory.constantBytes + planned.memory.recordBytes;
out(`  On a ${BOARD}: RAM   ${share(planned.arena.bytes, ram)}`);
out(`${" ".repeat(BOARD.length + 8)}flash ${share(flash, board.flashBytes!)}, weights and records`);
out();

// Act 2: one spoken word.

const keywords = await load("keywords/keywords_int8.tflite");
const words = (await readFile(new URL("keywords/labels.txt", models), "utf8")).trim().split("\n");
const spoken = await readNpy(new URL(`keywords/samples/${WORD}.npy`, models)); // 49 frames of 16 log-mel bands, 0 to 14
showWord(Float32Array.from(spoken.data), spoken.shape as [number, number, number, number]);
out();

function showWord(features: Float32Array, [, frames, bands]: [number, number, number, number]): void {
  keywords.inputs[0]!.quantize(features);
  keywords.invoke();
  const scores = keywords.outputs[0]!.dequantize();
  const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 4);
  // Low sounds at the bottom, two bands to a pixel; what is below the clip's median is black.
  const sorted = features.slice().sort(), quiet = sorted[sorted.length >> 1]!, loud = sorted[sorted.length - 1]!;
  const spectrogram: Picture = Array.from({ length: bands / 2 }, (_, row) => Array.from({ length: frames }, (_, frame) => {
    const at = frame * bands + (bands - 2 - 2 * row);
    return Math.max(0, ((features[at]! + features[at + 1]!) / 2 - quiet) / (loud - quiet)) ** 0.7;
  }));
  out(screen.bold(`The second bundled network hears ${WORD}.wav: one second, low sounds at the bottom.`));
  screen.tones(spectrogram).forEach((line, i) => {
    const score = scores[best[i]!]!;
    const text = `${words[best[i]!]!.padEnd(8)}${screen.bar(score, 8)}${percent(score)}`;
    out(`  ${line}  ${i === 0 ? screen.bold(text) : screen.dim(text)}`);
  });
}

out(screen.bold("Next, with a .tflite of your own in place of the path:"));
const model = "models/digits/digits_int8.tflite";
out(`  npm run -s arenula -- check ${model} --board rpi-pico`);
out(`  npm run -s arenula -- plan ${model} --svg plan.svg`);
out(`  npm start -- 223   ${screen.dim("a digit that this network gets wrong")}`);
