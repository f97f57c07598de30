// FULLY_CONNECTED as the 1x1 convolution that it is, its batches as a row of pixels: on vector units (conv_2d_rows.ts) and SIMD cores (conv_2d_v128.ts).
import { CONV_2D_ROWS } from "./conv_2d_rows";
import { CONV_2D_V128 } from "./conv_2d_v128";
import type { Conv2d } from "./conv_2d";
import { costOf, type Form } from "./form";
import type { FullyConnected } from "./fully_connected";

function asConv2d(layer: FullyConnected): Conv2d {
  const { batches, outC, depth } = layer;
  const axis = (extent: number) => ({ input: extent, output: extent, kernel: 1, stride: 1, dilation: 1, pad: 0, touchesBorder: false });
  return { ...layer, batches: 1, inC: depth, outC, groups: 1, groupC: depth, depth, y: axis(1), x: axis(batches), inputZeroPoint: 0 };
}

export const FULLY_CONNECTED_ROWS: Form<FullyConnected> = {
  name: "fully_connected_rows",
  /** A zero point of the weights would take the sum of each row of activations. */
  terms: (layer, emit) => (layer.weightsOffset === 0 ? [costOf(CONV_2D_ROWS, emit, asConv2d(layer))] : null),
  costs: { vector: [1] },
  emit: (op, emit, layer) => CONV_2D_ROWS.emit(op, emit, asConv2d(layer)),
};
export const FULLY_CONNECTED_V128: Form<FullyConnected> = {
  name: "fully_connected_v128",
  terms: (layer, emit) => CONV_2D_V128.terms(asConv2d(layer), emit),
  costs: CONV_2D_V128.costs,
  emit: (op, emit, layer) => CONV_2D_V128.emit(op, emit, asConv2d(layer)),
};
