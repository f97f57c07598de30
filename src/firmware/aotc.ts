// Builds and runs our ahead-of-time compiler (boards/wamr/aotc), a driver on WAMR's compilation library.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ArenulaError } from "../errors";
import { inPackage } from "./package_root";
import type { AotTarget } from "./targets";
import { CACHE, filesBelow, intoCache, keyOf, runProgram, runTool, toolVersion, type Progress } from "./tools";
import { findWamr } from "./wamr";

/** Programs by the folder of WAMR: a process that compiles a thousand modules looks once. */
const programs = new Map<string, Promise<string>>();

/** The path of the compiler's program; builds it where the cache has none (half a minute). */
export async function findAotc(progress?: Progress): Promise<string> {
  const { root, version } = await findWamr();
  const program = programs.get(root) ?? builtAotc(root, version, progress);
  programs.set(root, program);
  program.catch(() => programs.delete(root));
  return program;
}

async function builtAotc(root: string, version: string, progress?: Progress): Promise<string> {
  const llvm = toolVersion("llvm-config-19");
  const sources = inPackage("boards/wamr/aotc");
  const key = keyOf(root, version, llvm, ...filesBelow(sources).flatMap((file) => [path.basename(file), readFileSync(file)]));
  const folder = path.join(CACHE, "aotc", key);
  const program = path.join(folder, "aotc");
  if (existsSync(program)) return program;
  for (const tool of ["cmake", "ninja", "gcc", "g++"]) toolVersion(tool);
  const llvmFolder = (await runTool("llvm-config-19", ["--cmakedir"])).trim();
  await intoCache(folder, async (temporary) => {
    const work = path.join(temporary, "build");
    await runTool("cmake", ["-G", "Ninja", "-S", sources, "-B", work, `-DWAMR=${root}`, `-DLLVM_DIR=${llvmFolder}`]);
    await runTool("ninja", ["-C", work, "aotc"], {
      timeoutMs: 1_800_000,
      onOutput: (text) => { // [12/345] Building ...
        for (const [, step, steps] of text.matchAll(/^\[(\d+)\/(\d+)\]/gm)) progress?.("building the AOT compiler", Number(step) / Number(steps));
      },
    });
    writeFileSync(path.join(temporary, "aotc"), readFileSync(path.join(work, "aotc")), { mode: 0o755 });
    rmSync(work, { recursive: true });
  });
  return program;
}

/** What the compiler prints: boards/wamr/aotc/checks.h. Functions are "aot_func#<index>". */
export interface AotcReport {
  /** Bytes of linear memory that the code assumes; 0: nothing. */
  readonly bound: number;
  readonly functions: readonly {
    readonly function: string;
    /** Checked accesses. */
    readonly before: number;
    /** Comparisons that stay. */
    readonly after: number;
    readonly kept: readonly { readonly function: string; readonly check: number; readonly loop_depth: number }[];
  }[];
}

export interface AotcOptions {
  readonly xip: boolean;
  readonly checks: "proved" | "runtime";
  readonly progress?: Progress;
}

/** Compiles the file `input` to the file `output`. @throws ArenulaError AOT_REFUSED in the compiler's words; TOOL_MISSING, TOOL_FAILED, WAMR_* */
export async function runAotc(input: string, output: string, { target, cpu, features, xipCalls, pipeline }: AotTarget, { xip, checks, progress }: AotcOptions): Promise<AotcReport> {
  const aotc = await findAotc(progress);
  const args = [input, output, "--target", target, "--cpu", cpu, "--checks", checks, "--pipeline", pipeline, ...(features ? ["--features", features] : []), ...(xip ? ["--xip", xipCalls] : [])];
  const { status, output: text } = await runProgram(aotc, args);
  const report = text.split("\n").find((line) => line.startsWith("{\"bound\""));
  if (status !== 0 || !report) throw new ArenulaError("AOT_REFUSED", text.trim() || `${aotc} ended with status ${status}`, { hint: "the compiler takes what `arenula build` links" });
  return JSON.parse(report) as AotcReport;
}
