// Scale and zero point out of a range. Two rules exist in the TensorFlow Lite converter, and both are kept to the bit:
//   seen ranges (calibration):  float32 arithmetic.  Source: quantization_utils.cc, DownCastScale; toco quantization_utils.cc for int16
//   trained ranges:             float64 arithmetic.  Source: FakeQuantSupport.cc, getNudgedScaleAndZeroPoint

/** Types that reals are stored as. */
export type StoredType = "int8" | "uint8" | "int16" | "int32" | "int64";

/** real = (code - zeroPoints[i]) * scales[i], i along `axis`; one scale: the whole tensor. */
export interface Parameters {
  readonly type: StoredType;
  /** float64 while the file's are float32: products are taken of these. */
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number;
  /** Codes in use: [-127, 127] for symmetric weights. */
  readonly codes: readonly [number, number];
}

export const CODES: Readonly<Record<"int8" | "uint8" | "int16", readonly [number, number]>> = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767] };

export function perTensor(type: StoredType, scale: number, zeroPoint: number, codes: readonly [number, number]): Parameters {
  return { type, scales: [scale], zeroPoints: [zeroPoint], axis: 0, codes };
}

export function sameParameters(a: Parameters, b: Parameters): boolean {
  return a === b || (a.type === b.type && a.axis === b.axis && a.codes[0] === b.codes[0] && a.codes[1] === b.codes[1] &&
    a.scales.length === b.scales.length && a.scales.every((scale, i) => scale === b.scales[i] && a.zeroPoints[i] === b.zeroPoints[i]));
}

/** C's round: half away from zero. */
export function round(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

const f = Math.fround;

/** A range below which the converter widens one, so that codes stay small. */
const NEAR_ZERO = 1e-6;

/** scale = (max - min) / (codes - 1) and the zero point from the minimum, in float32 as the converter does; 0 belongs to every range. Source: ConvertStatsToQDQs. */
export function seenParameters(min: number, max: number, type: "int8" | "uint8"): Parameters {
  let low = Math.min(f(min), 0), high = Math.max(f(max), 0);
  if (high - low < NEAR_ZERO) low -= NEAR_ZERO, high += NEAR_ZERO; // an activation that is always 0
  return perTensor(type, ...seenScale(low, high, CODES[type]), CODES[type]);
}

/** @param low, high float64, as far as the weights' expanded ranges are */
export function seenScale(low: number, high: number, [first, last]: readonly [number, number]): [scale: number, zeroPoint: number] {
  const scale = f(f(f(high) - f(low)) / (last - first));
  if (first === -last) return [scale, 0];
  const fromMin = f(first - low / scale);
  return [scale, fromMin < first ? first : fromMin > last ? last : round(fromMin)];
}

/** The range is shifted until 0 is a code; its width stays. From the end that adds the smaller error. */
export function trainedScale(low: number, high: number, [first, last]: readonly [number, number]): [scale: number, zeroPoint: number] {
  if (Math.abs(high - low) < Number.EPSILON) return [1, first];
  const scale = (high - low) / (last - first);
  const fromMin = first - low / scale, fromMax = last - high / scale;
  const errorOfMin = Math.abs(first) + Math.abs(low / scale), errorOfMax = Math.abs(last) + Math.abs(high / scale);
  const exact = errorOfMin < errorOfMax ? fromMin : fromMax;
  return [scale, exact < first ? first : exact > last ? last : round(exact)];
}

/** A range that a FAKE_QUANT node holds, and every range of the uint8 scheme. The converter takes the zero point in uint8 and moves it to int8, ties included. */
export function trainedParameters(min: number, max: number, type: "int8" | "uint8", narrow = false): Parameters {
  const [scale, zeroPoint] = trainedScale(...expanded(min, max), [narrow ? 1 : 0, 255]), moved = type === "int8" ? 128 : 0;
  return perTensor(type, scale, zeroPoint - moved, [(narrow ? 1 : 0) - moved, 255 - moved]);
}

/** int16 activations are symmetric, over 32767 codes: zero point 0. For one that is always 0 the converter writes scale 0, which no kernel can divide by: here it is 1 / 32767. */
export function int16Parameters(min: number, max: number): Parameters {
  const reach = Math.max(Math.abs(Math.min(f(min), 0)), Math.abs(Math.max(f(max), 0))) || 1;
  return perTensor("int16", f(reach / 32767), 0, CODES.int16);
}

/** A range of less than 1e-6 reaches at least half of that to both sides. Source: quantization_utils.cc, ExpandVerySmallRange. */
export function expanded(min: number, max: number): [number, number] {
  return max - min > NEAR_ZERO ? [min, max] : [Math.min(min, -NEAR_ZERO / 2), Math.max(max, NEAR_ZERO / 2)];
}

/** The reals that codes of one scale reach. */
export function rangeOf({ scales: [scale], zeroPoints: [zero], codes: [first, last] }: Parameters): { min: number; max: number } {
  return { min: (first - zero!) * scale!, max: (last - zero!) * scale! };
}

/** The same reals in the other 8-bit type; null where 16 bits are meant, or wanted. */
export function asType(parameters: Parameters, type: "int8" | "uint8"): Parameters | null {
  if (parameters.type === type) return parameters;
  if (parameters.type !== "int8" && parameters.type !== "uint8") return null;
  const moved = type === "uint8" ? 128 : -128, [first, last] = parameters.codes;
  return { ...parameters, type, zeroPoints: parameters.zeroPoints.map((zero) => zero + moved), codes: [first + moved, last + moved] };
}
