import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formsOf } from "../forms";

const conformance = suite("npm run conformance");
const folder = mkdtempSync(path.join(tmpdir(), "arenula-conformance-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const run = (...argv: string[]) => spawnSync(process.execPath, ["scripts/conformance.mjs", ...argv], { encoding: "utf8" });

conformance("counts cases that cannot be read as failed, names them, and goes on", () => {
  put("kernels/conv_2d/broken.json", "{ broken");
  put("models/lost/case.json", '{"model": "lost.tflite", "inputs": [], "outputs": []}');
  put("goldens/broken.json", "[1, 2");
  const { status, stdout } = run(folder, "--core", "mcu");
  assert.is(status, 1);
  for (const name of ["kernels/conv_2d/broken.json", "models/lost", "goldens/broken.json"]) assert.match(stdout, `failed: ${name} on mcu: `);
  assert.is(stdout.trimEnd().split("\n").at(-1), `0 passed, ${3 * formsOf("mcu").length} failed, 0 skipped`);
});

conformance("explains wrong usage", () => {
  for (const argv of [[], ["--models"], ["README.md"], ["models", "--core", "fast"]]) {
    const { status, stderr } = run(...argv);
    assert.is(status, 2, argv.join(" "));
    assert.match(stderr, "\nusage: npm run conformance -- DIR...");
    assert.not.match(stderr, "    at ");
  }
});
conformance.run();
