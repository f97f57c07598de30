import { InvalidArgumentError, Option } from "commander";
import { shortName } from "../arena/labels";
import type { Board } from "../device/boards";
import { floatCost } from "../device/float_cost";
import { ENGINES, isCompiled } from "../device/machine";
import { ArenulaError } from "../errors";
import type { Aot, Checks, FunctionChecks } from "../firmware/aot";
import type { Built } from "../link/build";
import { cHeader } from "../link/header";
import { moduleSizes } from "../link/sections";
import { boardOption, checksOption, jsonOption, positive, type CommandFile } from "./command";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { checkFlash, linkModel, type LinkFlags } from "./linked";
import { openBoard, openModel, type OpenModel } from "./model";
import { stageBars } from "./progress";
import { facts, table, type Column } from "./table";

interface BuildFlags extends LinkFlags {
  board?: string;
  checks?: Checks;
  output: string;
  header?: string;
  json?: boolean;
}

export const build: CommandFile = {
  name: "build",
  summary: "link a model and its kernels into one .wasm for a device, or compile it for a board into one .aot",
  examples: [
    "arenula build model.tflite --board nrf52840dk -o model.wasm", "arenula build model.tflite --ram 20480 -o model.wasm --header model.h",
    "arenula build model.tflite --board nrf52840dk --engine wamr-xip -o model.aot",
  ],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(boardOption("for its core, and limit linear memory to its RAM"))
      .option("--ram <bytes>", "limit linear memory", positive)
      .addOption(new Option("--engine <engine>", "what will run it: kernels are shaped for it, and for the board's core where they are compiled ahead of time").choices(ENGINES).default("wamr-fast"))
      .addOption(new Option("--weights <form>", "widened: fully connected weights take more flash, for fewer instructions").choices(["packed", "widened"]).default("packed"))
      .addOption(checksOption("an .aot"))
      .requiredOption("-o, --output <file>", "the .wasm to write, or the .aot: code for the board's core (takes LLVM, or WAMRC)", moduleFile)
      .option("--header <file>", "write what the module exports as a C header, too")
      .addOption(jsonOption())
      .action((model: string, flags: BuildFlags) => act((io) => buildFile(model, flags, io)));
  },
};

function moduleFile(file: string): string {
  if (!/\.(wasm|aot)$/.test(file)) throw new InvalidArgumentError("A name that ends in .wasm or .aot.");
  return file;
}

