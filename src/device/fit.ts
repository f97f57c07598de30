import { shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import type { Interpreter } from "../runtime/interpreter";
import { boardByName, fitArena, type Board } from "./boards";

/**
 * Refuses a board whose largest piece of RAM is smaller than the arena, or whose flash is smaller than the model file.
 * What runtime and stacks take comes on top: this is the least that is needed.
 * @throws ArenulaError BOARD_UNKNOWN, ARENA_TOO_LARGE, FLASH_TOO_SMALL
 */
export async function fitBoard(net: Interpreter, board: string | Board): Promise<void> {
  const facts = typeof board === "string" ? await boardByName(board) : board;
  const { arena, steps, model } = net;
  const { fits, region, shortfall } = fitArena(facts, arena.bytes);
  if (!fits) {
    const peak = steps[arena.peakStep];
    const largest = arena.blocks.filter((b) => b.firstStep <= arena.peakStep && arena.peakStep <= b.lastStep).sort((a, b) => b.bytes - a.bytes).slice(0, 3);
    throw new ArenulaError("ARENA_TOO_LARGE", `the arena needs ${arena.bytes} bytes, ${facts.name} has ${region.bytes} in ${region.name}: ${shortfall} too many`, {
      where: peak ? `step ${arena.peakStep}, operator ${peak.operator} ${peak.name} '${shortName(peak.tensor)}', holds ${largest.map((b) => `'${shortName(b.name)}' (${b.bytes})`).join(", ")}` : "",
      hint: "a smaller input or fewer channels around that step; `arenula plan --svg` draws the peak",
    });
  }
  if (facts.flashBytes !== null && model.bytes > facts.flashBytes)
    throw new ArenulaError("FLASH_TOO_SMALL", `the model takes ${model.bytes} bytes of flash, ${facts.name} has ${facts.flashBytes}: ${model.bytes - facts.flashBytes} too many`, {
      hint: "fewer channels, or a board with more flash",
    });
}
