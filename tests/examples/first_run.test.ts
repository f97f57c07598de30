// npm start: what a new user sees first fits a terminal, tells the truth, and works without colours.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const start = suite("npm start");
const run = (...args: string[]) => spawnSync(process.execPath, ["scripts/start.mjs", ...args], { encoding: "utf8" });

start("fits 80 columns and 45 lines, and has no colours where nobody asked for them", () => {
  const { stdout, status } = run();
  assert.is(status, 0);
  const lines = stdout.trimEnd().split("\n");
  assert.ok(lines.length <= 45, `${lines.length} lines`);
  assert.equal(lines.filter((line) => Array.from(line).length > 80), []);
  assert.not.match(stdout, "\x1b");
});

start("gets as many digits right as TFLM does", () => {
  const { variants, samples } = JSON.parse(readFileSync("models/digits/accuracy.json", "utf8"));
  assert.match(run().stdout, `All ${samples}: ${variants.int8.correct.tflm} right`);
});

start("shows the sample that is asked for, and says so where the network is wrong", () => {
  assert.match(run("223").stdout, "9 is wrong: it is a 4");
});

start("refuses a sample that is not there", () => {
  for (const wrong of ["360", "-1", "seven"]) {
    const { status, stderr } = run(wrong);
    assert.is(status, 2);
    assert.match(stderr, "0 to 359");
  }
});

start.run();
