// README.md, taken at its word: the example of the library, the commands, the accuracies, the number of operators.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { transform } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { parseNpy } from "../support/npy";
import { withStart } from "./start_block";

const text = readFileSync("README.md", "utf8");
const readme = suite("README.md");

readme("the example of the library runs", async () => {
  const { code } = await transform(/```ts\n([^]*?)```/.exec(text)![1]!, { loader: "ts" });
  mkdirSync("build/docs", { recursive: true });
  writeFileSync("build/docs/readme_example.mjs", code); // inside the package, so that "arenula" is this one
  const out = execFileSync(process.execPath, ["build/docs/readme_example.mjs"], { encoding: "utf8" });
  assert.match(out, /^Float32Array\(10\)[^]*CONV_2D/);
});

readme("shows what npm start prints", () => assert.ok(withStart(text) === text, "README.md is stale: `npm run docs` writes the output of npm start again"));

const commands = [...text.matchAll(/^ {4}npm run -s arenula -- (.*)$/gm)].map((match) => match[1]!);
for (const command of commands) {
  readme(`arenula ${command}`, () => {
    const words = command.replace(/(?<= )(?=plan\.svg|digits\.tflite)/g, "build/docs/").split(" ");
    const out = execFileSync(process.execPath, ["dist/cli.js", ...words], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    if (!words.includes("--svg")) assert.ok(out.length > 100);
    // Output that the page shows below a command is the command's.
    const shown = new RegExp(`^ {4}npm run -s arenula -- ${command.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&")}\n\n((?: {4}(?!npm ).*\n)+)`, "m").exec(text)?.[1];
    for (const line of shown?.trimEnd().split("\n") ?? []) assert.ok(out.includes(line.trim()), line);
  });
}

for (const [file, inputs, labels] of [
  ["digits_int8.tflite", "digits/samples/test_inputs.npy", "digits/samples/test_labels.npy"],
  ["keywords_int8.tflite", "keywords/samples/test_features.npy", "keywords/samples/test_labels.npy"],
] as const) {
  readme(`${file}: the accuracy is the one in the table`, async () => {
    const bytes = readFileSync(`models/${inputs.split("/")[0]}/${file}`);
    const net = await Interpreter.create(Model.parse(bytes));
    const samples = parseNpy(readFileSync(`models/${inputs}`)), truth = parseNpy(readFileSync(`models/${labels}`));
    const size = net.inputs[0]!.data.length;
    let right = 0;
    truth.forEach((label, i) => {
      const sample = samples.subarray(i * size, (i + 1) * size);
      if (sample instanceof Uint8Array) net.inputs[0]!.set(Int8Array.from(sample, (pixel) => pixel - 128));
      else net.inputs[0]!.quantize(sample);
      net.invoke();
      const scores = Array.from(net.outputs[0]!.data as Int8Array);
      if (scores.indexOf(Math.max(...scores)) === label) right++;
    });
    const row = text.split("\n").find((line) => line.startsWith(`| ${file}`))!;
    assert.ok(row.endsWith(`| ${right} of ${truth.length} |`), `${right} of ${truth.length}, the page says: ${row}`);
    assert.ok(row.includes(bytes.length.toLocaleString("en-US")));
  });
}


readme.run();
