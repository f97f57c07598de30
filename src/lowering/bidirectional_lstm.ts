// BIDIRECTIONAL_SEQUENCE_LSTM: two layers over one input, the second from the last step to the first. Source: LiteRT kernels/bidirectional_sequence_lstm.cc;
// TFLM has none.
import { emitFloat32Layer } from "./float32_lstm";
import { checkHybridLayer, emitHybridLayer } from "./hybrid_lstm";
import type { Lowering } from "./lowering";
import { checkLayer, checkOperands, layerOf, macsOf, type Destination, type Layer, type Places } from "./lstm";
import type { Op } from "./op";

const AUXILIARY = 39, OPERANDS = 48;

/** Operands `first` and on of one direction, whose states are `states` and on. */
const placesFrom = (input: number, first: number, states: number, auxiliary: number): Places => {
  const four = (from: number) => [from, from + 1, from + 2, from + 3];
  return {
    input, inputWeights: four(first), hiddenWeights: four(first + 4), biases: four(first + 11), hidden: states, cell: states + 1, timeMajor: true,
    variants: [["peephole connections", [first + 8, first + 9, first + 10]], ["a projection", [first + 15, first + 16]], ["weights of an auxiliary input", four(auxiliary)]],
  };
};

/** Places of both directions: an auxiliary input without weights of its own is what the second one reads. */
const placesOf = (op: Op): [Places, Places] => [placesFrom(0, 1, 35, 40), placesFrom(op.maybeInput(AUXILIARY) ? AUXILIARY : 0, 18, 37, 44)];

interface Direction {
  readonly layer: Layer;
  readonly destination: Destination;
}

function directionsOf(op: Op): Direction[] {
  const [forward, backward] = placesOf(op).map((places) => layerOf(op, places)) as [Layer, Layer];
  const merged = op.option("mergeOutputs", false), { units } = forward, row = merged ? 2 * units : units;
  return [
    { layer: forward, destination: { output: op.output(), row, at: 0, reversed: false } },
    { layer: backward, destination: { output: op.output(merged ? 0 : 1), row, at: merged ? units : 0, reversed: true } },
  ];
}

function checkDirections(op: Op): Layer[] {
  checkOperands(op, OPERANDS);
  const outputs = op.option("mergeOutputs", false) ? 1 : 2;
  if (op.operator.outputs.length !== outputs) op.invalid(`${op.operator.outputs.length} outputs, where merge_outputs asks for ${outputs}`);
  const layers = placesOf(op).map((places) => checkLayer(op, places)), [forward, backward] = layers as [Layer, Layer];
  if (forward.batches !== backward.batches || forward.steps !== backward.steps) op.invalid(`${forward.steps} steps of ${forward.batches} rows one way, ${backward.steps} of ${backward.batches} the other`);
  if (forward.units !== backward.units) op.refuse(`${forward.units} units one way, ${backward.units} the other`, "give both directions as many units: LiteRT runs no others");
  for (const { destination: { output, row } } of directionsOf(op)) op.expectShape([...forward.input.shape.slice(0, 2), row], output);
  return layers;
}

const OPTIONS = "batch- and time-major; cell_clip; merge_outputs; an auxiliary input that the second direction reads; no peepholes, projection, coupled gates or weights of an auxiliary input";
const signatures = (weights: string) => {
  const any = (n: number) => Array<string>(n).fill("any?"), four = (type: string) => [`${type}?`, type, type, type];
  const direction = [...four(weights), ...four(weights), ...any(3), ...four("float32"), ...any(2)];
  return [{ inputs: ["float32", ...direction, ...direction, "float32", "float32", "float32", "float32", "float32?", ...any(8)], outputs: ["float32..."] }];
};
const macs = (op: Op): number => directionsOf(op).reduce((sum, { layer }) => sum + macsOf(layer), 0);

const float32: Lowering = {
  operator: "BIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: signatures("float32"),
  options: `${OPTIONS}; own exp and tanh`,
  check: (op) => void checkDirections(op),
  macs,
  lower(op, emit) {
    for (const { layer, destination } of directionsOf(op)) emitFloat32Layer(op, emit, layer, destination);
  },
};

const hybrid: Lowering = {
  operator: "BIDIRECTIONAL_SEQUENCE_LSTM",
  signatures: signatures("int8"),
  options: `${OPTIONS}; one range per row of the input and of the hidden state, symmetric or, with asymmetric_quantize_inputs, asymmetric; own exp and tanh`,
  check: (op) => checkDirections(op).forEach((layer) => checkHybridLayer(op, layer)),
  macs,
  lower(op, emit) {
    for (const { layer, destination } of directionsOf(op)) emitHybridLayer(op, emit, layer, destination);
  },
};

export const BIDIRECTIONAL_LSTM: readonly Lowering[] = [float32, hybrid];
