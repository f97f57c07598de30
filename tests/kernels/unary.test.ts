// RELU, RELU6, LOGISTIC, TANH and QUANTIZE int8 -> int8 on every core, over all 256 codes, against tests/reference/unary.ts.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Affine } from "../reference/quantization";
import * as reference from "../reference/unary";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { affine, ZERO_POINTS } from "./operands";

const unary = suite("kernels/unary");

const ALL = Int8Array.from({ length: 256 }, (_, i) => i - 128);
const SCALES = [1e-4, 0.003, 0.02, 0.047, 1 / 16, 0.1, 1, 20];

async function maps(op: string, x: Affine, y: Affine, expected: Int8Array): Promise<void> {
  await agrees(`${op} from ${JSON.stringify(x)} to ${JSON.stringify(y)}`, graphOfOne(op, [{ type: "int8", shape: [4, 64], ...x }], { type: "int8", shape: [4, 64], ...y }), [ALL], [expected]);
}

unary("RELU between any two quantizations", async () => {
  for (const from of SCALES) for (const to of SCALES) for (const [p, q] of [[-128, -128], [0, 0], [5, -7], [127, 127]] as const) {
    const x = affine(from, p), y = affine(to, q);
    await maps("RELU", x, y, reference.relu(ALL, x, y));
  }
});

unary("RELU6 where both sides share a quantization", async () => {
  for (const scale of SCALES) for (const zeroPoint of ZERO_POINTS) {
    const x = affine(scale, zeroPoint);
    await maps("RELU6", x, x, reference.relu6(ALL, x, x));
  }
});

unary("LOGISTIC and TANH at every scale and zero point", async () => {
  for (const scale of SCALES) for (const zeroPoint of ZERO_POINTS) {
    const x = affine(scale, zeroPoint);
    await maps("LOGISTIC", x, affine(1 / 256, -128), reference.logistic(ALL, x));
    await maps("TANH", x, affine(1 / 128), reference.tanh(ALL, x));
  }
});

unary("QUANTIZE from int8 to int8", async () => {
  for (const from of SCALES) for (const to of SCALES) for (const [p, q] of [[-128, -128], [0, 0], [5, -7], [127, -128]] as const) {
    const x = affine(from, p), y = affine(to, q);
    await maps("QUANTIZE", x, y, reference.requantize(ALL, x, y));
  }
});

unary("sums small enough to see", () => {
  const one = affine(1), half = affine(0.5), codes = Int8Array.of(-3, -1, 0, 1, 3, 100);
  assert.equal([...reference.relu(codes, one, half)], [0, 0, 0, 2, 6, 127]);
  assert.equal([...reference.relu6(codes, one, one)], [0, 0, 0, 1, 3, 6]);
  assert.equal([...reference.requantize(codes, half, one)], [-1, 0, 0, 1, 2, 50]); // -1.5, -0.5, 0.5, 1.5: ties go towards +infinity
  assert.equal([...reference.logistic(Int8Array.of(-128, 0, 127), one)], [-128, 0, 127]); // 0, 1/2, 1
  assert.equal([...reference.tanh(Int8Array.of(-128, 0, 127), one)], [-128, 0, 127]); // -1, 0, 1
});

unary("counts around the widths of words and vectors, in place and not", async () => {
  const x = affine(0.05, -3);
  for (const n of [1, 2, 3, 4, 5, 15, 16, 17, 31, 33]) {
    const codes = ALL.subarray(100, 100 + n);
    await agrees(`${n} codes`, graphOfOne("RELU", [{ type: "int8", shape: [n], ...x }], { type: "int8", shape: [n], ...x }), [codes], [reference.relu(codes, x, x)]);
  }
});

unary.run();
