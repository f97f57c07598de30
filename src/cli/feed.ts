import { printable } from "../arena/labels";
import { ArenulaError } from "../errors";
import type { Interpreter, Model } from "../index";
import { readFile } from "./files";
import { openFrontEnd } from "./front_end";
import { decodeInputs, inputsOf, type InputOptions, type NamedInput } from "./inputs/inputs";
import type { DecodedInput, Scaling } from "./inputs/types";
import type { Io } from "./io";

/** How the numbers of a file become an input: options of every command that takes inputs or a data set. */
export interface SampleFlags {
  mean?: number[];
  std?: number[];
  fit?: boolean;
  frontEnd?: string;
  stride?: number;
}

/** The options of every command that takes inputs. */
export interface InputFlags extends SampleFlags {
  input: string[];
}

/** Reads and decodes `--input` and says on stderr what was done to the numbers. */
export function readInputs(model: Model, flags: InputFlags, io: Io): Promise<DecodedInput[]> {
  return readNamedInputs(inputsOf(model), flags, io);
}

/** The same for inputs that do not come from a .tflite file. */
export async function readNamedInputs(inputs: readonly NamedInput[], flags: InputFlags, io: Io): Promise<DecodedInput[]> {
  const decoded = await decodeInputs(flags.input, inputs, await inputOptionsOf(flags), readFile);
  decoded.forEach(({ notes }, i) => {
    if (notes.length > 0) io.err(`${io.errColors.dim(`${printable(inputs[i].name)}:`)} ${notes.join("; ")}\n`);
  });
  return decoded;
}

/** Set before every inference: the planner may reuse an input's bytes while the model runs. */
export function feed(net: Interpreter, decoded: readonly DecodedInput[]): void {
  decoded.forEach(({ bytes }, i) => net.inputs[i].bytes.set(bytes));
}

/** @throws ArenulaError USAGE, and what a front end's file is refused for */
export async function inputOptionsOf(flags: SampleFlags): Promise<InputOptions> {
  const frontEnd = flags.frontEnd === undefined ? null : await openFrontEnd(flags.frontEnd, flags.stride ?? null);
  if (!frontEnd && flags.stride !== undefined) throw new ArenulaError("USAGE", "--stride is the step of a front end, and there is none", { hint: "--front-end FILE" });
  return { scaling: scalingOf(flags), fit: flags.fit ?? false, frontEnd };
}

export function scalingOf({ mean, std }: SampleFlags): Scaling | null {
  return mean || std ? { mean: mean ?? [0], std: std ?? [1] } : null;
}
