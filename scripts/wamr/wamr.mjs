// Where WAMR's sources come from: WAMR_ROOT, or the registry crate that vendors them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build, CACHE, ToolError } from "./tools.mjs";

export const WAMR_VERSION = "2.4.3";
const CRATE = { name: "wamrx-sys", version: "0.3.0" };

const MANIFEST = `[package]
name = "arenula-wamr"
version = "0.0.0"
edition = "2021"
[lib]
path = "empty.rs"
[dependencies]
${CRATE.name} = "=${CRATE.version}"
`;

/** Downloads the crate with cargo and returns where cargo put it. */
async function fetchCrate() {
  const folder = path.join(CACHE, "wamr");
  const found = path.join(folder, "path.txt");
  if (existsSync(found) && existsSync(readFileSync(found, "utf8"))) return readFileSync(found, "utf8");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "Cargo.toml"), MANIFEST);
  writeFileSync(path.join(folder, "empty.rs"), "");
  const manifest = path.join(folder, "Cargo.toml");
  await build("cargo", ["fetch", "--quiet", "--manifest-path", manifest]);
  const metadata = await build("cargo", ["metadata", "--quiet", "--offline", "--format-version", "1", "--manifest-path", manifest]);
  const { packages } = JSON.parse(metadata.slice(metadata.indexOf("{")));
  const crate = packages.find((candidate) => candidate.name === CRATE.name);
  const root = path.join(path.dirname(crate.manifest_path), "wasm-micro-runtime");
  writeFileSync(found, root);
  return root;
}

/** The version in core/version.h, or null where there is none. */
export function wamrVersion(root) {
  const header = path.join(root, "core/version.h");
  if (!existsSync(header)) return null;
  const text = readFileSync(header, "utf8");
  const part = (name) => text.match(new RegExp(`WAMR_VERSION_${name}\\s+(\\d+)`))?.[1];
  return `${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}

/**
 * WAMR's source folder (it holds core/) and its version.
 * @throws ToolError WAMR_MISSING, WAMR_VERSION, MISSING_TOOL (cargo)
 */
export async function findWamr() {
  const given = process.env.WAMR_ROOT;
  const root = given ? path.resolve(given) : await fetchCrate();
  const version = wamrVersion(root);
  if (version === null) throw new ToolError("WAMR_MISSING", `${root} holds no core/version.h: WAMR_ROOT has to name the folder that holds WAMR's core/`);
  if (version !== WAMR_VERSION) throw new ToolError("WAMR_VERSION", `${root} is WAMR ${version}; the firmware host and the counts are for ${WAMR_VERSION}`);
  return { root, version, from: given ? "WAMR_ROOT" : `the crate ${CRATE.name} ${CRATE.version}` };
}
