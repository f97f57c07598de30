// Builds and runs the ahead-of-time compiler (boards/wamr/aotc).
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ArenulaError } from "../errors";
import { inPackage } from "./package_root";
import type { AotTarget } from "./targets";
import { CACHE, filesBelow, intoCache, keyOf, runProgram, runTool, toolVersion, type Progress } from "./tools";
import { findWamr } from "./wamr";

/** The path of the compiler's program; builds it where the cache has none (half a minute). */
export async function findAotc(progress?: Progress): Promise<string> {
  const { root, version } = await findWamr();
  const llvm = toolVersion("llvm-config-19");
  const sources = inPackage("boards/wamr/aotc");
  const shared = ["crc32.c", "crc32.h", "module_file.h"].map((file) => inPackage("boards/wamr", file));
  const key = keyOf(root, version, llvm, ...[...filesBelow(sources), ...shared].flatMap((file) => [path.basename(file), readFileSync(file)]));
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

/** `proved`: the memory's bound is a constant, and LLVM deletes the checks that it proves. `runtime`: as stock wamrc compiles. */
export type Checks = "proved" | "runtime";

export interface AotOptions extends AotTarget {
  /** Code that runs where it lies, in flash. Defaults to false. */
  readonly xip?: boolean;
  /** Defaults to "proved". */
  readonly checks?: Checks;
  /** What the bound must be, in bytes: another value is refused. */
  readonly bound?: number;
  readonly progress?: Progress;
}

export interface AotReport {
  /** Bytes of linear memory that the code assumes; 0: nothing. */
  readonly bound: number;
  /** Bounds checks of every function in the IR, before and after optimization. */
  readonly functions: readonly { readonly function: string; readonly before: number; readonly after: number }[];
}

export interface Aot extends AotReport {
  readonly aot: Uint8Array;
}

/** Compiles a linked module for a core. @throws ArenulaError AOT_REFUSED in the compiler's words; TOOL_MISSING, TOOL_FAILED, WAMR_* */
export async function compileAot(wasm: Uint8Array, { target, cpu, features, xip = false, checks = "proved", bound, pipeline = "lto", progress }: AotOptions): Promise<Aot> {
  const aotc = await findAotc(progress);
  const folder = mkdtempSync(path.join(tmpdir(), "arenula-aot-"));
  try {
    const input = path.join(folder, "in.wasm"), output = path.join(folder, "out.aot");
    writeFileSync(input, wasm);
    const args = [input, output, "--target", target, "--cpu", cpu, "--checks", checks, "--pipeline", pipeline];
    if (features) args.push("--features", features);
    if (xip) args.push("--xip");
    if (bound !== undefined) args.push("--bound", String(bound));
    const { status, output: text } = await runProgram(aotc, args);
    const report = text.split("\n").find((line) => line.startsWith("{\"bound\""));
    if (status !== 0 || !report) throw new ArenulaError("AOT_REFUSED", text.trim() || `${aotc} ended with status ${status}`, { hint: "the compiler takes what `arenula build` links" });
    return { aot: readFileSync(output), ...(JSON.parse(report) as AotReport) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
