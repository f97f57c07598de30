// The file that `stats -o` writes: a zip archive of statistics.json (all but the ranges of samples) and ranges.npy, float32 [tensors, samples, 4].
// The same statistics are the same bytes, however they came together. numpy.load reads the ranges. docs/statistics.md has the fields.
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { ArenulaError } from "../errors";
import { Counts } from "./counts";
import { RANGE_FIELDS, type ModelStatistics, type TensorInfo, type TensorStatistics } from "./statistics";

/** Of what the file holds and what its figures mean. */
const VERSION = 1;
const JSON_NAME = "statistics.json", RANGES_NAME = "ranges.npy";
/** Archives without the 64-bit extension end here. */
const MOST_BYTES = 2 ** 32 - 1;
/** The first day that an archive can name: when a file was written is no part of it. */
const MTIME = "1980-01-01T00:00:00";

interface TensorJson {
  readonly info: TensorInfo;
  readonly count: number;
  readonly unfit: TensorStatistics["unfit"];
  /** Bin, count, bin, count, ... */
  readonly histogram: readonly number[];
  /** Whole numbers in hexadecimal; null for codes. */
  readonly sums: { readonly sum: string; readonly squares: string } | null;
}

type StatisticsJson = Omit<ModelStatistics, "tensors"> & { readonly arenula_statistics: number; readonly tensors: readonly TensorJson[] };

/** @throws ArenulaError STATISTICS_FORMAT where there are more ranges than a file holds */
export function encodeStatistics({ model, data, shard, samples, skipped, tensors }: ModelStatistics): Uint8Array {
  const json: StatisticsJson = {
    arenula_statistics: VERSION, model, data, shard, samples, skipped,
    tensors: tensors.map(({ info, count, unfit, histogram, sums }) => ({
      info, count, unfit, histogram: histogram.entries().flat(), sums: sums && { sum: sums.sum.toString(16), squares: sums.squares.toString(16) },
    })),
  };
  const perTensor = samples.length * RANGE_FIELDS.length;
  const header = rangesHeader(tensors.length, samples.length);
  if (header.length + 4 * perTensor * tensors.length > MOST_BYTES)
    throw new ArenulaError("STATISTICS_FORMAT", `${samples.length} samples of ${tensors.length} tensors are more than a file holds`, { hint: "fewer samples: some hundred thousand tell no more about ranges" });
  const ranges = new Uint8Array(header.length + 4 * perTensor * tensors.length), view = new DataView(ranges.buffer);
  ranges.set(header);
  tensors.forEach((tensor, t) => tensor.ranges.forEach((value, i) => view.setFloat32(header.length + 4 * (t * perTensor + i), value, true)));
  return zipSync({ [JSON_NAME]: strToU8(JSON.stringify(json)), [RANGES_NAME]: ranges }, { mtime: MTIME });
}

/**
 * @param where the file's name, for messages
 * @throws ArenulaError STATISTICS_FORMAT
 */
export function decodeStatistics(bytes: Uint8Array, where: string): ModelStatistics {
  const refuse = (message: string, hint: string) => new ArenulaError("STATISTICS_FORMAT", message, { where, hint });
  let json: StatisticsJson, ranges: Uint8Array;
  try {
    const entries = unzipSync(bytes);
    json = JSON.parse(strFromU8(entries[JSON_NAME]!)) as StatisticsJson;
    ranges = entries[RANGES_NAME]!;
  } catch {
    throw refuse("no file of statistics, or a damaged one", "`arenula stats MODEL --data DATA -o FILE` writes one");
  }
  if (json.arenula_statistics !== VERSION) throw refuse(`statistics of version ${json.arenula_statistics}, this program reads version ${VERSION}`, "collect them again with this version");
  try {
    return statisticsOf(json, ranges);
  } catch {
    throw refuse("a damaged file: its fields or ranges are not those of its tensors and samples", "collect them again");
  }
}

/** @throws where a field is missing or no number, or the ranges are not of this many tensors and samples */
function statisticsOf({ model, data, shard, samples, skipped, tensors: list }: StatisticsJson, ranges: Uint8Array): ModelStatistics {
  const header = rangesHeader(list.length, samples.length), perTensor = samples.length * RANGE_FIELDS.length;
  if (!header.every((byte, i) => ranges[i] === byte) || ranges.length !== header.length + 4 * perTensor * list.length) throw new Error("ranges of another shape");
  const view = new DataView(ranges.buffer, ranges.byteOffset + header.length);
  const tensors = list.map(({ info, count, unfit, histogram: pairs, sums }, t): TensorStatistics => {
    const histogram = new Counts();
    for (let i = 0; i < pairs.length; i += 2) histogram.add(pairs[i]!, pairs[i + 1]!);
    return {
      info, count, unfit: [...unfit], histogram, sums: sums === null ? null : { sum: fromHex(sums.sum), squares: fromHex(sums.squares) },
      ranges: Float32Array.from({ length: perTensor }, (_, i) => view.getFloat32(4 * (t * perTensor + i), true)),
    };
  });
  return { model, data, shard, samples, skipped, tensors };
}

/** BigInt() reads no sign before 0x. */
function fromHex(text: string): bigint {
  return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}

/** The header of a .npy file, version 1.0. Source: numpy/lib/format.py */
function rangesHeader(tensors: number, samples: number): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tensors}, ${samples}, ${RANGE_FIELDS.length}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  return Uint8Array.of(0x93, ...strToU8("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8, ...strToU8(padded));
}
