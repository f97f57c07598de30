// Finds and runs the programs that building and running firmware takes. What is missing is named with the Debian package that brings it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import path from "node:path";
import { ArenulaError } from "../errors";

/** Where everything that is built outside of the package lies. */
export const CACHE = path.join(process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache"), "arenula");

const PACKAGES: Readonly<Record<string, string>> = {
  "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
  "arm-none-eabi-size": "binutils-arm-none-eabi",
  "arm-none-eabi-ar": "binutils-arm-none-eabi",
  "riscv64-unknown-elf-gcc": "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
  "riscv64-unknown-elf-size": "binutils-riscv64-unknown-elf",
  "riscv64-unknown-elf-ar": "binutils-riscv64-unknown-elf",
  "qemu-system-arm": "qemu-system-arm",
  "qemu-system-riscv32": "qemu-system-misc",
  "llvm-config-19": "llvm-19-dev",
  cmake: "cmake",
  ninja: "ninja-build",
  gcc: "gcc",
  "g++": "g++",
  cargo: "cargo",
};

/** The first line of `program --version`. @throws ArenulaError TOOL_MISSING */
export function toolVersion(program: string): string {
  const { status, stdout, error } = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (error || status !== 0) throw missing(program);
  return stdout.split("\n", 1)[0]!;
}

function missing(program: string): ArenulaError {
  const packages = PACKAGES[program];
  return new ArenulaError("TOOL_MISSING", `${program} is not installed`, { hint: packages ? `Debian: apt install ${packages}` : "install it, or put it on the PATH" });
}

/** Told how far something that takes its time is: what it is, and from 0 to 1. */
export type Progress = (what: string, done: number) => void;

export interface RunOptions {
  /** Defaults to ten minutes. */
  readonly timeoutMs?: number;
  /** Gets the program's output as it comes. */
  readonly onOutput?: (text: string) => void;
}

export interface Ended {
  readonly status: number | null;
  /** stdout and stderr, as they came. */
  readonly output: string;
  readonly timedOut: boolean;
}

/** Runs a program to its end. @throws ArenulaError TOOL_MISSING */
export function runProgram(program: string, args: readonly string[], { timeoutMs = 600_000, onOutput }: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => { timedOut = true; child.kill("SIGKILL"); }, timeoutMs);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      onOutput?.(chunk.toString("latin1"));
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error: NodeJS.ErrnoException) => { clearTimeout(timer); reject(error.code === "ENOENT" ? missing(program) : error); });
    child.on("close", (status) => { clearTimeout(timer); resolve({ status, output: Buffer.concat(chunks).toString("utf8"), timedOut }); });
  });
}

/** Like runProgram, and gives its output. @throws ArenulaError TOOL_FAILED with the last lines of its output; TOOL_MISSING */
export async function runTool(program: string, args: readonly string[], options?: RunOptions): Promise<string> {
  const { status, output, timedOut } = await runProgram(program, args, options);
  if (status === 0) return output;
  throw new ArenulaError("TOOL_FAILED", `${program} ${timedOut ? "did not end in time" : "failed"}:\n${lastLines(output, 25)}`, { where: `${program} ${args.slice(-3).join(" ")}` });
}

export function lastLines(text: string, count: number): string {
  return text.trim().split("\n").slice(-count).join("\n");
}

/** Runs tasks, as many at a time as there are processors. @param onDone gets the fraction that is done */
export async function inParallel(tasks: readonly (() => Promise<void>)[], onDone: (done: number) => void): Promise<void> {
  const queue = [...tasks];
  let done = 0;
  const worker = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      await task();
      onDone(++done / tasks.length);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** sha256 over strings and bytes, shortened: the key of a cache entry. */
export function keyOf(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 20);
}

/** Every file below `folder`, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => path.join(folder, name)).filter((file) => statSync(file).isFile()).sort();
}

const A_DAY_MS = 24 * 60 * 60 * 1000;

/** Removes what is older than a day from a folder of the cache whose entries are made again in a moment. */
export function forgetOld(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const entry = path.join(folder, name);
    const stat = statSync(entry, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > A_DAY_MS) rmSync(entry, { recursive: true, force: true });
  }
}

/** Fills a folder of the cache under another name and moves it in when it is complete: two processes may do so at once. */
export async function intoCache(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error; // another process was faster
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
