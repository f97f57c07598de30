// How many terms a 21-bit field can sum, and the blocks that an image is cut into.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nextFullPixels, termsOfField } from "../../src/lowering/conv_2d_12";

const lowering = suite("lowering/conv_2d_12");

const filled = (length: number, value: number) => new Int8Array(length).fill(value);

lowering("a field sums what its weights allow, in equal even parts", () => {
  // sums from -2^20 to 2^20 - 1: 64 products of 127 * -128 are -1,040,384, 65 are beyond; -128 * -128 * 64 = 2^20 is one too many
  assert.is(termsOfField(filled(64, 127), 64), 64);
  assert.is(termsOfField(filled(65, 127), 65), 34); // two parts: 33 terms, made even
  assert.is(termsOfField(filled(64, -128), 64), 32);
  assert.is(termsOfField(filled(63, -128), 63), 64); // all terms, made even
  assert.is(termsOfField(filled(8192, 1), 8192), 8192); // 8192 * 128 = 2^20 downwards: just
  assert.is(termsOfField(filled(8193, 1), 8193), 4098);
});

lowering("the heaviest part of the heaviest channel decides", () => {
  const weights = filled(2 * 128, 1);
  assert.is(termsOfField(weights, 128), 128);
  weights.fill(127, 128, 128 + 66); // the second channel begins with 66 heavy terms
  assert.is(termsOfField(weights, 128), 64);
});

lowering("blocks of 12, 6, 3 and 1 pixels without an empty place", () => {
  assert.equal([1, 2, 3, 4, 7, 8, 12, 13, 14, 16, 19].map(nextFullPixels), [1, 3, 3, 6, 7, 12, 12, 13, 15, 18, 19]);
});

lowering.run();
