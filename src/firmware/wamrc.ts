// WAMR's own ahead-of-time compiler, where the environment variable WAMRC names one. It proves no bounds checks away.
import { ArenulaError } from "../errors";
import type { AotTarget } from "./targets";
import { lastLines, runProgram } from "./tools";
import { WAMR_VERSION } from "./wamr";

/** The program that WAMRC names, or null. */
export const wamrcProgram = (): string | null => process.env["WAMRC"] || null;

/** "wamrc 2.4.3" @throws ArenulaError TOOL_MISSING, TOOL_FAILED, WAMR_VERSION */
async function checkVersion(program: string): Promise<void> {
  const { status, output } = await runProgram(program, ["--version"]).catch(() => {
    throw new ArenulaError("TOOL_MISSING", `${program} does not run`, { where: "WAMRC", hint: "WAMRC has to name the program wamrc; without it, Arenula builds a compiler of its own" });
  });
  if (status !== 0) throw new ArenulaError("TOOL_FAILED", `${program} --version failed:\n${lastLines(output, 5)}`, { where: "WAMRC" });
  const version = /\d+\.\d+\.\d+/.exec(output)?.[0] ?? output.trim();
  if (version !== WAMR_VERSION) throw new ArenulaError("WAMR_VERSION", `${program} is of WAMR ${version}; the firmware host is for ${WAMR_VERSION}`, { where: "WAMRC", hint: `an .aot file runs on its own version only: take wamrc ${WAMR_VERSION}` });
}

/** Compiles the file `input` to the file `output`, checks at run time. @throws ArenulaError AOT_REFUSED in wamrc's words; as checkVersion */
export async function runWamrc(program: string, input: string, output: string, { target, cpu, features, xipCalls }: AotTarget, xip: boolean): Promise<void> {
  await checkVersion(program);
  const args = [
    `--target=${target}`, "--target-abi=gnu", `--cpu=${cpu}`, ...(features ? [`--cpu-features=${features}`] : []), "--opt-level=3", "--size-level=3",
    "--bounds-checks=1", "--stack-bounds-checks=0", // the firmware keeps a guard region below its stack
    ...(xip ? ["--enable-indirect-mode", "--disable-llvm-intrinsics", `--enable-builtin-intrinsics=${xipCalls}`] : []),
    "-o", output, input,
  ];
  const { status, output: text } = await runProgram(program, args);
  if (status !== 0) throw new ArenulaError("AOT_REFUSED", lastLines(text, 10) || `${program} ended with status ${status}`, { where: "WAMRC" });
}
