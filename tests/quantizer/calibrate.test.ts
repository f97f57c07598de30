// Calibrators against recomputations from the raw values, and against the TensorFlow Lite converter's calibrator.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collect } from "../../src/cli/collect";
import type { SampleFlags } from "../../src/cli/feed";
import { ArenulaError } from "../../src/errors";
import { Collector } from "../../src/inspect/collect";
import { distributionOf, sampleRanges, type ModelStatistics, type TensorStatistics } from "../../src/inspect/statistics";
import { rangesOf, rangeOf } from "../../src/quantizer/calibrate";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { recordedRanges } from "../../src/quantizer/sources";
import { quantizationError } from "../../src/quantizer/calibrators/error";
import { CALIBRATORS } from "../../src/quantizer/calibrators/table";
import { Model, type Subgraph } from "../../src/index";
import { Interpreter } from "../../src/runtime/interpreter";
import { bytesOf, graphOf } from "../support/graph";
import { Random } from "../support/random";

const SIZE = 400;
const model = graphOf({ tensors: [{ name: "x", type: "float32", shape: [1, SIZE] }, { name: "y", type: "float32", shape: [1, SIZE] }], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] });

async function statisticsOf(all: readonly Float32Array[]): Promise<ModelStatistics> {
  const collector = new Collector(await Interpreter.create(model));
  all.forEach((values, index) => collector.add({ index, name: `s${index}` }, [bytesOf(values)]));
  return { model: "", data: { name: "", count: all.length, options: {} }, shard: { number: 1, of: 1 }, skipped: [], ...collector.result };
}

const observed = (tensor: TensorStatistics) => ({ distribution: distributionOf(tensor), samples: sampleRanges(tensor) });

/** Bell-shaped by a sum of bytes, with one far outlier in the last sample. */
function bell(random: Random, outlier: number): Float32Array[] {
  return Array.from({ length: 20 }, (_, s) => Float32Array.from({ length: SIZE }, (_, i) => {
    if (s === 19 && i === 7) return outlier;
    return (Array.from({ length: 6 }, () => random.byte()).reduce((a, b) => a + b) - 765) / 300 + 0.3;
  }));
}

/** Mean squared error of the values themselves, each quantized: what the histogram's integral stands for. */
function naiveError(values: readonly number[], { min, max }: { min: number; max: number }, codes = 256): number {
  const low = Math.min(min, 0), scale = (Math.max(max, 0) - low) / (codes - 1), zeroPoint = Math.round(-low / scale);
  return values.reduce((sum, value) => sum + ((Math.min(codes - 1, Math.max(0, Math.round(value / scale) + zeroPoint)) - zeroPoint) * scale - value) ** 2, 0) / values.length;
}

const relative = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);

const calibrators = suite("calibrators");

calibrators("minmax is the range of all values", async () => {
  const all = bell(new Random(1), 9), values = all.flatMap((sample) => [...sample]);
  const ranges = rangesOf(await statisticsOf(all), "minmax");
  assert.equal(ranges.get(0), { min: Math.min(...values), max: 9, source: "least and greatest value, 20 samples" });
  assert.is(ranges.get(1)!.min, 0);
});

calibrators("a moving average is that of the samples' ranges, in their order", async () => {
  const all = bell(new Random(2), 9), statistics = await statisticsOf(all);
  for (const decay of [0.5, 0.9, 0.99]) {
    const { max } = rangesOf(statistics, "moving-average", { decay }).get(0)!;
    const weights = all.map((_, i) => decay ** (all.length - 1 - i)), sum = weights.reduce((a, b) => a + b);
    assert.ok(relative(max, all.reduce((total, sample, i) => total + weights[i]! * Math.max(0, ...sample), 0) / sum) < 1e-12);
  }
  const swapped = await statisticsOf([...all].reverse());
  assert.ok(rangesOf(swapped, "moving-average", { decay: 0.5 }).get(0)!.max < rangesOf(statistics, "moving-average", { decay: 0.5 }).get(0)!.max); // the outlier fades
});

calibrators("a percentile is within a bin of the sorted values'", async () => {
  const all = bell(new Random(3), 9), rising = all.flatMap((sample) => [...sample]).sort((a, b) => a - b), statistics = await statisticsOf(all);
  for (const percentile of [90, 99, 99.9, 99.99]) {
    const { min, max } = rangesOf(statistics, "percentile", { percentile }).get(0)!;
    const at = Math.ceil((percentile / 100) * rising.length) - 1;
    assert.ok(relative(max, rising[at]!) < 1 / 64, `${percentile}: ${max}, ${rising[at]}`);
    assert.ok(relative(min, rising[rising.length - 1 - at]!) < 1 / 64);
  }
  assert.equal(rangesOf(statistics, "percentile", { percentile: 100 }).get(0)!.max, 9);
});

