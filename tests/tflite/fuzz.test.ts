// Seeded damage to small models: each file parses or is refused with a ModelError. Nothing else may come out, and nothing may take long.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ModelError } from "../../src/errors";
import { readModel } from "../../src/tflite/read";
import { buildModel } from "../support/build_model";
import { modelNamed } from "../support/corpus";
import { Random } from "../support/random";
import { CONV_MODEL } from "./fixtures";

const fuzz = suite("tflite/fuzz");

/** Values that break arithmetic on offsets and sizes. */
const EDGES = [0, 1, 2, 4, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7ffffffc, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff];
/** A defect would take seconds; this is only to fail instead of hanging. */
const LONGEST_MS = 1000;

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;
const DAMAGES: Readonly<Record<string, Damage>> = {
  "a bit": (bytes, random) => {
    bytes[random.between(0, bytes.length - 1)]! ^= 1 << random.between(0, 7);
    return bytes;
  },
  "a byte": (bytes, random) => {
    bytes[random.between(0, bytes.length - 1)] = random.byte();
    return bytes;
  },
  "a word": (bytes, random) => {
    const at = 4 * random.between(0, (bytes.length >> 2) - 1);
    new DataView(bytes.buffer).setUint32(at, random.pick(EDGES), true);
    return bytes;
  },
  "a word, slightly": (bytes, random) => {
    const at = 4 * random.between(0, (bytes.length >> 2) - 1), view = new DataView(bytes.buffer);
    view.setUint32(at, view.getUint32(at, true) + 4 * random.between(-8, 8), true);
    return bytes;
  },
  "ten bytes": (bytes, random) => {
    for (let i = 0; i < 10; i++) bytes[random.between(8, bytes.length - 1)] = random.byte();
    return bytes;
  },
  "the end": (bytes, random) => bytes.slice(0, random.between(0, bytes.length)),
  "a stretch, moved": (bytes, random) => bytes.copyWithin(random.between(8, bytes.length - 1), random.between(0, bytes.length - 1), random.between(0, bytes.length)),
  "a stretch, zeroed": (bytes, random) => {
    const at = random.between(8, bytes.length - 1);
    return bytes.fill(0, at, at + random.between(1, 64));
  },
};

/** Reads a file; the outcome's name. */
function outcome(bytes: Uint8Array): string {
  const start = performance.now();
  try {
    readModel(bytes);
    return "read";
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (error.where === "" || error.hint === "") throw new Error(`an error without a place or a way out: ${error.message}`);
    return error.code;
  } finally {
    assert.ok(performance.now() - start < LONGEST_MS, `took ${performance.now() - start} ms`);
  }
}

const SUBJECTS: Readonly<Record<string, Uint8Array | null>> = {
  "a convolution": buildModel(CONV_MODEL),
  "hello_world_int8.tflite": modelNamed("hello_world_int8.tflite"),
  "digits_int8.tflite": modelNamed("digits_int8.tflite"),
  "split_concat.tflite": modelNamed("split_concat.tflite"),
};

for (const [name, original] of Object.entries(SUBJECTS)) {
  if (!original) continue;
  fuzz(`${name}: 4,000 damages`, () => {
    const random = new Random(1), counts: Record<string, number> = {};
    for (const [damage, apply] of Object.entries(DAMAGES)) {
      for (let i = 0; i < 500; i++) {
        const bytes = apply(original.slice(), random);
        let code: string;
        try {
          code = outcome(bytes);
        } catch (error) {
          throw new Error(`${damage}, number ${i}: ${(error as Error).stack}`);
        }
        counts[code] = (counts[code] ?? 0) + 1;
      }
    }
    assert.ok(counts["MODEL_CORRUPT"]! > 0);
    assert.is(Object.values(counts).reduce((sum, count) => sum + count, 0), 4000);
  });
}

fuzz("2,000 files of random bytes, with and without the identifier", () => {
  const random = new Random(2);
  for (let i = 0; i < 2000; i++) {
    const bytes = Uint8Array.from({ length: random.between(1, 400) }, () => random.byte());
    if (i % 2 && bytes.length >= 8) bytes.set([0x54, 0x46, 0x4c, 0x33], 4); // TFL3
    assert.is.not(outcome(bytes), "read");
  }
});

fuzz("every word of a small model, at every edge", () => {
  const original = buildModel(CONV_MODEL);
  for (let at = 0; at + 4 <= original.length; at += 4) {
    for (const edge of EDGES) {
      const bytes = original.slice();
      new DataView(bytes.buffer).setUint32(at, edge, true);
      outcome(bytes);
    }
  }
});

fuzz.run();
