import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { inPackage } from "../package_root";
import { CACHE, intoCache, keyOf, runTool, toolVersion } from "../tools";

/** The path of the emulator's plugin (boards/wamr/cycles/blocks.c); builds it where the cache has none. @throws ArenulaError TOOL_MISSING, TOOL_FAILED */
export async function blocksPlugin(): Promise<string> {
  const source = inPackage("boards/wamr/cycles/blocks.c");
  const folder = path.join(CACHE, "cycles", keyOf(toolVersion("gcc"), readFileSync(source)));
  const plugin = path.join(folder, "blocks.so");
  if (!existsSync(plugin)) await intoCache(folder, async (temporary) => void (await runTool("gcc", ["-O2", "-shared", "-fPIC", source, "-o", path.join(temporary, "blocks.so")])));
  return plugin;
}
