// PAD, PADV2, CONCATENATION and TRANSPOSE on every core against tests/reference/movement.ts.
import { suite } from "uvu";
import type { TensorType } from "../../src/graph/tensor";
import { concatenate, pad, transpose } from "../reference/movement";
import { agrees } from "../support/contract";
import { graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, codes, ZERO_POINTS } from "./operands";

const movement = suite("kernels/movement");

const q = affine(0.05, -3);
const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
type Paddings = readonly (readonly [number, number])[];

async function pads(shape: readonly number[], paddings: Paddings, zeroPoint = -3, indexType: "int32" | "int64" = "int32"): Promise<void> {
  const x = codes(new Random(size(shape)), size(shape), "with -128");
  const wide = shape.map((n, d) => paddings[d]![0] + n + paddings[d]![1]);
  const operands = [
    { type: "int8" as const, shape, ...affine(0.05, zeroPoint) },
    { type: indexType, shape: [shape.length, 2], data: paddings.flat() },
  ];
  const result = { type: "int8" as const, shape: wide, ...affine(0.05, zeroPoint) };
  const label = `[${shape}] by ${JSON.stringify(paddings)}, zero point ${zeroPoint}, ${indexType}`;
  await agrees(`PAD ${label}`, graphOfOne("PAD", operands, result), [x], [Int8Array.from(pad([...x], shape, paddings, zeroPoint))]);
  for (const value of [-128, -1, 127]) {
    const graph = graphOfOne("PADV2", [...operands, { type: "int8", shape: [1], ...affine(0.05, zeroPoint), data: [value] }], result);
    await agrees(`PADV2 ${label}, value ${value}`, graph, [x], [Int8Array.from(pad([...x], shape, paddings, value))]);
  }
}

movement("pads any dimension, in front and behind", async () => {
  await pads([5], [[0, 0]]);
  await pads([5], [[3, 2]]);
  await pads([2, 3], [[1, 0], [0, 2]]);
  await pads([1, 4, 5, 3], [[0, 0], [1, 1], [1, 1], [0, 0]]);
  await pads([1, 4, 5, 3], [[0, 0], [0, 1], [2, 0], [1, 4]]);
  await pads([2, 3, 1, 2, 2], [[1, 0], [0, 1], [2, 0], [0, 0], [1, 1]]);
  await pads([2, 1, 2, 3, 1, 2], [[1, 0], [0, 1], [1, 1], [0, 1], [2, 0], [1, 1]]);
});

movement("pads with real zero, whatever its code", async () => {
  for (const zeroPoint of ZERO_POINTS) await pads([2, 3], [[1, 1], [2, 0]], zeroPoint, zeroPoint === 0 ? "int64" : "int32");
});

movement("concatenates along every axis", async () => {
  const random = new Random(5);
  for (const base of [[3], [2, 3], [2, 3, 4], [1, 2, 3, 2], [2, 1, 2, 1, 3], [2, 1, 2, 3, 1, 2]])
    for (let axis = -base.length; axis < base.length; axis++)
      for (const extents of [[1], [2, 2], [1, 3, 2], [5, 1, 1, 4]]) {
        const at = axis < 0 ? axis + base.length : axis;
        const parts = extents.map((n) => base.map((m, d) => (d === at ? n : m))).map((shape) => ({ shape, values: [...codes(random, size(shape), "with -128")] }));
        const total = base.map((m, d) => (d === at ? extents.reduce((a, b) => a + b) : m));
        const graph = graphOfOne("CONCATENATION", parts.map(({ shape }) => ({ type: "int8", shape, ...q })), { type: "int8", shape: total, ...q }, { axis });
        await agrees(`[${base}], axis ${axis}, ${extents}`, graph, parts.map(({ values }) => Int8Array.from(values)), [Int8Array.from(concatenate(parts, at))]);
      }
});

movement("concatenates constants and empty tensors", async () => {
  const graph = graphOfOne(
    "CONCATENATION",
    [{ type: "int8", shape: [2, 2], ...q, data: [1, 2, 3, 4] }, { type: "int8", shape: [2, 0], ...q, data: [] }, { type: "int8", shape: [2, 1], ...q }],
    { type: "int8", shape: [2, 3], ...q }, { axis: 1 },
  );
  await agrees("constant, empty, activation", graph, [Int8Array.of(9, 8)], [Int8Array.of(1, 2, 9, 3, 4, 8)]);
});

function* permutations(rank: number): Generator<number[]> {
  if (rank === 0) yield [];
  for (const rest of rank === 0 ? [] : permutations(rank - 1)) for (let at = 0; at <= rest.length; at++) yield [...rest.slice(0, at), rank - 1, ...rest.slice(at)];
}

async function transposes(shape: readonly number[], order: readonly number[]): Promise<void> {
  const x = codes(new Random(size(shape)), size(shape), "with -128");
  const graph = graphOfOne(
    "TRANSPOSE", [{ type: "int8", shape, ...q }, { type: "int32", shape: [order.length], data: order }], { type: "int8", shape: order.map((d) => shape[d]!), ...q },
  );
  await agrees(`[${shape}] by [${order}]`, graph, [x], [Int8Array.from(transpose([...x], shape, order))]);
}

movement("transposes by every permutation up to five dimensions", async () => {
  for (const shape of [[5], [3, 4], [2, 3, 4], [2, 3, 1, 4], [2, 3, 2, 4], [2, 3, 2, 1, 4]]) for (const order of permutations(shape.length)) await transposes(shape, order);
});

movement("transposes six dimensions and more, where neighbours merge", async () => {
  await transposes([2, 3, 2, 3, 2, 3], [5, 4, 3, 2, 1, 0]);
  await transposes([2, 3, 2, 3, 2, 3], [0, 2, 4, 1, 3, 5]);
  await transposes([2, 1, 3, 1, 2, 1, 2], [6, 5, 4, 3, 2, 1, 0]);
  await transposes([2, 2, 2, 2, 2, 2, 2], [4, 5, 6, 0, 1, 2, 3]);
});

movement("moves elements of every width", async () => {
  const bytes = new Random(9).int8s(2 * 3 * 8);
  const widths: readonly (readonly [TensorType, number])[] = [["int8", 1], ["uint8", 1], ["bool", 1], ["int16", 2], ["int32", 4], ["float32", 4], ["int64", 8]];
  for (const [type, width] of widths) {
    const whole = bytes.subarray(0, 6 * width);
    const elements = Array.from({ length: 6 }, (_, i) => whole.subarray(i * width, (i + 1) * width));
    const scale = type === "int8" ? q : {};
    const joined = (parts: readonly Int8Array[]) => Int8Array.from(parts.flatMap((part) => [...part]));
    const turned = graphOfOne("TRANSPOSE", [{ type, shape: [2, 3], ...scale }, { type: "int32", shape: [2], data: [1, 0] }], { type, shape: [3, 2], ...scale });
    await agrees(`TRANSPOSE ${type}`, turned, [whole], [joined(transpose(elements, [2, 3], [1, 0]))]);
    const doubled = graphOfOne("CONCATENATION", [{ type, shape: [2, 3], ...scale }, { type, shape: [2, 3], ...scale }], { type, shape: [2, 6], ...scale }, { axis: 1 });
    const part = { shape: [2, 3], values: elements };
    await agrees(`CONCATENATION ${type}`, doubled, [whole, whole], [joined(concatenate([part, part], 1))]);
  }
});

movement.run();
