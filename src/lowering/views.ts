// Operators whose output is the input's bytes under another shape: RESHAPE, SQUEEZE, EXPAND_DIMS. They become no step.
import { byteLength } from "../graph/tensor";
import type { Lowering } from "./lowering";

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
      if (op.maybeInput(1) && !op.input(1).data) op.integers(1);
    },
    fold(op) {
      const { data } = op.input(0);
      return data ? [data] : null;
    },
    lower: (op, emit) => emit.view(op.input(0), op.output()),
  };
}

export const reshape = view("RESHAPE", ["int32?"]);
export const squeeze = view("SQUEEZE", []);
export const expandDims = view("EXPAND_DIMS", ["int32|int64"]);
