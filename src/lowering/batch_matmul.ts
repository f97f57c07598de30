import * as abi from "../../assembly/abi/batch_matmul";
import { OUTER, RANK } from "../../assembly/abi/shape";
import { ROUND_ONCE, ROUND_TWICE } from "../../assembly/abi/wide_tile";
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import { kernelOf } from "./kernel_of";
import type { Emitter, Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, checkZeroPoint, quantizationOf } from "./quantization";
import { broadcast, denseStrides } from "./strides";
import { checkWideRescale, wideMultipliers } from "./wide";

/** One operand: matrices of `rows` by `depth`, which its steps (in elements) lay out; a row of the right one is a column of the product. */
interface Operand {
  readonly tensor: Tensor;
  readonly rows: number;
  readonly rowStep: number;
  readonly termStep: number;
  /** Through the matrices, 0 where the operand is broadcast. */
  readonly strides: readonly number[];
}

/** Operands, matrices and depth. `adj_x` and `adj_y` swap the last two dimensions of either. */
function geometry(op: Op) {
  const lhs = op.input(0), rhs = op.input(1);
  for (const { shape } of [lhs, rhs]) if (shape.length < 2) op.invalid(`[${shape}] has fewer than two dimensions`);
  const { shape: batches, strides: [lhsSteps, rhsSteps] } = broadcast(op, lhs.shape.slice(0, -2), rhs.shape.slice(0, -2));
  if (batches.length > OUTER) op.refuse(`${batches.length} dimensions of matrices, more than ${OUTER}`, "reshape the operands to fewer dimensions");
  const operand = (tensor: Tensor, termsFirst: boolean, steps: readonly number[]): Operand & { depth: number } => {
    const [first, second] = tensor.shape.slice(-2) as [number, number];
    const [rows, depth] = termsFirst ? [second, first] : [first, second];
    return { tensor, rows, depth, rowStep: termsFirst ? 1 : second, termStep: termsFirst ? second : 1, strides: steps.map((step) => step * first * second) };
  };
  const left = operand(lhs, op.option("adjX", false), lhsSteps), right = operand(rhs, !op.option("adjY", false), rhsSteps);
  if (left.depth !== right.depth) op.invalid(`[${lhs.shape}] and [${rhs.shape}] do not go together: ${left.depth} terms and ${right.depth}`);
  return { left, right, batches, depth: left.depth };
}

/** A constant with its terms side by side, so that rows can be staged by themselves. */
function termsTogether(operand: Operand, depth: number): Operand {
  const { tensor, rows, rowStep, termStep } = operand, bytes = bitsOf(tensor.type)! / 8;
  if (termStep === 1) return operand;
  const data = new Uint8Array(tensor.data!.length), matrix = rows * depth;
  for (let i = 0; i < data.length / bytes; i++) {
    const base = Math.floor(i / matrix) * matrix, row = Math.floor((i % matrix) / depth), from = (base + row * rowStep + (i % depth) * termStep) * bytes;
    data.set(tensor.data!.subarray(from, from + bytes), i * bytes);
  }
  return { ...operand, tensor: { ...tensor, data }, rowStep: depth, termStep: 1 };
}

/** What one step computes: some rows of either operand, of all matrices or of one. */
interface Piece {
  /** The matrix, or null for all of them. */
  readonly matrix: readonly number[] | null;
  readonly firstRow: number;
  readonly rows: number;
}

/** Pieces of a constant that a device can stage: rows, of one matrix at a time unless all share it. */
function piecesOf({ tensor, rows, strides }: Operand, depth: number, batches: readonly number[], sliceBytes: number): Piece[] {
  if (!tensor.data || tensor.data.length <= sliceBytes) return [{ matrix: null, firstRow: 0, rows }];
  const most = Math.max(Math.floor((sliceBytes * 8) / (depth * bitsOf(tensor.type)!)), 1);
  const steps = denseStrides(batches);
  const all = Array.from({ length: elementCount(batches) }, (_, i) => batches.map((n, d) => Math.floor(i / steps[d]!) % n));
  const matrices = strides.every((step) => step === 0) ? [null] : all;
  const firsts = Array.from({ length: Math.ceil(rows / most) }, (_, i) => i * most);
  return matrices.flatMap((matrix) => firsts.map((firstRow) => ({ matrix, firstRow, rows: Math.min(most, rows - firstRow) })));
}

/** The operands, with what all pieces share. */
interface Product {
  readonly left: Operand;
  readonly right: Operand;
  /** The one whose rows are divided into pieces. */
  readonly divided: Operand;
  readonly batches: readonly number[];
  readonly depth: number;
  /** Bytes of the divided constant by where they begin: matrices that are broadcast share them. */
  readonly parts: Map<number, Uint8Array>;
}

