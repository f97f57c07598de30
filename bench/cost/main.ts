// npm run fit:cost: fits the weights of `simulate`'s estimates anew, to the kernels as they are, and writes src/device/simulate/cost_weights.json
// and the table of errors in docs/device.md.
// Deterministic: instructions under -icount, no clock. --check writes nothing and fails where the file is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { machineFor, type Engine } from "../../src/device/machine";
import type { CostModel } from "../../src/device/simulate/cost";
import { openModels } from "../models";
import { table } from "../statistics";
import { fitCost } from "./fit";
import { withErrors } from "./page";
import { costSamples, simulateModels, type SimulatedModel } from "./samples";

const { values: flags } = parseArgs({ options: { root: { type: "string", default: "." }, check: { type: "boolean", default: false } } });
const FILE = path.join(flags.root, "src/device/simulate/cost_weights.json"), PAGE = path.join(flags.root, "docs/device.md");
const BOARDS = [{ core: "cortex-m4", board: "mps2-an386" }, { core: "rv32", board: "riscv-virt" }];
const ENGINES: readonly Engine[] = ["wamr-fast", "wamr-classic", "wamr-aot", "wamr-xip"];

const models = openModels(flags.root, "", (name, file) => {
  console.error(`${name}: ${file} is not there; weights that are checked in are fitted to all models`);
  process.exit(1);
});

/** By what decides about the kernels' forms. */
const simulated = new Map<string, SimulatedModel[]>();
const fitted: Promise<CostModel>[] = [];
let emulator: Promise<unknown> = Promise.resolve();
for (const engine of ENGINES)
  for (const { core, board } of BOARDS) {
    const machine = machineFor(engine, core);
    if (!simulated.has(machine)) simulated.set(machine, await simulateModels(models, engine, core));
    // One emulator at a time, beside the simulation of what comes next.
    const counted = emulator.then(() => costSamples(simulated.get(machine)!, board, engine));
    emulator = counted;
    fitted.push(counted.then(({ source, assumptions, samples }) => {
      console.error(`${engine}, ${board}`);
      return { engine, core, board, operators: samples.length, source, assumptions, cycles: fitCost(samples, "cycles"), instructions: fitCost(samples, "instructions") };
    }));
  }
const tables = await Promise.all(fitted);

const percent = (value: number) => `${(100 * value).toPrecision(2)} %`;
console.log("Errors of estimated cycles per operator; left out: of a model by weights that were fitted to the others\n");
console.log(table(
  ["engine", "core", "operators", "median", "max", "left out: median", "max", "whole model, max"],
  tables.map(({ engine, core, operators, cycles: { error } }) =>
    [engine, core, String(operators), ...[error.median, error.max, error.left_out_median, error.left_out_max, error.left_out_model_max].map(percent)]),
));

/** One table per block, one list of weights per line. */
const text = `${JSON.stringify({ command: "npm run fit:cost", models: models.map(({ name }) => name), tables }, null, 2).replace(/\{\n\s+("\w+": [\d.e+-]+,?\s+)+\}/g, (flat) => flat.replace(/\n\s+/g, " "))}\n`;
if (flags.check && readFileSync(FILE, "utf8") !== text) {
  console.error(`\n${path.relative(flags.root, FILE)} is not what these kernels give: npm run fit:cost`);
  process.exit(1);
}
if (!flags.check) {
  writeFileSync(FILE, text);
  writeFileSync(PAGE, withErrors(readFileSync(PAGE, "utf8"), tables));
}
