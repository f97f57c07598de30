// Operators whose output is the input's bytes under another shape: RESHAPE, SQUEEZE, EXPAND_DIMS, BITCAST. They become no step.
import { bitsOf, byteLength, elementCount, type Tensor } from "../graph/tensor";
import { emitScaledExtent, isOpen } from "./extents";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";

/**
 * A shape that is computed while the model runs is not read: the file's holds, as in TFLM. Refuses one that the file leaves open: as many elements
 * settle one open dimension, no more.
 */
function checkShape(op: Op): void {
  const open = op.output().shapeSignature?.filter((n) => n < 0).length ?? 0;
  if (op.maybeInput(1) && !op.input(1).data && open > 1)
    op.refuse(`${describe(op.input(1))} is computed while the model runs, and the file leaves ${open} dimensions of the output open`, "convert with fixed input shapes: the arena is planned before anything runs");
}

function view(operator: string, parameters: readonly string[]): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["any", ...parameters], outputs: ["any"] }],
    options: "free: no step, the bytes stay where they are; the output's shape is the one in the file",
    check(op) {
      const input = op.input(0), output = op.output();
      if (input.type !== output.type) op.invalid(`${input.type} becomes ${output.type}`);
      if (byteLength(input) !== byteLength(output)) op.invalid(`shape [${input.shape}] does not hold as many elements as [${output.shape}]`);
      if (!isOpen(input)) checkShape(op);
    },
    fold(op) {
      const { data } = op.input(0);
      return data ? [data] : null;
    },
    lower: (op, emit) => emit.view(op.input(0), op.output()),
  };
}

/** The same bytes as another type: elements of another size change the last dimension. */
export const bitcast: Lowering = {
  operator: "BITCAST",
  signatures: [{ inputs: ["any"], outputs: ["any"] }],
  options: "free: no step; between types of whole bytes that are not quantized uint8",
  check(op) {
    const tensors = [op.input(0), op.output()] as const;
    for (const tensor of tensors) {
      const bits = bitsOf(tensor.type);
      if (bits === null || bits % 8 !== 0) op.refuse(`${describe(tensor)} is ${tensor.type}`, "its elements would have to be whole bytes");
      if (tensor.rebased) op.refuse("quantized uint8 as stored values", "QUANTIZE and DEQUANTIZE keep the meaning of quantized values");
    }
    const [from, to] = tensors.map(({ type }) => bitsOf(type)!) as [number, number], { shape } = op.input(0);
    const times = Math.max(from, to) / Math.min(from, to);
    if (from < to && shape.at(-1) !== times) op.invalid(`${times} elements of ${op.input(0).type} are one of ${op.output().type}: the last dimension of [${shape}]`);
    op.expectShape(from > to ? [...shape, times] : from < to ? shape.slice(0, -1) : shape);
  },
  fold(op) {
    const { data } = op.input(0);
    return data ? [data] : null;
  },
  lower: (op, emit) => emit.view(op.input(0), op.output()),
};

const perRow = ({ shape }: Tensor): number => elementCount(shape.slice(1));
/** The output's rows are the input's, longer or shorter. */
const recounts = (op: Op): boolean => op.output().rows === op.output().index;

const plain = view("RESHAPE", ["int32?"]);

/** Of a tensor whose rows the data decide about, the output's shape but for its rows is the one in the file. */
export const reshape: Lowering = {
  ...plain,
  options: `${plain.options}; where the data decide about the rows, all but the rows`,
  rows: (op) => (isOpen(op.input(0)) && perRow(op.input(0)) === perRow(op.output()) ? "kept" : "own"),
  bounds(op) {
    const input = op.input(0), output = op.output();
    if (!isOpen(input)) return [];
    if (output.shape.length === 0 || output.shapeSignature?.slice(1).includes(-1)) op.refuse(`${describe(output)} has more than one dimension that only the running model knows`, "reshape it to rows of a known shape");
    if (isOpen(output)) return []; // rows as they were
    const most = elementCount(input.shape) / perRow(output);
    if (!Number.isInteger(most)) op.refuse(`${input.shape[0]} rows of ${perRow(input)} elements at most do not make up rows of ${perRow(output)}`, "reshape it to rows that divide as many elements");
    return [[most, ...output.shape.slice(1)]];
  },
  lower(op, emit) {
    const input = op.input(0), output = op.output();
    emit.view(input, output);
    if (recounts(op)) emitScaledExtent(emit, input, perRow(input), perRow(output), output);
  },
};

export const squeeze = view("SQUEEZE", []);
export const expandDims = view("EXPAND_DIMS", ["int32|int64"]);
