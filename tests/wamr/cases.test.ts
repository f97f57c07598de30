// Single operators on emulated boards, in the forms that each machine takes: drawn models with TFLM's results, and the kernel cases of
// ../shared/conformance, linked as models of one operator and run many to a firmware.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { boardByName } from "../../src/device/boards";
import type { Engine } from "../../src/device/machine";
import { ArenulaError } from "../../src/errors";
import { inPackage } from "../../src/firmware/package_root";
import type { JobRun } from "../../src/firmware/emulator";
import type { Graph } from "../../src/graph/graph";
import { layOutForDevice, linkLaidOut, type LaidOut } from "../../src/link/link";
import { bytesOf } from "../conformance/array";
import { applyPatch, graphOfCase, inputsOf, type KernelCase, type Patch } from "../conformance/kernel_case";
import { runJobs } from "./batch";
import { drawnModels, expectedOutputs, samplesOf } from "./drawn";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-classic"], ["mps2-an386", "wamr-aot"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-xip"], ["riscv-virt", "wamr-fast"], ["mps3-an547", "wamr-aot"], ["riscv-virt-vector", "wamr-aot"],
];
/** Besides the first of every family and one with every kernel, one drawn model in so many: `npm test` runs all in every form. */
const DRAWN_STEP = 5;

interface Case {
  readonly id: string;
  readonly graph: Graph;
  readonly patches: readonly Patch[];
  readonly inputs: Uint8Array;
  /** CRC-32. */
  readonly output: string;
}

/** What is int8, has a builder and starts without state; npm run conformance says of the others what they lack. */
function kernelCases(): Case[] {
  const folder = inPackage("../shared/conformance/kernels");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => file.includes(path.sep) && file.endsWith(".json")).sort();
  return files.flatMap((file): Case[] => {
    const testCase = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as KernelCase;
    const built = testCase.dtype === "int8" && !testCase.steps ? graphOfCase(testCase) : null;
    return built ? [{ id: testCase.id, ...built, inputs: Buffer.concat(inputsOf(testCase).map(bytesOf)), output: crc32(bytesOf(testCase.expected.output)) }] : [];
  });
}

const core = new Uint8Array(readFileSync("build/core/device.wasm"));

/** Null where a kernel is missing. */
async function linked({ graph, patches, id }: Case, engine: Engine, boardCore: string): Promise<Uint8Array | null> {
  try {
    const laidOut = layOutForDevice(graph, { engine, core: boardCore, sliceBytes: 512, name: id, sha256: "", version: "0.0.0" });
    for (const patch of patches) applyClamp(laidOut, patch);
    return (await linkLaidOut(laidOut, core)).module;
  } catch (error) {
    if (error instanceof ArenulaError && error.code === "OPERATOR_UNSUPPORTED") return null;
    throw error;
  }
}

/** Sets a clamp in the records of an operator, where they lie in the segment. */
function applyClamp({ image, program }: LaidOut, patch: Patch): void {
  program.steps.forEach(({ kernel, operator, record }, i) => {
    const { offset } = image.steps[i]!;
    if (operator === patch.operator) applyPatch(kernel, image.segment.subarray(offset, offset + record.length), patch);
  });
}

/** Every invocation's outputs, as `expected`; all failures at once, by name. */
function expectRuns(runs: readonly JobRun[], expected: readonly { readonly id: string; readonly outputs: readonly (readonly string[])[] }[]): void {
  assert.equal(expected.flatMap(({ id, outputs }, i) => {
    const { error, samples } = runs[i]!;
    if (error) return [`${id}: ${JSON.stringify(error)}`];
    const got = samples.map(({ outputs }) => outputs.map(({ crc32 }) => crc32));
    return JSON.stringify(got) === JSON.stringify(outputs) ? [] : [`${id}: ${JSON.stringify(got)}, not ${JSON.stringify(outputs)}`];
  }), []);
}

/** What a firmware takes of the flash besides a model, at most. */
const FIRMWARE_BYTES = 100_000;

const cases = kernelCases();
for (const [board, engine] of CONFIGURATIONS) {
  const operators = suite(`operators, ${board}, ${engine}`), { core: boardCore, flashBytes } = await boardByName(board), models = drawnModels(engine, boardCore, DRAWN_STEP);
  operators(`${models.length} drawn models with ${new Set(models.flatMap(({ laidOut }) => laidOut.kernels)).size} kernels give TFLM's bits`, async () => {
    async function* jobs() {
      for (const drawn of models) yield { module: (await linkLaidOut(drawn.laidOut, core)).module, inputs: samplesOf(drawn), operators: 0 };
    }
    const runs = await runJobs(board, engine, jobs());
    expectRuns(runs, await Promise.all(models.map(async (drawn) => ({ id: drawn.golden.id, outputs: await expectedOutputs(drawn) }))));
  });
  operators(`${cases.length} kernel cases give TFLM's bits`, async () => {
    const ran: Case[] = [];
    async function* jobs() {
      for (const one of cases) {
        const module = await linked(one, engine, boardCore);
        if (!module || module.length + FIRMWARE_BYTES > (flashBytes ?? Infinity)) continue;
        ran.push(one);
        yield { module, inputs: one.inputs, operators: 0 };
      }
    }
    const runs = await runJobs(board, engine, jobs());
    assert.ok(ran.length >= cases.length / 2, `${ran.length} of ${cases.length} have kernels`);
    expectRuns(runs, ran.map(({ id, output }) => ({ id, outputs: [[output]] })));
  });
  operators.run();
}
