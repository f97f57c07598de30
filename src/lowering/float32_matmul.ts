// BATCH_MATMUL, float32: [.., rows, depth] x [.., depth, columns], either operand stored transposed, leading dimensions broadcast.
import * as abi from "../../assembly/abi/matmul_float32";
import { OUTER } from "../../assembly/abi/shape";
import { elementCount, type Tensor } from "../graph/tensor";
import { float32Of } from "./float32";
import { emitFloat32Conv, rowsAsPixels } from "./float32_conv_2d";
import type { Emitter, Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { broadcast, normalize, type StridedBox } from "./strides";

/** Matrices and how they are stored; steps are in elements. */
export interface Matmul {
  readonly left: Tensor;
  readonly right: Tensor;
  readonly output: Tensor;
  readonly bias: Tensor | null;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly leftRow: number;
  readonly leftStep: number;
  readonly rightStep: number;
  readonly rightColumn: number;
  readonly min: number;
  readonly max: number;
  /** Which matrices meet; one of each where it is left out. */
  readonly matrices?: StridedBox;
  /** The first elements. */
  readonly leftAt?: number;
  readonly rightAt?: number;
  readonly outputAt?: number;
}

const ONE: StridedBox = { dims: [], strides: [[], []] };

/** One step. The first of RANK dimensions is left out: kernels walk matrices as outer dimensions. */
export function emitMatmul(emit: Emitter, matmul: Matmul): void {
  const { leftAt = 0, rightAt = 0, outputAt = 0 } = matmul;
  const { dims, strides: [left, right] } = normalize(matmul.matrices ?? ONE)!;
  emit.step("matmul_float32", abi.MATMUL_FLOAT32_SIZE, (r) => {
    r.input(abi.MATMUL_FLOAT32_LEFT, matmul.left, 4 * leftAt);
    r.input(abi.MATMUL_FLOAT32_RIGHT, matmul.right, 4 * rightAt);
    r.output(abi.MATMUL_FLOAT32_OUTPUT, matmul.output, 4 * outputAt);
    if (matmul.bias) r.input(abi.MATMUL_FLOAT32_BIAS, matmul.bias);
    r.i32(abi.MATMUL_FLOAT32_ROWS, matmul.rows);
    r.i32(abi.MATMUL_FLOAT32_COLUMNS, matmul.columns);
    r.i32(abi.MATMUL_FLOAT32_DEPTH, matmul.depth);
    r.i32(abi.MATMUL_FLOAT32_LEFT_ROW, matmul.leftRow);
    r.i32(abi.MATMUL_FLOAT32_LEFT_STEP, matmul.leftStep);
    r.i32(abi.MATMUL_FLOAT32_RIGHT_STEP, matmul.rightStep);
    r.i32(abi.MATMUL_FLOAT32_RIGHT_COLUMN, matmul.rightColumn);
    r.f32(abi.MATMUL_FLOAT32_MIN, matmul.min);
    r.f32(abi.MATMUL_FLOAT32_MAX, matmul.max);
    r.i32s(abi.MATMUL_FLOAT32_DIMS, [...dims.slice(1), 1]);
    r.i32s(abi.MATMUL_FLOAT32_LEFT_STRIDES, [...left!.slice(1), 0]);
    r.i32s(abi.MATMUL_FLOAT32_RIGHT_STRIDES, [...right!.slice(1), 0]);
  });
}

/** Shapes of a BATCH_MATMUL. Source: TFLM micro/kernels/batch_matmul.cc. */
export function matmulGeometry(op: Op) {
  const left = op.input(0), right = op.input(1), adjX = op.option("adjX", false), adjY = op.option("adjY", false);
  for (const tensor of [left, right]) if (tensor.shape.length < 2) op.invalid(`${describe(tensor)} has shape [${tensor.shape}], not a matrix`);
  const matrix = ({ shape }: Tensor) => shape.slice(-2) as [number, number];
  const [l0, l1] = matrix(left), [r0, r1] = matrix(right);
  const [rows, depth] = adjX ? [l1, l0] : [l0, l1], [depthToo, columns] = adjY ? [r1, r0] : [r0, r1];
  if (depth !== depthToo) op.invalid(`matrices of [${rows},${depth}] and [${depthToo},${columns}] do not go together`);
  const { shape: dims, strides: [leftSteps, rightSteps] } = broadcast(op, left.shape.slice(0, -2), right.shape.slice(0, -2));
  const strides = [leftSteps.map((step) => step * rows * depth), rightSteps.map((step) => step * depth * columns)];
  if (normalize({ dims, strides })?.dims[0] !== 1) op.refuse(`more than ${OUTER} leading dimensions that do not merge`, "reshape the operands to fewer dimensions");
  return {
    rows, depth, columns, matrices: { dims, strides },
    leftRow: adjX ? 1 : depth, leftStep: adjX ? rows : 1, rightStep: adjY ? 1 : columns, rightColumn: adjY ? depth : 1,
  };
}

/** A constant's elements from `at` on only, `count` of them. */
const piece = (tensor: Tensor, at: number, count: number): Tensor => ({ ...tensor, data: tensor.data!.subarray(4 * at, 4 * (at + count)) });

/** A constant left operand in steps of as many rows as a slice holds, matrix by matrix. */
function emitRowByRow(op: Op, emit: Emitter, { matrices, ...shape }: ReturnType<typeof matmulGeometry>): void {
  const left = op.input(0), right = op.input(1), { rows, depth, columns } = shape;
  const most = Math.max(1, Math.floor(emit.target.sliceBytes / (4 * depth)));
  let outputAt = 0;
  for (const [leftAt, rightAt] of matricesOf(matrices)) {
    const values = float32Of(piece(left, leftAt, rows * depth));
    const data = new Uint8Array((op.option("adjX", false) ? transposed(values, depth, rows) : values).buffer);
    for (let row = 0; row < rows; row += most) {
      const count = Math.min(most, rows - row);
      emitMatmul(emit, {
        ...shape, ...LIMITS, left: piece({ ...left, data }, row * depth, count * depth), right, output: op.output(), bias: null, rows: count, leftRow: depth, leftStep: 1, rightAt, outputAt,
      });
      outputAt += count * columns;
    }
  }
}

/** Where every matrix of a box begins, in elements of both operands. */
export function* matricesOf({ dims, strides: [left, right] }: StridedBox): Generator<[number, number]> {
  for (let i = 0; i < elementCount(dims); i++) {
    let rest = i, a = 0, b = 0;
    for (let d = dims.length - 1; d >= 0; d--) {
      const at = rest % dims[d]!;
      rest = (rest - at) / dims[d]!;
      a += at * left![d]!;
      b += at * right![d]!;
    }
    yield [a, b];
  }
}

/** Values [depth][columns] as [columns][depth]. */
export function transposed<Values extends Float32Array | Int8Array>(values: Values, depth: number, columns: number): Values {
  const turned = values.slice() as Values;
  for (let k = 0; k < depth; k++) for (let c = 0; c < columns; c++) turned[c * depth + k] = values[k * columns + c]!;
  return turned;
}

const LIMITS = { min: -Infinity, max: Infinity };

export const float32BatchMatmul: Lowering = {
  operator: "BATCH_MATMUL",
  signatures: [{ inputs: ["float32", "float32"], outputs: ["float32"] }],
  options: "adj_x, adj_y; leading dimensions broadcast; either operand constant",
  check(op) {
    const { rows, columns, matrices } = matmulGeometry(op);
    op.expectShape([...matrices.dims, rows, columns]);
  },
  lower(op, emit) {
    const left = op.input(0), right = op.input(1), output = op.output();
    const { matrices, ...shape } = matmulGeometry(op), { rows, depth, columns } = shape;
    if (right.data && (!left.data || right.data.length > left.data.length) && !op.option("adjX", false)) {
      // Weights: staged slice by slice, a step for every matrix.
      let outputAt = 0;
      for (const [leftAt, rightAt] of matricesOf(matrices)) {
        const values = float32Of(piece(right, rightAt, depth * columns));
        const weights = op.option("adjY", false) ? values : transposed(values, depth, columns);
        emitFloat32Conv(emit, left, output, { ...rowsAsPixels(rows, depth, columns), ...LIMITS, weights, bias: new Float32Array(columns) }, leftAt, outputAt);
        outputAt += rows * columns;
      }
      return;
    }
    if (left.data && left.data.length > emit.target.sliceBytes) emitRowByRow(op, emit, { matrices, ...shape });
    else emitMatmul(emit, { left, right, output, bias: null, ...shape, ...LIMITS, matrices });
  },
  macs(op) {
    return elementCount(op.output().shape) * matmulGeometry(op).depth;
  },
};
