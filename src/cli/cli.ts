import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { printable } from "../arena/labels";
import { ArenulaError, type ErrorCode } from "../errors";
import { bench } from "./bench";
import { boards } from "./boards";
import { build } from "./build";
import { check } from "./check";
import type { CommandFile } from "./command";
import { compare } from "./compare";
import { diff } from "./diff";
import { explain } from "./explain";
import { inspect } from "./inspect";
import type { Io } from "./io";
import { plan } from "./plan";
import { quantize } from "./quantize";
import { report } from "./report";
import { run } from "./run";
import { serve } from "./serve";
import { simulate } from "./simulate";
import { stats } from "./stats";

const COMMANDS: readonly CommandFile[] = [run, inspect, check, plan, build, simulate, bench, stats, quantize, compare, diff, explain, report, serve, boards];

const REFUSED = 1, WRONG_USAGE = 2, DEFECT = 3;

/**
 * The whole command line.
 * @param argv What follows the program's name.
 * @returns The exit status: 0 done, 1 refused, 2 wrong usage, 3 a defect of ours.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  let status = 0;
  const usage: string[] = []; // what commander says about wrong usage, kept back where stdout must be one JSON object
  const program = new Command("arenula")
    .description("int8 neural networks in WebAssembly, from a .tflite file to a microcontroller")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: (text) => { usage.push(text); if (!json) io.err(text); },
      outputError: (text, write) => write(text.replace(/^error: /, `${io.errColors.red(io.errColors.bold("error"))} `)),
      getOutHelpWidth: () => Math.min(io.columns, 100),
      getErrHelpWidth: () => Math.min(io.columns, 100),
      getOutHasColors: () => io.outColors.isColorSupported,
      getErrHasColors: () => io.errColors.isColorSupported,
    })
    .configureHelp({
      styleTitle: io.outColors.bold, styleCommandText: io.outColors.cyan, styleSubcommandText: io.outColors.cyan, styleOptionText: io.outColors.cyan,
      styleArgumentText: io.outColors.cyan,
    })
    .helpCommand(false)
    .showHelpAfterError("(arenula --help lists the commands)")
    .addHelpText("after", "\nStart with:\n  arenula inspect model.tflite\n  arenula run model.tflite --input lcg:1\n  arenula check model.tflite --board nucleo-f446re");
  for (const file of COMMANDS) {
    const command = program.command(file.name).description(file.summary).showHelpAfterError(`(arenula ${file.name} --help explains it)`);
    command.addHelpText("after", `\nExample${file.examples.length > 1 ? "s" : ""}:\n${file.examples.map((line) => `  ${line}`).join("\n")}`);
    file.declare(command, async (act) => { status = await act(io); });
  }
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // --help, --version
      if (json) io.out(errorJson({ code: "USAGE", message: usage.join("").split("\n")[0].replace(/^(\S*error\S*|error:) /, ""), where: "", hint: "arenula --help" }));
      return WRONG_USAGE;
    }
    return tell(error, json, io);
  }
}

function tell(error: unknown, json: boolean, io: Io): number {
  const { red, bold, dim } = io.errColors;
  if (error instanceof ArenulaError && error.code !== "INTERNAL") {
    if (json) io.out(errorJson(error.toJSON()));
    else {
      io.err(`${red(bold("error"))} ${printable(error.message)} ${dim(`(${error.code})`)}\n`);
      if (error.where) io.err(`  ${dim("in")}   ${printable(error.where)}\n`);
      if (error.hint) io.err(`  ${dim("hint")} ${printable(error.hint)}\n`);
    }
    return error.code === "USAGE" ? WRONG_USAGE : REFUSED;
  }
  const message = error instanceof Error ? error.message : String(error);
  const where = error instanceof ArenulaError ? error.where : "";
  const hint = "this is a defect of Arenula: please report it with the command, the model and the lines above";
  if (json) io.out(errorJson({ code: "INTERNAL", message, where, hint }));
  io.err(`${red(bold("internal error"))} ${error instanceof Error ? error.stack : message}\n${where ? `  ${dim("in")}   ${where}\n` : ""}  ${dim("hint")} ${hint}\n`);
  return DEFECT;
}

function errorJson(error: { code: ErrorCode; message: string; where: string; hint: string }): string {
  return `${JSON.stringify({ error })}\n`;
}
