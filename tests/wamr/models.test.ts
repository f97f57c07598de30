// Whole networks on emulated boards: built for the engine and the core that run them, and every output is TFLM's. All goldens of ours and of
// ../shared/conformance whose operators have kernels.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boardByName } from "../../src/device/boards";
import { isCompiled, type Engine } from "../../src/device/machine";
import { ArenulaError } from "../../src/errors";
import { inPackage } from "../../src/firmware/package_root";
import type { Graph } from "../../src/graph/graph";
import { crc32, Interpreter, Model } from "../../src/index";
import { Lcg } from "../../src/lcg";
import { build } from "../../src/link/build";
import { bytesOf } from "../support/graph";
import { runJobs } from "./batch";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-classic"], ["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"],
  ["riscv-virt", "wamr-fast"], ["riscv-virt", "wamr-classic"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-xip"], ["mps3-an547", "wamr-aot"],
];
/** Limits of linear memory for interpreters, in bytes; others have what the board has. */
const RAM: Readonly<Record<string, number>> = {
  digits_int8: 4096, keywords_int8: 16384, digits_int16x8: 6144, keywords_int16x8: 32768, kws_ref_model: 20480, ad01_int8: 6144, person_detect: 63488, vww_96_int8: 63488, pretrainedResnet_quant: 55296,
};
/** What widened operands of compiled kernels may take on top. */
const COMPILED_EXTRA = 4096;
/** Sizes of networks that take an interpreter seconds: these run one sample. */
const LARGE_BYTES = 90_000;

interface Golden {
  readonly model: string;
  /** Of LiteRT, whose floats are near to ours: what the desktop computes is expected then, and npm run conformance holds it against LiteRT. */
  readonly near: boolean;
  readonly cases: readonly { readonly seed: number | null; readonly inputs: readonly { readonly data?: readonly number[] }[]; readonly outputs: readonly { readonly crc32: string }[] }[];
}

interface Network {
  readonly name: string;
  readonly file: string;
  readonly graph: Graph;
  readonly golden: Golden;
}

const MODEL_FOLDERS = ["models/digits", "models/keywords", "../shared/models"].map((folder) => inPackage(folder));
const goldens = ["models/goldens", "../shared/conformance/goldens"].map((folder) => inPackage(folder)).filter(existsSync)
  .flatMap((folder) => readdirSync(folder).filter((file, _, all) => file.endsWith(".json") && (!file.endsWith(".litert.json") || !all.includes(file.replace(".litert.json", ".json"))))
    .map((file) => ({ ...(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Golden), near: file.endsWith(".litert.json") })));
const networks = goldens.flatMap((golden): Network[] => {
  const file = MODEL_FOLDERS.map((folder) => path.join(folder, golden.model)).find(existsSync);
  return file ? [{ name: path.basename(golden.model, ".tflite"), file, graph: Model.parse(readFileSync(file)), golden }] : [];
});

/** How goldens list values; bytes otherwise. */
const ARRAYS: Readonly<Record<string, { from(values: readonly number[]): Int16Array | Float32Array }>> = { int16: Int16Array, float32: Float32Array };

/** All samples of a golden as the firmware takes them: one after the other, each all inputs in order. */
async function samplesOf({ graph, golden, file }: Network): Promise<{ inputs: Buffer; expected: string[][] }> {
  const { inputs, tensors } = graph.subgraphs[0]!;
  const cases = readFileSync(file).length > LARGE_BYTES ? golden.cases.slice(0, 1) : golden.cases;
  const bytes = cases.flatMap(({ seed, inputs: stored }) => {
    const lcg = seed === null ? null : new Lcg(seed);
    const codes = (index: number, data: readonly number[]) => (ARRAYS[tensors[index]!.type] ?? Uint8Array).from(data);
    return [inputs.map((index, i) => (lcg ? lcg.fill(tensors[index]!) : bytesOf(codes(index, stored[i]!.data!))))];
  });
  return { inputs: Buffer.concat(bytes.flat()), expected: golden.near ? await onDesktop(graph, bytes) : cases.map(({ outputs }) => outputs.map(({ crc32 }) => crc32)) };
}

async function onDesktop(graph: Graph, samples: readonly (readonly Uint8Array[])[]): Promise<string[][]> {
  const net = await Interpreter.create(graph, { core: "mcu" });
  return samples.map((inputs) => {
    inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(bytes));
    net.invoke();
    return net.outputs.map(({ bytes }) => crc32(bytes));
  });
}

/** A network that is refused for want of a kernel has a reason; everything else fails. */
async function buildFor({ graph, name }: Network, engine: Engine, core: string): Promise<Uint8Array | string> {
  const ramBytes = (RAM[name] ?? Infinity) + (isCompiled(engine) ? COMPILED_EXTRA : 0);
  try {
    return (await build(graph, { engine, core, ramBytes, limit: "the test", name, sha256: "", version: "0.0.0" })).module;
  } catch (error) {
    if (error instanceof ArenulaError && error.code === "OPERATOR_UNSUPPORTED") return error.message;
    throw error;
  }
}

for (const [board, engine] of CONFIGURATIONS) {
  const tests = suite(`networks, ${board}, ${engine}`);
  const modules = new Map<Network, Uint8Array>();
  const { core } = await boardByName(board);
  for (const network of networks) {
    const made = await buildFor(network, engine, core);
    if (typeof made !== "string") modules.set(network, made);
    else tests.skip(`${network.name}: ${made}`);
  }
  tests(`${[...modules.keys()].map(({ name }) => name).join(", ")}: TFLM's bits, the desktop's for floats`, async () => {
    const samples = await Promise.all([...modules.keys()].map(samplesOf));
    const runs = await runJobs(board, engine, [...modules.values()].map((module, i) => ({ module, inputs: samples[i]!.inputs, operators: 0 })));
    [...modules.keys()].forEach(({ name }, i) => {
      assert.is(runs[i]!.error, null, `${name}: ${JSON.stringify(runs[i]!.error)}`);
      assert.equal(runs[i]!.samples.map(({ outputs }) => outputs.map(({ crc32 }) => crc32)), samples[i]!.expected, name);
      const ram = (RAM[name] ?? Infinity) + (isCompiled(engine) ? COMPILED_EXTRA : 0);
      assert.ok(runs[i]!.memory!.linear_memory_bytes <= ram, `${name}: ${runs[i]!.memory!.linear_memory_bytes} bytes of linear memory, at most ${ram}`);
    });
  });
  tests.run();
}

const cli = suite("networks, as a user builds them");
cli("`arenula build` writes what runs on a board", async () => {
  const network = networks.find(({ name }) => name === "digits_int8")!, { inputs, expected } = await samplesOf(network);
  const folder = mkdtempSync(path.join(tmpdir(), "arenula-wamr-"));
  try {
    const file = path.join(folder, "digits.wasm");
    const { status, stderr } = spawnSync(process.execPath, [inPackage("dist/cli.js"), "build", network.file, "--ram", String(RAM["digits_int8"]), "-o", file], { encoding: "utf8" });
    assert.is(status, 0, stderr);
    const [run] = await runJobs("mps2-an386", "wamr-fast", [{ module: readFileSync(file), inputs }]);
    assert.equal(run!.samples.map(({ outputs }) => outputs.map(({ crc32 }) => crc32)), expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
cli.run();
