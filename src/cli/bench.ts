import { Option } from "commander";
import { ENGINES, isCompiled, type Engine } from "../device/machine";
import { ArenulaError } from "../errors";
import type { Checks } from "../firmware/aot";
import { benchDesktop, type DesktopFlags } from "./bench_desktop";
import { benchDevice } from "./bench_device";
import { boardOption, checksOption, coreOption, inputOptions, jsonOption, positive, type CommandFile } from "./command";
import type { LinkFlags } from "./linked";

/** --engine, --weights and --checks have their defaults with --board only, so that without one they are refused. */
type BenchFlags = DesktopFlags & Partial<LinkFlags> & { board?: string; checks?: Checks };

export const bench: CommandFile = {
  name: "bench",
  summary: "time per inference and per layer on this machine; instructions, RAM and flash on an emulated board",
  examples: [
    "arenula bench model.tflite", "arenula bench model.tflite --core mcu --json > before.json", "arenula bench model.tflite --baseline before.json",
    "arenula bench model.tflite --board mps2-an386 --engine wamr-aot",
  ],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(coreOption().conflicts("board"))
      .addOption(new Option("--runs <n>", "inferences to time (default: one second of them, at least 10)").argParser(positive).conflicts("board"))
      .addOption(boardOption("run it on an emulated board, and count"))
      .addOption(new Option("--engine <engine>", "with --board: what runs it there (default: wamr-fast)").choices(ENGINES))
      .addOption(checksOption("with --board, ahead-of-time code"))
      .addOption(new Option("--weights <form>", "with --board: widened fully connected weights take more flash, for fewer instructions (default: packed)").choices(["packed", "widened"]))
      .addOption(new Option("--ram <bytes>", "with --board: limit linear memory").argParser(positive))
      .option("--baseline <file>", "compare with what --json wrote earlier");
    for (const option of inputOptions()) command.addOption(option);
    command.addOption(jsonOption()).action((model: string, given: BenchFlags) => act((io) => {
      const flags = { ...given, input: given.input.length > 0 ? given.input : ["lcg:1"] }; // nothing measured here depends much on the values
      return flags.board === undefined ? benchDesktop(model, desktopOnly(flags), io) : benchDevice(model, deviceFlags(flags, flags.board), io);
    }));
  },
};

function desktopOnly(flags: BenchFlags): DesktopFlags {
  const device = (["engine", "checks", "weights", "ram"] as const).find((name) => flags[name] !== undefined);
  if (device) throw new ArenulaError("USAGE", `--${device} is about a device`, { hint: "add --board NAME; `arenula boards` lists them" });
  return flags;
}

function deviceFlags(flags: BenchFlags, board: string) {
  const engine: Engine = flags.engine ?? "wamr-fast";
  if (flags.checks !== undefined && !isCompiled(engine))
    throw new ArenulaError("USAGE", `--checks is about ahead-of-time code: ${engine} checks every access while it runs`, { hint: "add --engine wamr-aot or wamr-xip" });
  return { ...flags, board, engine, weights: flags.weights ?? ("packed" as const) };
}
