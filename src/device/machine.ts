import type { Machine } from "../lowering/lowering";

/** What runs a linked module on a device: WAMR's fast or classic interpreter, or code compiled ahead of time, copied to RAM or executed in place. */
export const ENGINES = ["wamr-fast", "wamr-classic", "wamr-aot", "wamr-xip"] as const;
export type Engine = (typeof ENGINES)[number];

/**
 * Which forms of the kernels suit an engine on a core.
 * @param core a board's `core`: "cortex-m4f". Without one, compiled code is for the commonest: a Cortex-M with 16-bit multiply-accumulates
 */
export function machineFor(engine: Engine, core?: string): Machine {
  if (engine === "wamr-fast") return "fast";
  if (engine === "wamr-classic") return "classic";
  if (core === undefined || /^cortex-m(4|7|33)/.test(core)) return "dsp";
  return /^cortex-m(55|85)/.test(core) || /^rv32.*(v|zve32)/.test(core) ? "vector" : "scalar";
}

/** Whether an engine runs code that was compiled ahead of time. */
export const isCompiled = (engine: Engine): boolean => engine === "wamr-aot" || engine === "wamr-xip";
