// exp, reciprocal, logistic and tanh of the core and of lowering against gemmlowp's own forms (tests/reference/gemmlowp.ts). int8
// outputs hide most of their bits; here every bit counts.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as lowering from "../../src/lowering/fixed_point";
import * as gemmlowp from "../reference/gemmlowp";
import { arithmeticCore } from "../support/arithmetic_core";
import { Random } from "../support/random";

const core = arithmeticCore();
const functions = suite("arithmetic/gemmlowp");

/** Arguments from 0 to -2^31: powers of two and their neighbours, the seams between quarters, random ones of every magnitude. */
function* negatives(seed: number, fractionalBits: number): Generator<number> {
  for (let k = 0; k <= 31; k++) for (const d of [-1, 0, 1]) yield Math.min(0, Math.max(-(2 ** k) + d, -(2 ** 31)));
  for (let q = 2 ** (fractionalBits - 2), a = 0; a < 2 ** 31; a += q) for (const d of [-1, 0, 1]) yield Math.min(0, d - a);
  const random = new Random(seed);
  for (let i = 0; i < 30_000; i++) yield -(random.int32() >>> random.between(1, 31));
}

function same(name: string, a: number, actual: bigint | number, expected: bigint): void {
  if (BigInt(actual) !== expected) assert.unreachable(`${name}(${a}): ${actual}, gemmlowp ${expected}`);
}

functions("exp on negative values", () => {
  for (const a of negatives(1, 26)) {
    same("core exp", a, core.exp(a), gemmlowp.expOnNegativeValues(BigInt(a), 5));
    same("exp", a, lowering.expOnNegativeValues(BigInt(a), 5), gemmlowp.expOnNegativeValues(BigInt(a), 5));
  }
  for (const a of negatives(2, 27)) same("exp of Q4.27", a, lowering.expOnNegativeValues(BigInt(a), 4), gemmlowp.expOnNegativeValues(BigInt(a), 4));
});

functions("one over one plus x", () => {
  for (const a of negatives(3, 29)) {
    const x = Math.min(-a, 2 ** 31 - 1);
    same("core reciprocal", x, core.reciprocal(x), gemmlowp.oneOverOnePlusX(BigInt(x)));
    same("reciprocal", x, lowering.oneOverOnePlus(BigInt(x)), gemmlowp.oneOverOnePlusX(BigInt(x)));
  }
});

functions("logistic and tanh, on both sides of zero", () => {
  for (const a of negatives(4, 27))
    for (const x of [BigInt(a), BigInt(Math.min(-a, 2 ** 31 - 1))]) {
      same("logistic", Number(x), lowering.logistic(x), gemmlowp.logistic(x));
      same("tanh", Number(x), lowering.tanh(x), gemmlowp.tanh(x));
    }
});

functions.run();