calibrators("the histogram's error is that of the values", async () => {
  for (const outlier of [3, 9, 40]) {
    const all = bell(new Random(4), outlier), values = all.flatMap((sample) => [...sample]), { distribution } = observed((await statisticsOf(all)).tensors[0]!);
    for (const range of [{ min: -2, max: outlier }, { min: -1, max: 1.5 }, { min: -0.3, max: 4 }]) {
      assert.ok(relative(quantizationError(distribution, range, 256), naiveError(values, range)) < 0.03, `${range.min} to ${range.max}: ${quantizationError(distribution, range, 256)}, ${naiveError(values, range)}`);
    }
  }
});

calibrators("no range on a grid of limits has a smaller error than mse's", async () => {
  for (const outlier of [3, 9, 40]) {
    const all = bell(new Random(5), outlier), values = all.flatMap((sample) => [...sample]), tensor = (await statisticsOf(all)).tensors[0]!;
    const found = rangeOf(observed(tensor), "mse"), error = naiveError(values, found), { min, max } = distributionOf(tensor);
    assert.ok(error <= naiveError(values, { min, max }) * 1.001);
    for (let a = 0.1; a <= 1; a += 0.05) for (let b = 0.1; b <= 1; b += 0.05) assert.ok(error <= naiveError(values, { min: min * a, max: max * b }) * 1.02, `${outlier}: ${min * a} to ${max * b}`);
  }
});

calibrators("kl leaves out an outlier and keeps a bell, as a plain recomputation has it", async () => {
  for (const outlier of [2.5, 40]) {
    const all = bell(new Random(6), outlier), tensor = (await statisticsOf(all)).tensors[1]!, values = all.flatMap((sample) => [...sample]).filter((value) => value > 0);
    const { max } = rangeOf(observed(tensor), "kl"), expected = plainEntropyLimit(values, outlier, 256);
    assert.ok(relative(max, Math.min(outlier, expected)) < 0.15, `${max}, expected ${expected}`);
    assert.is(max < outlier / 2, outlier === 40);
  }
});

calibrators("tensors of one value, and of zero alone, have a range", async () => {
  const constant = await statisticsOf([new Float32Array(SIZE).fill(-2)]);
  for (const { name } of CALIBRATORS) {
    const [input, output] = [0, 1].map((tensor) => rangesOf(constant, name as "mse").get(tensor)!);
    assert.ok(input!.min <= -1.999 && input!.max <= 0, `${name}: ${input!.min} to ${input!.max}`);
    assert.equal([output!.min + 0, output!.max + 0], [0, 0], name);
  }
});

calibrators("a tensor that is not finite is refused by the tensor's and the sample's name", async () => {
  const all = bell(new Random(8), 3);
  all[4]![3] = Infinity;
  const statistics = await statisticsOf(all);
  assert.throws(() => rangesOf(statistics, "minmax"), (error: ArenulaError) => error.code === "ACTIVATION_NAN" && /1 values are infinite for sample 's4'/.test(error.message) && /'x'/.test(error.where));
});
calibrators.run();

/** Entropy calibration straight from the values, in loops as plain as the description: the limit in real units. */
function plainEntropyLimit(values: readonly number[], most: number, levels: number): number {
  const bins = new Array<number>(2048).fill(0);
  for (const value of values) bins[Math.min(2047, Math.floor((value * 2048) / most))]!++;
  let best = [Infinity, 2048];
  for (let end = levels; end <= 2048; end++) {
    const p = bins.slice(0, end), q = new Array<number>(end).fill(0);
    for (let level = 0; level < levels; level++) {
      const from = Math.floor((level * end) / levels), to = Math.floor(((level + 1) * end) / levels), used = bins.slice(from, to).filter((n) => n > 0).length;
      for (let bin = from; bin < to; bin++) if (bins[bin]! > 0) q[bin] = bins.slice(from, to).reduce((a, b) => a + b) / used;
    }
    p[Math.max(...p.map((n, i) => (n > 0 ? i : -1)))]! += bins.slice(end).reduce((a, b) => a + b, 0);
    const sums = [p, q].map((list) => list.reduce((a, b) => a + b));
    const divergence = p.reduce((sum, n, i) => (n === 0 ? sum : sum + (n / sums[0]!) * Math.log(n / sums[0]! / (q[i]! / sums[1]!))), 0);
    if (divergence <= best[0]!) best = [divergence, end];
  }
  return ((best[1]! + 0.5) * most) / 2048;
}

