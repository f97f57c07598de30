// Data sets (`--data`): .npy and .npz of shape [n, ...], a folder of files in name order, a .csv of `path,label`. Samples are read one at a
// time and in any order, so that a set may be larger than memory and several workers may share one.
import { open, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { ArenulaError } from "../../errors";
import { elementCount } from "../../graph/tensor";
import { didYouMean } from "../../near_names";
import { readFile } from "../files";
import { storeArray, decodeFile } from "./decode";
import { FILE_FORMATS, formatOf } from "./formats";
import type { InputOptions, NamedInput } from "./inputs";
import { checkNpyLength, NPY_HEADER_BYTES, npyValues, parseNpyHeader, unzipArrays, type NpyHeader } from "./npy";
import { shapeText, tensorText } from "./quantize";
import type { DecodedInput } from "./types";

/** One sample, ready to feed. */
export interface Sample {
  /** The file it came from, or "data.npy[7]". */
  readonly name: string;
  /** One for every input of the model, in its order. */
  readonly inputs: readonly DecodedInput[];
}

export interface DataSet {
  readonly where: string;
  readonly count: number;
  /** One per sample; null where the set has none. */
  readonly labels: readonly string[] | null;
  /** @throws ArenulaError INPUT_*, FILE_* with the sample in `where` */
  sample(index: number): Promise<Sample>;
  close(): Promise<void>;
}

/** An archive is held in memory: a larger one is refused with the way out. */
const MOST_ARCHIVE_BYTES = 2 ** 30;
/** Names under which an archive holds labels. */
const LABEL_ARRAYS = ["labels", "label", "y"];

/**
 * Opens a data set for the inputs of a model.
 * @throws ArenulaError DATA_EMPTY, FILE_*, INPUT_*: what holds for all samples (shape, type) is refused here, before the first one runs
 */
export async function openDataSet(file: string, inputs: readonly NamedInput[], options: InputOptions): Promise<DataSet> {
  const found = await stat(file).catch(() => null);
  const set = found?.isDirectory() ? await openFolder(file, inputs, options)
    : /\.csv$/i.test(file) ? await openList(file, inputs, options)
    : formatOf(file) === "npy" ? await openNpy(file, inputs, options)
    : formatOf(file) === "npz" ? await openNpz(file, inputs, options)
    : await refuseFormat(file);
  if (set.count > 0) return set;
  await set.close();
  throw new ArenulaError("DATA_EMPTY", "a data set without samples", { where: file, hint: "give at least one; a hundred of what the device will meet is a good start" });
}

async function refuseFormat(file: string): Promise<never> {
  await readFile(file); // a file that is not there is the nearer cause
  throw new ArenulaError("INPUT_FORMAT", "no data set: .npy or .npz of shape [n, ...], a folder of files, or a .csv of path,label", {
    where: file, hint: "one sample alone: put its file into a folder, or save it as x[None] in a .npy",
  });
}

/** The one input that a file of samples feeds. */
function onlyInput(inputs: readonly NamedInput[], where: string): NamedInput {
  if (inputs.length === 1) return inputs[0]!;
  throw new ArenulaError("INPUT_MISSING", `one array for ${inputs.length} inputs`, {
    where, hint: `a .npz with an array for each: numpy.savez(file, **{${inputs.map(({ name }) => `"${name}": ...`).join(", ")}})`,
  });
}

/** The bytes of sample `index`, of shape `shape`, out of the data of an array. */
interface SampleArray {
  readonly header: NpyHeader;
  read(index: number, bytes: number): Promise<Uint8Array>;
}

/** Samples out of arrays, one per input, along their first axis. */
function arraySet(file: string, arrays: readonly SampleArray[], inputs: readonly NamedInput[], options: InputOptions, labels: readonly string[] | null, close: () => Promise<void>): DataSet {
  arrays.forEach(({ header }, i) => checkArray(header, inputs[i]!, file));
  const count = arrays[0]!.header.shape[0]!;
  arrays.forEach(({ header }, i) => {
    if (header.shape[0] !== count) throw new ArenulaError("INPUT_SHAPE", `${header.shape[0]} samples for '${inputs[i]!.name}', ${count} for '${inputs[0]!.name}'`, { where: file });
  });
  if (labels && labels.length !== count) throw new ArenulaError("INPUT_SHAPE", `${labels.length} labels for ${count} samples`, { where: file });
  return {
    where: file, count, labels, close,
    async sample(index) {
      const name = `${path.basename(file)}[${index}]`;
      const decoded: DecodedInput[] = [];
      for (const [i, { header, read }] of arrays.entries()) {
        const shape = header.shape.slice(1);
        const values = npyValues(header, shape, await read(index, elementCount(shape) * header.elementBytes));
        decoded.push(storeArray(values, inputs[i]!, options, name));
      }
      return { name, inputs: decoded };
    },
  };
}

function checkArray({ shape, columnMajor }: NpyHeader, input: NamedInput, where: string): void {
  if (shape.length === 0) throw new ArenulaError("INPUT_SHAPE", "a single number, where [samples, ...] is wanted", { where });
  if (columnMajor && shape.length > 1)
    throw new ArenulaError("INPUT_FORMAT", "a column-major array: its samples do not lie one behind the other", { where, hint: "save it with numpy.save(file, numpy.ascontiguousarray(array))" });
  if (elementCount(shape.slice(1)) !== elementCount(input.shape))
    throw new ArenulaError("INPUT_SHAPE", `the array is ${shapeText(shape)}, samples of input '${input.name}' are ${tensorText(input)}`, {
      where, hint: elementCount(shape) === elementCount(input.shape) ? "one sample? A data set has the number of samples first: x[None]" : "the first axis counts samples, the others are one sample",
    });
}

async function openNpy(file: string, inputs: readonly NamedInput[], options: InputOptions): Promise<DataSet> {
  const input = onlyInput(inputs, file);
  const handle = await open(file).catch(async (error: unknown) => {
    await readFile(file); // tells what is near
    throw error;
  });
  try {
    const { size } = await handle.stat();
    const start = new Uint8Array(Math.min(size, NPY_HEADER_BYTES));
    await handle.read(start, 0, start.length, 0);
    const header = parseNpyHeader(start, file);
    checkNpyLength(header, size, file);
    const read = async (index: number, bytes: number) => {
      const data = new Uint8Array(bytes);
      await handle.read(data, 0, bytes, header.dataAt + index * bytes);
      return data;
    };
    return arraySet(file, [{ header, read }], [input], options, null, () => handle.close());
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openNpz(file: string, inputs: readonly NamedInput[], options: InputOptions): Promise<DataSet> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > MOST_ARCHIVE_BYTES) throw new ArenulaError("INPUT_FORMAT", `an archive of ${size} bytes is more than fits into memory`, { where: file, hint: "save each array as a .npy: that is read sample by sample" });
  const entries = unzipArrays(await readFile(file), file);
  const labelName = LABEL_ARRAYS.find((name) => entries.has(name) && !inputs.some((input) => input.name === name));
  const others = [...entries.keys()].filter((name) => name !== labelName);
  const arrays = inputs.map((input): SampleArray => {
    const name = [input.name, ...input.aliases].find((candidate) => entries.has(candidate)) ?? (inputs.length === 1 && others.length === 1 ? others[0] : undefined);
    if (name === undefined) {
      throw new ArenulaError("INPUT_FORMAT", `none of the arrays ${others.map((entry) => `'${entry}'`).join(", ") || "(there are none)"} is called '${input.name}'`, {
        where: file, hint: didYouMean(input.name, others) || `numpy.savez(file, **{"${input.name}": array})`,
      });
    }
    const bytes = entries.get(name)!, header = parseNpyHeader(bytes, `${file}, array '${name}'`);
    checkNpyLength(header, bytes.length, `${file}, array '${name}'`);
    return { header, read: async (index, length) => bytes.subarray(header.dataAt + index * length, header.dataAt + (index + 1) * length) };
  });
  const labels = labelName === undefined ? null : labelsOf(entries.get(labelName)!, `${file}, array '${labelName}'`);
  return arraySet(file, arrays, inputs, options, labels, async () => {});
}

/** The labels in a .npy of whole numbers. @throws ArenulaError INPUT_FORMAT */
export function labelsOf(bytes: Uint8Array, where: string): string[] {
  const header = parseNpyHeader(bytes, where);
  checkNpyLength(header, bytes.length, where);
  return Array.from(npyValues(header, header.shape, bytes.subarray(header.dataAt)).data as ArrayLike<number>, String);
}

async function openFolder(folder: string, inputs: readonly NamedInput[], options: InputOptions): Promise<DataSet> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && formatOf(entry.name) !== null).map(({ name }) => name).sort();
  if (names.length === 0) {
    throw new ArenulaError("DATA_EMPTY", `no file that an input could be: ${FILE_FORMATS.map((format) => `.${format}`).join(", ")}`, {
      where: folder, hint: "files of a folder within it are not taken: list them in a .csv of path,label",
    });
  }
  return fileSet(folder, names.map((name) => path.join(folder, name)), null, inputs, options);
}

