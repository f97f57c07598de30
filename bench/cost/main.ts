// npm run fit:cost: fits the weights of `simulate`'s estimates anew, to the kernels as they are, and writes src/device/simulate/cost_weights.json.
// Deterministic: instructions under -icount, no clock. --check writes nothing and fails where the file is not what would be written.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Engine } from "../../src/device/machine";
import { machineFor } from "../../src/device/machine";
import type { CostModel } from "../../src/device/simulate/cost";
import { openModels } from "../models";
import { table } from "../statistics";
import { fitCost } from "./fit";
import { costSamples, simulateModels, type SimulatedModel } from "./samples";

const { values: flags } = parseArgs({ options: { root: { type: "string", default: "." }, check: { type: "boolean", default: false } } });
const FILE = path.join(flags.root, "src/device/simulate/cost_weights.json");
const BOARDS = [{ core: "cortex-m4", board: "mps2-an386" }, { core: "rv32", board: "riscv-virt" }];
const ENGINES: readonly Engine[] = ["wamr-fast", "wamr-classic", "wamr-aot", "wamr-xip"];

const models = openModels(flags.root, "", (name, file) => {
  console.error(`${name}: ${file} is not there; weights that are checked in are fitted to all models`);
  process.exit(1);
});

/** By what decides about the kernels' forms. */
const simulated = new Map<string, Promise<SimulatedModel[]>>();
const tables: CostModel[] = [];
for (const engine of ENGINES)
  for (const { core, board } of BOARDS) {
    const machine = machineFor(engine, core);
    if (!simulated.has(machine)) simulated.set(machine, simulateModels(models, engine, core));
    const { source, assumptions, samples } = await costSamples(await simulated.get(machine)!, board, engine);
    tables.push({ engine, core, board, operators: samples.length, source, assumptions, cycles: fitCost(samples, "cycles"), instructions: fitCost(samples, "instructions") });
    console.error(`${engine}, ${board}`);
  }

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
if (!flags.check) writeFileSync(FILE, text);