function emitPiece(op: Op, emit: Emitter, piece: Piece, { left, right, divided, batches, depth, parts }: Product): void {
  const output = op.output(), bytes = bitsOf(output.type)! / 8;
  const dims = piece.matrix ? [] : batches, matrix = piece.matrix ?? batches.map(() => 0);
  const outputStrides = denseStrides(batches).map((step) => step * left.rows * right.rows);
  const at = (strides: readonly number[]) => strides.reduce((sum, step, d) => sum + step * matrix[d]!, 0);
  const padded = (values: readonly number[], missing: number) => [...new Array<number>(RANK - 1 - values.length).fill(missing), ...values, missing];
  const rowsOf = (operand: Operand) => (operand === divided ? piece : { firstRow: 0, rows: operand.rows });
  const leftRows = rowsOf(left), rightRows = rowsOf(right);
  const factor = quantizeMultiplier(productFactor(op));
  const { mantissa, shift } = wideMultipliers([factor], roundingOf(op))[0]!;
  emit.step(kernelOf("batch_matmul", output), abi.BATCH_MATMUL_SIZE, (r) => {
    const write = (addressAt: number, operand: Operand, { firstRow, rows }: { firstRow: number; rows: number }) => {
      const from = (at(operand.strides) + firstRow * operand.rowStep) * bytes, { tensor } = operand;
      if (!tensor.data || operand !== divided || (!piece.matrix && rows === operand.rows)) {
        r.input(addressAt, tensor, from);
        return;
      }
      if (!parts.has(from)) parts.set(from, tensor.data.subarray(from, from + rows * depth * bytes));
      r.constant(addressAt, parts.get(from)!);
    };
    write(abi.BATCH_MATMUL_LHS, left, leftRows);
    write(abi.BATCH_MATMUL_RHS, right, rightRows);
    r.output(abi.BATCH_MATMUL_OUTPUT, output, (at(outputStrides) + leftRows.firstRow * right.rows + rightRows.firstRow) * bytes);
    r.i32(abi.BATCH_MATMUL_ROWS, leftRows.rows);
    r.i32(abi.BATCH_MATMUL_COLS, rightRows.rows);
    r.i32(abi.BATCH_MATMUL_DEPTH, depth);
    r.i32(abi.BATCH_MATMUL_LHS_ROW, left.rowStep * bytes);
    r.i32(abi.BATCH_MATMUL_LHS_STEP, left.termStep * bytes);
    r.i32(abi.BATCH_MATMUL_RHS_COL, right.rowStep * bytes);
    r.i32(abi.BATCH_MATMUL_RHS_STEP, right.termStep * bytes);
    r.i32(abi.BATCH_MATMUL_OUTPUT_ROW, right.rows * bytes);
    r.i32(abi.BATCH_MATMUL_LHS_ZERO, quantizationOf(left.tensor).zeroPoint);
    r.i32(abi.BATCH_MATMUL_RHS_ZERO, quantizationOf(right.tensor).zeroPoint);
    r.i32(abi.BATCH_MATMUL_OUTPUT_OFFSET, quantizationOf(output).zeroPoint);
    r.i32(abi.BATCH_MATMUL_MULTIPLIER, mantissa);
    r.i32(abi.BATCH_MATMUL_SHIFT, shift);
    r.i32s(abi.BATCH_MATMUL_DIMS, padded(dims, 1));
    const strides = (of: readonly number[]) => padded(piece.matrix ? [] : of.map((step) => step * bytes), 0);
    r.i32s(abi.BATCH_MATMUL_LHS_STRIDES, strides(left.strides));
    r.i32s(abi.BATCH_MATMUL_RHS_STRIDES, strides(right.strides));
    r.i32s(abi.BATCH_MATMUL_OUTPUT_STRIDES, strides(outputStrides));
  });
}

function productFactor(op: Op): number {
  return (quantizationOf(op.input(0)).scale * quantizationOf(op.input(1)).scale) / quantizationOf(op.output()).scale;
}

const roundingOf = (op: Op): number => (op.output().type === "int16" ? ROUND_ONCE : ROUND_TWICE);

export const batchMatmul: Lowering = {
  operator: "BATCH_MATMUL",
  signatures: ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: [type] })),
  options: "either operand transposed, constant or broadcast; int16: rounded once, with a multiplier of 16 bits",
  check(op) {
    checkPerTensor(op, op.input(0), op.input(1), op.output());
    if (op.output().type === "int16") checkZeroPoint(op, op.input(0), op.input(1), op.output());
    checkRescale(op, productFactor(op));
    checkWideRescale(op, op.input(1), roundingOf(op));
    const { left, right, batches } = geometry(op);
    op.expectShape([...batches, left.rows, right.rows]);
  },
  lower(op, emit) {
    const { batches, depth, ...operands } = geometry(op);
    const [left, right] = [operands.left, operands.right].map((operand) => (operand.tensor.data ? termsTogether(operand, depth) : operand)) as [Operand, Operand];
    const divided = left.tensor.data && !right.tensor.data ? left : right;
    const product: Product = { left, right, divided, batches, depth, parts: new Map() };
    for (const piece of piecesOf(divided, depth, batches, emit.target.sliceBytes)) emitPiece(op, emit, piece, product);
  },
  macs(op) {
    const { left, right, batches, depth } = geometry(op);
    return elementCount(batches) * left.rows * right.rows * depth;
  },
};
