import { instantiateSync } from "@assemblyscript/loader";
import { ArenulaError } from "../errors";
import type { CoreName } from "../lowering/lowering";

export type CoreChoice = CoreName | "auto";

/** Best first. */
const CORES: readonly CoreName[] = ["relaxed", "simd", "mcu"];

/** The cores travel inside the package; each is loaded when it is first asked for. */
const BINARIES: Record<CoreName, () => Promise<{ default: Uint8Array }>> = {
  mcu: () => import("../../build/core/mcu.wasm"),
  simd: () => import("../../build/core/simd.wasm"),
  relaxed: () => import("../../build/core/relaxed.wasm"),
};

/** A compiled core. */
export interface Core {
  readonly name: CoreName;
  readonly module: WebAssembly.Module;
  /** First byte of linear memory that the core does not use itself. */
  readonly heapBase: number;
}

const compiled = new Map<CoreName, Promise<Core>>();

/**
 * A core, compiled once per process; "auto" is the best one that this engine runs.
 * @throws ArenulaError CORE_UNAVAILABLE where the engine lacks what the core needs.
 */
export async function loadCore(choice: CoreChoice): Promise<Core> {
  if (choice !== "auto") {
    if (!CORES.includes(choice)) throw new ArenulaError("CORE_UNAVAILABLE", `no core is called '${String(choice)}'`, { hint: `there are auto, ${[...CORES].reverse().join(", ")}` });
    return load(choice);
  }
  for (const name of CORES) {
    try {
      return await load(name);
    } catch (error) {
      if (!(error instanceof ArenulaError)) throw error;
    }
  }
  throw new ArenulaError("CORE_UNAVAILABLE", "this engine runs none of the cores", { hint: "WebAssembly with bulk memory is needed: Node >= 20 or a browser of 2021 or later" });
}

function load(name: CoreName): Promise<Core> {
  let core = compiled.get(name);
  if (!core) {
    core = compile(name);
    core.catch(() => compiled.delete(name));
    compiled.set(name, core);
  }
  return core;
}

async function compile(name: CoreName): Promise<Core> {
  const { default: bytes } = await BINARIES[name]();
  const module = await WebAssembly.compile(bytes as BufferSource).catch((error: unknown) => {
    throw new ArenulaError("CORE_UNAVAILABLE", `this engine cannot run the '${name}' core: ${(error as Error).message}`, {
      hint: name === "relaxed" ? "Node 20 needs --experimental-wasm-relaxed-simd; core 'auto' takes the best one that runs" : "core 'auto' takes the best one that runs",
    });
  });
  const { exports } = instantiateSync(module, { env: { memory: new WebAssembly.Memory({ initial: 1 }) } });
  return { name, module, heapBase: Number((exports as unknown as { __heap_base: WebAssembly.Global }).__heap_base.value) };
}

/** Kernel functions by name, bound to one memory. */
export type Kernels = Readonly<Record<string, (record: number) => void>>;

export function instantiate(core: Core, memory: WebAssembly.Memory): Kernels {
  const { exports } = instantiateSync(core.module, { env: { memory } });
  return exports as unknown as Kernels;
}