type Golden = Record<string, [min: number, max: number]>;

function isNear({ min, max }: { min: number; max: number }, [low, high]: [number, number]): boolean {
  const size = Math.max(Math.abs(low), Math.abs(high));
  return Math.abs(min - low) <= 1e-6 * size && Math.abs(max - high) <= 1e-6 * size;
}

const converter = suite("calibrators, TensorFlow Lite converter");
const NETWORKS: [name: string, data: string, options: SampleFlags][] = [["digits", "test_inputs", { mean: [0], std: [255] }], ["keywords", "test_features", {}]];
for (const [network, data, options] of NETWORKS) {
  converter(`${network}: minmax finds the ranges of LiteRT's tensors, and the converter's but for what it reads too late, to a millionth`, async () => {
    const golden = JSON.parse(readFileSync(`tests/quantizer/goldens/calibration_${network}.json`, "utf8")) as { samples: number; late: string[]; reference: Golden; converter: Golden };
    const bytes = readFileSync(`models/${network}/${network}_float.tflite`), [{ operators, tensors }] = Model.parse(bytes).subgraphs as [Subgraph];
    const statistics = await collect(bytes, `models/${network}/samples/${data}.npy`, { samples: golden.samples, ...options }, { progress() {}, note() {} });
    const ranges = rangesOf(statistics, "minmax"), late: string[] = [];
    assert.equal(statistics.tensors.map(({ info }) => info.name).sort(), Object.keys(golden.converter).sort());
    for (const { info: { index, name } } of statistics.tensors) {
      const ours = ranges.get(index)!;
      assert.ok(isNear(ours, golden.reference[name]!), `${name}: ${ours.min} to ${ours.max}, LiteRT ${golden.reference[name]}`);
      if (isNear(ours, golden.converter[name]!)) continue;
      // the converter logs operands once more after an operator has run; LiteRT may have written the result over them
      late.push(name);
      const results = operators.filter(({ inputs }) => inputs.includes(index)).map(({ outputs }) => golden.reference[tensors[outputs[0]!]!.name]!);
      const united = results.map(([min, max]): [number, number] => [Math.min(ours.min, min), Math.max(ours.max, max)]);
      assert.ok(united.some((range) => isNear({ min: range[0], max: range[1] }, golden.converter[name]!)), `${name}: ${ours.min} to ${ours.max}, the converter ${golden.converter[name]}`);
    }
    assert.equal(late, golden.late);
  });
}

for (const network of ["lstm", "svdf"]) {
  converter(`${network}: with --keep-state, ranges of all tensors and variables are the converter's, to a millionth`, async () => {
    const folder = `tests/quantizer/goldens/converter/${network}`, bytes = readFileSync(`${folder}/calibrated.tflite`), recorded = recordedRanges(FloatGraph.read(bytes));
    const ranges = async (keepState: boolean) => rangesOf(await collect(bytes, `${folder}/samples.npy`, { keepState }, { progress() {}, note() {} }), "minmax");
    const kept = await ranges(true), anew = await ranges(false), { operators } = FloatGraph.read(bytes);
    const intermediates = operators.flatMap((operator) => operator.intermediates);
    assert.equal([...kept.keys()].sort(), [...recorded.keys()].filter((tensor) => !intermediates.includes(tensor)).sort());
    for (const [tensor, { min, max }] of kept) assert.ok(isNear({ min, max }, [recorded.get(tensor)!.min, recorded.get(tensor)!.max]), `${tensor}: ${min} to ${max}, ${recorded.get(tensor)!.min} to ${recorded.get(tensor)!.max}`);
    assert.ok([...anew].some(([tensor, { max }]) => max < kept.get(tensor)!.max * 0.99)); // the converter never starts a sequence anew
    // without a projection the hidden value is the output, which no kernel has to log within the step
    for (const { intermediates: [, , , , hidden], outputs: [output] } of operators) if (hidden !== undefined) assert.ok(isNear(kept.get(output!)!, [recorded.get(hidden)!.min, recorded.get(hidden)!.max]));
  });
}
converter.run();
