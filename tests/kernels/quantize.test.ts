// QUANTIZE float32 -> int8 and DEQUANTIZE int8 -> float32 on every core against tests/reference/unary.ts.
import { suite } from "uvu";
import type { Affine } from "../reference/quantization";
import * as reference from "../reference/unary";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, ZERO_POINTS } from "./operands";

const quantization = suite("kernels/quantize");

const SCALES = [1e-20, 1e-4, 0.003, 1 / 256, 0.1, 1, 20, 1e20];

async function quantizes(values: Float32Array, y: Affine): Promise<void> {
  const graph = graphOfOne("QUANTIZE", [{ type: "float32", shape: [values.length] }], { type: "int8", shape: [values.length], ...y });
  await agrees(`QUANTIZE ${values.length} values to ${JSON.stringify(y)}`, graph, [values], [reference.quantize(values, y)]);
}

quantization("values around every code and every tie", async () => {
  for (const scale of SCALES) for (const zeroPoint of ZERO_POINTS) {
    const y = affine(scale, zeroPoint);
    const values = Array.from({ length: 600 }, (_, i) => Math.fround(((i - 300) / 2) * y.scale)); // whole and half steps
    const nudged = values.flatMap((value) => [value, value * (1 + 2 ** -23), value * (1 - 2 ** -24)]);
    await quantizes(Float32Array.from(nudged), y);
  }
});

quantization("values far outside saturate, infinities too", async () => {
  const values = Float32Array.of(Infinity, -Infinity, 3e38, -3e38, 2 ** 31, -(2 ** 31), 2 ** 32, 1e-45, -1e-45, 0, -0, 65535.5, -65536.5);
  for (const scale of SCALES) for (const zeroPoint of ZERO_POINTS) await quantizes(values, affine(scale, zeroPoint));
});

quantization("random bits that are numbers", async () => {
  const random = new Random(15);
  const values = Float32Array.from({ length: 2000 }, () => (random.int32() / 2 ** 31) * 2 ** random.between(-20, 20));
  for (const scale of SCALES) await quantizes(values, affine(scale, 7));
});

quantization("all codes back to float32", async () => {
  const codes = Int8Array.from({ length: 256 }, (_, i) => i - 128);
  for (const scale of [...SCALES, 0.1234567, 3e38]) for (const zeroPoint of ZERO_POINTS) {
    const x = affine(scale, zeroPoint);
    const graph = graphOfOne("DEQUANTIZE", [{ type: "int8", shape: [256], ...x }], { type: "float32", shape: [256] });
    await agrees(`DEQUANTIZE from ${JSON.stringify(x)}`, graph, [codes], [reference.dequantize(codes, x)]);
  }
});

quantization.run();
