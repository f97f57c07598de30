// Statistics are exact: held against a naive recomputation with whole numbers, and against themselves in other orders and parts.
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Collector, tensorsOf } from "../../src/inspect/collect";
import { momentsOf } from "../../src/inspect/exact_sum";
import { isInShard, ShardJoiner } from "../../src/inspect/shards";
import { distributionOf, meanAndStd, SampleMerger, sampleRanges, type ModelStatistics, type TensorStatistics } from "../../src/inspect/statistics";
import { decodeStatistics, encodeStatistics } from "../../src/inspect/statistics_file";
import { Tallier } from "../../src/inspect/tally";
import { ArenulaError } from "../../src/errors";
import { Interpreter } from "../../src/runtime/interpreter";
import { bytesOf, graphOf } from "../support/graph";
import { Random } from "../support/random";
import { pairOfNetworks, samples } from "./networks";

/** Finite float32 values of every magnitude, both zeros and the extremes among them. */
function anyFloats(random: Random, count: number): Float32Array {
  const bits = Uint32Array.from({ length: count }, () => (random.between(0, 0xffff) << 16) | random.between(0, 0xffff)), values = new Float32Array(bits.buffer);
  const edges = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, 3.4028234663852886e38, -3.4028234663852886e38, 1, -1, 2 ** -133, 2 ** -134];
  return values.map((value, i) => edges[i] ?? (Number.isFinite(value) ? value : i));
}

/** In units of 2^-149: a double holds every float32 times 2^149. */
const units = (value: number): bigint => BigInt(value * 2 ** 149);

const exact = suite("statistics, one sample");

exact("count, range, sums and bins are those of a naive count, at every magnitude", () => {
  const random = new Random(3), tallier = new Tallier();
  for (const count of [1, 11, 500, 3000]) {
    const values = anyFloats(random, count), tally = tallier.floats(bytesOf(values));
    assert.is(tally.count, count);
    assert.is(tally.min, Math.min(...values) + 0);
    assert.is(tally.max, Math.max(...values) + 0);
    assert.is(tally.sums!.sum, [...values].reduce((sum, value) => sum + units(value), 0n));
    assert.is(tally.sums!.squares, [...values].reduce((sum, value) => sum + units(value) ** 2n, 0n));
    const naive = new Map<number, number>();
    for (const value of values) {
      // a bin is the bfloat16 below in magnitude: truncate, and rank by value
      const half = new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16, bin = half < 0x8000 ? 0x8000 + half : 0xffff - half;
      naive.set(bin, (naive.get(bin) ?? 0) + 1);
    }
    assert.equal([...tally.bins].map((bin, i) => [bin, tally.counts[i]]), [...naive].sort((a, b) => a[0] - b[0]));
  }
});

exact("values of one sample leave nothing behind for the next", () => {
  const tallier = new Tallier(), values = anyFloats(new Random(9), 64);
  const first = tallier.floats(bytesOf(values));
  tallier.floats(bytesOf(Float32Array.of(NaN, Infinity, 5)));
  tallier.codes(Int8Array.of(-128, 127, 3), 128);
  assert.equal(tallier.floats(bytesOf(values)), first);
});

exact("NaN and infinities are counted apart", () => {
  const tally = new Tallier().floats(bytesOf(Float32Array.of(NaN, 2, -Infinity, -1, Infinity, -NaN)));
  assert.equal([tally.count, tally.nan, tally.infinite, tally.min, tally.max], [2, 2, 2, -1, 2]);
  assert.is(tally.sums!.sum, units(1));
  assert.is(tally.counts.reduce((a, b) => a + b), 2);
  const none = new Tallier().floats(bytesOf(Float32Array.of(NaN)));
  assert.equal([none.count, none.min, none.max, none.bins.length], [0, NaN, NaN, 0]);
});

exact("mean and deviation are right to the last place where doubles would lose all", () => {
  // 2^24 + 1 and its neighbours: the squares differ in the 49th bit
  const tally = new Tallier().floats(bytesOf(Float32Array.of(16777214, 16777215, 16777216)));
  const { mean, std } = momentsOf(tally.sums!, 3);
  assert.is(mean, 16777215);
  assert.ok(Math.abs(std - Math.sqrt(2 / 3)) < 1e-15);
  assert.equal(momentsOf({ sum: 0n, squares: 0n }, 5), { mean: 0, std: 0 });
  assert.is(momentsOf({ sum: -units(3), squares: units(3) ** 2n }, 2).mean, -1.5);
});
exact.run();

const IDENTITY = { model: "m", data: { name: "d.npy", count: 12, options: {} }, skipped: [] };

