// CONV_2D as one loop. Source of the meaning: TFLM reference/integer_ops/conv.h, ConvPerChannel.
import { clamp, factorOf, scaled } from "./fixed_point";
import { activationRange, type Activation, type Affine } from "./quantization";
import { before, extent, type Padding, type Pair } from "./window";

export interface Conv {
  /** [batches][h][w][c]. */
  readonly input: readonly [number, number, number, number];
  /** [out_c][h][w][c / groups]. */
  readonly weights: readonly [number, number, number, number];
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
  readonly activation: Activation;
  readonly x: Affine;
  /** One per output channel, or one. */
  readonly weightScales: readonly number[];
  readonly y: Affine;
}

export function convShape({ input: [n, h, w], weights: [outC, kH, kW], padding, stride, dilation }: Conv): number[] {
  return [n, extent(padding, h, kH, stride[0], dilation[0]), extent(padding, w, kW, stride[1], dilation[1]), outC];
}

export function conv2d(conv: Conv, x: Int8Array, w: Int8Array, bias: Int32Array | null): Int8Array {
  const { input: [, inH, inW, inC], weights: [outC, kH, kW, groupC], stride, dilation, padding, weightScales } = conv;
  const [batches, outH, outW] = convShape(conv) as [number, number, number];
  const top = before(padding, inH, kH, stride[0], dilation[0]), left = before(padding, inW, kW, stride[1], dilation[1]);
  const filtersPerGroup = outC / (inC / groupC);
  const range = activationRange(conv.activation, conv.y);
  const factors = weightScales.map((scale) => factorOf((conv.x.scale * scale) / conv.y.scale));
  const y = new Int8Array(batches * outH * outW * outC);
  let at = 0;
  for (let n = 0; n < batches; n++)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++)
        for (let o = 0; o < outC; o++) {
          const first = Math.floor(o / filtersPerGroup) * groupC;
          let sum = bias?.[o] ?? 0;
          for (let ky = 0; ky < kH; ky++)
            for (let kx = 0; kx < kW; kx++) {
              const iy = oy * stride[0] - top + ky * dilation[0], ix = ox * stride[1] - left + kx * dilation[1];
              if (iy < 0 || iy >= inH || ix < 0 || ix >= inW) continue;
              for (let c = 0; c < groupC; c++)
                sum += (x[((n * inH + iy) * inW + ix) * inC + first + c]! - conv.x.zeroPoint) * w[((o * kH + ky) * kW + kx) * groupC + c]!;
            }
          y[at++] = clamp(scaled(sum | 0, factors[factors.length === 1 ? 0 : o]!) + conv.y.zeroPoint, range);
        }
  return y;
}
