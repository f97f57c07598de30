// npm run bench:operators -- [--operator NAME] [--engine E]... [--board NAME] [--rounds N]: a layer of every operator and type (bench/operator_layers.ts), one by
// one: instructions for every output, or for every multiply-accumulate, on an emulated board, and ns on the desktop's mcu core (docs/benchmarks.md).
import { parseArgs } from "node:util";
import type { Engine } from "../src/device/machine";
import { boardByName } from "../src/device/boards";
import { runFirmware } from "../src/firmware/emulator";
import { buildFirmware } from "../src/firmware/firmware";
import { Interpreter } from "../src/index";
import { Lcg } from "../src/lcg";
import { link } from "../src/link/link";
import { operatorRows, type Row } from "./operator_layers";
import { median } from "./statistics";

const { values: flags } = parseArgs({
  options: {
    root: { type: "string", default: "." }, operator: { type: "string", default: "" }, board: { type: "string", default: "mps2-an386" }, rounds: { type: "string", default: "200" },
    engine: { type: "string", multiple: true, default: ["wamr-fast", "wamr-classic", "wamr-aot"] },
  },
});

/** Modules of one firmware: flash holds no more of the largest. */
const JOBS = 16;
const WARM_UP_ROUNDS = 50;

const core = (await import("../build/core/device.wasm")).default, board = await boardByName(flags.board);

const inputsOf = ({ model }: Row): Uint8Array[] => {
  const lcg = new Lcg(1), [{ inputs, tensors }] = model.subgraphs as [Row["model"]["subgraphs"][0]];
  return inputs.map((index) => (tensors[index]!.type === "int32" || tensors[index]!.type === "bool" ? lcg.fill(tensors[index]!).map((byte, i) => (tensors[index]!.type === "bool" ? byte & 1 : i % 4 === 0 ? byte & 3 : 0)) : lcg.fill(tensors[index]!))); // places, and lengths: small
};

/** Instructions of every row, null where it does not run. */
async function counted(engine: Engine, rows: readonly Row[]): Promise<(number | null)[]> {
  const jobs = await Promise.all(rows.map(async (row) => {
    const { module } = await link(row.model, core, { engine, core: board.core, sliceBytes: 4096, name: row.operator, sha256: "", version: "" });
    return { module, inputs: Buffer.concat(inputsOf(row)) };
  }));
  const counts: (number | null)[] = [];
  for (let first = 0; first < jobs.length; first += JOBS) {
    const { jobs: done } = await runFirmware(await buildFirmware({ board: flags.board, engine, jobs: jobs.slice(first, first + JOBS) }), { timeoutMs: 600_000 });
    done.forEach(({ error, samples }, i) => {
      if (error) console.error(`${rows[first + i]!.operator} ${rows[first + i]!.types}: ${error.stage}: ${error.reason}`);
      counts.push(error ? null : samples[0]!.instructions);
    });
  }
  return counts;
}

/** Median ns of the steps of an inference on the desktop. */
async function timed(row: Row): Promise<number> {
  const net = await Interpreter.create(row.model, { core: "mcu" }), inputs = inputsOf(row), times: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < Number(flags.rounds); round++) {
    net.inputs.forEach((input, i) => input.bytes.set(inputs[i]!));
    const start = performance.now();
    net.invoke();
    if (round >= 0) times.push(performance.now() - start);
  }
  return 1e6 * median(times);
}

const rows = operatorRows().filter(({ operator }) => operator.includes(flags.operator)), times: number[] = [];
for (const row of rows) times.push(await timed(row));
const engines = flags.engine as Engine[], counts: (number | null)[][] = [];
for (const engine of engines) counts.push(await counted(engine, rows));

console.log(`| operator | types | layer | per | ${engines.map((engine) => engine.replace("wamr-", "")).join(" | ")} | desktop, ns |`);
console.log(`|---|---|---|---|${engines.map(() => "---:|").join("")}---:|`);
rows.forEach(({ operator, types, layer, macs, outputs }, i) => {
  const units = macs || outputs, cells = counts.map((of) => (of[i] === null ? "" : (of[i]! / units).toFixed(1)));
  console.log(`| ${operator} | ${types} | ${layer} | ${macs ? "MAC" : "output"} | ${cells.join(" | ")} | ${(times[i]! / units).toFixed(2)} |`);
});
