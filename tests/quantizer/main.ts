// The quantizer against the converter's files: `node main.mjs DIR` takes every DIR/<case>.calibrated.tflite, quantizes it, writes DIR/<case>.<scheme>.ours.tflite and
// compares with DIR/<case>.<scheme>.tflite. A part of `npm run test:quantizer`. Ends with `N passed, N failed, N skipped`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { quantizeModel } from "../../src/quantizer/quantize";
import { parseRecipe } from "../../src/quantizer/recipe_file";
import { sharedBias } from "./known_differences";
import { differences } from "./same_model";

const [directory = "."] = process.argv.slice(2);
const read = (file: string) => new Uint8Array(readFileSync(path.join(directory, file))), operatorsOf = (file: string) => FloatGraph.read(read(file)).operators.map(({ name }) => name);
/** What the converter has no form of, or a wrong one (docs/quantization.md). */
const isOurs = (file: string, variant: string) => operatorsOf(file).includes("REVERSE_V2") || (variant === "int16x8" && operatorsOf(file).includes("UNIDIRECTIONAL_SEQUENCE_LSTM"));
let passed = 0, failed = 0;
for (const file of readdirSync(directory).filter((name) => name.endsWith(".calibrated.tflite"))) {
  for (const variant of ["int8", "int16x8", "recipe"] as const) {
    const stem = path.join(directory, file.replace(".calibrated.tflite", `.${variant}`)), theirs = `${stem}.tflite`, scheme = variant === "int16x8" ? variant : "int8";
    if (isOurs(file, variant)) writeFileSync(`${stem}.ours.tflite`, quantizeModel(read(file), { scheme }).bytes); // to be run all the same
    if (isOurs(file, variant) || !existsSync(theirs)) continue; // the converter refuses
    const recipe = variant === "recipe" && { recipe: parseRecipe(readFileSync(`${stem}.json`, "utf8"), stem) };
    const { bytes } = quantizeModel(read(file), { scheme, allowFloat: true, ...recipe });
    writeFileSync(`${stem}.ours.tflite`, bytes);
    const found = differences(bytes, new Uint8Array(readFileSync(theirs))).filter((difference) => !sharedBias(scheme, difference));
    if (found.length === 0) passed++;
    else failed++;
    for (const { where, ours, theirs: expected } of found.slice(0, 3)) console.log(`FAILED ${path.basename(stem)}: ${where}\n  ours   ${ours.slice(0, 300)}\n  theirs ${expected.slice(0, 300)}`);
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
