// What a dropped file is, and which input it feeds.
import { formatOf } from "../cli/inputs/formats";
import type { InputInfo } from "./protocol";

export type FileKind = "model" | "input" | "labels";

/** By the file's name. What no input can be is taken for a model: its reader tells what it is instead. */
export function kindOf(name: string): FileKind {
  if (/\.(txt|labels)$/i.test(name)) return "labels";
  return formatOf(name) === null ? "model" : "input";
}

/** Noise with a fixed seed: what an input is fed with until a file comes. */
export const NOISE = "lcg:1";

/**
 * A source for every input: what was chosen before and the files that came now. An archive feeds every input; another file the one that has its
 * name, else the first without a file, else the first.
 * @param chosen Sources so far, in the inputs' order; shorter where nothing was chosen. @param files Names of new files, as they came.
 */
export function assignFiles(inputs: readonly Pick<InputInfo, "name" | "aliases">[], chosen: readonly string[], files: readonly string[]): string[] {
  const sources = inputs.map((_, i) => chosen[i] ?? NOISE);
  for (const file of files) {
    if (formatOf(file) === "npz") {
      sources.fill(file);
      continue;
    }
    const stem = file.replace(/\.[^.]*$/, "");
    const named = inputs.findIndex(({ name, aliases }) => [name, ...aliases].includes(stem));
    const free = sources.findIndex((source) => formatOf(source) === null);
    const at = named >= 0 ? named : Math.max(0, free);
    if (inputs.length > 0) sources[at] = file;
  }
  return sources;
}

/** One label per line; empty lines at the end are none. */
export function labelsIn(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).trimEnd().split("\n").map((line) => line.trim());
}
