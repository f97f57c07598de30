// What compiled kernels call of the compiler's library: on every core, whether it can be emulated or not, the runtime has it. Code that does
// not find a function is refused when it is loaded, on the device.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { machineFor } from "../../src/device/machine";
import type { Machine } from "../../src/lowering/lowering";
import { compileAot } from "../../src/firmware/aot";
import { buildLibrary } from "../../src/firmware/library";
import { AOT_CORES, aotTarget, firmwareBoard } from "../../src/firmware/targets";
import { inParallel, runTool } from "../../src/firmware/tools";
import { linkLaidOut } from "../../src/link/link";
import { smallestByKernel, type Drawn } from "./drawn";
import * as modules from "./modules";

const core = new Uint8Array(readFileSync("build/core/device.wasm"));

/** Section types of an .aot file: core/iwasm/aot/aot_runtime.h. */
const RELOCATION = 5;

/** Names that an .aot file wants of the runtime: the symbols of its relocations but for its own sections and functions. */
function wanted(aot: Uint8Array): string[] {
  const view = new DataView(aot.buffer, aot.byteOffset, aot.byteLength), align = (at: number) => Math.ceil(at / 4) * 4;
  let at = 8; // magic, version
  while (view.getUint32(at, true) !== RELOCATION) at = align(at + 8 + view.getUint32(at + 4, true));
  const count = view.getUint32(at + 8, true), offsets = at + 12, names = offsets + 4 * count + 4; // count, offsets, bytes of all names, names
  return Array.from({ length: count }, (_, i) => {
    const name = names + view.getUint32(offsets + 4 * i, true);
    return Buffer.from(aot.subarray(name + 2, name + 2 + view.getUint16(name, true))).toString().replace(/\0$/, "");
  }).filter((name) => !/^\.|^aot_func/.test(name));
}

/** The strings of the object that holds the runtime's table for an instruction set. */
async function runtimeNames(board: string): Promise<(name: string) => boolean> {
  const { archive } = await buildLibrary(firmwareBoard(board), "wamr-aot"), ar = `${firmwareBoard(board).core.prefix}ar`;
  const object = (await runTool(ar, ["t", archive])).split("\n").find((name) => name.includes("aot_reloc_"))!;
  const text = await runTool(ar, ["p", archive, object]);
  return (name) => text.includes(`\0${name}\0`);
}

/** Kernels in one module: starting the compiler takes longer than a kernel. */
const TOGETHER = 24;

/** A module that calls each of the kernels: to be compiled, not to run. */
async function moduleOf(kernels: readonly string[], smallest: ReadonlyMap<string, Drawn>): Promise<Uint8Array> {
  const laidOut = kernels.map((kernel) => smallest.get(kernel)!.laidOut).reduce((a, b) => (a.image.bytes > b.image.bytes ? a : b)), { image, facts } = laidOut;
  const steps = kernels.map((kernel) => ({ ...image.steps[0]!, kernel }));
  const code = steps.map((_, step) => [{ kind: "step" as const, step }]), operators = kernels.map((op, index) => ({ index, op, tensor: "" }));
  const whole = { ...image, steps, code, final: [], initial: [], variables: [], constantOutputs: [] };
  return (await linkLaidOut({ ...laidOut, image: whole, facts: { ...facts, operators } }, core)).module;
}

const groups = new Map<Machine, Promise<(readonly [readonly string[], Uint8Array])[]>>();

/** Modules with every kernel of a machine. */
async function modulesFor(boardCore: string): Promise<(readonly [readonly string[], Uint8Array])[]> {
  const smallest = smallestByKernel("wamr-aot", boardCore), kernels = [...smallest.keys()], made: (readonly [readonly string[], Uint8Array])[] = [];
  for (let at = 0; at < kernels.length; at += TOGETHER) {
    const some = kernels.slice(at, at + TOGETHER);
    made.push([some, await moduleOf(some, smallest)]);
  }
  return made;
}

const symbols = suite("functions that compiled code calls");
for (const boardCore of AOT_CORES)
  symbols(`the runtime has all that kernels need on ${boardCore}, and code in flash needs none`, async () => {
    const machine = machineFor("wamr-aot", boardCore), target = aotTarget({ name: boardCore, core: boardCore });
    if (!groups.has(machine)) groups.set(machine, modulesFor(boardCore));
    const has = await runtimeNames(boardCore.startsWith("rv32") ? "riscv-virt" : "mps2-an386");
    const missing: string[] = [];
    const compile = async (kernels: readonly string[], module: Uint8Array, xip: boolean): Promise<void> => {
      const { aot } = await compileAot(module, target, { xip }), unknown = wanted(aot).filter((name) => xip || !has(name));
      if (unknown.length === 0) return;
      if (kernels.length === 1) missing.push(`${unknown.join(", ")}: ${kernels[0]}${xip ? ", in flash" : ""}`);
      else for (const kernel of kernels) await compile([kernel], await moduleOf([kernel], smallestByKernel("wamr-aot", boardCore)), xip);
    };
    const all = [[["integers"], modules.arithmetic()], [["floats"], modules.floats()], ...(await groups.get(machine)!)] as const;
    await inParallel(all.flatMap(([kernels, module]) => [false, true].map((xip) => () => compile(kernels, module, xip))), () => {});
    assert.equal(missing.sort(), []);
  });
symbols.run();
