import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { Cases } from "./run_cases";

const below = (folder: string, wanted: (file: string) => boolean): string[] =>
  !existsSync(folder) ? [] : readdirSync(folder).sort().flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? below(file, wanted) : wanted(file) ? [file] : [];
  });

/** Every case below a folder. @param modelFolders where the models of goldens are looked for first */
export function casesBelow(folder: string, modelFolders: readonly string[] = []): Cases {
  const isJson = (file: string) => file.endsWith(".json");
  return {
    folder,
    kernels: below(path.join(folder, "kernels"), (file) => isJson(file) && path.basename(file) !== "index.json"),
    models: below(path.join(folder, "models"), (file) => path.basename(file) === "case.json"),
    goldens: below(path.join(folder, "goldens"), isJson),
    modelFolders: [...modelFolders, path.join(folder, "../models"), folder, ...subfolders(folder)],
  };
}

function subfolders(folder: string): string[] {
  return readdirSync(folder).map((name) => path.join(folder, name)).filter((file) => statSync(file).isDirectory());
}
