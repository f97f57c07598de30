// A network of three FULLY_CONNECTED layers in float32 and in int8, as small as a fault can be planted in.
import type { Graph } from "../../src/graph/graph";
import { graphOf } from "../support/graph";
import { Random } from "../support/random";

const WIDTHS = [8, 12, 10, 4] as const;
const WEIGHT_SCALE = 0.01, INPUT_SCALE = 1 / 127;
/** Ranges of the three activations: RELU, RELU, none. */
const RANGES: readonly (readonly [number, number])[] = [[0, 2.4], [0, 3], [-3, 3]];

function codes(random: Random, count: number): number[] {
  return [...random.int8s(count)].map((code) => Math.max(-127, Math.min(127, code)) >> 1);
}

export interface Faults {
  /** The range of a layer's output instead of the right one. */
  readonly ranges?: Readonly<Record<number, readonly [number, number]>>;
  /** What a layer's weights are multiplied by. */
  readonly weights?: Readonly<Record<number, number>>;
}

/** The same weights in both, so that all differences come from rounding and from planted faults. */
export function pairOfNetworks({ ranges = {}, weights = {} }: Faults = {}): { float: Graph; quantized: Graph } {
  const random = new Random(7);
  const layers = WIDTHS.slice(1).map((outputs, i) => ({ inputs: WIDTHS[i]!, outputs, codes: codes(random, WIDTHS[i]! * outputs), bias: codes(random, outputs).map((code) => code / 256) }));
  const operators = layers.map((_, i) => ({
    op: "FULLY_CONNECTED", inputs: [`x${i}`, `w${i}`, `b${i}`], outputs: [`x${i + 1}`], options: { fusedActivationFunction: i < 2 ? "RELU" : "NONE" },
  }));
  const parameters = [{ scale: INPUT_SCALE, zeroPoint: 0 }, ...RANGES.map((right, i) => {
    const [low, high] = ranges[i] ?? right, scale = Math.fround((high - low) / 255);
    return { scale, zeroPoint: Math.round(-128 - low / scale) };
  })];
  const reals = (values: readonly number[], scale: number) => new Uint8Array(Float32Array.from(values, (value) => value * scale).buffer);
  const biasScale = (i: number) => Math.fround(parameters[i]!.scale * Math.fround(WEIGHT_SCALE));
  return {
    float: graphOf({
      tensors: [
        ...WIDTHS.map((width, i) => ({ name: `x${i}`, type: "float32" as const, shape: [1, width] })),
        ...layers.flatMap(({ inputs, outputs, codes: w, bias }, i) => [
          { name: `w${i}`, type: "float32" as const, shape: [outputs, inputs], data: reals(w, Math.fround(WEIGHT_SCALE)) },
          { name: `b${i}`, type: "float32" as const, shape: [outputs], data: reals(bias, 1) },
        ]),
      ], operators,
    }),
    quantized: graphOf({
      tensors: [
        ...WIDTHS.map((width, i) => ({ name: `x${i}`, type: "int8" as const, shape: [1, width], ...parameters[i]! })),
        ...layers.flatMap(({ inputs, outputs, codes: w, bias }, i) => [
          { name: `w${i}`, type: "int8" as const, shape: [outputs, inputs], scale: Math.fround(WEIGHT_SCALE), data: w.map((code) => Math.max(-127, Math.min(127, Math.round(code * (weights[i] ?? 1))))) },
          { name: `b${i}`, type: "int32" as const, shape: [outputs], scale: biasScale(i), data: bias.map((value) => Math.round(value / biasScale(i))) },
        ]),
      ], operators,
    }),
  };
}

/** Float32 inputs from -1 to 1. */
export function samples(count: number): Uint8Array[] {
  const random = new Random(11);
  return Array.from({ length: count }, () => new Uint8Array(Float32Array.from(random.int8s(WIDTHS[0]), (code) => code / 128).buffer));
}
