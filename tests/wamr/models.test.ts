// Whole networks on emulated boards: `arenula build` links them, WAMR runs them, and every output is TFLM's. The two bundled networks
// always; those of ../shared/models where they are.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runFirmware } from "../../src/firmware/emulator";
import { buildFirmware } from "../../src/firmware/firmware";
import { inPackage } from "../../src/firmware/package_root";
import { Lcg } from "../../src/lcg";
import type { Engine } from "../../src/device/machine";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-classic"], ["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"],
  ["riscv-virt", "wamr-fast"], ["riscv-virt", "wamr-aot"], ["mps3-an547", "wamr-aot"],
];
/** Model, golden, limit of linear memory. */
const MODELS = ([
  ["models/digits/digits_int8.tflite", "models/goldens/digits_int8.json", 4096],
  ["models/keywords/keywords_int8.tflite", "models/goldens/keywords_int8.json", 16384],
  ["../shared/models/kws_ref_model.tflite", "../shared/conformance/goldens/kws_ref_model.json", 20480],
  ["../shared/models/ad01_int8.tflite", "../shared/conformance/goldens/ad01_int8.json", 6144],
  ["../shared/models/person_detect.tflite", "../shared/conformance/goldens/person_detect.json", 63488],
  ["../shared/models/pretrainedResnet_quant.tflite", "../shared/conformance/goldens/pretrainedResnet_quant.json", 55296],
] as const).map(([model, golden, ram]) => ({ model: inPackage(model), golden: inPackage(golden), ram }));
interface Golden {
  cases: { seed: number | null; inputs: { shape: number[] }[]; outputs: { crc32: string }[] }[];
}

const folder = mkdtempSync(path.join(tmpdir(), "arenula-wamr-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** The linked module, as a user gets it. */
function link(model: string, ram: number): Uint8Array {
  const file = path.join(folder, `${path.basename(model, ".tflite")}.wasm`);
  const { status, stderr } = spawnSync(process.execPath, [inPackage("dist/cli.js"), "build", model, "--ram", String(ram), "-o", file], { encoding: "utf8" });
  assert.is(status, 0, stderr);
  return readFileSync(file);
}

const linked = new Map<string, Uint8Array>();
for (const [board, engine] of CONFIGURATIONS) {
  const networks = suite(`networks, ${board}, ${engine}`);
  for (const { model, golden, ram } of MODELS) {
    const name = path.basename(model, ".tflite");
    if (!existsSync(model)) {
      networks.skip(`${name} is not there`);
      continue;
    }
    networks(`${name} gives TFLM's bits in ${ram} bytes of linear memory`, async () => {
      if (!linked.has(model)) linked.set(model, link(model, ram));
      const cases = (JSON.parse(readFileSync(golden, "utf8")) as Golden).cases.filter(({ seed }) => seed !== null);
      const inputs = Buffer.concat(cases.map(({ seed, inputs: [{ shape }] }) => new Lcg(seed!).fill({ type: "int8", shape })));
      const { jobs: [job] } = await runFirmware(await buildFirmware({ board, engine, jobs: [{ module: linked.get(model)!, inputs }] }));
      assert.is(job.error, null);
      assert.ok(job.memory!.linear_memory_bytes <= ram, `${job.memory!.linear_memory_bytes} bytes`);
      assert.equal(job.samples.map(({ outputs }) => outputs[0].crc32), cases.map(({ outputs }) => outputs[0].crc32));
    });
  }
  networks.run();
}
