import { createHash } from "node:crypto";
import { InvalidArgumentError, Option } from "commander";
import { version } from "../../package.json";
import { shortName } from "../arena/labels";
import { fitArena } from "../device/boards";
import { ENGINES, type Engine } from "../device/machine";
import { ArenulaError } from "../errors";
import { build as buildModule, type Built } from "../link/build";
import { cHeader } from "../link/header";
import { moduleSizes } from "../link/sections";
import { boardOption, jsonOption, positive, type CommandFile } from "./command";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { openBoard, openModel } from "./model";
import { facts } from "./table";

interface BuildFlags {
  board?: string;
  ram?: number;
  engine: Engine;
  weights: "packed" | "widened";
  output?: string;
  header?: string;
  json?: boolean;
}

export const build: CommandFile = {
  name: "build",
  summary: "link a model and its kernels into one .wasm for a device",
  examples: ["arenula build model.tflite --board nrf52840dk -o model.wasm", "arenula build model.tflite --ram 20480 -o model.wasm --header model.h"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(boardOption("limit linear memory to the board's RAM").conflicts("ram"))
      .option("--ram <bytes>", "limit linear memory", positive)
      .addOption(new Option("--engine <engine>", "what will run it: kernels are shaped for it, and for the board's core where they are compiled ahead of time").choices(ENGINES).default("wamr-fast"))
      .addOption(new Option("--weights <form>", "widened: fully connected weights take more flash, for fewer instructions").choices(["packed", "widened"]).default("packed"))
      .requiredOption("-o, --output <file>", "the .wasm to write", wasmFile)
      .option("--header <file>", "write what the module exports as a C header, too")
      .addOption(jsonOption())
      .action((model: string, flags: BuildFlags) => act((io) => buildFile(model, flags, io)));
  },
};

function wasmFile(file: string): string {
  if (!file.endsWith(".wasm")) throw new InvalidArgumentError("A name that ends in .wasm.");
  return file;
}

async function buildFile(file: string, flags: BuildFlags, io: Io): Promise<0> {
  const { model, name, bytes } = await openModel(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const built = await buildModule(model, {
    engine: flags.engine, core: board?.core, widened: flags.weights === "widened", name, version, sha256: createHash("sha256").update(bytes).digest("hex"),
    ramBytes: board ? fitArena(board, 0).region.bytes : flags.ram ?? Infinity, limit: board?.name ?? "--ram",
  });
  if (board && board.flashBytes !== null && built.module.length > board.flashBytes)
    throw new ArenulaError("FLASH_TOO_SMALL", `the module takes ${built.module.length} bytes of flash, ${board.name} has ${board.flashBytes}: ${built.module.length - board.flashBytes} too many`, { where: file, hint: "fewer channels, or a board with more flash" });
  await writeFileAtomically(flags.output!, built.module);
  if (flags.header !== undefined) await writeFileAtomically(flags.header, cHeader(built.facts));
  io.out(flags.json ? `${JSON.stringify(buildJson(built, flags.output!))}\n` : describe(built, name, flags, io));
  return 0;
}

function buildJson(built: Built, file: string): object {
  const { codeBytes, dataBytes } = moduleSizes(built.module);
  const { facts: f } = built;
  return {
    file, wasm_bytes: built.module.length, code_bytes: codeBytes, weight_bytes: dataBytes, linear_memory_bytes: f.linear_memory_bytes,
    activation_bytes: f.activation_bytes, scratch_bytes: f.scratch_bytes, staging_bytes: f.staging_bytes, slice_bytes: built.sliceBytes,
    kernels: built.kernels, engine: f.engine,
  };
}

function describe(built: Built, name: string, flags: BuildFlags, { outColors: colors }: Io): string {
  const { facts: f, module } = built;
  const { codeBytes, dataBytes } = moduleSizes(module);
  return `${colors.bold(flags.output!)}  ${format.bytes(module.length)}, from ${shortName(name)} of ${format.bytes(f.model.bytes)}\n\n${facts([
    ["flash", `${format.bytes(codeBytes)} of code, ${format.bytes(dataBytes)} of weights and records`],
    ["RAM", `${format.bytes(f.linear_memory_bytes)} of linear memory`],
    ["", `up to ${format.count(f.activation_bytes)} of activations, ${format.count(f.scratch_bytes)} of scratch, ${format.count(f.staging_bytes)} staged at once (slices of ${format.count(built.sliceBytes)})`],
    ["kernels", built.kernels.join(", ")],
    ["checked", "no memory.grow, no SIMD, no imports; outputs equal the desktop's on pseudo-random inputs"],
  ], colors)}${flags.header === undefined ? "" : `\nwrote ${flags.header}\n`}`;
}
