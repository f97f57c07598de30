// npm run bench:slices -- [--engine E] [--board NAME] [--model NAME]...: speed against RAM for the sizes of slices that weights are staged in (docs/benchmarks.md).
import { parseArgs } from "node:util";
import type { Engine } from "../src/device/machine";
import { runFirmware } from "../src/firmware/emulator";
import { buildFirmware } from "../src/firmware/firmware";
import { ramUse } from "../src/firmware/ram";
import { Model } from "../src/index";
import { Lcg } from "../src/lcg";
import { SLICES } from "../src/link/build";
import { link } from "../src/link/link";
import { operatorMacs } from "../src/lowering/check";
import { openModels } from "./models";
import { table } from "./statistics";

const { values: flags } = parseArgs({
  options: {
    root: { type: "string", default: "." }, board: { type: "string", default: "mps2-an386" }, engine: { type: "string", default: "wamr-fast" },
    model: { type: "string", multiple: true, default: ["kws_ref_model", "person_detect", "pretrainedResnet_quant"] },
  },
});

const engine = flags.engine as Engine, { default: core } = await import("../build/core/device.wasm");
const rows: string[][] = [];
for (const wanted of flags.model)
  for (const { name, bytes, outputs } of openModels(flags.root, wanted, (missing, file) => console.error(`${missing}: skipped, ${file} is not there`)))
    for (const sliceBytes of [...SLICES].reverse()) {
      const model = Model.parse(bytes), [subgraph] = model.subgraphs, lcg = new Lcg(1);
      const { module, facts } = await link(model, core, { engine, sliceBytes, name, sha256: "", version: "" });
      const inputs = Buffer.concat(subgraph!.inputs.map((index) => lcg.fill(subgraph!.tensors[index]!)));
      const firmware = await buildFirmware({ board: flags.board, engine, jobs: [{ module, inputs }] });
      const { jobs: [job] } = await runFirmware(firmware, { timeoutMs: 600_000 });
      if (job!.error) throw new Error(`${name}: ${job!.error.stage}: ${job!.error.reason}`);
      const { instructions, outputs: [computed] } = job!.samples[0]!;
      if (computed!.crc32 !== outputs[0]) throw new Error(`${name}: the output has CRC ${computed!.crc32}, TFLM's ${outputs[0]}`);
      const macs = operatorMacs(model).reduce((sum, own) => sum + own, 0);
      rows.push([name, String(sliceBytes), instructions.toLocaleString("en"), (instructions / macs).toFixed(2), String(facts.linear_memory_bytes), String(ramUse(firmware, job!).totalBytes)]);
    }
console.log(`${flags.board}, ${engine}\n`);
console.log(table(["model", "slices", "instructions", "per MAC", "linear", "RAM"], rows));
