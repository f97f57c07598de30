// The commands of docs/stories run as they stand there, in order, and print what the pages show. "[...]" in a shown line stands for text left out, as do lines not shown.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const stories = suite("docs/stories");
const folder = mkdtempSync(path.join(tmpdir(), "arenula-stories-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
symlinkSync(path.resolve("models"), path.join(folder, "models"));

interface Run {
  readonly command: string;
  readonly shown: readonly string[];
}

/** Commands of a page, each with the lines below it. */
function runsOf(page: string): Run[] {
  const blocks = [...page.matchAll(/```console\n([^]*?)```/g)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.split(/^\$ /m).slice(1).map((run) => {
    const [command, ...shown] = run.trimEnd().split("\n");
    return { command: command!, shown };
  }));
}

function arenula(argv: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [path.resolve("dist/cli.js"), ...argv], { cwd: folder, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  return `${stdout}\n${stderr}`;
}

for (const name of readdirSync("docs/stories").filter((file) => file !== "accuracy.md")) {
  stories(name, () => {
    const runs = runsOf(readFileSync(`docs/stories/${name}`, "utf8"));
    assert.ok(runs.length > 3);
    for (const { command, shown } of runs) {
      const printed = arenula(command.split(" ").slice(1)).split("\n");
      assert.ok(shown.length > 0, command);
      let from = 0;
      for (const line of shown) {
        const parts = line.split(" [...] "), at = printed.findIndex((text, i) => i >= from && (parts.length === 1 ? text.trimEnd() === line : text.startsWith(parts[0]!) && text.trimEnd().endsWith(parts[1]!)));
        assert.ok(at >= 0, `${command}\nprints no more\n${line}\n${printed.join("\n")}`);
        from = at + 1;
      }
    }
  });
}

stories("samples of the clean networks are not concentrated, those of the DenseNets are, from the input on", () => {
  const findings = (model: string, data: string, ...scaling: string[]) => JSON.parse(arenula(["stats", model, "--data", data, ...scaling, "--json"]).split("\n")[0]!).findings.map(({ code, where }: { code: string; where: string }) => `${code} ${where}`);
  const digits = "models/digits/samples/test_inputs.npy", pixels = ["--mean", "0", "--std", "255"];
  for (const model of ["models/digits/digits_float.tflite", "models/digits/digits_int8.tflite", "models/stories/mobile_float.tflite", "models/stories/aware_float.tflite"]) assert.equal(findings(model, digits, ...pixels), []);
  assert.equal(findings("models/keywords/keywords_float.tflite", "models/keywords/samples/test_features.npy"), []);
  for (const kind of ["few", "many", "few_fresh", "many_fresh"]) {
    assert.equal(findings(`models/stories/dense_${kind}_float.tflite`, `models/stories/dense_${kind}_test.npy`, "--mean", "0", "--std", "4095"), ["SAMPLES_CONCENTRATED input 'serving_default_image:0'"]);
  }
});

stories.run();
