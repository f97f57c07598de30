// The quantizer against the converter's files: `node main.mjs DIR` takes every DIR/<case>.calibrated.tflite, quantizes it, writes DIR/<case>.<scheme>.ours.tflite and
// compares with DIR/<case>.<scheme>.tflite. A part of `npm run test:quantizer`. Ends with `N passed, N failed, N skipped`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { quantizeModel } from "../../src/quantizer/quantize";
import { parseRecipe } from "../../src/quantizer/recipe_file";
import { hiddenScale, sharedBias } from "./known_differences";
import { differences } from "./same_model";

const [directory = "."] = process.argv.slice(2);
const read = (file: string) => new Uint8Array(readFileSync(path.join(directory, file))), graphOf = (file: string) => FloatGraph.read(read(file));
let passed = 0, failed = 0;
for (const file of readdirSync(directory).filter((name) => name.endsWith(".calibrated.tflite"))) {
  for (const variant of ["int8", "int16x8", "recipe"] as const) {
    const stem = path.join(directory, file.replace(".calibrated.tflite", `.${variant}`)), theirs = `${stem}.tflite`, scheme = variant === "int16x8" ? variant : "int8";
    if (!existsSync(theirs)) { // the converter refuses. An LSTM of int16x8 is ours alone: it runs all the same
      if (variant === "int16x8" && graphOf(file).operators.some(({ name }) => name === "UNIDIRECTIONAL_SEQUENCE_LSTM")) writeFileSync(`${stem}.ours.tflite`, quantizeModel(read(file), { scheme }).bytes);
      continue;
    }
    const recipe = variant === "recipe" && { recipe: parseRecipe(readFileSync(`${stem}.json`, "utf8"), stem) };
    const { bytes } = quantizeModel(read(file), { scheme, allowFloat: true, ...recipe });
    writeFileSync(`${stem}.ours.tflite`, bytes);
    const found = differences(bytes, new Uint8Array(readFileSync(theirs))).filter((difference) => !sharedBias(scheme, difference) && !hiddenScale(difference, bytes));
    if (found.length === 0) passed++;
    else failed++;
    for (const { where, ours, theirs: expected } of found.slice(0, 3)) console.log(`FAILED ${path.basename(stem)}: ${where}\n  ours   ${ours.slice(0, 300)}\n  theirs ${expected.slice(0, 300)}`);
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
