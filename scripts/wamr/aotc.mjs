// Builds and runs the ahead-of-time compiler (boards/wamr/aotc).
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { filesBelow, ROOT } from "../support.mjs";
import { build, CACHE, intoCache, keyOf, runProgram, ToolError, toolVersion } from "./tools.mjs";
import { findWamr } from "./wamr.mjs";

const SOURCES = path.join(ROOT, "boards/wamr/aotc");
const SHARED = ["crc32.c", "crc32.h", "module_file.h"].map((file) => path.join(ROOT, "boards/wamr", file));

/** The path of the compiler's program; builds it where the cache has none (half a minute). */
export async function findAotc() {
  const { root, version } = await findWamr();
  const llvm = toolVersion("llvm-config-19");
  const key = keyOf(root, version, llvm, ...[...filesBelow(SOURCES), ...SHARED].flatMap((file) => [path.basename(file), readFileSync(file)]));
  const folder = path.join(CACHE, "aotc", key);
  const program = path.join(folder, "aotc");
  if (existsSync(program)) return program;
  for (const tool of ["cmake", "ninja", "gcc", "g++"]) toolVersion(tool);
  console.error(`building the AOT compiler (WAMR ${version}, LLVM ${llvm})`);
  const llvmFolder = (await build("llvm-config-19", ["--cmakedir"])).trim();
  await intoCache(folder, async (temporary) => {
    const work = path.join(temporary, "build");
    await build("cmake", ["-G", "Ninja", "-S", SOURCES, "-B", work, `-DWAMR=${root}`, `-DLLVM_DIR=${llvmFolder}`]);
    await build("ninja", ["-C", work, "aotc"], { timeoutMs: 1_800_000 });
    writeFileSync(path.join(temporary, "aotc"), readFileSync(path.join(work, "aotc")), { mode: 0o755 });
    rmSync(work, { recursive: true });
  });
  return program;
}

/**
 * Compiles a linked module for a core.
 * @param {Uint8Array} wasm
 * @param {{ target: string, cpu: string, features?: string, xip?: boolean, checks?: "proved" | "runtime", bound?: number, pipeline?: "lto" | "default" }} options
 * @returns {Promise<{ aot: Buffer, bound: number, functions: { function: string, before: number, after: number }[] }>}
 */
export async function compileAot(wasm, { target, cpu, features, xip = false, checks = "proved", bound, pipeline = "lto" }) {
  const aotc = await findAotc();
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
    if (status !== 0 || !report) throw new ToolError("AOT_REFUSED", text.trim() || `${aotc} ended with status ${status}`);
    return { aot: readFileSync(output), ...JSON.parse(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
