import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { zipSync } from "fflate";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openDataSet, type DataSet } from "../../src/cli/inputs/data_set";
import type { InputOptions, NamedInput } from "../../src/cli/inputs/inputs";
import { ArenulaError, type ErrorCode } from "../../src/errors";
import { npyFile } from "../support/npy_file";

const folder = mkdtempSync(path.join(tmpdir(), "arenula-data-"));
const plain: InputOptions = { scaling: null, fit: false, frontEnd: null };
const input = (name: string, shape: number[], type: NamedInput["type"] = "float32"): NamedInput => ({ name, type, shape, scale: type === "float32" ? null : 0.5, zeroPoint: type === "float32" ? null : 0, aliases: [], scaling: null });
const pair = input("x", [1, 2]);

function file(name: string, data: Uint8Array | string): string {
  const at = path.join(folder, name);
  writeFileSync(at, data);
  return at;
}

async function samples(set: DataSet): Promise<number[][]> {
  const all: number[][] = [];
  for (let i = 0; i < set.count; i++) all.push((await set.sample(i)).inputs.flatMap(({ bytes }) => [...new Float32Array(bytes.buffer)]));
  await set.close();
  return all;
}

async function refused(code: ErrorCode, act: () => Promise<unknown>): Promise<ArenulaError> {
  try {
    await act();
  } catch (error) {
    assert.instance(error, ArenulaError, String(error));
    assert.is((error as ArenulaError).code, code, (error as ArenulaError).message);
    return error as ArenulaError;
  }
  throw new Error(`accepted, expected ${code}`);
}

const six = npyFile("<f4", [3, 2], Float32Array.of(0, 1, 2, 3, 4, 5));
const data = suite("data sets");

data("a .npy is read sample by sample, in any order", async () => {
  const set = await openDataSet(file("six.npy", six), [pair], plain);
  assert.is(set.count, 3);
  const last = await set.sample(2), first = await set.sample(0);
  assert.equal([...new Float32Array(last.inputs[0]!.bytes.buffer), ...new Float32Array(first.inputs[0]!.bytes.buffer)], [4, 5, 0, 1]);
  assert.is(last.name, "six.npy[2]");
  await set.close();
});

data("pixels in an array become reals by mean and std", async () => {
  const set = await openDataSet(file("pixels.npy", npyFile("|u1", [2, 2], Uint8Array.of(0, 255, 51, 102))), [pair], { ...plain, scaling: { mean: [0], std: [255] } });
  assert.equal((await samples(set)).flat().map((value) => value.toFixed(3)), ["0.000", "1.000", "0.200", "0.400"]);
});

data("an archive feeds several inputs and holds labels", async () => {
  const archive = zipSync({ "a.npy": six, "b.npy": npyFile("<f4", [3, 1], Float32Array.of(7, 8, 9)), "labels.npy": npyFile("<i8", [3], BigInt64Array.of(1n, 0n, 2n)) });
  const set = await openDataSet(file("two.npz", archive), [input("b", [1]), input("a", [1, 2])], plain);
  assert.equal(set.labels, ["1", "0", "2"]);
  assert.equal(await samples(set), [[7, 0, 1], [8, 2, 3], [9, 4, 5]]);
});

data("a folder is read in name order, a .csv in its own, with labels", async () => {
  const one = (...values: number[]) => npyFile("<f4", [2], Float32Array.of(...values));
  file("b_1.npy", one(3, 4));
  const csv = file("list.csv", "path,label\nb_1.npy,cat\n\"six_0.npy\",dog\n");
  file("six_0.npy", one(1, 2));
  const list = await openDataSet(csv, [pair], plain);
  assert.equal(list.labels, ["cat", "dog"]);
  assert.equal(await samples(list), [[3, 4], [1, 2]]);
});

data("what is wrong for all samples is refused before the first", async () => {
  const at = file("six.npy", six);
  await refused("INPUT_SHAPE", () => openDataSet(at, [input("x", [1, 3])], plain));
  await refused("INPUT_MISSING", () => openDataSet(at, [pair, input("y", [1])], plain));
  await refused("FILE_NOT_FOUND", () => openDataSet(path.join(folder, "sixx.npy"), [pair], plain));
  await refused("DATA_EMPTY", () => openDataSet(file("none.npy", npyFile("<f4", [0, 2], new Float32Array(0))), [pair], plain));
  await refused("DATA_EMPTY", () => openDataSet(file("none.csv", "path,label\n"), [pair], plain));
  await refused("INPUT_FORMAT", () => openDataSet(file("cut.npy", six.subarray(0, six.length - 1)), [pair], plain));
  await refused("INPUT_FORMAT", () => openDataSet(file("x.bin", six), [pair], plain));
  await refused("INPUT_FORMAT", () => openDataSet(file("x.csv", "\"a,b"), [pair], plain));
});

data("a sample with NaN is named", async () => {
  const set = await openDataSet(file("nan.npy", npyFile("<f4", [2, 2], Float32Array.of(0, 1, NaN, 3))), [pair], plain);
  const error = await refused("INPUT_VALUE", () => samples(set));
  assert.match(error.where, "nan.npy[1]");
  await set.close();
});

data.after(() => rmSync(folder, { recursive: true }));
data.run();
