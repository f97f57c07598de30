// DEQUANTIZE of constants: models whose weights alone are small (float16, or codes of 8 bits and less) hold them so, and compute in float32.
import { elementCount, type Tensor } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { checkPerTensor } from "./quantization";

/** Refuses scales that do not go with the tensor: one, or for a constant one per index of a dimension. */
export function checkDequantized(op: Op): void {
  const input = op.input(0), { quantization } = input;
  if (!input.data || !quantization || quantization.scale.length === 1) return checkPerTensor(op, input);
  const extent = input.shape[quantization.dimension];
  if (extent !== quantization.scale.length) op.invalid(`${describe(input)} has ${quantization.scale.length} scales along dimension ${quantization.dimension}, whose extent is ${extent}`);
}

/** The values of a constant, or null where it is none. Source: TFLM reference/dequantize.h: one rounding, of the product. */
export function dequantized(op: Op): Uint8Array[] | null {
  const input = op.input(0);
  return input.data ? [new Uint8Array((input.type === "float16" ? halves(input) : products(input)).buffer)] : null;
}

function products({ type, shape, data, quantization }: Tensor): Float32Array {
  const { scale, zeroPoint, dimension } = quantization!;
  const inner = elementCount(shape.slice(dimension + 1));
  const bytes = new DataView(data!.buffer, data!.byteOffset, data!.byteLength);
  const code = type === "int4" ? (i: number) => (bytes.getUint8(i >> 1) << (i & 1 ? 24 : 28)) >> 28 : type === "int16" ? (i: number) => bytes.getInt16(2 * i, true) : (i: number) => bytes.getInt8(i);
  return Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const channel = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    return scale[channel]! * (code(i) - (zeroPoint[channel] ?? zeroPoint[0]!));
  });
}

/** IEEE 754 binary16, every one of which is a float32. */
function halves({ shape, data }: Tensor): Float32Array {
  const bytes = new DataView(data!.buffer, data!.byteOffset, data!.byteLength);
  return Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const bits = bytes.getUint16(2 * i, true), exponent = (bits >> 10) & 31, fraction = bits & 1023;
    const size = exponent === 31 ? (fraction ? NaN : Infinity) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return bits >> 15 ? -size : size;
  });
}

/** Types that have no kernel: constants only. */
export const dequantizeConstant: Lowering = {
  operator: "DEQUANTIZE",
  signatures: ["float16", "int4"].map((type) => ({ inputs: [type], outputs: ["float32"] })),
  options: "constants, which become float32 before anything runs",
  check(op) {
    const input = op.input(0);
    if (!input.data) op.refuse(`${describe(input)} is computed while the model runs`, "convert with float32 activations: only weights are float16 or int4");
    if (input.type !== "float16") checkDequantized(op);
    op.expectShape(input.shape);
  },
  fold: dequantized,
  lower() {},
};
