import { ArenulaError } from "../../errors";
import type { Graph } from "../../graph/graph";
import { byteLength } from "../../graph/tensor";
import { didYouMean } from "../../near_names";
import { FILE_FORMATS, formatOf } from "./formats";
import { Lcg } from "../../lcg";
import { normalizations } from "./metadata";
import { tensorText } from "./quantize";
import type { DecodedInput, DecodeOptions, InputTensor, Scaling, SoundDecoder } from "./types";

/** An input with every name that a user may know it by, and what the model says about feeding it. */
export interface NamedInput extends InputTensor {
  readonly aliases: readonly string[];
  readonly scaling: Scaling | null;
}

export interface InputOptions {
  /** From `--mean` and `--std`; null: not given. */
  readonly scaling: Scaling | null;
  /** Resize images. */
  readonly fit: boolean;
  /** From `--front-end`: what makes features of sounds; null: sounds are waveforms. */
  readonly frontEnd: SoundDecoder | null;
}

/** The inputs of a model with all that decoding needs: signature names, scaling from metadata. */
export function inputsOf(model: Graph): NamedInput[] {
  const [subgraph] = model.subgraphs;
  const scalings = normalizations(model.metadata);
  return subgraph.inputs.map((index, i) => {
    const { name, type, shape, quantization } = subgraph.tensors[index];
    const aliases = model.signatures.filter((signature) => signature.subgraph === 0)
      .flatMap((signature) => signature.inputs.filter((input) => input.tensor === index).map((input) => input.name))
      .filter((alias) => alias !== name);
    return { name, type, shape, scale: quantization?.scale[0] ?? null, zeroPoint: quantization?.zeroPoint[0] ?? null, aliases, scaling: scalings[i] ?? null };
  });
}

/**
 * The specifications of a command line -> the bytes of every input of a model, in the model's order.
 * `zeros`, `lcg:SEED` and a .npz archive fill every input that is left when they come last.
 * @param readFile Reads a file; asked once per file that is named.
 * @throws ArenulaError INPUT_*, USAGE, and what `readFile` throws.
 */
export async function decodeInputs(
  specifications: readonly string[], inputs: readonly NamedInput[], options: InputOptions, readFile: (path: string) => Promise<Uint8Array>,
): Promise<DecodedInput[]> {
  const sources = assign(specifications, inputs);
  if ((options.scaling || options.fit) && !sources.some(isImage)) {
    throw new ArenulaError("USAGE", `${options.scaling ? "--mean and --std apply" : "--fit applies"} to images, and no input is one`, { hint: "real values in an array are taken as they are" });
  }
  if (options.frontEnd && !sources.some((source) => formatOf(source) === "wav")) throw new ArenulaError("USAGE", "--front-end applies to a .wav file, and no input is one", { hint: "other files hold what the model itself takes" });
  const generators = new Map<string, Lcg>();
  const files = new Map<string, Uint8Array>();
  const decoded: DecodedInput[] = [];
  for (const [i, input] of inputs.entries()) {
    const source = sources[i];
    if (source === "zeros") {
      decoded.push({ bytes: new Uint8Array(byteLength(input)), notes: [] });
    } else if (source.startsWith("lcg:")) {
      const generator = generators.get(source) ?? new Lcg(seedOf(source));
      generators.set(source, generator); // one generator runs on over all inputs
      decoded.push({ bytes: generator.fill(input), notes: [] });
    } else {
      const format = formatOf(source);
      if (!format) {
        throw new ArenulaError("INPUT_FORMAT", `'${source}' names no format: ${FILE_FORMATS.map((known) => `.${known}`).join(", ")}, zeros or lcg:SEED`, {
          where: source, hint: didYouMean(source, ["zeros", "lcg:1"]) || "raw stored values go in as .bin",
        });
      }
      // awaited at once: a promise that is refused while the decoders load would end the process with a stack trace
      const bytes = files.get(source) ?? (await readFile(source));
      files.set(source, bytes);
      if (options.frontEnd && format === "wav") {
        decoded.push(options.frontEnd(bytes, input, source));
        continue;
      }
      const { decodeFile } = await import("./decode"); // its decoders take longer to load than most commands to run
      const decodeOptions: DecodeOptions = { ...options, scaling: isImage(source) ? options.scaling : null, modelScaling: input.scaling };
      decoded.push(decodeFile(format, bytes, input, input.aliases, decodeOptions, source));
    }
  }
  return decoded;
}

/** Which specification feeds which input. */
function assign(specifications: readonly string[], inputs: readonly NamedInput[]): string[] {
  const sources = new Array<string | undefined>(inputs.length).fill(undefined);
  const unnamed: string[] = [];
  for (const specification of specifications) {
    const index = inputs.findIndex((input) => [input.name, ...input.aliases].some((name) => specification.startsWith(`${name}=`)));
    if (index < 0) {
      refuseUnknownName(specification, inputs);
      unnamed.push(specification);
      continue;
    }
    if (sources[index] !== undefined) throw new ArenulaError("USAGE", `two specifications for input '${inputs[index].name}'`, { where: `--input ${specification}` });
    const name = [inputs[index].name, ...inputs[index].aliases].find((candidate) => specification.startsWith(`${candidate}=`)) ?? "";
    sources[index] = specification.slice(name.length + 1);
  }
  const last = unnamed.at(-1);
  for (let i = 0; i < sources.length; i++) sources[i] ??= unnamed.shift() ?? (last !== undefined && fillsTheRest(last) ? last : undefined);
  if (unnamed.length > 0) {
    throw new ArenulaError("USAGE", `${specifications.length} specifications for ${inputs.length} input${inputs.length === 1 ? "" : "s"}`, { where: `--input ${unnamed[0]}`, hint: `the model takes ${listed(inputs)}` });
  }
  const missing = inputs.filter((_, i) => sources[i] === undefined);
  if (missing.length > 0) {
    throw new ArenulaError("INPUT_MISSING", `nothing for ${listed(missing)}`, {
      hint: "give one --input FILE per input, in order or as NAME=FILE; --input zeros or --input lcg:1 fills what is left with zeros or noise",
    });
  }
  return sources as string[];
}

function fillsTheRest(specification: string): boolean {
  return specification === "zeros" || specification.startsWith("lcg:") || formatOf(specification) === "npz";
}

function isImage(specification: string): boolean {
  return ["png", "jpg", "jpeg"].includes(formatOf(specification) ?? "");
}

/** "inputt=x.npy" is a slip, "./a=b.npy" a file. */
function refuseUnknownName(specification: string, inputs: readonly NamedInput[]): void {
  const name = /^([^=/\\.]+)=/.exec(specification)?.[1];
  if (name === undefined) return;
  throw new ArenulaError("INPUT_MISSING", `the model has no input '${name}'`, {
    where: `--input ${specification}`, hint: didYouMean(name, inputs.flatMap((input) => [input.name, ...input.aliases])) || `it takes ${listed(inputs)}; a file of that name: ./${specification}`,
  });
}

function listed(inputs: readonly NamedInput[]): string {
  return inputs.map((input) => `'${input.name}' (${tensorText(input)})`).join(", ");
}

function seedOf(specification: string): number {
  const text = specification.slice("lcg:".length);
  const seed = Number(text);
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text) || seed > 0xffffffff) {
    throw new ArenulaError("USAGE", `'${text}' is no seed`, { where: `--input ${specification}`, hint: "lcg:SEED takes a whole number from 0 to 4294967295" });
  }
  return seed;
}
