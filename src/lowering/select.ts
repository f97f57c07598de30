// SELECT, SELECT_V2: x where a condition holds, y elsewhere. Sources: TFLM micro/kernels/select.cc; LiteRT reference_ops for SELECT, RankOneSelect.
import * as abi from "../../assembly/abi/select";
import { bitsOf, elementCount } from "../graph/tensor";
import { MOVABLE } from "./copy";
import type { Lowering } from "./lowering";
import type { Op } from "./op";
import { broadcast, denseStrides, normalizeFor } from "./strides";

const signatures = MOVABLE.map((type) => ({ inputs: ["bool", type, type], outputs: [type] }));

/** @param boxOf the output's shape, and the steps of condition, x and y through it, in elements */
function select(operator: string, options: string, boxOf: (op: Op) => { shape: readonly number[]; strides: readonly (readonly number[])[] }): Lowering {
  const normalized = (op: Op) => {
    const { shape, strides } = boxOf(op);
    return normalizeFor(op, { dims: shape, strides: [...strides, denseStrides(shape)] });
  };
  return {
    operator,
    signatures,
    options,
    check(op) {
      op.expectShape(boxOf(op).shape);
      normalized(op);
    },
    lower(op, emit) {
      const output = op.output(), bytes = bitsOf(output.type)! / 8, { dims, strides: [condition, ...steps] } = normalized(op);
      const [x, y] = steps.map((s) => s.map((step) => step * bytes));
      if (elementCount(output.shape) === 0) return;
      emit.step(`select_${8 * bytes}`, abi.SELECT_SIZE, (r) => {
        r.input(abi.SELECT_CONDITION, op.input(0));
        r.input(abi.SELECT_X, op.input(1));
        r.input(abi.SELECT_Y, op.input(2));
        r.output(abi.SELECT_OUTPUT, output);
        r.i32s(abi.SELECT_DIMS, dims);
        r.i32s(abi.SELECT_CONDITION_STRIDES, condition!);
        r.i32s(abi.SELECT_X_STRIDES, x!);
        r.i32s(abi.SELECT_Y_STRIDES, y!);
        r.inPlace(op.input(1), output);
        r.inPlace(op.input(2), output);
      });
    },
  };
}

const selectV2 = select("SELECT_V2", "broadcasting; codes are copied as they are", (op) => {
  const shapes = op.inputs.map(({ shape }) => shape) as [readonly number[], readonly number[], readonly number[]];
  const shape = broadcast(op, broadcast(op, shapes[0], shapes[1]).shape, shapes[2]).shape;
  return { shape, strides: shapes.map((operand) => broadcast(op, operand, shape).strides[0]) };
});

/** One condition for every element, or one for everything that an index of the first dimension holds. */
const selectV1 = select("SELECT", "a condition of the operands' shape, of their first dimension, or of one element; codes are copied as they are", (op) => {
  const { shape: condition } = op.input(0), { shape } = op.input(1), steps = denseStrides(shape);
  if (`${op.input(2).shape}` !== `${shape}`) op.invalid(`x has shape [${shape}], y [${op.input(2).shape}]`);
  if (`${condition}` === `${shape}`) return { shape, strides: [steps, steps, steps] };
  if (condition.length > 1 || (condition.length === 1 && condition[0] !== shape[0])) op.invalid(`a condition of shape [${condition}] for operands of [${shape}]`);
  return { shape, strides: [shape.map((_, d) => (d === 0 ? condition.length : 0)), steps, steps] };
});

export const SELECT: readonly Lowering[] = [selectV2, selectV1];
