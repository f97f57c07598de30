import { readFileSync } from "node:fs";
import path from "node:path";
import { Model } from "../../src/index";
import { link } from "../../src/link/link";

/** A model linked for a device, as `arenula build` would. */
export async function linkedModel(file: string, sliceBytes = 1024): Promise<Uint8Array> {
  const core = readFileSync("build/core/device.wasm");
  const { module } = await link(Model.parse(readFileSync(file)), core, { sliceBytes, engine: "wamr-fast", name: path.basename(file), sha256: "", version: "0.1.0" });
  return module;
}
