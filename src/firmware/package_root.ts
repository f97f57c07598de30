import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ArenulaError } from "../errors";

const LANDMARK = "boards/wamr/arenula_host.c";

/**
 * The folder that holds boards/: the clone, or the installed package. Looked for upwards from this file, which the bundler may have put
 * into dist/, dist/chunks/ or build/.
 */
export function packageRoot(): string {
  const start = path.dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, LANDMARK))) return folder;
    if (folder === path.dirname(folder)) break;
  }
  throw new ArenulaError("FILE_NOT_FOUND", `no folder above ${start} holds ${LANDMARK}`, { where: start, hint: "install the package arenula again: its boards/ folder is missing" });
}

/** A path below the package. */
export function inPackage(...parts: string[]): string {
  return path.join(packageRoot(), ...parts);
}
