// A linked module -> an .aot file for one core, and which bounds checks its code keeps.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { crc32 } from "../crc32";
import { ArenulaError } from "../errors";
import { DEVICE_ABI } from "../link/device_facts";
import { runAotc, type AotcReport } from "./aotc";
import type { AotTarget } from "./targets";
import type { Progress } from "./tools";
import { runWamrc, wamrcProgram } from "./wamrc";

/** `proved`: the memory's bound is a constant, and LLVM deletes the checks that it proves. `runtime`: as stock wamrc compiles. */
export type Checks = "proved" | "runtime";

export interface AotOptions {
  /** Code that runs where it lies, in flash. */
  readonly xip: boolean;
  /** Defaults to "proved"; with WAMRC to "runtime", which is all that wamrc does. */
  readonly checks?: Checks;
  /** Names of the module's functions, by index. */
  readonly functions?: readonly string[];
  readonly progress?: Progress;
}

/** An access of the program that keeps its check. */
export interface KeptCheck {
  /** The how manieth checked access of its function it is, from 1, in the order that WAMR compiles them; null where the passes made one comparison of several. */
  readonly check: number | null;
  /** Comparisons in the delivered code: loops that were copied and functions that were inlined copy their checks. */
  readonly copies: number;
  /** Of the innermost: 0 outside of every loop of the function that it stands in. */
  readonly loop_depth: number;
}

/** The bounds checks of the accesses in one function of the module, wherever the passes moved them. */
export interface FunctionChecks {
  readonly function: string;
  /** Checked accesses, as emitted. */
  readonly before: number;
  /** Accesses that keep one. */
  readonly after: number;
  /** Of these, the ones that stand in a loop. */
  readonly in_loops: number;
  readonly kept: readonly KeptCheck[];
}

export interface Aot {
  readonly aot: Uint8Array;
  readonly checks: Checks;
  /** Bytes of linear memory that the code assumes; 0: nothing. */
  readonly bound: number;
  /** Functions that have checks; null from wamrc, which reports none. */
  readonly functions: readonly FunctionChecks[] | null;
}

/** @throws ArenulaError AOT_REFUSED; as runAotc and runWamrc */
export async function compileAot(wasm: Uint8Array, target: AotTarget, { xip, checks, functions = [], progress }: AotOptions): Promise<Aot> {
  const wamrc = wamrcProgram();
  if (wamrc && checks === "proved") throw new ArenulaError("AOT_REFUSED", "wamrc deletes no bounds checks", { where: "WAMRC", hint: "--checks runtime, or unset WAMRC: Arenula's own compiler proves them" });
  const folder = mkdtempSync(path.join(tmpdir(), "arenula-aot-"));
  try {
    const input = path.join(folder, "in.wasm"), output = path.join(folder, "out.aot");
    writeFileSync(input, wasm);
    const report = wamrc ? await runWamrc(wamrc, input, output, target, xip) : await runAotc(input, output, target, { xip, checks: checks ?? "proved", progress });
    if (!existsSync(output)) throw new ArenulaError("AOT_REFUSED", "the compiler ended well and wrote no file", { where: wamrc ?? "aotc" });
    const bound = report?.bound ?? 0;
    return { aot: withTrailer(readFileSync(output), bound), checks: bound > 0 ? "proved" : "runtime", bound, functions: report ? checksOf(report, functions) : null };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Branches of the delivered code, gathered by the access that they come from. */
function checksOf({ functions }: AotcReport, names: readonly string[]): FunctionChecks[] {
  const indexOf = (name: string) => Number(name.slice(name.indexOf("#") + 1));
  const kept = new Map<number, Map<number, KeptCheck>>();
  let unknown = 0;
  for (const at of functions) {
    for (const { function: from, check, loop_depth } of at.kept) {
      const index = indexOf(from || at.function);
      const byCheck = kept.get(index) ?? new Map<number, KeptCheck>();
      const key = check || --unknown, before = byCheck.get(key);
      byCheck.set(key, { check: check || null, copies: (before?.copies ?? 0) + 1, loop_depth: Math.max(before?.loop_depth ?? 0, loop_depth) });
      kept.set(index, byCheck);
    }
  }
  return functions.filter(({ before }) => before > 0).map(({ function: name, before }) => {
    const index = indexOf(name);
    const own = [...(kept.get(index)?.values() ?? [])].sort((a, b) => (a.check ?? 0) - (b.check ?? 0));
    return { function: names[index] ?? name, before, after: own.length, in_loops: own.filter(({ loop_depth }) => loop_depth > 0).length, kept: own };
  });
}

/** Section type, bytes that follow, "ARNL", ABI, bound, CRC-32: boards/wamr/module_file.h. */
const TRAILER_BYTES = 24, CUSTOM_SECTION = 100, MAGIC = 0x4c4e5241;

/** Appends the section by which firmware knows a file of ours, whole and for a memory that is large enough. Sections start at multiples of 4. */
function withTrailer(aot: Uint8Array, bound: number): Uint8Array {
  const at = Math.ceil(aot.length / 4) * 4;
  const file = new Uint8Array(at + TRAILER_BYTES);
  file.set(aot);
  const view = new DataView(file.buffer);
  [CUSTOM_SECTION, TRAILER_BYTES - 8, MAGIC, DEVICE_ABI, bound].forEach((word, i) => view.setUint32(at + 4 * i, word, true));
  view.setUint32(file.length - 4, parseInt(crc32(file.subarray(0, file.length - 4)), 16), true);
  return file;
}
