// `--calibrator auto`: what makes it change a range, what does not, and that nobody who runs the trials leaves a trace.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { Collector } from "../../src/inspect/collect";
import type { ModelStatistics } from "../../src/inspect/statistics";
import { rangesOf } from "../../src/quantizer/calibrate";
import { CALIBRATOR_NAMES } from "../../src/quantizer/calibrators/table";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { searchRanges, unitsOf, type Search } from "../../src/quantizer/search";
import { inQuarters, mean, ReferenceBuilder, runTask, samplesWithin, Trials, type Task } from "../../src/quantizer/trial";
import { buildModel } from "../support/build_model";
import { Random } from "../support/random";

const search = suite("quantizer/search");
const WIDTHS = [24, 16, 6] as const;

/** x [1, 24] -> FULLY_CONNECTED, RELU to 16 -> FULLY_CONNECTED to 6, without biases: proportional to x. */
function network(): Uint8Array {
  const random = new Random(3), weights = (count: number) => new Uint8Array(Float32Array.from(random.int8s(count), (code) => code / 300).buffer);
  return buildModel({
    tensors: [
      ...WIDTHS.map((width, i) => ({ name: `x${i}`, type: "float32" as const, shape: [1, width] })),
      ...[0, 1].map((i) => ({ name: `w${i}`, type: "float32" as const, shape: [WIDTHS[i + 1]!, WIDTHS[i]!], data: weights(WIDTHS[i]! * WIDTHS[i + 1]!) })),
    ],
    operators: [0, 1].map((i) => ({ op: "FULLY_CONNECTED", inputs: [`x${i}`, `w${i}`], outputs: [`x${i + 1}`], options: { fusedActivationFunction: i === 0 ? "RELU" : "NONE" } })),
  });
}

/** Every sixteenth sample is so many times as large as the others. */
function samplesOf(count: number, flash: number): Float32Array[] {
  const random = new Random(5);
  return Array.from({ length: count }, (_, s) => Float32Array.from(random.int8s(WIDTHS[0]), (code) => (Math.abs(code) / 128) * (s % 16 === 5 ? flash : 1)));
}

async function searched(samples: readonly Float32Array[], run: (task: Task) => Promise<Float64Array[]> = runTask, budget?: (trials: Trials) => number): Promise<{ found: Search; trials: Trials; model: Uint8Array }> {
  const model = network(), graph = Model.parse(model), collector = new Collector(await Interpreter.create(graph)), builder = new ReferenceBuilder(model, await Interpreter.create(graph));
  samples.forEach((sample, index) => collector.add({ index, name: String(index) }, [new Uint8Array(sample.buffer)]));
  for (const index of inQuarters(samples.length, samples.length)) builder.add([new Uint8Array(samples[index]!.buffer)]);
  const statistics: ModelStatistics = { model: "", data: { name: "", count: samples.length, options: {} }, shard: { number: 1, of: 1 }, skipped: [], ...collector.result };
  const [start, ...others] = CALIBRATOR_NAMES.map((name) => rangesOf(statistics, name)), trials = new Trials(builder.result, { scheme: "int8" }, run);
  return { found: await searchRanges(model, unitsOf(FloatGraph.read(model), start!), start!, others, trials, () => {}, budget?.(trials)), trials, model };
}

search("rare samples that are much larger give up their codes to the others", async () => {
  const { found, trials, model } = await searched(samplesOf(96, 80));
  assert.ok(found.changed.length > 0 && found.after > found.before + 3, JSON.stringify([found.changed, found.before, found.after]));
  const [decibels] = await trials.decibels([{ model, ranges: found.ranges }]);
  assert.is(mean(decibels!), found.after);
});

search("ranges stay where samples are alike, where the few would be lost, and with too few of them", async () => {
  for (const samples of [samplesOf(96, 1), samplesOf(96, 24), samplesOf(15, 80)]) {
    const { found } = await searched(samples);
    assert.equal(found.changed, []);
    assert.is(found.after, found.before);
  }
});

search("the order in which trials end leaves no trace", async () => {
  let tasks = 0;
  const late = async (task: Task) => {
    await new Promise((resolve) => setTimeout(resolve, (tasks++ * 7) % 5));
    return runTask(task);
  };
  const one = (await searched(samplesOf(64, 80))).found, other = (await searched(samplesOf(64, 80), late)).found;
  assert.ok(one.changed.length > 0);
  assert.equal(other, one);
});

search("a large model has fewer ranges tried, within the budget", async () => {
  for (const trialsOfAll of [0, 12, 20]) {
    let spent = 0;
    const counting = (task: Task) => {
      spent += task.to - task.from;
      return runTask(task);
    };
    const { found, trials } = await searched(samplesOf(64, 80), counting, (all) => trialsOfAll * all.cost(all.count));
    assert.ok(spent <= Math.max(1, trialsOfAll) * trials.count, `${spent} inferences, ${trialsOfAll} trials of ${trials.count} samples allowed`);
    assert.is(found.tried > 0, trialsOfAll > 0);
  }
});

search("samples: evenly spread quarters, within memory and time", () => {
  assert.equal(inQuarters(8, 16), [0, 8, 2, 10, 4, 12, 6, 14]);
  assert.equal(inQuarters(5, 5), [0, 4, 1, 2, 3]);
  assert.is(samplesWithin(100, 1e6, 1e3), 512);
  assert.is(samplesWithin(100, 1e9, 1e3), 50);
  assert.is(samplesWithin(100, 1e12, 1e3), 32);
  assert.is(samplesWithin(100, 1e6, 2 ** 26), 4);
});

search("an answer that is exact, or 0 throughout, has a finite figure", async () => {
  const { trials, model } = await searched([...samplesOf(16, 1), new Float32Array(WIDTHS[0])]);
  const ranges = new Map([0, 1, 2].map((tensor) => [tensor, { min: -8, max: 8, source: "test" }]));
  const [decibels] = await trials.decibels([{ model, ranges }]);
  assert.ok(decibels!.every(Number.isFinite), String(decibels));
});

search.run();