async function collected(net: Interpreter, all: readonly Uint8Array[], indices: readonly number[], shard = { number: 1, of: 1 }): Promise<ModelStatistics> {
  const collector = new Collector(net);
  for (const index of indices) collector.add({ index, name: `d.npy[${index}]` }, [all[index]!]);
  return { ...IDENTITY, shard, ...collector.result };
}

function joinShards(parts: readonly { readonly file: string; readonly statistics: ModelStatistics }[]): ModelStatistics {
  const joiner = new ShardJoiner();
  for (const { file, statistics } of parts) joiner.add(file, statistics);
  return joiner.result();
}

function mergeSamples(parts: readonly ModelStatistics[]): ModelStatistics {
  const merger = new SampleMerger({ number: 1, of: 1 });
  for (const part of parts) merger.add(part);
  return merger.result();
}

const merging = suite("statistics, merged");

merging("samples in any order and any parts are the same bytes", async () => {
  const random = new Random(21), all = samples(12), indices = all.map((_, i) => i);
  for (const model of Object.values(pairOfNetworks())) {
    // codes for the quantized model: its inputs take four bytes less
    const inputs = model.subgraphs[0]!.tensors[0]!.type === "float32" ? all : all.map((_, i) => new Uint8Array(new Random(i).int8s(8).buffer));
    const net = await Interpreter.create(model);
    const whole = encodeStatistics(await collected(net, inputs, indices));
    for (let turn = 0; turn < 5; turn++) {
      const parts = [[], [], [], []] as number[][];
      for (const index of [...indices].sort(() => random.between(0, 1) - 0.5)) parts[random.between(0, 3)]!.push(index);
      const merged = mergeSamples(await Promise.all(parts.map((part) => collected(net, inputs, part))));
      assert.equal(encodeStatistics(merged), whole);
    }
    const shards = await Promise.all([3, 1, 2].map(async (number) => {
      const shard = { number, of: 3 }, part = await collected(net, inputs, indices.filter((i) => isInShard(i, shard)), shard);
      return { file: `${number}.stats`, statistics: decodeStatistics(encodeStatistics(part), "part") };
    }));
    assert.equal(encodeStatistics(joinShards(shards)), whole);
  }
});

merging("figures are those of all values at once", async () => {
  const { float, quantized } = pairOfNetworks(), all = samples(12);
  const net = await Interpreter.create(float), statistics = await collected(net, all, all.map((_, i) => i));
  const values = all.flatMap((bytes) => [...new Float32Array(bytes.buffer)]);
  const [input] = statistics.tensors as [TensorStatistics], { min, max, count, pieces } = distributionOf(input);
  assert.equal([min, max, count], [Math.min(...values), Math.max(...values), values.length]);
  const mean = values.reduce((a, b) => a + b) / count;
  assert.ok(Math.abs(meanAndStd(input).mean - mean) < 1e-15);
  assert.ok(Math.abs(meanAndStd(input).std - Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count)) < 1e-14);
  for (const { low, high, count: n } of pieces) assert.is(values.filter((value) => (low >= 0 ? value >= low && (value < high || high === max || low === high) : value > low || low === min) && value <= high).length, n, `${low} to ${high}`);

  const codes = new Int8Array(8).map((_, i) => i - 4), collector = new Collector(await Interpreter.create(quantized));
  collector.add({ index: 0, name: "a" }, [new Uint8Array(codes.buffer)]);
  const [stored] = collector.result.tensors as [TensorStatistics], { scale } = stored.info.quantization!;
  assert.equal(distributionOf(stored).pieces, [...codes].map((code) => ({ low: code * scale, high: code * scale, count: 1 })));
  assert.is(meanAndStd(stored).mean, -0.5 * scale);
});

merging("98 % of a sample lie between p1 and p99", async () => {
  const model = graphOf({ tensors: [{ name: "x", type: "float32", shape: [1, 1000] }, { name: "y", type: "float32", shape: [1, 1000] }], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] });
  const net = await Interpreter.create(model), random = new Random(5);
  for (let turn = 0; turn < 10; turn++) {
    const values = Float32Array.from({ length: 1000 }, () => (random.between(-1000, 1000) / 1000) ** 5), collector = new Collector(net);
    collector.add({ index: 0, name: "a" }, [bytesOf(values)]);
    const [{ min, max, p1, p99 }] = sampleRanges(collector.result.tensors[0]!) as [ReturnType<typeof sampleRanges>[0]];
    const rising = [...values].sort((a, b) => a - b);
    assert.equal([min, max], [rising[0], rising[999]]);
    assert.ok(rising.filter((value) => value >= p1 && value <= p99).length >= 980);
    // and hardly more: bins are 1/128 wide
    assert.ok(p1 >= rising[9]! - Math.abs(rising[9]!) / 64 && p99 <= rising[990]! + Math.abs(rising[990]!) / 64);
  }
});

