import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile as read, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { ArenulaError } from "../errors";
import { didYouMean } from "../near_names";

/** @throws ArenulaError FILE_NOT_FOUND with near names of the folder, FILE_UNREADABLE */
export async function readFile(file: string): Promise<Uint8Array> {
  try {
    if ((await stat(file)).isDirectory()) {
      throw new ArenulaError("FILE_UNREADABLE", "a folder, where a file is wanted", { where: file, hint: await contents(file) });
    }
    return await read(file);
  } catch (error) {
    if (error instanceof ArenulaError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") throw new ArenulaError("FILE_NOT_FOUND", "no such file", { where: file, hint: await neighbours(file) });
    throw new ArenulaError("FILE_UNREADABLE", code === "EACCES" || code === "EPERM" ? "no permission to read it" : message, { where: file });
  }
}

/** In hexadecimal: what tells one file from another. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes to a temporary file beside the target and renames it: no reader ever sees half a file. @throws ArenulaError FILE_UNWRITABLE */
export async function writeFileAtomically(file: string, data: Uint8Array | string): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(temporary, data);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {}); // the first error is the one that tells
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "EEXIST" || code === "ENOTDIR" ? `${path.dirname(file)} is a file, where a folder is wanted` : code === "EISDIR" ? "a folder of that name is in the way" : message;
    throw new ArenulaError("FILE_UNWRITABLE", why, { where: file });
  }
}

async function contents(folder: string): Promise<string> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."));
  const shown = names.filter((name) => name.endsWith(".tflite"));
  return shown.length === 0 ? "" : `it holds ${shown.slice(0, 5).join(", ")}${shown.length > 5 ? ", ..." : ""}`;
}

async function neighbours(file: string): Promise<string> {
  const folder = path.dirname(file);
  const names = await readdir(folder).catch(() => null);
  if (names === null) return `there is no folder ${folder} either`;
  return didYouMean(path.basename(file), names);
}
