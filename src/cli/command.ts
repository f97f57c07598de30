import { InvalidArgumentError, Option, type Command } from "commander";
import type { Io } from "./io";

/** One command of the command line. Its file holds the name, the help, the options, and a `run` that returns the exit status. */
export interface CommandFile {
  readonly name: string;
  readonly summary: string;
  /** Lines for the end of the help, each a whole command. */
  readonly examples: readonly string[];
  /** Declares arguments and options, and passes what they parse to to `run`. */
  readonly declare: (command: Command, run: (act: (io: Io) => Promise<ExitStatus>) => Promise<void>) => void;
}

/** 0 done; 1 refused: model, input, board or check. (2 wrong usage and 3 a defect of ours are decided in cli.ts.) */
export type ExitStatus = 0 | 1;

export const jsonOption = (): Option => new Option("--json", "print one JSON object to stdout");
export const coreOption = (): Option =>
  new Option("--core <core>", "build of the kernels: results are the same, speed is not").choices(["auto", "mcu", "simd", "relaxed"]).default("auto");
export const boardOption = (text: string): Option => new Option("--board <name>", `${text}: a name of \`arenula boards\`, or ./my-board.json`);
/** Without a default: what does without the option refuses it. */
export const checksOption = (of: string): Option =>
  new Option("--checks <checks>", `${of}: bounds checks that the compiler proves are deleted, or all stay (default: proved; with WAMRC: runtime)`).choices(["proved", "runtime"]);
export const inputOptions = (): Option[] => [
  new Option("-i, --input <spec>", "FILE.(bin|npy|npz|png|jpg|wav|json), zeros or lcg:SEED; per input, in order or as NAME=SPEC").argParser(collect).default([], "none"),
  new Option("--mean <m>", "images: real = (pixel - mean) / std; one number, or one per channel with commas").argParser(numbers),
  new Option("--std <s>", "see --mean").argParser(divisors),
  new Option("--fit", "images: resize to the input's size"),
  new Option("--front-end <model>", ".wav: a .tflite file that makes features of a frame of samples; it runs over the sound"),
  new Option("--stride <samples>", "from one frame of the front end to the next (default: two thirds of a frame)").argParser(positive),
];

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

function numbers(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError("Numbers, with commas between.");
  return values;
}

function divisors(text: string): number[] {
  const values = numbers(text);
  if (!values.every((value) => value > 0)) throw new InvalidArgumentError("Numbers above 0, with commas between.");
  return values;
}

/** A whole number from 1. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("A whole number from 1.");
  return value;
}
