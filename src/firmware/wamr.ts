// Where WAMR's sources come from: WAMR_ROOT, or the registry crate that vendors them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ArenulaError } from "../errors";
import { CACHE, runTool } from "./tools";

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
async function fetchCrate(): Promise<string> {
  const folder = path.join(CACHE, "wamr");
  const found = path.join(folder, "path.txt");
  if (existsSync(found) && existsSync(readFileSync(found, "utf8"))) return readFileSync(found, "utf8");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "Cargo.toml"), MANIFEST);
  writeFileSync(path.join(folder, "empty.rs"), "");
  const manifest = path.join(folder, "Cargo.toml");
  await runTool("cargo", ["fetch", "--quiet", "--manifest-path", manifest]);
  const metadata = await runTool("cargo", ["metadata", "--quiet", "--offline", "--format-version", "1", "--manifest-path", manifest]);
  const { packages } = JSON.parse(metadata.slice(metadata.indexOf("{"))) as { packages: { name: string; manifest_path: string }[] };
  const crate = packages.find((candidate) => candidate.name === CRATE.name)!;
  const root = path.join(path.dirname(crate.manifest_path), "wasm-micro-runtime");
  writeFileSync(found, root);
  return root;
}

/** The version in core/version.h, or null where there is none. */
function wamrVersion(root: string): string | null {
  const header = path.join(root, "core/version.h");
  if (!existsSync(header)) return null;
  const text = readFileSync(header, "utf8");
  const part = (name: string) => text.match(new RegExp(`WAMR_VERSION_${name}\\s+(\\d+)`))?.[1];
  return `${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}

export interface Wamr {
  /** The folder that holds core/. */
  readonly root: string;
  readonly version: string;
  /** "WAMR_ROOT", or the crate. */
  readonly from: string;
}

/** WAMR's sources. @throws ArenulaError WAMR_MISSING, WAMR_VERSION; TOOL_MISSING, TOOL_FAILED (cargo) */
export async function findWamr(): Promise<Wamr> {
  const given = process.env["WAMR_ROOT"];
  const root = given ? path.resolve(given) : await fetchCrate();
  const version = wamrVersion(root), from = given ? "WAMR_ROOT" : `the crate ${CRATE.name} ${CRATE.version}`;
  if (version === null) throw new ArenulaError("WAMR_MISSING", `${root} holds no core/version.h`, { where: from, hint: given ? "WAMR_ROOT has to name the folder that holds WAMR's core/" : `remove ${path.join(CACHE, "wamr")} to fetch the crate again` });
  if (version !== WAMR_VERSION) throw new ArenulaError("WAMR_VERSION", `${root} is WAMR ${version}; the firmware host and the counts are for ${WAMR_VERSION}`, { where: from, hint: `without WAMR_ROOT, the sources of ${WAMR_VERSION} are fetched with cargo` });
  return { root, version, from };
}
