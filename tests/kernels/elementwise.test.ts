// ADD, SUB and MUL on every core against tests/reference/elementwise.ts: broadcasting, in place and not, constants on either side.
import { suite } from "uvu";
import { add, broadcastShape, mul, sub, type Operand } from "../reference/elementwise";
import { ACTIVATIONS, type Activation, type Affine } from "../reference/quantization";
import { agrees } from "../support/contract";
import { bytesOf, graphOf, graphOfOne } from "../support/graph";
import { Random } from "../support/random";
import { affine, codes, ZERO_POINTS } from "./operands";

const elementwise = suite("kernels/elementwise");

const REFERENCES = { ADD: add, SUB: sub, MUL: mul } as const;
const OPERATORS = ["ADD", "SUB", "MUL"] as const;
/** Which operand is a constant. */
type Constant = "none" | "first" | "second";

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);
const operand = (random: Random, shape: readonly number[], quantization: Affine): Operand => ({ shape, codes: codes(random, size(shape), "with -128"), ...quantization });

interface Options { qa?: Affine; qb?: Affine; y?: Affine; activation?: Activation; constant?: Constant }

/** All three operators on operands of two shapes. */
async function combines(a: readonly number[], b: readonly number[], { qa = affine(0.05, -3), qb = affine(0.08, 11), y, activation = "NONE", constant = "none" }: Options = {}): Promise<void> {
  for (const op of OPERATORS) {
    const random = new Random(size(a) * 31 + size(b));
    const x0 = operand(random, a, qa), x1 = operand(random, b, qb);
    const out = y ?? (op === "MUL" ? affine(0.3, 4) : affine(0.1, 4));
    const spec = ({ shape, scale, zeroPoint, codes }: Operand, isConstant: boolean) => ({ type: "int8" as const, shape, scale, zeroPoint, ...(isConstant ? { data: bytesOf(codes) } : {}) });
    const graph = graphOfOne(op, [spec(x0, constant === "first"), spec(x1, constant === "second")], { type: "int8", shape: broadcastShape(a, b), ...out }, { fusedActivationFunction: activation });
    const inputs = [...(constant === "first" ? [] : [x0.codes]), ...(constant === "second" ? [] : [x1.codes])];
    await agrees(`${op} [${a}] and [${b}], constant ${constant}, ${JSON.stringify([qa, qb, out, activation])}`, graph, inputs, [REFERENCES[op](x0, x1, out, activation)]);
  }
}

elementwise("counts around the widths of words and vectors", async () => {
  for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 100]) await combines([n], [n]);
});

elementwise("broadcasting along every dimension, up to six", async () => {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[3], []], [[], [3]], [[2, 3], [3]], [[3], [2, 3]], [[2, 3], [2, 1]], [[2, 1], [1, 3]], [[2, 3, 4], [1, 3, 1]], [[2, 1, 4], [3, 1]],
    [[1, 4, 5, 3], [1, 1, 1, 3]], [[2, 4, 5, 3], [2, 1, 1, 3]], [[1, 4, 5, 3], [1, 4, 5, 1]], [[2, 1, 3, 1, 2], [1, 2, 1, 3, 1]],
    [[2, 1, 3, 1, 2, 1], [1, 2, 1, 2, 1, 3]], [[2, 3, 2, 3, 2, 3], [2, 3, 2, 3, 2, 3]], [[2, 3, 2, 3, 2, 3], [3, 1, 3]], [[1, 1, 1, 1, 1, 1], [2, 1, 2, 1, 2, 1]],
    [[2, 3, 1, 1, 2, 2, 3], [3, 1, 1, 2, 2, 3]],
  ];
  for (const [a, b] of shapes) for (const constant of ["none", "first", "second"] as const) await combines(a, b, { constant });
});

elementwise("zero points at both ends", async () => {
  for (const a of ZERO_POINTS) for (const b of [-128, 0, 127]) for (const y of [-128, 0, 127]) await combines([2, 9], [9], { qa: affine(0.05, a), qb: affine(0.08, b), y: affine(0.1, y) });
});

elementwise("scales far apart, and outputs that saturate or vanish", async () => {
  for (const a of [1e-4, 0.01, 1, 300]) for (const b of [1e-4, 1, 300]) for (const y of [0.001, 1, 500]) await combines([25], [25], { qa: affine(a, 3), qb: affine(b, -7), y: affine(y, 1) });
});

elementwise("equal scales that are powers of two, where every half is a tie", async () => {
  for (const y of [0.25, 0.5, 1, 2, 4, 8]) await combines([256], [256], { qa: affine(0.5), qb: affine(0.5), y: affine(y) });
});

elementwise("fused activations", async () => {
  for (const activation of ACTIVATIONS) for (const y of [affine(0.1, -128), affine(0.03, 0), affine(0.1, 100)]) await combines([2, 5], [5], { activation, y });
});

elementwise("one tensor as both operands", async () => {
  const x: Operand = { shape: [2, 7], codes: codes(new Random(3), 14, "with -128"), ...affine(0.05, -3) };
  for (const op of OPERATORS) {
    const y = affine(0.1, 5);
    const graph = graphOf({
      tensors: [{ name: "x", type: "int8", shape: [2, 7], ...affine(0.05, -3) }, { name: "y", type: "int8", shape: [2, 7], ...y }],
      operators: [{ op, inputs: ["x", "x"], outputs: ["y"] }],
    });
    await agrees(`${op} of x and x`, graph, [x.codes], [REFERENCES[op](x, x, y, "NONE")]);
  }
});

elementwise.run();
