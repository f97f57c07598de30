import { version } from "../../package.json";
import { fitArena, type Board } from "../device/boards";
import type { Engine } from "../device/machine";
import { ArenulaError } from "../errors";
import { build, type Built } from "../link/build";
import { sha256 } from "./files";
import type { OpenModel } from "./model";

/** The options of every command that links. */
export interface LinkFlags {
  ram?: number;
  engine: Engine;
  weights: "packed" | "widened";
}

interface Linking extends LinkFlags {
  /** As BuildOptions. */
  readonly verify?: boolean;
}

/** Links a model for a board, or for an amount of RAM. @throws ArenulaError FLASH_TOO_SMALL; as `build` */
export async function linkModel({ model, name, bytes, file }: OpenModel, board: Board | null, { engine, weights, ram = Infinity, verify }: Linking): Promise<Built> {
  const region = board ? fitArena(board, 0).region.bytes : Infinity;
  const built = await build(model, {
    engine, core: board?.core, widened: weights === "widened", name, version, sha256: sha256(bytes),
    ramBytes: Math.min(ram, region), limit: board && region < ram ? board.name : "--ram", verify,
  });
  if (board) checkFlash(board, built.module, "the module", file);
  return built;
}

/** @throws ArenulaError FLASH_TOO_SMALL */
export function checkFlash({ name, flashBytes }: Board, { length }: Uint8Array, what: string, where: string): void {
  if (flashBytes !== null && length > flashBytes)
    throw new ArenulaError("FLASH_TOO_SMALL", `${what} takes ${length} bytes of flash, ${name} has ${flashBytes}: ${length - flashBytes} too many`, { where, hint: "fewer channels, or a board with more flash" });
}
