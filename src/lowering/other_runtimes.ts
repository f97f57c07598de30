// What published runtimes make of operators that they accept and compute otherwise than Arenula: for `check`, so that nobody looks for the difference here.
// Each was measured against the tflite-micro and ai-edge-litert packages (docs/numerics.md, tests/oracle/check.py). LiteRT means its reference kernels.
import { elementCount, type Tensor } from "../graph/tensor";
import { LSTM_PLACES } from "./lstm";
import type { Op } from "./op";
import { isPlain } from "./quantization";

type Note = (op: Op) => string | false;

const quantized = ({ type, rebased }: Tensor): boolean => (type === "int8" || type === "int16") && !rebased;

const sameCodes = (a: Tensor, b: Tensor): boolean =>
  a.quantization?.scale[0] === b.quantization?.scale[0] && a.quantization?.zeroPoint[0] === b.quantization?.zeroPoint[0];

const isConstantOf = (tensor: Tensor | null, bytes: (values: Int8Array) => boolean): boolean =>
  tensor?.data != null && bytes(new Int8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));

/** What moves or compares codes in TFLM, whatever they mean. */
const movesCodes: Note = (op) =>
  quantized(op.input(0)) && op.operator.inputs.some((_, i) => op.maybeInput(i)?.type === op.output().type && !sameCodes(op.input(i), op.output())) &&
  "TFLM and LiteRT take the codes of the inputs for codes of the output, which has another scale or zero point; Arenula rescales";

const isUnscaled = (op: Op): boolean => quantized(op.input(0)) && [...op.inputs, op.output()].every(isPlain);

const withoutScales: Note = (op) =>
  isUnscaled(op) && "TFLM multiplies by 0, as the tensors have no scale; Arenula computes with the integers";

/** @param fused whether it clamps only where an activation is fused */
const clampsUnscaled = (fused: boolean): Note => (op) =>
  isUnscaled(op) && !(fused && op.option("fusedActivationFunction", "NONE") === "NONE") && "TFLM and LiteRT divide the bounds by 0, as the tensors have no scale; Arenula clamps the integers";

const withoutBools: Note = (op) => op.input(0).type !== "bool" && `TFLM reads the first bytes of the ${op.input(0).type} operands as bools; Arenula takes what is not 0 for true`;

/** @param place of the bias */
const narrowBias = (place: number): Note => (op) =>
  op.output().type === "int16" && op.maybeInput(place)?.type === "int32" && "TFLM reads the int32 bias as int64, beyond its end; Arenula reads int32";

const wrongSums: Note = (op) => quantized(op.input(0)) && "LiteRT's sums are wrong; TFLM's are right, and Arenula's";

const zeroPointFirst: Note = (op) =>
  op.input(0).type === "int8" && op.output().quantization?.zeroPoint[0] !== 0 && "TFLM's sum begins at the negated zero point, and Arenula's follows it";

const NOTES: Readonly<Record<string, readonly Note[]>> = {
  RELU: [clampsUnscaled(false)], MAX_POOL_2D: [clampsUnscaled(true)], AVERAGE_POOL_2D: [clampsUnscaled(true)],
  RELU6: [clampsUnscaled(false), (op) => quantized(op.input(0)) && !sameCodes(op.input(0), op.output()) && "TFLM ignores that input and output differ in scale or zero point; Arenula rescales"],
  SPACE_TO_BATCH_ND: [(op) => isConstantOf(op.maybeInput(2), (values) => values.some((byte) => byte !== 0)) && "TFLM never writes the padding: it holds what the arena held before; Arenula writes the zero point"],
  GREATER: [(op) => op.input(0).type === "int16" && "TFLM compares int16 with a scaling that nobody sets; Arenula compares the real values"],
  DEPTHWISE_CONV_2D: [narrowBias(2), (op) => op.maybeInput(2) === null && "TFLM crashes without a bias"],
  TRANSPOSE_CONV: [narrowBias(3)],
  SUB: [(op) => op.input(0).type === "int16" && op.inputs.some((input) => input.data !== null && isPlain(input)) && "TFLM aborts on a constant of scale 0; Arenula reads it as zeros"],
  UNIDIRECTIONAL_SEQUENCE_LSTM: [
    (op) => op.input(0).type === "float32" && op.input(LSTM_PLACES.inputWeights[1]!).type === "int8" && "TFLM reads the int8 weights as float32; LiteRT and Arenula compute the hybrid layer",
    (op) => op.input(0).type === "int8" && !sameCodes(op.input(LSTM_PLACES.hidden), op.output()) &&
      "the hidden state and the output differ in scale or zero point: LiteRT writes the output with its own, TFLM with the state's, and Arenula follows TFLM",
  ],
  SVDF: [
    (op) => op.maybeInput(3) === null && "TFLM crashes without a bias",
    (op) => op.input(0).type === "int8" && op.input(4).type === "int8" && "LiteRT's results with an int8 state are wrong; TFLM's are right, and Arenula's",
  ],
  SUM: [wrongSums],
  LOCAL_RESPONSE_NORMALIZATION: [() => "LiteRT leaves the upper end of the window out; Arenula does not"],
  RSQRT: [(op) => op.input(0).type === "int16" && "LiteRT looks it up in a table that is far off near 0; TFLM and Arenula compute it"],
  FULLY_CONNECTED: [
    (op) => op.input(0).type === "float32" && isConstantOf(op.maybeInput(1), (values) => op.input(1).type === "int8" && values.includes(-128)) && !op.option("asymmetricQuantizeInputs", false) &&
      elementCount(op.input(1).shape.slice(1)) >= 16 && "LiteRT is wrong where weights of -128 meet negative activations; Arenula is not",
  ],
  MAXIMUM: [movesCodes], MINIMUM: [movesCodes], RESIZE_BILINEAR: [movesCodes], RESIZE_NEAREST_NEIGHBOR: [movesCodes],
  MUL: [withoutScales], DIV: [withoutScales], PRELU: [withoutScales],
  LOGICAL_AND: [withoutBools], LOGICAL_OR: [withoutBools],
  CUMSUM: [zeroPointFirst], ADD_N: [zeroPointFirst],
};

/** What others compute for an operator that runs here; "" where they agree, or nothing is known. */
export function otherRuntimes(op: Op): string {
  return (NOTES[op.name] ?? []).flatMap((note) => note(op) || []).join("; ");
}
