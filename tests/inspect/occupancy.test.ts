// Codes used and clipped, against counting the values themselves.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Collector } from "../../src/inspect/collect";
import { codeOf, endsOf, gridOf } from "../../src/inspect/grid";
import { bars, occupancyOf } from "../../src/inspect/occupancy";
import { distributionOf, type TensorStatistics } from "../../src/inspect/statistics";
import { median } from "../../src/median";
import { Interpreter } from "../../src/runtime/interpreter";
import { bytesOf, graphOf } from "../support/graph";
import { Random } from "../support/random";

const SIZE = 1000;
const model = graphOf({ tensors: [{ name: "x", type: "float32", shape: [1, SIZE] }, { name: "y", type: "float32", shape: [1, SIZE] }], operators: [{ op: "NEG", inputs: ["x"], outputs: ["y"] }] });

async function inputOf(all: readonly Float32Array[]): Promise<TensorStatistics> {
  const collector = new Collector(await Interpreter.create(model));
  all.forEach((values, index) => collector.add({ index, name: `s${index}` }, [bytesOf(values)]));
  return collector.result.tensors[0]!;
}

/** Evenly spread over [-size, size]. */
const even = (random: Random, size: number) => Float32Array.from({ length: SIZE }, () => (random.between(-10000, 10000) / 10000) * size);

const occupancy = suite("inspect/occupancy");

occupancy("clipped and used codes are those of the values, at the resolution of a bin", async () => {
  const random = new Random(13), all = [even(random, 1), even(random, 2), even(random, 4)], values = all.flatMap((sample) => [...sample]), tensor = await inputOf(all);
  for (const range of [{ min: -4, max: 4 }, { min: -1, max: 3 }, { min: 0, max: 0.5 }]) {
    const grid = gridOf(range, 256), { first, last } = endsOf(grid), { clipped, codesUsed } = occupancyOf(tensor, grid);
    const beyond = values.filter((value) => value < first - grid.scale / 2 || value > last + grid.scale / 2).length / values.length;
    assert.ok(Math.abs(clipped - beyond) < 0.005, `${range.min} to ${range.max}: ${clipped}, ${beyond}`);
    const used = new Set(values.map((value) => codeOf(grid, value))).size;
    assert.ok(Math.abs(codesUsed - used) <= used / 10, // bins of the top octave are a code wide: which one a value takes is not known
       `${range.min} to ${range.max}: ${codesUsed}, ${used}`);
  }
});

occupancy("98 % of every sample lie on its codes", async () => {
  const random = new Random(14), all = Array.from({ length: 12 }, (_, i) => even(random, 2 ** -i)), grid = gridOf({ min: -1, max: 1 }, 256);
  const { perSample } = occupancyOf(await inputOf(all), grid);
  for (const { row, codes } of perSample) {
    const rising = [...all[row]!].map((value) => codeOf(grid, value)).sort((a, b) => a - b), narrowest = rising[989]! - rising[10]! + 1;
    assert.ok(codes >= narrowest && codes <= narrowest + 4, `sample ${row}: ${codes}, ${narrowest}`);
  }
});

occupancy("one loud sample among quiet ones: the range is used, and each quiet sample lies on few codes", async () => {
  const random = new Random(15), tensor = await inputOf([...Array.from({ length: 9 }, () => even(random, 0.02)), even(random, 1)]), { min, max } = distributionOf(tensor);
  const { codesUsed, perSample } = occupancyOf(tensor, gridOf({ min, max }, 256));
  assert.ok(codesUsed > 240);
  assert.ok(median(perSample.map(({ codes }) => codes)) <= 7); // 0.02 of a range of 256 codes
});

occupancy("a sample on one value, and a tensor of zeros, take one code", async () => {
  const constant = await inputOf([new Float32Array(SIZE).fill(3), new Float32Array(SIZE)]);
  assert.equal(occupancyOf(constant, gridOf({ min: 0, max: 3 }, 256)).perSample.map(({ codes }) => codes), [1, 1]);
  const zeros = occupancyOf(await inputOf([new Float32Array(SIZE)]), gridOf({ min: 0, max: 0 }, 256));
  assert.equal([zeros.clipped, zeros.codesUsed, zeros.perSample[0]!.codes], [0, 1, 1]);
});

occupancy("bars hold every value, each where it lies", async () => {
  const random = new Random(16), sample = even(random, 1), distribution = distributionOf(await inputOf([sample])), heights = bars(distribution, 10);
  assert.ok(Math.abs(heights.reduce((a, b) => a + b) - SIZE) < 1e-9);
  const { min, max } = distribution, width = (max - min) / 10;
  heights.forEach((height, i) => assert.ok(Math.abs(height - sample.filter((value) => Math.min(9, Math.floor((value - min) / width)) === i).length) < 12, `bar ${i}`));
  assert.equal(bars({ count: 3, min: 5, max: 5, pieces: [{ low: 5, high: 5, count: 3 }] }, 4), [3, 0, 0, 0]);
});
occupancy.run();
