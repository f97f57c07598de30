import type { Graph } from "../graph/graph";
import type { Tensor } from "../graph/tensor";
import type { InputView, TensorView } from "../runtime/tensor_view";
import type { WatchedOutput } from "../runtime/watch";

/** What runs a model and shows what its operators make of it: an interpreter on one of the cores, or the module of a device. */
export interface Runner {
  readonly model: Graph;
  readonly inputs: readonly InputView[];
  readonly outputs: readonly TensorView[];
  /** Puts variables back to their first values. Set the inputs afterwards. */
  resetState(): void;
  /** Runs the model once on what the inputs hold. @param see is given bytes that hold until it returns */
  watch(see: (output: WatchedOutput) => void): void;
  /** A variable as it is now, as the file defines the tensor; null where nothing uses it. The bytes hold until the next call. */
  variable(tensor: number): Uint8Array | null;
}

/** @param folded true where lowering computed it @param bytes hold until it returns */
export type SeeTensor = (tensor: Tensor, bytes: Uint8Array, folded: boolean) => void;

/**
 * Runs one sample and shows its inputs, every operator's outputs, and what variables hold behind it.
 * @param inputs stored bytes, one for each input of the model
 * @param keepState false: variables start anew, so that a sample's values do not depend on those before
 */
export function runSample(net: Runner, inputs: readonly Uint8Array[], see: SeeTensor, keepState = false): void {
  const [main] = net.model.subgraphs;
  if (!keepState) net.resetState();
  net.inputs.forEach((input, i) => input.bytes.set(inputs[i]!));
  main!.inputs.forEach((index, i) => see(main!.tensors[index]!, net.inputs[i]!.bytes, false));
  net.watch(({ tensor, bytes, folded }) => see(tensor, bytes, folded));
  for (const tensor of main!.tensors) {
    const variable = tensor.isVariable ? net.variable(tensor.index) : null;
    if (variable) see(tensor, variable, false);
  }
}
