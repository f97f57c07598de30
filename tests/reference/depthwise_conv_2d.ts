// DEPTHWISE_CONV_2D as one loop. Source of the meaning: TFLM reference/integer_ops/depthwise_conv.h, DepthwiseConvPerChannel.
import { clamp, factorOf, scaled } from "./fixed_point";
import { activationRange } from "./quantization";
import { before, extent } from "./window";
import type { Conv } from "./conv_2d";

/** As a convolution, with weights [1][h][w][c * multiplier]. */
export type Depthwise = Conv;

export function depthwiseShape({ input: [n, h, w], weights: [, kH, kW, outC], padding, stride, dilation }: Depthwise): number[] {
  return [n, extent(padding, h, kH, stride[0], dilation[0]), extent(padding, w, kW, stride[1], dilation[1]), outC];
}

/** @param w their zero point taken off */
export function depthwiseConv2d(conv: Depthwise, x: Int8Array, w: Int8Array | Int16Array, bias: Int32Array | null): Int8Array {
  const { input: [, inH, inW, inC], weights: [, kH, kW, outC], stride, dilation, padding, weightScales } = conv;
  const [batches, outH, outW] = depthwiseShape(conv) as [number, number, number];
  const top = before(padding, inH, kH, stride[0], dilation[0]), left = before(padding, inW, kW, stride[1], dilation[1]);
  const multiplier = outC / inC;
  const range = activationRange(conv.activation, conv.y);
  const factors = weightScales.map((scale) => factorOf((conv.x.scale * scale) / conv.y.scale));
  const y = new Int8Array(batches * outH * outW * outC);
  for (let n = 0; n < batches; n++)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++)
        for (let c = 0; c < inC; c++)
          for (let m = 0; m < multiplier; m++) {
            const o = c * multiplier + m;
            let sum = bias?.[o] ?? 0;
            for (let ky = 0; ky < kH; ky++)
              for (let kx = 0; kx < kW; kx++) {
                const iy = oy * stride[0] - top + ky * dilation[0], ix = ox * stride[1] - left + kx * dilation[1];
                if (iy < 0 || iy >= inH || ix < 0 || ix >= inW) continue;
                sum += (x[((n * inH + iy) * inW + ix) * inC + c]! - conv.x.zeroPoint) * w[(ky * kW + kx) * outC + o]!;
              }
            y[((n * outH + oy) * outW + ox) * outC + o] = clamp(scaled(sum | 0, factors[factors.length === 1 ? 0 : o]!) + conv.y.zeroPoint, range);
          }
  return y;
}
