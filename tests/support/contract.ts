// The contract of every kernel on every core, in every form that a machine has: its outputs equal the expectation bit for bit, it changes no byte of linear memory but
// its outputs and its scratch, and it relies on nothing that it has not written or been given.
//
// Storages and scratch lie GUARD bytes apart, and all memory holds a pattern before inputs, constants and records are written.

import type { Graph } from "../../src/graph/graph";
import { byteLength } from "../../src/graph/tensor";
import { lower } from "../../src/lowering/lower";
import type { CoreName, LoweringTarget } from "../../src/lowering/lowering";
import { layOut, writeImage, type MemoryMap } from "../../src/lowering/memory";
import type { Program } from "../../src/lowering/program";
import { assignStorage } from "../../src/lowering/storage";
import { instantiate, loadCore, type Core, type Kernels } from "../../src/runtime/core";
import { firstDifference } from "../conformance/array";
import { describeForm, FORMS } from "../forms";
import { bytesOf } from "./graph";

const PAGES = 17;
const GUARD = 64;
const PATTERN = Uint8Array.from({ length: PAGES * 65536 }, (_, i) => (i * 89 + (i >> 8) * 57 + 0xa5) & 255);

/** One core with one memory, which all runs share. */
interface Stand { readonly core: Core; readonly kernels: Kernels; readonly memory: Uint8Array; readonly before: Uint8Array }

const stands = new Map<CoreName, Promise<Stand>>();

async function standOf(name: CoreName): Promise<Stand> {
  const core = await loadCore(name);
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  return { core, kernels: await instantiate(core, memory), memory: new Uint8Array(memory.buffer), before: new Uint8Array(memory.buffer.byteLength) };
}

/**
 * Runs a graph on every core, in every form of its kernels, and holds it to the contract. Where outputs may take the place of inputs, it runs once more with the
 * inputs needed afterwards, so that nothing is computed in place.
 * @param label names the case in a failure
 * @param inputs stored values of every graph input, in order
 * @param expected stored values of every graph output, in order
 */
export async function agrees(label: string, graph: Graph, inputs: readonly ArrayBufferView[], expected: readonly ArrayBufferView[]): Promise<void> {
  const ran = new Set<string>();
  for (const form of FORMS) {
    const program = lower(graph, form), key = [form.core, ...program.steps.map(({ kernel }) => kernel)].join();
    if (ran.has(key)) continue; // machines share most forms
    ran.add(key);
    if (!stands.has(form.core)) stands.set(form.core, standOf(form.core));
    const stand = await stands.get(form.core)!;
    const inPlace = check(`${label}, ${describeForm(form)}`, stand, graph, program, inputs, expected);
    if (!inPlace) continue;
    const keeping = keepingInputs(graph);
    check(`${label}, ${describeForm(form)}, inputs kept`, stand, keeping, lower(keeping, form), inputs, [...expected, ...inputs]);
  }
}

function keepingInputs(graph: Graph): Graph {
  const [main, ...others] = graph.subgraphs;
  return { ...graph, subgraphs: [{ ...main!, outputs: [...main!.outputs, ...main!.inputs] }, ...others] };
}

/** The same on the `mcu` core for targets that `agrees` does not have: small slices, little scratch. */
export async function agreesFor(targets: readonly Partial<LoweringTarget>[], label: string, graph: Graph, inputs: readonly ArrayBufferView[], expected: readonly ArrayBufferView[]): Promise<void> {
  if (!stands.has("mcu")) stands.set("mcu", standOf("mcu"));
  const stand = await stands.get("mcu")!;
  for (const target of targets) check(`${label}, ${JSON.stringify(target)}`, stand, graph, lower(graph, { ...target, core: "mcu" }), inputs, expected);
}

/** @returns whether an output was computed in place */
function check(label: string, { core, kernels, memory, before }: Stand, graph: Graph, program: Program, inputs: readonly ArrayBufferView[], expected: readonly ArrayBufferView[]): boolean {
  const subgraph = graph.subgraphs[0]!;
  const map = spread(program, core.heapBase);
  if (map.bytes > memory.length) throw new RangeError(`${label}: a case of ${map.bytes} bytes, the stand has ${memory.length}`);
  memory.set(PATTERN.subarray(core.heapBase), core.heapBase);
  writeImage(program, map, memory);
  subgraph.inputs.forEach((tensor, i) => memory.set(bytesOf(inputs[i]!), map.tensors.get(tensor)!));
  program.steps.forEach(({ kernel, writes, scratch }, i) => {
    before.set(memory);
    kernels[kernel]!(map.records[i]!);
    const allowed = [
      ...writes.map((tensor) => [map.tensors.get(tensor)!, byteLength(program.subgraph.tensors[tensor]!)] as const),
      ...scratch.map((bytes, k) => [map.scratch[i]![k]!, bytes] as const),
    ];
    for (const [at, bytes] of allowed) before.set(memory.subarray(at, at + bytes), at);
    if (Buffer.compare(before, memory) !== 0) {
      const at = memory.findIndex((byte, address) => byte !== before[address]);
      throw new Error(`${label}: ${kernel} changed byte ${at} from ${before[at]} to ${memory[at]}; its own are ${allowed.map(([from, bytes]) => `${from} to ${from + bytes - 1}`).join(", ")}`);
    }
  });
  subgraph.outputs.forEach((index, i) => {
    const tensor = subgraph.tensors[index]!, at = map.tensors.get(index)!;
    const difference = firstDifference(memory.subarray(at, at + byteLength(tensor)), bytesOf(expected[i]!), tensor);
    if (difference) throw new Error(`${label}: output ${i}: ${difference}`);
  });
  return program.steps.some(({ inPlace }) => inPlace.some(([read, written]) => map.tensors.get(read) === map.tensors.get(written)));
}

/** The layout of a program with every storage and every scratch buffer in a place of its own. */
function spread(program: Program, base: number): MemoryMap {
  const map = layOut(program, base, { planner: "greedy" });
  let at = map.arenaAt + GUARD;
  const place = (bytes: number) => {
    const address = at;
    at += Math.ceil(bytes / 16) * 16 + GUARD;
    return address;
  };
  const tensors = new Map<number, number>();
  for (const { tensors: shared, bytes } of assignStorage(program).storages) {
    const address = place(bytes);
    for (const tensor of shared) tensors.set(tensor, address);
  }
  const scratch = program.steps.map((step) => step.scratch.map(place));
  return { ...map, tensors, scratch, bytes: at };
}
