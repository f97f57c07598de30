// FULLY_CONNECTED as one loop. Source of the meaning: TFLM reference/integer_ops/fully_connected.h.
import { clamp, factorOf, scaled } from "./fixed_point";
import { activationRange, type Activation, type Affine } from "./quantization";

export interface FullyConnected {
  readonly batches: number;
  readonly depth: number;
  readonly outC: number;
  readonly activation: Activation;
  readonly x: Affine;
  /** One per output channel, or one. */
  readonly weightScales: readonly number[];
  readonly weightZeroPoint: number;
  readonly y: Affine;
}

export function fullyConnected(layer: FullyConnected, x: Int8Array, w: Int8Array, bias: Int32Array | null): Int8Array {
  const { batches, depth, outC, weightScales, weightZeroPoint } = layer;
  const range = activationRange(layer.activation, layer.y);
  const factors = weightScales.map((scale) => factorOf((layer.x.scale * scale) / layer.y.scale));
  const y = new Int8Array(batches * outC);
  for (let b = 0; b < batches; b++)
    for (let o = 0; o < outC; o++) {
      let sum = bias?.[o] ?? 0;
      for (let d = 0; d < depth; d++) sum += (x[b * depth + d]! - layer.x.zeroPoint) * (w[o * depth + d]! - weightZeroPoint);
      y[b * outC + o] = clamp(scaled(sum | 0, factors[factors.length === 1 ? 0 : o]!) + layer.y.zeroPoint, range);
    }
  return y;
}
