import type { QuantizedConstant } from "./constants";
import type { Parameters } from "./parameters";

/** What an operator is given for one operand, or makes of one result: null, as the float model has it. */
export type Form = Parameters | null;

export interface OperatorPlan {
  /** Activations and constants in the forms that the operator reads. */
  readonly operands: readonly (Form | QuantizedConstant)[];
  readonly results: readonly Form[];
  /** Forms of what kernels have to know about values within them. */
  readonly intermediates?: readonly Form[];
  /** False: it stays as it is, in float32. */
  readonly quantized: boolean;
}

/** How every operator of a float model is to be quantized; what has to be rescaled or converted between them follows from it. */
export interface Plan {
  readonly operators: readonly OperatorPlan[];
  /** What a tensor is stored as where nothing else is asked for: by index; tensors that are not in it are float32. */
  readonly main: ReadonlyMap<number, Parameters>;
  /** What the caller reads, for every output of the model. */
  readonly outputs: readonly Form[];
  /** Constants whose codes a DEQUANTIZE makes float32 again, by tensor: "weights only". */
  readonly dequantized?: ReadonlyMap<number, QuantizedConstant>;
}

export function isConstant(form: Form | QuantizedConstant): form is QuantizedConstant {
  return form !== null && "data" in form;
}
