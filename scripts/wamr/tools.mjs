// Finds the programs that building and running firmware takes. What is missing is named with the Debian package that brings it.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import path from "node:path";

/** Where everything that is built outside of the repository lies. */
export const CACHE = path.join(process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "arenula");

/** A program is missing, a build failed, an emulator did not end: a condition of this machine, not a defect of a test. */
export class ToolError extends Error {
  /** @param {string} code MISSING_TOOL, BUILD_FAILED, WAMR_VERSION, TIME_LIMIT, ... */
  constructor(code, message) {
    super(message);
    this.name = "ToolError";
    this.code = code;
  }
}

const PACKAGES = {
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

/** The first line of `program --version`. @throws ToolError MISSING_TOOL */
export function toolVersion(program) {
  const { status, stdout, error } = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (error || status !== 0) throw missing(program);
  return stdout.split("\n", 1)[0];
}

export function missing(program) {
  const packages = PACKAGES[program];
  return new ToolError("MISSING_TOOL", `${program} is not installed${packages ? ` (Debian: apt install ${packages})` : ""}`);
}

/** Runs a program to its end. @returns {Promise<{ status: number | null, output: string, timedOut: boolean }>} */
export function runProgram(program, args, { timeoutMs = 600_000, cwd } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    const chunks = [];
    let timedOut = false;
    const timer = setTimeout(() => { timedOut = true; child.kill("SIGKILL"); }, timeoutMs);
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => { clearTimeout(timer); reject(error.code === "ENOENT" ? missing(program) : error); });
    child.on("close", (status) => { clearTimeout(timer); resolve({ status, output: Buffer.concat(chunks).toString("utf8"), timedOut }); });
  });
}

/** Like runProgram; a failure is a ToolError with the last lines of its output. */
export async function build(program, args, options) {
  const { status, output, timedOut } = await runProgram(program, args, options);
  if (status === 0) return output;
  const tail = output.trim().split("\n").slice(-25).join("\n");
  throw new ToolError("BUILD_FAILED", `${program} ${timedOut ? "did not end in time" : "failed"}:\n${tail}`);
}

/** Runs tasks (functions that return promises), as many at a time as there are processors. */
export async function inParallel(tasks) {
  const queue = [...tasks];
  const worker = async () => { for (let task = queue.shift(); task; task = queue.shift()) await task(); };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** sha256 over strings and bytes, shortened: the key of a cache entry. */
export function keyOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex").slice(0, 20);
}

const A_DAY_MS = 24 * 60 * 60 * 1000;

/** Removes what is older than a day from a folder of the cache whose entries are made again in a moment. */
export function forgetOld(folder) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    const entry = path.join(folder, name);
    const stat = statSync(entry, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > A_DAY_MS) rmSync(entry, { recursive: true, force: true });
  }
}

/** Fills a folder of the cache under another name and moves it in when it is complete: two processes may do so at once. */
export async function intoCache(folder, fill) {
  const temporary = `${folder}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  mkdirSync(temporary, { recursive: true });
  try {
    await fill(temporary);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // another process was faster
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
