import { createHash } from "node:crypto";
import { version } from "../../package.json";
import { fitArena, type Board } from "../device/boards";
import type { Engine } from "../device/machine";
import { ArenulaError } from "../errors";
import { build, type Built } from "../link/build";
import type { OpenModel } from "./model";

/** The options of every command that links. */
export interface LinkFlags {
  ram?: number;
  engine: Engine;
  weights: "packed" | "widened";
}

/** Links a model for a board, or for an amount of RAM. @throws ArenulaError FLASH_TOO_SMALL; as `build` */
export async function linkModel({ model, name, bytes, file }: OpenModel, board: Board | null, { engine, weights, ram = Infinity }: LinkFlags): Promise<Built> {
  const region = board ? fitArena(board, 0).region.bytes : Infinity;
  const built = await build(model, {
    engine, core: board?.core, widened: weights === "widened", name, version, sha256: createHash("sha256").update(bytes).digest("hex"),
    ramBytes: Math.min(ram, region), limit: board && region < ram ? board.name : "--ram",
  });
  if (board && board.flashBytes !== null && built.module.length > board.flashBytes)
    throw new ArenulaError("FLASH_TOO_SMALL", `the module takes ${built.module.length} bytes of flash, ${board.name} has ${board.flashBytes}: ${built.module.length - board.flashBytes} too many`, { where: file, hint: "fewer channels, or a board with more flash" });
  return built;
}
