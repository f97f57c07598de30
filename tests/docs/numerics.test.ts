// The tables of ties in docs/numerics.md, recomputed: the reference column by the core, the others by the rules that the page names.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arithmeticCore } from "../support/arithmetic_core";

const numerics = suite("docs/numerics.md");
const lines = readFileSync("docs/numerics.md", "utf8").split("\n");
const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
const HALF = 2 ** 30; // the mantissa of one half

numerics("both steps round ties as the page says", () => {
  const core = arithmeticCore();
  const row = (start: string) => cells(lines.find((line) => line.startsWith(start))!).slice(1).map(Number);
  const values = row("| value to round |");
  assert.is(values.length, 6);
  assert.equal(row("| step (4) |"), values.map((value) => core.high_mul(2 * value, HALF)));
  assert.equal(row("| step (5) |"), values.map((value) => core.divide_by_pot(2 * value, 1)));
});

numerics("the four rules disagree about a quarter where the page says so", () => {
  const core = arithmeticCore();
  const start = lines.findIndex((line) => line.startsWith("| x | x / 4 | reference | double-up | single | nearest even |"));
  const rows = lines.slice(start + 2, lines.indexOf("", start)).map((line) => cells(line).map(Number));
  assert.is(rows.length, 11);
  for (const [x, quarter, ...rules] of rows as [number, number, ...number[]][]) {
    const nearestEven = Math.abs(x / 4 % 1) === 0.5 ? 2 * Math.round(x / 8) : Math.round(x / 4);
    const expected = [core.multiply(x, HALF, -1), Math.floor((core.high_mul(x, HALF) + 1) / 2), Math.sign(x) * Math.floor((Math.abs(x) + 2) / 4), nearestEven];
    assert.is(quarter, x / 4);
    assert.equal(rules, expected.map((y) => y + 0), `x = ${x}`);
  }
});

numerics.run();
