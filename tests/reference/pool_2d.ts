// AVERAGE_POOL_2D and MAX_POOL_2D as one loop: what lies outside the input takes no part.
// Source of the meaning: TFLM reference/integer_ops/pooling.h.
import { clamp } from "./fixed_point";
import { activationRange, type Activation, type Affine } from "./quantization";
import { before, extent, type Padding, type Pair } from "./window";

export interface Pool {
  readonly input: readonly [number, number, number, number];
  readonly filter: Pair;
  readonly stride: Pair;
  readonly padding: Padding;
  readonly activation: Activation;
  /** Input and output. */
  readonly x: Affine;
}

export function poolShape({ input: [n, h, w, c], filter, stride, padding }: Pool): number[] {
  return [n, extent(padding, h, filter[0], stride[0]), extent(padding, w, filter[1], stride[1]), c];
}

/** `of` makes one code of those in a window. */
function pool(p: Pool, x: Int8Array, of: (codes: readonly number[]) => number): Int8Array {
  const { input: [, inH, inW, channels], filter, stride, padding } = p;
  const [batches, outH, outW] = poolShape(p) as [number, number, number];
  const top = before(padding, inH, filter[0], stride[0]), left = before(padding, inW, filter[1], stride[1]);
  const range = activationRange(p.activation, p.x);
  const y = new Int8Array(batches * outH * outW * channels);
  let at = 0;
  for (let n = 0; n < batches; n++)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++)
        for (let c = 0; c < channels; c++) {
          const codes: number[] = [];
          for (let ky = 0; ky < filter[0]; ky++)
            for (let kx = 0; kx < filter[1]; kx++) {
              const iy = oy * stride[0] - top + ky, ix = ox * stride[1] - left + kx;
              if (iy >= 0 && iy < inH && ix >= 0 && ix < inW) codes.push(x[((n * inH + iy) * inW + ix) * channels + c]!);
            }
          y[at++] = clamp(of(codes), range);
        }
  return y;
}

export const maxPool2d = (p: Pool, x: Int8Array): Int8Array => pool(p, x, (codes) => Math.max(...codes));

/** The mean, rounded half away from zero: sign * floor((2 |sum| + count) / (2 count)). */
export const averagePool2d = (p: Pool, x: Int8Array): Int8Array =>
  pool(p, x, (codes) => {
    const sum = codes.reduce((a, b) => a + b, 0);
    return Math.sign(sum) * Math.floor((2 * Math.abs(sum) + codes.length) / (2 * codes.length));
  });

/** That of uint8 codes, which are 128 more: rounded half up. Source: TFLite reference/pooling.h, AveragePool. */
export const averagePool2dLegacy = (p: Pool, x: Int8Array): Int8Array =>
  pool(p, x, (codes) => Math.floor((2 * codes.reduce((a, b) => a + b + 128, 0) + codes.length) / (2 * codes.length)) - 128);
