import { Option } from "commander";
import { printable } from "../arena/labels";
import { ArenulaError } from "../errors";
import type { Model } from "../index";
import { inputOptions, positive } from "./command";
import { inputOptionsOf, readInputs, type InputFlags } from "./feed";
import { readFile } from "./files";
import { labelsOf, openDataSet, type DataSet, type Sample } from "./inputs/data_set";
import { formatOf } from "./inputs/formats";
import { inputsOf } from "./inputs/inputs";
import type { Io } from "./io";
import { progressBar } from "./progress";

/** The options of every command that takes many inputs. */
export interface DataFlags extends InputFlags {
  data?: string;
  samples?: number;
  labels?: string;
}

export const dataOptions = (): Option[] => [
  new Option("-d, --data <set>", "FILE.npy or .npz of shape [n, ...], a folder of files in name order, or a .csv of path,label"),
  new Option("--labels <file>", "classes of the samples: a .npy of whole numbers, or text, one per line (a .csv or .npz may hold them itself)"),
  new Option("--samples <n>", "take the first n samples only").argParser(positive),
  ...inputOptions(),
];

async function readLabels(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  if (formatOf(file) === "npy") return labelsOf(bytes, file);
  return new TextDecoder().decode(bytes).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/**
 * What `--data` names, or the one sample that `--input` gives.
 * @throws ArenulaError USAGE without either or with both, and as openDataSet
 */
export async function openData(model: Model, flags: DataFlags, io: Io): Promise<DataSet> {
  const { data, input, samples = Infinity } = flags;
  if (data !== undefined && input.length > 0) throw new ArenulaError("USAGE", "--data and --input both say what to feed", { hint: "give one of them" });
  if (data === undefined) {
    if (flags.labels !== undefined) throw new ArenulaError("USAGE", "--labels are those of --data", { hint: "--data FILE" });
    if (input.length === 0) throw new ArenulaError("USAGE", "nothing to feed the model", { hint: "--data FILE.npy (or a folder, or a .csv) with what the device will meet; --input lcg:1 is noise, good for a first look" });
    const decoded = await readInputs(model, flags, io);
    return { where: "--input", count: 1, labels: null, sample: async () => ({ name: "--input", inputs: decoded }), close: async () => {} };
  }
  const inputs = inputsOf(model);
  const set = await openDataSet(data, inputs, await inputOptionsOf(flags));
  try {
    const first = await set.sample(0); // notes are of the first sample, as they are alike for all
    first.inputs.forEach(({ notes }, i) => {
      if (notes.length > 0) io.err(`${io.errColors.dim(`${printable(first.name)}, ${printable(inputs[i]!.name)}:`)} ${notes.join("; ")}\n`);
    });
  } catch (error) {
    await set.close();
    throw error;
  }
  const labels = flags.labels === undefined ? set.labels : await readLabels(flags.labels);
  if (labels && labels.length !== set.count) {
    await set.close();
    throw new ArenulaError("INPUT_SHAPE", `${labels.length} labels for ${set.count} samples`, { where: flags.labels ?? data });
  }
  return { ...set, where: flags.labels ?? set.where, count: Math.min(set.count, samples), labels: labels?.slice(0, samples) ?? null };
}

/** Shows every sample of a set, in its order, behind a progress bar. */
export async function eachSample(data: DataSet, io: Io, label: string, see: (sample: Sample, index: number) => void | Promise<void>): Promise<void> {
  const bar = progressBar(io, label);
  try {
    for (let i = 0; i < data.count; i++) {
      await see(await data.sample(i), i);
      bar.update((i + 1) / data.count);
    }
  } finally {
    bar.stop();
  }
}
