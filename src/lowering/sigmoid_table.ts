/** Entries that lie on one unit of the argument. */
const PER_UNIT = 24;

/**
 * 1 / (1 + exp(-i / 24)) in Q0.16 for i = 0 ... 255, uint16: what kernels interpolate between. Each entry is lowered by half of the error that
 * interpolation makes in the middle of a step, h^2 / 8 times the second derivative; the last one is 1.
 * Equal to the table of TFLM kernels/internal/common.h, sigmoid_table_uint16, entry by entry.
 */
export const SIGMOID_TABLE: Uint8Array = (() => {
  const table = new DataView(new ArrayBuffer(512));
  for (let i = 0; i < 256; i++) {
    const s = 1 / (1 + Math.exp(-i / PER_UNIT)), curvature = s * (1 - s) * (1 - 2 * s);
    table.setUint16(2 * i, i === 255 ? 65535 : Math.round(65536 * (s - curvature / (16 * PER_UNIT ** 2))), true);
  }
  return new Uint8Array(table.buffer);
})();