async function buildFile(file: string, flags: BuildFlags, io: Io): Promise<0> {
  const compiles = flags.output.endsWith(".aot");
  if (!compiles && flags.checks !== undefined) throw new ArenulaError("USAGE", "--checks is about an .aot", { hint: "-o FILE.aot compiles one" });
  if (compiles && !isCompiled(flags.engine)) throw new ArenulaError("USAGE", `${flags.engine} runs a .wasm`, { where: flags.output, hint: "--engine wamr-aot or wamr-xip runs an .aot" });
  const opened = await openModel(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  if (compiles && !board) throw new ArenulaError("USAGE", "an .aot is code for one core", { where: flags.output, hint: "add --board NAME; `arenula boards` lists them" });
  const compile = compiles ? await compilerFor(board!, flags, io) : null; // refused before anything is linked
  const built = await linkModel(opened, board, flags);
  const aot = compile && (await compile(built));
  if (aot) checkFlash(board!, aot.aot, "the .aot", file);
  await writeFileAtomically(flags.output, aot?.aot ?? built.module);
  if (flags.header !== undefined) await writeFileAtomically(flags.header, cHeader(built.facts));
  io.out(flags.json ? `${JSON.stringify({ ...buildJson(built, flags.output), ...(aot && aotJson(aot)) })}\n` : `${describe(built, aot, opened.name, flags, io)}${costText(opened, board, io)}`);
  return 0;
}

/** What float32 costs on the board, where the model has any. */
function costText({ model }: OpenModel, board: Board | null, { outColors: colors }: Io): string {
  const cost = board && floatCost(model, board.core);
  return cost ? `\n${colors.dim("hint")} ${cost}\n` : "";
}

/** @throws ArenulaError AOT_TARGET */
async function compilerFor(board: Board, { engine, checks }: BuildFlags, io: Io): Promise<(built: Built) => Promise<Aot>> {
  const { aotTarget } = await import("../firmware/targets"); // compilers are for those who ask for them
  const { compileAot } = await import("../firmware/aot");
  const target = aotTarget(board);
  return async ({ module, functions }) => {
    const bars = stageBars(io);
    try {
      return await compileAot(module, target, { xip: engine === "wamr-xip", checks, functions, progress: bars.update });
    } finally {
      bars.stop();
    }
  };
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

/** `emitted` and `proved` are null where the compiler does not say: wamrc. */
function aotJson({ aot, bound, checks, functions }: Aot): object {
  const sum = (count: (checks: FunctionChecks) => number) => functions && functions.reduce((total, each) => total + count(each), 0);
  return { aot_bytes: aot.length, bound_bytes: bound, checks: { mode: checks, emitted: sum(({ before }) => before), proved: sum(({ before, after }) => before - after), kernels: functions } };
}

function describe(built: Built, aot: Aot | null, name: string, flags: BuildFlags, { outColors: colors, columns }: Io): string {
  const { facts: f, module } = built;
  const { codeBytes, dataBytes } = moduleSizes(module);
  return `${colors.bold(flags.output)}  ${format.bytes((aot?.aot ?? module).length)}, from ${shortName(name)} of ${format.bytes(f.model.bytes)}\n\n${facts([
    ["flash", aot ? `${format.bytes(aot.aot.length - dataBytes)} of compiled code, ${format.bytes(dataBytes)} of weights and records` : `${format.bytes(codeBytes)} of code, ${format.bytes(dataBytes)} of weights and records`],
    ["RAM", `${format.bytes(f.linear_memory_bytes)} of linear memory`],
    ["", `up to ${format.count(f.activation_bytes)} of activations, ${format.count(f.scratch_bytes)} of scratch, ${format.count(f.staging_bytes)} staged at once (slices of ${format.count(built.sliceBytes)})`],
    ["kernels", built.kernels.join(", ")],
    ["checked", "no memory.grow, no SIMD, no imports; outputs equal the desktop's on pseudo-random inputs"],
  ], colors)}${aot ? drawChecks(aot, { columns, colors }) : ""}${flags.header === undefined ? "" : `\nwrote ${flags.header}\n`}`;
}

/** How many places are listed of a function. */
const LISTED = 12;

function drawChecks({ checks, functions }: Aot, terminal: Parameters<typeof table>[2]): string {
  if (!functions) return "\nbounds checks: all at run time; wamrc reports none of them\n";
  const { yellow, dim } = terminal.colors;
  const number = (title: string): Column => ({ title, align: "right" });
  const places = ({ kept }: FunctionChecks) => {
    const looped = kept.filter(({ loop_depth }) => loop_depth > 0).map(({ check, copies }) => `${check ?? "?"}${copies > 1 ? `x${copies}` : ""}`);
    return `${looped.slice(0, LISTED).join(" ")}${looped.length > LISTED ? " ..." : ""}`;
  };
  const row = (each: FunctionChecks) => [
    each.function, String(each.before), String(each.after), { text: each.in_loops > 0 ? String(each.in_loops) : "", paint: yellow }, { text: checks === "proved" ? places(each) : "", paint: dim },
  ];
  const total = (count: (each: FunctionChecks) => number) => String(functions.reduce((sum, each) => sum + count(each), 0));
  const rows = [...functions.map(row), ["all", total(({ before }) => before), total(({ after }) => after), total(({ in_loops }) => in_loops), ""]];
  return `\nbounds checks, ${checks === "proved" ? "those deleted that the compiler proves" : "all at run time"}\n${table(
    [{ title: "function", shrinks: true }, number("emitted"), number("kept"), number("in loops"), { title: "which", shrinks: true }], rows, terminal,
  )}`;
}
