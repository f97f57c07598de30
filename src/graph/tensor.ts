/** Element types of the TFLite format, named as in its schema, in lower case. */
export type TensorType =
  | "float32" | "float16" | "float64" | "bfloat16"
  | "int2" | "int4" | "int8" | "int16" | "int32" | "int64"
  | "uint2" | "uint4" | "uint8" | "uint16" | "uint32" | "uint64"
  | "bool" | "string" | "resource" | "variant" | "complex64" | "complex128"
  | "float8_e4m3fn" | "float8_e5m2";

/** Bits of one element; null where the size depends on the data. */
const BITS: Record<TensorType, number | null> = {
  float32: 32, float16: 16, float64: 64, bfloat16: 16,
  int2: 2, int4: 4, int8: 8, int16: 16, int32: 32, int64: 64,
  uint2: 2, uint4: 4, uint8: 8, uint16: 16, uint32: 32, uint64: 64,
  bool: 8, string: null, resource: null, variant: null, complex64: 64, complex128: 128,
  float8_e4m3fn: 8, float8_e5m2: 8,
};

const signed = (bits: number) => [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] as const;
const unsigned = (bits: number) => [0, 2 ** bits - 1] as const;
const STORED_RANGES: Readonly<Partial<Record<TensorType, readonly [number, number]>>> = {
  int2: signed(2), int4: signed(4), int8: signed(8), int16: signed(16), int32: signed(32),
  uint2: unsigned(2), uint4: unsigned(4), uint8: unsigned(8), uint16: unsigned(16), uint32: unsigned(32),
};

/** The least and the most that an integer type of up to 32 bits stores; null for all others. */
export function storedRange(type: TensorType): readonly [number, number] | null {
  return STORED_RANGES[type] ?? null;
}

/** real = (q - zeroPoint[i]) * scale[i], i along `dimension` (one entry: the whole tensor). */
export interface Quantization {
  /** float32 values of the file, widened; at least one, all finite and positive, or 0 for a dead channel. */
  readonly scale: readonly number[];
  /** As many as scales. */
  readonly zeroPoint: readonly number[];
  /** The axis that `scale` runs along; 0 where there is one scale. */
  readonly dimension: number;
}

export interface Tensor {
  /** Index in its subgraph, as in the file. */
  readonly index: number;
  readonly name: string;
  readonly type: TensorType;
  /** Row-major. A dynamic batch is 1 here; [] is a scalar. */
  readonly shape: readonly number[];
  /** The shape with -1 where the converter left a dimension open; null when the file has none. */
  readonly shapeSignature: readonly number[] | null;
  readonly quantization: Quantization | null;
  /** Little-endian bytes of a constant, a view into the file; null for an activation. */
  readonly data: Uint8Array | null;
  readonly isVariable: boolean;
  /** True where lowering took 128 off codes and zero points of a uint8 tensor (lowering/rebase.ts). */
  readonly rebased?: boolean;
  /** The tensor that decides about the first dimension where only the running model knows it, by index; `shape` then has the most that it can be. */
  readonly rows?: number;
}

/** The least and the greatest real value of a tensor with one scale; null for all others. */
export function realRange({ type, quantization }: Pick<Tensor, "type" | "quantization">): readonly [number, number] | null {
  const stored = storedRange(type);
  if (!stored || quantization?.scale.length !== 1) return null;
  const [scale] = quantization.scale, [zeroPoint] = quantization.zeroPoint;
  return [(stored[0] - zeroPoint!) * scale!, (stored[1] - zeroPoint!) * scale!];
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** Bits of one element, or null for strings and handles. */
export function bitsOf(type: TensorType): number | null {
  return BITS[type];
}

/** Bytes of the whole tensor; packed types (int4) round up to a byte. 0 for strings and handles. */
export function byteLength(tensor: Pick<Tensor, "type" | "shape">): number {
  return Math.ceil((elementCount(tensor.shape) * (BITS[tensor.type] ?? 0)) / 8);
}
