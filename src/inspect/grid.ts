import type { TensorInfo } from "./statistics";

/** What codes stand for, counted from 0: real = (code - zeroPoint) * scale. */
export interface Grid {
  /** 0 where the range is zero alone. */
  readonly scale: number;
  readonly zeroPoint: number;
  readonly codes: number;
}

/** The grid of a range: widened to zero, with zero on it. Source: the TFLite int8 quantization specification, asymmetric activations. */
export function gridOf(range: { readonly min: number; readonly max: number }, codes: number): Grid {
  const low = Math.min(range.min, 0), scale = (Math.max(range.max, 0) - low) / (codes - 1);
  return { scale, zeroPoint: scale > 0 ? Math.round(-low / scale) : 0, codes };
}

/** The grid that a quantized tensor has. */
export function ownGrid({ scale, zeroPoint, least, most }: NonNullable<TensorInfo["quantization"]>): Grid {
  return { scale, zeroPoint: zeroPoint - least, codes: most - least + 1 };
}

/** The code of a real value, clipped. */
export function codeOf({ scale, zeroPoint, codes }: Grid, real: number): number {
  return scale === 0 ? zeroPoint : Math.min(codes - 1, Math.max(0, Math.round(real / scale) + zeroPoint));
}

/** The real values at the ends. */
export function endsOf({ scale, zeroPoint, codes }: Grid): { first: number; last: number } {
  return { first: -zeroPoint * scale, last: (codes - 1 - zeroPoint) * scale };
}