merging("one sample that is not finite is named, and the others count", async () => {
  const model = graphOf({ tensors: [{ name: "x", type: "float32", shape: [1, 2] }, { name: "y", type: "float32", shape: [1, 2] }], operators: [{ op: "SQRT", inputs: ["x"], outputs: ["y"] }] });
  const collector = new Collector(await Interpreter.create(model));
  [[4, 9], [-1, 1], [16, 0]].forEach((values, index) => collector.add({ index, name: `s${index}` }, [bytesOf(Float32Array.from(values))]));
  const root = collector.result.tensors[1]!;
  assert.equal(root.unfit, [{ sample: 1, nan: 1, infinite: 0 }]);
  assert.is(root.count, 5);
  assert.equal([distributionOf(root).min, distributionOf(root).max], [0, 4]);
});

merging("tensors without real values have no statistics", () => {
  const model = graphOf({ tensors: [{ name: "x", type: "float32", shape: [1, 2] }, { name: "axis", type: "int32", shape: [], data: [1] }, { name: "i", type: "int32", shape: [1] }], operators: [{ op: "ARG_MAX", inputs: ["x", "axis"], outputs: ["i"] }] });
  assert.equal(tensorsOf(model).map(({ name }) => name), ["x"]);
});
merging.run();

const files = suite("statistics, files");
const refused = (act: () => unknown, code: string, text: RegExp) => assert.throws(act, (error: ArenulaError) => error instanceof ArenulaError && error.code === code && text.test(error.message));

files("what does not belong together is refused by name", async () => {
  const net = await Interpreter.create(pairOfNetworks().float), all = samples(12);
  const part = async (number: number, of: number, others: Partial<ModelStatistics> = {}) => {
    const shard = { number, of };
    return { file: `${number}of${of}.stats`, statistics: { ...(await collected(net, all, all.map((_, i) => i).filter((i) => isInShard(i, shard)), shard)), ...others } };
  };
  const [one, two, three] = [await part(1, 3), await part(2, 3), await part(3, 3)];
  const four = await part(2, 4);
  refused(() => joinShards([one, three]), "STATISTICS_MISMATCH", /^shard 2 of 3 missing/);
  refused(() => joinShards([one]), "STATISTICS_MISMATCH", /^shards 2, 3 of 3 missing/);
  refused(() => joinShards([one, two, three, two]), "STATISTICS_MISMATCH", /^shard 2 of 3 a second time/);
  refused(() => joinShards([one, { ...two, statistics: { ...two.statistics, model: "n" } }, three]), "STATISTICS_MISMATCH", /another model/);
  refused(() => joinShards([one, { ...two, statistics: { ...two.statistics, data: { ...two.statistics.data, count: 13 } } }]), "STATISTICS_MISMATCH", /13 samples/);
  refused(() => joinShards([one, { ...two, statistics: { ...two.statistics, data: { ...two.statistics.data, options: { std: [255] } } } }]), "STATISTICS_MISMATCH", /std/);
  refused(() => joinShards([one, four]), "STATISTICS_MISMATCH", /shard 2 of 4/);
  refused(() => joinShards([one, { ...two, statistics: { ...two.statistics, samples: two.statistics.samples.slice(1) } }]), "STATISTICS_MISMATCH", /3 samples, not the 4 of shard 2 of 3/);
  refused(() => mergeSamples([one.statistics, one.statistics]), "STATISTICS_MISMATCH", /sample 0 'd.npy\[0\]'/);
});

files("a damaged file is refused, whichever byte is gone", async () => {
  const net = await Interpreter.create(pairOfNetworks().float), bytes = encodeStatistics(await collected(net, samples(12), [0, 1]));
  assert.equal(encodeStatistics(decodeStatistics(bytes, "x")), bytes);
  for (const damaged of [new Uint8Array(0), bytes.subarray(0, 100), bytes.subarray(1), new TextEncoder().encode("{}")]) refused(() => decodeStatistics(damaged, "x"), "STATISTICS_FORMAT", /./);
  const entries = unzipSync(bytes), json = strFromU8(entries["statistics.json"]!);
  const changed = (from: string, to: string) => zipSync({ ...entries, "statistics.json": strToU8(json.replace(from, to)) });
  refused(() => decodeStatistics(changed('"arenula_statistics":1', '"arenula_statistics":2'), "x"), "STATISTICS_FORMAT", /version 2, this program reads version 1/);
  for (const field of ["samples", "tensors", "histogram", "unfit", "sums"]) refused(() => decodeStatistics(changed(`"${field}":`, `"no_${field}":`), "x"), "STATISTICS_FORMAT", /damaged/);
  refused(() => decodeStatistics(zipSync({ ...entries, "ranges.npy": entries["ranges.npy"]!.subarray(1) }), "x"), "STATISTICS_FORMAT", /damaged/);
});
files.run();
