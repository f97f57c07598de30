// The .tflite files at hand: ours in models/, and whatever the directory named by ARENULA_CORPUS holds (default /work/shared).

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const DIRECTORIES = ["models", ...["models", "models-legacy", "conformance/models"].map((name) => join(process.env.ARENULA_CORPUS ?? "/work/shared", name))];

/** Paths of all models found, in name order. */
export function corpus(): string[] {
  return DIRECTORIES.filter((directory) => existsSync(directory)).flatMap(modelsBelow).sort();
}

/** The bytes of the model with this file name, null where it is not at hand. */
export function modelNamed(name: string): Uint8Array | null {
  const path = corpus().find((file) => file.endsWith(`/${name}`));
  return path === undefined ? null : load(path);
}

export function load(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}

function modelsBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return modelsBelow(path);
    return path.endsWith(".tflite") ? [path] : [];
  });
}
