import { ArenulaError } from "../errors";
import type { Tensor } from "../graph/tensor";
import type { Lowering, TypeSignature } from "./lowering";
import type { Op } from "./op";
import { LOWERINGS } from "./table";

/** The lowering of an operator; refuses unknown operators, and types that it has no kernel for. */
export function loweringOf(op: Op): Lowering {
  const name = op.operator.custom ? `custom operator ${op.name}` : op.name;
  const lowerings = LOWERINGS.get(op.operator.custom ? `custom ${op.name}` : op.name);
  if (!lowerings) throw new ArenulaError("OPERATOR_UNSUPPORTED", `${name} has no kernel`, { where: op.where, hint: nearest(op) });
  checkRebased(op);
  const found = lowerings.find(({ signatures, applies }) => signatures.some((signature) => matches(op, signature)) && (applies?.(op) ?? true));
  if (found) return found;
  const inputs = op.operator.inputs.map((_, i) => typeInFile(op.maybeInput(i)));
  const outputs = op.operator.outputs.map((_, i) => typeInFile(op.output(i)));
  const covered = lowerings.flatMap(({ signatures }) => signatures.map(signatureText)).join("; ");
  return op.refuse(`(${inputs.join(", ")}) -> (${outputs.join(", ")}) has no kernel`, `covered: ${covered}${conversionHint(inputs)}`);
}

/** As users know it: lowering makes int8 of quantized uint8 (rebase.ts). */
function typeInFile(tensor: Tensor | null): string {
  return tensor?.rebased ? "uint8" : tensor?.type ?? "absent";
}

/** Refuses int8 beside uint8: only QUANTIZE takes one to the other. */
function checkRebased(op: Op): void {
  if (op.name === "QUANTIZE") return;
  const tensors = [...op.operator.inputs.map((_, i) => op.maybeInput(i)), ...op.operator.outputs.map((_, i) => op.output(i))];
  const types = tensors.filter((tensor) => tensor?.type === "int8" && tensor.quantization).map(typeInFile);
  const other = types.find((type) => type !== types[0]);
  if (other) op.invalid(`${types[0]} becomes ${other}, which takes a QUANTIZE`);
}

export function signatureText({ inputs, outputs }: TypeSignature): string {
  return `(${inputs.join(", ")}) -> (${outputs.join(", ")})`;
}

function matches(op: Op, { inputs, outputs }: TypeSignature): boolean {
  return matchesAll(inputs, op.operator.inputs.map((_, i) => op.maybeInput(i)?.type ?? null)) && matchesAll(outputs, op.operator.outputs.map((_, i) => op.output(i).type));
}

/** @param types null: absent */
function matchesAll(patterns: readonly string[], types: readonly (string | null)[]): boolean {
  const last = patterns.length - 1;
  const variadic = last >= 0 && patterns[last]!.endsWith("...");
  if (types.length > patterns.length && !variadic) return false;
  return Array.from({ length: Math.max(types.length, patterns.length) }, (_, i) => i).every((i) => {
    const pattern = patterns[Math.min(i, last)]!, type = types[i] ?? null;
    if (type === null) return pattern.endsWith("?") || (pattern.endsWith("...") && i > 0 && i >= types.length);
    const accepted = pattern.replace(/\?$|\.\.\.$/, "");
    return accepted === "any" || accepted.split("|").includes(type);
  });
}

function conversionHint(inputs: readonly string[]): string {
  if (inputs.includes("float32")) return ". Convert the model to int8: a converter with a representative data set and TFLITE_BUILTINS_INT8";
  if (inputs.includes("int16")) return ". Convert with 8-bit activations: TFLITE_BUILTINS_INT8";
  return "";
}

/** The way out that is nearest to an operator without a kernel. */
function nearest(op: Op): string {
  if (op.operator.custom) return CUSTOM.find(({ names }) => names.test(op.name))?.hint ?? "its author's own: replace it by builtin operators, or cut the model before it and compute the rest outside";
  return REWRITES.find(({ names }) => names.test(op.name))?.hint ?? "replace it by operators of docs/operators.md, or cut the model before it and compute the rest outside";
}

/** Custom operators that files are known to hold, and what to do about them. */
const CUSTOM: readonly { readonly names: RegExp; readonly hint: string }[] = [
  { names: /^ethos-u$/i, hint: "Vela has compiled the model for an Ethos-U: use the .tflite file from before Vela" },
  { names: /^edgetpu-custom-op$/, hint: "the model is compiled for an Edge TPU: use the .tflite file from before edgetpu_compiler" },
  { names: /^Flex/, hint: "an operator of TensorFlow itself (SELECT_TF_OPS): convert with TFLITE_BUILTINS or TFLITE_BUILTINS_INT8 alone, and replace what the converter then names" },
  { names: /^(AudioSpectrogram|Mfcc)$/, hint: "compute the features outside, and cut the model behind it; TFLM's front end (SignalWindow, SignalRfft, ...) is covered" },
  { names: /^NumericVerify$/, hint: "the quantization debugger's: convert again without it" },
];

/** Builtin operators that other runtimes have, and the way round them. */
const REWRITES: readonly { readonly names: RegExp; readonly hint: string }[] = [
  { names: /^CONV_3D/, hint: "a CONV_2D per plane with ADD" },
  { names: /RNN$/, hint: "convert a Keras SimpleRNN with a current converter: it writes a WHILE, which runs; or train with LSTM" },
  { names: /^LSTM$/, hint: "convert a Keras LSTM with a current converter: it writes UNIDIRECTIONAL_SEQUENCE_LSTM" },
  { names: /^STABLEHLO_/, hint: "convert to TFLite's own operators: leave StableHLO out of the converter's target_spec.supported_ops" },
  { names: /^(HASHTABLE|LSH_PROJECTION|SKIP_GRAM|EMBEDDING_LOOKUP_SPARSE|CONCAT_EMBEDDINGS)/, hint: "look words up outside, feed their indices, and take them from a table by EMBEDDING_LOOKUP or GATHER" },
  { names: /^FAKE_QUANT$/, hint: "left over from training: convert to int8 (TFLITE_BUILTINS_INT8, or inference_type with TensorFlow 1), where the converter takes it out" },
  { names: /^MATRIX_(SET_)?DIAG$/, hint: "multiply by a constant mask, a unit matrix" },
  { names: /^DENSIFY$/, hint: "convert without sparse weights: they are read densely" },
  { names: /^SPARSE_TO_DENSE$/, hint: "SCATTER_ND with a constant shape" },
  { names: /^UNSORTED_SEGMENT_/, hint: "SCATTER_ND adds up what has one index; sorted segments are SEGMENT_SUM" },
  { names: /^(RANDOM_|MULTINOMIAL)/, hint: "draw outside and feed the numbers, so that a result can be repeated" },
  { names: /^(RFFT2D|IMAG|REAL|COMPLEX_ABS)$/, hint: "the signal operators (SignalRfft, SignalEnergy), or a FULLY_CONNECTED with the constant matrix of the transform" },
  { names: /^BUCKETIZE$/, hint: "GREATER_EQUAL with the constant boundaries, CAST and SUM" },
  { names: /^(REDUCE_WINDOW|DILATE)$/, hint: "MAX_POOL_2D or AVERAGE_POOL_2D for windows; PAD and TRANSPOSE_CONV for gaps" },
];
