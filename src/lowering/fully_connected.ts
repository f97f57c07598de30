import { elementCount } from "../graph/tensor";
import { activationRange, checkActivation } from "./activation";
import { cheapest, emitCheapest, type Form } from "./form";
import { FULLY_CONNECTED_ROWS, FULLY_CONNECTED_V128 } from "./fully_connected_as_conv_2d";
import { FULLY_CONNECTED_PAIRED_CHANNELS } from "./fully_connected_channels";
import { FULLY_CONNECTED_BYTES, FULLY_CONNECTED_PAIRS } from "./fully_connected_pairs";
import { FULLY_CONNECTED_WORDS } from "./fully_connected_words";
import type { Emitter, Lowering } from "./lowering";
import type { Multiplier } from "./multiplier";
import type { Op } from "./op";
import { channelMultipliers, foldOffset } from "./packing";
import { checkPerTensor, quantizationOf } from "./quantization";
import { checkBias, checkSymmetric, checkWeights, int32Of, weightsOf, type Weights } from "./weights";

/** What every form of the kernel computes from. */
export interface FullyConnected extends Weights {
  readonly batches: number;
  readonly outC: number;
  readonly depth: number;
  /** One per output channel; the input's offset folded in. */
  readonly bias: Int32Array;
  /** One per output channel, or one for all. */
  readonly multipliers: readonly Multiplier[];
  readonly outputZeroPoint: number;
  /** Clamp of the outputs. */
  readonly min: number;
  readonly max: number;
}

/** Every form of the kernel: a new one adds its line here. */
const FORMS: readonly Form<FullyConnected>[] = [FULLY_CONNECTED_V128, FULLY_CONNECTED_PAIRED_CHANNELS, FULLY_CONNECTED_PAIRS, FULLY_CONNECTED_BYTES, FULLY_CONNECTED_WORDS, FULLY_CONNECTED_ROWS];
/** The form for weights of four bits. */
const INT4_FORMS: readonly Form<FullyConnected>[] = [FULLY_CONNECTED_V128, FULLY_CONNECTED_PAIRED_CHANNELS];

const formsOf = ({ int4 }: Weights) => (int4 ? INT4_FORMS : FORMS);

/** The form that costs least, and what it costs. */
export const cheapestFullyConnected = (emit: Emitter, layer: FullyConnected) => cheapest(formsOf(layer), emit, layer);

/** [batches][depth] x [outC][depth]: leading dimensions of the input count as batches. */
export function geometry(op: Op) {
  const input = op.input(0), weights = op.input(1);
  if (weights.shape.length !== 2) op.invalid(`weights [${weights.shape}] have to have two dimensions`);
  const [outC, depth] = weights.shape as [number, number];
  const batches = elementCount(input.shape) / depth;
  if (!Number.isInteger(batches)) op.invalid(`an input of ${elementCount(input.shape)} elements does not divide into rows of ${depth}`);
  return { batches, outC, depth };
}

/** Refuses an output that has not as many rows as the input, and shuffled weights. */
export function checkRows(op: Op): void {
  const { batches, outC } = geometry(op);
  if (op.option("weightsFormat", "DEFAULT") !== "DEFAULT") op.refuse("shuffled weights", "convert without the Arm-specific weight format");
  if (op.option("keepNumDims", false)) op.expectShape([...op.input(0).shape.slice(0, -1), outC]);
  else if (elementCount(op.output().shape) !== batches * outC) op.invalid(`the output has shape [${op.output().shape}], the inputs give [${batches},${outC}]`);
}

export const fullyConnected: Lowering = {
  operator: "FULLY_CONNECTED",
  signatures: ["int8", "int4"].map((weights) => ({ inputs: ["int8", weights, "int32?"], outputs: ["int8"] })),
  options: "per-channel or per-tensor weights, a weight zero point with the latter; keep_num_dims; fused NONE, RELU, RELU_N1_TO_1, RELU6",
  check(op) {
    checkActivation(op);
    checkPerTensor(op, op.input(0), op.output());
    const { outC } = geometry(op);
    const weights = op.input(1);
    checkWeights(op, weights, 0, outC);
    if (weights.quantization!.scale.length > 1) checkSymmetric(op, weights);
    checkBias(op, op.maybeInput(2), outC);
    checkRows(op);
  },
  lower(op, emit) {
    const { outC, depth, batches } = geometry(op);
    const weights = weightsOf(op.input(1));
    const { scale, zeroPoint } = quantizationOf(op.input(0));
    const out = quantizationOf(op.output());
    emitCheapest(formsOf(weights), op, emit, {
      batches, outC, depth, ...weights, ...activationRange(op, op.output()), outputZeroPoint: out.zeroPoint,
      bias: foldOffset(int32Of(op.maybeInput(2)), weights.weights, outC, depth, -zeroPoint, weights.weightsOffset),
      multipliers: channelMultipliers(scale, op.input(1).quantization!.scale, out.scale),
    });
  },
  macs(op) {
    const { batches, outC, depth } = geometry(op);
    return batches * outC * depth;
  },
};
