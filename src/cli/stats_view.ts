// What `stats` shows: all tensors in a table, worst first; one tensor in detail; everything as JSON.
import { printable, shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { findingsOf } from "../inspect/findings";
import { gridOf, ownGrid, type Grid } from "../inspect/grid";
import { bars, FIXED_SCALE, occupancyOf, type Occupancy } from "../inspect/occupancy";
import { distributionOf, meanAndStd, sampleRanges, type Distribution, type ModelStatistics, type TensorStatistics } from "../inspect/statistics";
import { median } from "../median";
import { didYouMean } from "../near_names";
import { rangeOf, type CalibratorName } from "../quantizer/calibrate";
import type { CalibratorOptions } from "../quantizer/calibrators/calibrator";
import { quantizationError } from "../quantizer/calibrators/error";
import { CALIBRATORS } from "../quantizer/calibrators/table";
import { findingsText } from "./explain";
import * as format from "./format";
import type { Io } from "./io";
import type { OpenModel } from "./model";
import { facts, table, type Cell } from "./table";

/** How the ranges of float32 tensors are chosen. */
export interface Candidate {
  readonly calibrator: CalibratorName;
  readonly options: CalibratorOptions;
}

/** A tensor with all figures at its own grid or at the candidate range. */
interface Figures {
  readonly tensor: TensorStatistics;
  readonly distribution: Distribution;
  readonly mean: number;
  readonly std: number;
  /** What the grid spans; null where there is no value. */
  readonly range: { readonly min: number; readonly max: number; readonly source: string } | null;
  readonly grid: Grid | null;
  readonly occupancy: Occupancy;
  /** Codes that hold 98 % of the middle sample. NaN where no sample has a value. */
  readonly medianCodes: number;
  /** The sample with the fewest. */
  readonly least: { readonly row: number; readonly codes: number } | null;
  readonly nan: number;
  readonly infinite: number;
}

function figuresOf(tensor: TensorStatistics, { calibrator, options }: Candidate): Figures {
  const distribution = distributionOf(tensor), { quantization } = tensor.info;
  const range = distribution.count === 0 ? null
    : quantization ? { min: (quantization.least - quantization.zeroPoint) * quantization.scale, max: (quantization.most - quantization.zeroPoint) * quantization.scale, source: "the model's scale and zero point" }
    : rangeOf({ distribution, samples: sampleRanges(tensor) }, calibrator, options);
  const grid = quantization ? ownGrid(quantization) : range && gridOf(range, 256);
  const occupancy = grid ? occupancyOf(tensor, grid) : { clipped: 0, codesUsed: 0, perSample: [] };
  const least = occupancy.perSample.reduce<Figures["least"]>((fewest, sample) => (fewest && fewest.codes <= sample.codes ? fewest : sample), null);
  const sum = (of: "nan" | "infinite") => tensor.unfit.reduce((total, sample) => total + sample[of], 0);
  return {
    tensor, distribution, ...meanAndStd(tensor), range, grid, occupancy, least, medianCodes: median(occupancy.perSample.map(({ codes }) => codes)), nan: sum("nan"), infinite: sum("infinite"),
  };
}

/** Worst first: what is not finite, then by the share of its codes that the middle sample lies on; last what has a fixed scale or no value. */
function byTrouble(a: Figures, b: Figures): number {
  const rank = ({ tensor, nan, infinite, grid }: Figures) => (nan + infinite > 0 ? 0 : !grid ? 3 : FIXED_SCALE.has(tensor.info.operator?.name ?? "") ? 2 : 1);
  const share = ({ medianCodes, grid }: Figures) => medianCodes / grid!.codes;
  return rank(a) - rank(b) || (a.grid && b.grid ? share(a) - share(b) : 0) || a.tensor.info.index - b.tensor.info.index;
}

const JSON_BARS = 64;

/** @param only null: all tensors, in the order of the model */
export function statisticsJson(graph: Graph, statistics: ModelStatistics, only: TensorStatistics | null, candidate: Candidate): object {
  const { model, data, shard, samples, skipped, tensors } = statistics;
  return {
    model, data, shard: `${shard.number}/${shard.of}`, samples: samples.map(({ name }) => name), skipped, calibrator: candidate.calibrator, findings: findingsOf({ model: graph, statistics }),
    tensors: tensors.filter((tensor) => !only || tensor === only).map((tensor) => {
      const { distribution, mean, std, range, grid, occupancy, medianCodes, least, nan, infinite } = figuresOf(tensor, candidate);
      const { index, name, type, shape, operator } = tensor.info;
      const codes = new Map(occupancy.perSample.map((sample) => [sample.row, sample.codes])), ranges = new Map(sampleRanges(tensor).map((sample) => [sample.row, sample]));
      return {
        index, name, op: operator?.name ?? "input", operator: operator?.index ?? null, type, shape, count: tensor.count, nan, infinite,
        min: distribution.min, max: distribution.max, mean, std, // JSON writes null where there is no value
        range, codes: grid?.codes ?? null, clipped: occupancy.clipped, codes_used: occupancy.codesUsed,
        histogram: { low: distribution.min, high: distribution.max, counts: grid ? bars(distribution, JSON_BARS) : [] },
        per_sample: {
          codes_median: medianCodes, codes_least: least?.codes ?? null, least_sample: least && samples[least.row]!.name,
          samples: samples.map((_, row) => ({ min: ranges.get(row)?.min ?? null, p1: ranges.get(row)?.p1 ?? null, p99: ranges.get(row)?.p99 ?? null, max: ranges.get(row)?.max ?? null, codes: codes.get(row) ?? null })),
        },
      };
    }),
  };
}

/** The tensor of this index, of this name, or with this in its name. @throws ArenulaError USAGE */
export function tensorNamed({ tensors }: ModelStatistics, wanted: string): TensorStatistics {
  const exact = tensors.find(({ info }) => info.name === wanted || String(info.index) === wanted);
  if (exact) return exact;
  const partly = tensors.filter(({ info }) => info.name.includes(wanted));
  if (partly.length === 1) return partly[0]!;
  const names = partly.slice(0, 5).map(({ info }) => `${info.index} '${info.name}'`);
  throw new ArenulaError("USAGE", partly.length > 1 ? `${partly.length} tensors have '${wanted}' in their names` : `no activation is called '${wanted}'`, {
    where: `--tensor ${wanted}`, hint: partly.length > 1 ? `give the index: ${names.join(", ")}` : didYouMean(wanted, tensors.map(({ info }) => info.name)) || "`arenula stats` without --tensor lists them",
  });
}

const SPARK = "▁▂▃▄▅▆▇█", TABLE_BARS = 16, DETAIL_BARS = 24, BAR_COLUMNS = 40;
/** Shares of a tensor's codes below which a row is marked: with 16 of 256 codes a sample is left with four bits. */
const FEW = 1 / 16, FEWER_THAN_GOOD = 1 / 4;

/** Heights are roots of counts, or a spike at zero would leave nothing of the rest. */
function sparkline(counts: readonly number[]): string {
  const most = Math.sqrt(Math.max(...counts));
  return counts.map((n) => (n === 0 ? " " : SPARK[Math.min(SPARK.length - 1, Math.floor((SPARK.length * Math.sqrt(n)) / most))])).join("");
}

function real(value: number): string {
  return Number.isNaN(value) ? "-" : value === 0 ? "0" : Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

export function drawAll({ name, model }: OpenModel, statistics: ModelStatistics, candidate: Candidate, io: Io): void {
  const { outColors: colors, columns } = io;
  const { samples, shard, data } = statistics;
  const rows = statistics.tensors.map((tensor) => figuresOf(tensor, candidate)).sort(byTrouble);
  const part = shard.of > 1 ? `, shard ${shard.number} of ${shard.of}` : "";
  io.out(`${colors.bold(name)} over ${format.plural(samples.length, "sample")} of ${printable(data.name)}${part}, ${format.plural(rows.length, "tensor")}, worst first\n\n`);
  const paint = (codes: number, of: number) => (codes < FEW * of ? colors.red : codes < FEWER_THAN_GOOD * of ? colors.yellow : (text: string) => text);
  io.out(table(
    [
      { title: "#", align: "right" }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "min", align: "right" }, { title: "max", align: "right" },
      { title: "histogram" }, { title: "clipped", align: "right" }, { title: "codes", align: "right" }, { title: "sample", align: "right" }, { title: "worst", align: "right" }, { title: "in", shrinks: true, drops: 1 },
    ],
    rows.map(({ tensor: { info }, distribution, grid, occupancy, medianCodes, least, nan, infinite }): Cell[] => {
      const start: Cell[] = [String(info.index), info.operator?.name ?? "input", shortName(info.name)];
      if (!grid || !least) return [...start, { text: nan > 0 ? "NaN" : infinite > 0 ? "infinite" : "no values", paint: colors.red }];
      const unfit: Cell | null = nan + infinite > 0 ? { text: nan > 0 ? "NaN" : "infinite", paint: colors.red } : null;
      return [
        ...start, real(distribution.min), real(distribution.max), { text: sparkline(bars(distribution, TABLE_BARS)), paint: colors.cyan },
        unfit ?? (occupancy.clipped === 0 ? "" : format.percent(occupancy.clipped)), grid.codes === 256 ? String(occupancy.codesUsed) : `${occupancy.codesUsed} of ${grid.codes}`,
        { text: String(medianCodes), paint: paint(medianCodes, grid.codes) }, { text: String(least.codes), paint: paint(least.codes, grid.codes) }, { text: samples[least.row]!.name, paint: colors.dim },
      ];
    }),
    { columns, colors },
  ));
  const isFloat = statistics.tensors.some(({ info }) => info.quantization === null);
  const isQuantized = statistics.tensors.some(({ info }) => info.quantization !== null);
  const legend = `codes: of 256 that some value takes${isFloat ? ` in the range of --calibrator ${candidate.calibrator}` : ""}; sample, worst: codes that hold 98 % of the middle and of the worst sample; clipped: ${
    [...(isFloat ? ["share of the values beyond the range"] : []), ...(isQuantized ? ["share of a quantized tensor's values in its two outermost codes, zero aside"] : [])].join(", ")}; heights are roots of counts`;
  io.out(`\n${format.wrap(legend, Math.min(columns, 120)).map((line) => `${colors.dim(line)}\n`).join("")}`);
  const findings = findingsOf({ model, statistics });
  if (findings.length > 0) io.out(`\n${findingsText(findings, true, io)}`);
}

const WORST_SAMPLES = 5;

export function drawOne({ samples }: ModelStatistics, tensor: TensorStatistics, candidate: Candidate, io: Io): void {
  const { outColors: colors, columns } = io, { info } = tensor;
  const figures = figuresOf(tensor, candidate), { distribution, grid, occupancy, range } = figures;
  io.out(facts([
    ["tensor", `${info.index} ${colors.bold(printable(info.name))}`],
    ["", `${info.type} ${format.shape(info.shape)}${info.operator ? `, written by operator ${info.operator.index} ${info.operator.name}` : ", an input"}`],
    ["values", `${format.count(tensor.count)} of ${format.plural(samples.length, "sample")}`],
    ...tensor.unfit.slice(0, WORST_SAMPLES).map(({ sample, nan, infinite }): [string, string] => ["not finite", colors.red(`${nan} NaN, ${infinite} infinite in ${printable(samples.find(({ index }) => index === sample)!.name)}`)]),
    ...(grid && range ? [
      ["observed", `${real(distribution.min)} to ${real(distribution.max)}, mean ${real(figures.mean)}, standard deviation ${real(figures.std)}`],
      ["range", `${real(range.min)} to ${real(range.max)} (${range.source}), one code is ${real(grid.scale)}`],
      ["codes", `${occupancy.codesUsed} of ${grid.codes} used; 98 % of the middle sample on ${figures.medianCodes}; ${format.percent(occupancy.clipped)} ${info.quantization ? "of the values in the two outermost" : "clipped"}`],
    ] as [string, string][] : []),
  ], colors));
  if (!grid) return;
  io.out(`\n${histogramText(distribution, io)}`);
  const worst = [...occupancy.perSample].sort((a, b) => a.codes - b.codes || a.row - b.row).slice(0, WORST_SAMPLES);
  const ranges = new Map(sampleRanges(tensor).map((sample) => [sample.row, sample]));
  io.out(`\n${table(
    [{ title: "samples on the fewest codes", shrinks: true }, { title: "codes", align: "right" }, { title: "min", align: "right" }, { title: "1 %", align: "right" }, { title: "99 %", align: "right" }, { title: "max", align: "right" }],
    worst.map(({ row, codes }) => [samples[row]!.name, String(codes), ...(["min", "p1", "p99", "max"] as const).map((field) => real(ranges.get(row)![field]))]),
    { columns, colors },
  )}`);
  if (!info.quantization) io.out(`\n${calibratorsText(tensor, candidate, io)}`);
}

function histogramText(distribution: Distribution, { outColors: colors, columns }: Io): string {
  const heights = distribution.min === distribution.max ? [distribution.count] : bars(distribution, DETAIL_BARS), most = Math.max(...heights);
  const width = (distribution.max - distribution.min) / heights.length;
  return table(
    [{ title: "from", align: "right" }, { title: "values", align: "right" }, { title: "" }],
    heights.map((n, i): Cell[] => [
      real(distribution.min + i * width), format.count(Math.round(n)), { text: n > 0 ? "█".repeat(Math.max(1, Math.round(BAR_COLUMNS * Math.sqrt(n / most)))) : "", paint: colors.cyan },
    ]),
    { columns, colors },
  );
}

/** Every calibrator's range, and what it costs. */
function calibratorsText(tensor: TensorStatistics, { options }: Candidate, { outColors: colors, columns }: Io): string {
  const distribution = distributionOf(tensor), observed = { distribution, samples: sampleRanges(tensor) };
  const power = quantizationError(distribution, { min: 0, max: 0 }, 256); // all is lost: the mean square of the values
  return table(
    [{ title: "calibrator" }, { title: "min", align: "right" }, { title: "max", align: "right" }, { title: "clipped", align: "right" }, { title: "sample", align: "right" }, { title: "SQNR dB", align: "right" }],
    CALIBRATORS.map(({ name }): Cell[] => {
      const range = rangeOf(observed, name as CalibratorName, options), { clipped, perSample } = occupancyOf(tensor, gridOf(range, 256));
      const error = quantizationError(distribution, range, 256);
      return [name, real(range.min), real(range.max), format.percent(clipped), String(median(perSample.map(({ codes }) => codes))), error > 0 ? (10 * Math.log10(power / error)).toFixed(1) : "exact"];
    }),
    { columns, colors },
  );
}
