// Shared by the scripts, which run before anything is installed: Node alone.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { createHash } from "node:crypto";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the repository; ends this process with its status where it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: "inherit", ...options });
  if (error) fail(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

export function fail(message) {
  console.error(message);
  process.exit(1);
}

/** Every file below `folder`, sorted. */
export function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(path.join(folder, entry.name)) : [path.join(folder, entry.name)]));
}

/** Installs the packages of package-lock.json unless they are there. */
export function ensureInstalled() {
  const wanted = createHash("sha256").update(readFileSync(path.join(ROOT, "package-lock.json"))).digest("hex");
  const stamp = path.join(ROOT, "node_modules", `.arenula-lock-${wanted}`); // an installation removes the stamps of earlier ones
  if (existsSync(stamp)) return;
  if (lstatSync(path.join(ROOT, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink())
    fail("node_modules is a link, and not what package-lock.json says: installing would empty the folder that it leads to. Remove the link, and build again");
  console.error("installing packages");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { shell: process.platform === "win32" });
  writeFileSync(stamp, "");
}

/** Whether `output` is newer than every file of `sources` (files or folders, relative to the root). */
export function isFresh(output, sources) {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  return sources
    .map((source) => path.join(ROOT, source))
    .flatMap((source) => (statSync(source).isDirectory() ? filesBelow(source) : [source]))
    .every((file) => statSync(file).mtimeMs <= built);
}

/** Writes a file and the folders above it. */
export function write(file, content) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** The bytes that a seed of a golden stands for: src/lcg.ts for scripts, which run without a build. */
export function lcg(seed, length) {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
