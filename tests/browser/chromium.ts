import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { chromium, type Browser } from "playwright-core";

/** Names under which distributions install it. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
export const MISSING = "Chromium is missing: install it (Debian: apt-get install chromium), or name it with CHROMIUM=/path/to/chromium";

/** Where Chromium is, or null. */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM"];
  const places = named ? [named] : (process.env["PATH"] ?? "").split(path.delimiter).flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  return places.find(isProgram) ?? null;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium()! });
}
