// Operators whose output is the input's bytes under another shape: RESHAPE, SQUEEZE, EXPAND_DIMS. They become no step.
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { emitScaledExtent, isOpen } from "./extents";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";

function view(operator: string, parameters: readonly string[]): Lowering {
  return {
    operator,
    signatures: [{ inputs: ["any", ...parameters], outputs: ["any"] }],
    options: "free: no step, the bytes stay where they are; the output's shape is the one in the file",
    check(op) {
      const input = op.input(0), output = op.output();
      if (input.type !== output.type) op.invalid(`${input.type} becomes ${output.type}`);
      if (byteLength(input) !== byteLength(output)) op.invalid(`shape [${input.shape}] does not hold as many elements as [${output.shape}]`);
      // A shape that only the running model knows would need an arena that is planned while it runs.
      if (!isOpen(input) && op.maybeInput(1) && !op.input(1).data) op.integers(1);
    },
    fold(op) {
      const { data } = op.input(0);
      return data ? [data] : null;
    },
    lower: (op, emit) => emit.view(op.input(0), op.output()),
  };
}

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