async function openList(file: string, inputs: readonly NamedInput[], options: InputOptions): Promise<DataSet> {
  const rows = parseRows(new TextDecoder().decode(await readFile(file)), file);
  if (rows[0] && formatOf(rows[0][0]!) === null) rows.shift(); // names of columns
  const labels = rows.every((row) => row.length > 1) ? rows.map((row) => row[1]!.trim()) : null;
  return fileSet(file, rows.map((row) => path.resolve(path.dirname(file), row[0]!)), labels, inputs, options);
}

function parseRows(text: string, where: string): string[][] {
  try {
    return parseCsv(text, { bom: true, skip_empty_lines: true, relax_column_count: true, trim: true }) as string[][];
  } catch (error) {
    throw new ArenulaError("INPUT_FORMAT", `no .csv file: ${(error as Error).message}`, { where, hint: "one line per sample: path,label" });
  }
}

/** Samples that are files of their own; .npz where a model has several inputs. */
function fileSet(where: string, files: readonly string[], labels: readonly string[] | null, inputs: readonly NamedInput[], options: InputOptions): DataSet {
  const stray = files.find((file) => formatOf(file) !== "npz");
  if (inputs.length > 1 && stray !== undefined) onlyInput(inputs, stray);
  return {
    where, count: files.length, labels,
    async close() {},
    async sample(index) {
      const name = files[index]!;
      const format = formatOf(name);
      if (!format) throw new ArenulaError("INPUT_FORMAT", `'${path.basename(name)}' names no format: ${FILE_FORMATS.map((known) => `.${known}`).join(", ")}`, { where });
      const bytes = await readFile(name);
      const { frontEnd } = options;
      return {
        name,
        inputs: inputs.map((input) => (frontEnd && format === "wav" ? frontEnd(bytes, input, name) : decodeFile(format, bytes, input, input.aliases, { ...options, modelScaling: input.scaling }, name))),
      };
    },
  };
}
