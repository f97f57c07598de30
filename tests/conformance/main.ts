// npm run conformance -- DIR... [--models DIR]... [--core NAME] [--ulps]: every case below DIR (kernels/, models/, goldens/) on every core
// and every form of its kernels.
// Names each failing case, with --ulps how far apart the float32 outputs of each lay, groups the skipped ones by what is missing, ends with `N passed, N failed, N skipped`.
import { existsSync, statSync } from "node:fs";
import v8 from "node:v8";
import { parseArgs } from "node:util";
import type { CoreName } from "../../src/lowering/lowering";
import { casesBelow } from "./cases";
import type { Outcome } from "./result";
import { describeForm, formsOf, type Form } from "../forms";
import { runCases } from "./run_cases";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has relaxed SIMD behind this flag

const CORES = ["mcu", "simd", "relaxed"];
const usage = "usage: npm run conformance -- DIR... [--models DIR]... [--core mcu|simd|relaxed]... [--ulps]";
const { values, positionals } = parseArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const wrong = [...positionals, ...values.models].find((folder) => existsSync(folder) && !statSync(folder).isDirectory());
if (wrong !== undefined) wrongUsage(`${wrong} is a file, where a folder of cases is wanted`);
if (positionals.length === 0) wrongUsage("no folder of cases is given");
const cores = (values.core ?? CORES) as CoreName[];
for (const core of cores) if (!CORES.includes(core)) wrongUsage(`no core is called '${core}'`);

function parseArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { models: { type: "string", multiple: true, default: [] }, core: { type: "string", multiple: true }, ulps: { type: "boolean" }, help: { type: "boolean" } },
    });
  } catch (error) {
    wrongUsage((error as Error).message);
  }
}

function wrongUsage(message: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const missing = new Map<string, Set<string>>(), ulps = new Map<string, number>();
function count(name: string, form: Form, outcome: Outcome): void {
  counts[outcome.status]++;
  if (outcome.status === "failed") console.log(`failed: ${name} on ${describeForm(form)}: ${outcome.reason}`);
  if (outcome.status === "passed" && outcome.ulps !== undefined) ulps.set(name, Math.max(ulps.get(name) ?? 0, outcome.ulps));
  if (outcome.status === "skipped") missing.set(outcome.reason, (missing.get(outcome.reason) ?? new Set()).add(name));
}

for (const folder of positionals) {
  if (!existsSync(folder)) {
    console.log(`skipped: ${folder} is not there`);
    continue;
  }
  const cases = casesBelow(folder, values.models);
  for (const form of cores.flatMap(formsOf)) await runCases(cases, form, (name, outcome) => count(name, form, outcome));
}

if (values.ulps) for (const [name, apart] of ulps) console.log(`ulps: ${name} ${apart}`);
for (const [reason, names] of [...missing].sort()) console.log(`skipped: ${reason}: ${[...names].join(", ")}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 || counts.passed + counts.skipped === 0 ? 1 : 0;
