// Constants: ranges of weights and of other constant operands, and their codes, as the converter rounds them (float32 or float64, half away from zero).
// Source: compiler/mlir/lite/quantization: quantization_utils.cc (ExtractMinMaxFromAttr, QuantizeLegacy), UniformSupport.h (quantizeF32ToInt8),
// lite/toco_legacy (PortableSymmetricQuantizeFloats, SymmetricPerChannelQuantizeValues, SymmetricBiasQuantize).
import { CODES, expanded, perTensor, round, seenScale, trainedScale, type Parameters } from "./parameters";

const f = Math.fround;

/** How a scheme treats its constants. */
export interface ConstantRule {
  readonly type: "int8" | "uint8";
  /** Scales and codes in float32, as for ranges that were seen; else in float64, as for trained ones. */
  readonly seen: boolean;
}

/** Codes of a constant and what they mean. */
export interface QuantizedConstant {
  readonly parameters: Parameters;
  readonly data: Int8Array | Uint8Array | Int16Array | Int32Array | BigInt64Array;
}

interface Span {
  min: number;
  max: number;
}

/** The index along `axis` of every element, by two strides. */
export function channelsOf(shape: readonly number[], axis: number): { channels: number; channelOf: (i: number) => number } {
  const channels = shape[axis] ?? 1, inner = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
  return { channels, channelOf: (i) => Math.floor(i / inner) % channels };
}

/** Ranges per channel, each reaching 0; axis -1: of the whole. */
function spans(values: Float32Array, shape: readonly number[], axis: number, symmetric: boolean): Span[] {
  const { channels, channelOf } = axis < 0 ? { channels: 1, channelOf: () => 0 } : channelsOf(shape, axis);
  const all = Array.from({ length: channels }, (): Span => ({ min: 0, max: 0 }));
  values.forEach((value, i) => {
    const span = all[channelOf(i)]!;
    if (value < span.min) span.min = value;
    if (value > span.max) span.max = value;
  });
  if (symmetric) for (const span of all) span.max = Math.max(-span.min, span.max), span.min = -span.max;
  return all;
}

/** Symmetric, [-127, 127], one scale per channel of `axis` or one for all (-1). */
export function weightParameters(values: Float32Array, shape: readonly number[], axis: number, { type, seen }: ConstantRule): Parameters {
  const symmetric = type === "int8", codes: [number, number] = [CODES[type][0] + 1, CODES[type][1]];
  const pairs = spans(values, shape, axis, symmetric).map(({ min, max }) => scaleOf(min, max, codes, seen));
  return { type, scales: pairs.map(([scale]) => scale), zeroPoints: pairs.map(([, zero]) => zero), axis: Math.max(axis, 0), codes };
}

/** The second operand of an ADD or MUL: asymmetric, one scale. */
export function constantParameters(values: Float32Array, { type, seen }: ConstantRule): Parameters {
  const [{ min, max }] = spans(values, [], -1, false) as [Span];
  return perTensor(type, ...scaleOf(min, max, CODES[type], seen), CODES[type]);
}

function scaleOf(min: number, max: number, codes: readonly [number, number], seen: boolean): [number, number] {
  const [low, high] = expanded(min, max);
  return seen ? seenScale(low, high, codes) : trainedScale(low, high, codes);
}

/**
 * Codes of a constant with given parameters.
 * @param seen in float32 where the converter has such a rule
 */
export function quantizeConstant(values: Float32Array, shape: readonly number[], parameters: Parameters, seen: boolean): QuantizedConstant["data"] {
  const { type, scales, axis, codes } = parameters;
  if (type === "int32") return quantizeBias(values, scales, Int32Array);
  if (type === "int16") return quantizeToInt16(values, scales[0]!);
  const symmetric = type === "int8" && codes[0] === -127;
  if (seen && symmetric && scales.length > 1) return perChannelCodes(values, shape, axis, scales.map((scale) => f(1 / f(scale))));
  if (seen && symmetric) {
    const reach = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (reach === 0) return new Int8Array(values.length);
    // where a bias widened the scale, it is not the weights' own any more
    if (Math.abs(f(reach / 127) - scales[0]!) <= 1e-3) return perChannelCodes(values, shape, 0, [f(127 / reach)]);
  }
  return affineCodes(values, shape, parameters);
}

/** round(x / scale + zero), in float64. */
function affineCodes(values: Float32Array, shape: readonly number[], { type, scales, zeroPoints, axis, codes: [first, last] }: Parameters): Int8Array | Uint8Array {
  const { channelOf } = scales.length > 1 ? channelsOf(shape, axis) : { channelOf: () => 0 };
  const data = type === "int8" ? new Int8Array(values.length) : new Uint8Array(values.length);
  values.forEach((value, i) => {
    const channel = channelOf(i);
    data[i] = Math.min(Math.max(round(value / scales[channel]! + zeroPoints[channel]!), first), last);
  });
  return data;
}

/** round(x * inverse) in float32, within [-127, 127]. One inverse: for all. */
export function perChannelCodes(values: Float32Array, shape: readonly number[], axis: number, inverses: readonly number[]): Int8Array {
  const { channelOf } = inverses.length > 1 ? channelsOf(shape, axis) : { channelOf: () => 0 };
  return Int8Array.from(values, (value, i) => Math.min(Math.max(round(f(value * inverses[channelOf(i)]!)), -127), 127));
}

export function quantizeToInt16(values: Float32Array, scale: number): Int16Array {
  const inverse = scale === 0 ? 0 : f(1 / f(scale));
  return Int16Array.from(values, (value) => Math.min(Math.max(round(f(value * inverse)), -32767), 32767));
}

const MOST = { Int32Array: 2 ** 31 - 1, BigInt64Array: 2 ** 63 };

/** Biases: round(b / scale), one scale per element or one for all; the quotient is a product with the reciprocal in float32. */
export function quantizeBias<T extends Int32Array | BigInt64Array>(values: Float32Array, scales: readonly number[], array: { new (length: number): T; name: string }): T {
  const data = new array(values.length), most = array.name === "Int32Array" ? MOST.Int32Array : MOST.BigInt64Array;
  values.forEach((value, i) => {
    const scale = f(scales[scales.length === 1 ? 0 : i]!);
    const code = Math.min(Math.max(round(f(value * (scale === 0 ? 0 : f(1 / scale)))), -most), most);
    if (data instanceof Int32Array) data[i] = code;
    else data[i] = BigInt(code) === 2n ** 63n ? 2n ** 63n - 1n : BigInt(code) === -(2n ** 63n) ? 1n - 2n ** 63n : BigInt(code);
  });
  return data;
}
