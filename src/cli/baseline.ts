// Earlier benchmarks, which --baseline names.
import { ArenulaError } from "../errors";
import { readFile } from "./files";
import type { Colors } from "./io";

export interface OutputCrc {
  name: string;
  crc32: string;
}

interface WithOutputs {
  outputs: OutputCrc[];
}

/** What `bench --json` printed. @param numbers fields that tell this kind of benchmark. @throws ArenulaError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function readBaseline<T extends WithOutputs>(file: string, numbers: readonly (keyof T & string)[]): Promise<T> {
  const refuse = (message: string) => new ArenulaError("FILE_UNREADABLE", message, { where: file, hint: "--baseline takes what the same `arenula bench MODEL --json` printed, with or without --board as now" });
  let json: Partial<T> | null;
  try {
    json = JSON.parse(new TextDecoder().decode(await readFile(file))) as Partial<T> | null;
  } catch (error) {
    throw error instanceof ArenulaError ? error : refuse(`not JSON: ${(error as Error).message}`);
  }
  const missing = [...numbers.filter((name) => typeof json?.[name] !== "number"), ...(Array.isArray(json?.outputs) ? [] : ["outputs"])];
  if (missing.length > 0) throw refuse(`no such benchmark: it lacks ${missing.join(", ")}`);
  return json as T;
}

export function sameOutputs(a: WithOutputs, b: WithOutputs): boolean {
  return a.outputs.length === b.outputs.length && a.outputs.every(({ crc32 }, i) => crc32 === b.outputs[i].crc32);
}

export function outputsText(equal: boolean, colors: Colors): string {
  return equal ? "outputs are equal" : colors.red("outputs differ: another model, another input, or a defect");
}
