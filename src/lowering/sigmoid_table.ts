// The table by which 16-bit sigmoids and tanhs are interpolated (assembly/arithmetic/sigmoid_16.ts).

/**
 * sigmoid(i / 24) * 2^16 for i = 0 to 255. The curve bends down between two entries by up to |sigmoid''| h^2 / 8, h = 1/24; entries are half
 * of that too high, so that interpolated values are off by as much on either side. The last one stands for all beyond.
 * Source: TFLM kernels/internal/common.h, sigmoid_table_uint16, with which it is equal in every entry (tests/lowering/lstm.test.ts).
 */
export const SIGMOID_TABLE: Uint8Array = new Uint8Array(Uint16Array.from({ length: 256 }, (_, i) => {
  if (i === 255) return 65535;
  const s = 1 / (1 + Math.exp(-i / 24)), bend = s * (1 - s) * (2 * s - 1);
  return Math.round(65536 * (s + bend / 24 ** 2 / 16));
}).buffer);
