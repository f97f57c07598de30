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
import type { Graph } from "../../src/graph/graph";
import { Model } from "../../src/index";
import { layOutForDevice, linkLaidOut, type LaidOut } from "../../src/link/link";
import { bytesOf } from "../conformance/array";
import { applyPatch, graphOfCase, inputsOf, type KernelCase, type Patch } from "../conformance/kernel_case";
import { turnOf } from "../support/turns";
import { runJobs } from "./batch";
import { integerGoldens } from "./integer_goldens";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-classic"], ["mps2-an386", "wamr-aot"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-fast"], ["mps3-an547", "wamr-aot"],
];
/** One drawn model in so many: linking and compiling all of them for every board takes many minutes, and `npm test` runs all in every form. */
const DRAWN_STEP = 9;

interface Case {
  readonly id: string;
  readonly graph: Graph;
  readonly patches: readonly Patch[];
  /** Of every invocation: more than one where state goes from one to the next. */
  readonly turns: readonly { readonly inputs: readonly Uint8Array[]; /** CRC-32. */ readonly outputs: readonly string[] }[];
}

const drawn = integerGoldens().filter((_, i) => i % DRAWN_STEP === 0)
  .map(({ id, model, inputs, outputs, sequence }): Case => ({
    id, graph: Model.parse(model), patches: [],
    turns: Array.from({ length: sequence }, (_, turn) => {
      const of = (all: readonly Uint8Array[]) => all.map((bytes) => turnOf(bytes, turn, sequence));
      return { inputs: of(inputs), outputs: of(outputs).map((bytes) => crc32(bytes)) };
    }),
  }));

/** What is int8, has a builder and starts without state; npm run conformance says of the others what they lack. */
function kernelCases(): Case[] {
  const folder = inPackage("../shared/conformance/kernels");
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map(String).filter((file) => file.includes(path.sep) && file.endsWith(".json")).sort();
  return files.flatMap((file): Case[] => {
    const testCase = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as KernelCase;
    const built = testCase.dtype === "int8" && !testCase.steps ? graphOfCase(testCase) : null;
    if (!built) return [];
    const inputs = inputsOf(testCase).map(bytesOf);
    return [{ id: testCase.id, ...built, turns: [{ inputs, outputs: [crc32(bytesOf(testCase.expected.output))] }] }];
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

for (const [board, engine] of CONFIGURATIONS) {
  const operators = suite(`operators, ${board}, ${engine}`);
  for (const [what, cases] of [["drawn models", drawn], ["kernel cases", kernelCases()]] as const)
    operators(`${cases.length} ${what} give TFLM's bits`, async () => {
      const { core: boardCore } = await boardByName(board);
      const ran: Case[] = [], jobs = [];
      for (const one of cases) {
        const module = await linked(one, engine, boardCore);
        if (!module) continue;
        ran.push(one);
        jobs.push({ module, inputs: Buffer.concat(one.turns.flatMap(({ inputs }) => inputs)), operators: 0 });
      }
      assert.ok(cases.length === 0 || ran.length > cases.length / 2, `${ran.length} of ${cases.length} have kernels`);
      const runs = await runJobs(board, engine, jobs);
      ran.forEach(({ id, turns }, i) => {
        assert.is(runs[i]!.error, null, `${id}: ${JSON.stringify(runs[i]!.error)}`);
        assert.equal(runs[i]!.samples.map(({ outputs }) => outputs.map(({ crc32 }) => crc32)), turns.map(({ outputs }) => outputs), id);
      });
    });
  operators.run();
}
