// What it takes to get from the bytes of a file to an interpreter, stage by stage.
import { Model } from "../src/index";
import { lower } from "../src/lowering/lower";
import type { CoreName } from "../src/lowering/lowering";
import { layOut, writeImage } from "../src/lowering/memory";
import { instantiate, loadCore } from "../src/runtime/core";
import { verifyModel } from "../src/tflite/verify";
import { median } from "./statistics";

/** Milliseconds of every stage. `parse` includes `verify`; `total` is parse to image and leaves the core's compilation out. */
export interface LoadCost {
  readonly compile_core: number;
  readonly parse: number;
  readonly verify: number;
  readonly lower: number;
  readonly plan: number;
  readonly instantiate: number;
  readonly total: number;
}

const PAGE = 65536;

/** One load of a fresh copy of the bytes. `core` is compiled once per process: a cost of the first load only. */
export async function timeLoad(bytes: Uint8Array, core: CoreName): Promise<LoadCost> {
  let last = performance.now();
  const lap = () => {
    const now = performance.now(), ms = now - last;
    last = now;
    return ms;
  };
  const loaded = await loadCore(core);
  const compileCore = lap();
  const graph = Model.parse(bytes.slice());
  const parse = lap();
  const program = lower(graph, { core });
  const lowering = lap();
  const map = layOut(program, loaded.heapBase);
  const plan = lap();
  const pages = Math.ceil(map.bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  await instantiate(loaded, memory);
  writeImage(program, map, new Uint8Array(memory.buffer));
  const instantiation = lap();
  const fresh = bytes.slice();
  lap();
  verifyModel(fresh);
  return { compile_core: compileCore, parse, verify: lap(), lower: lowering, plan, instantiate: instantiation, total: parse + lowering + plan + instantiation };
}

/** Medians over `loads`, after as many again that warm the engine up. */
export async function medianLoad(bytes: Uint8Array, core: CoreName, loads: number): Promise<LoadCost> {
  const costs: LoadCost[] = [];
  for (let i = -loads; i < loads; i++) {
    const cost = await timeLoad(bytes, core);
    if (i >= 0) costs.push(cost);
  }
  const of = (stage: keyof LoadCost) => median(costs.map((cost) => cost[stage]));
  return { compile_core: of("compile_core"), parse: of("parse"), verify: of("verify"), lower: of("lower"), plan: of("plan"), instantiate: of("instantiate"), total: of("total") };
}
