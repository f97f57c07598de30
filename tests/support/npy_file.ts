/** The bytes of a .npy file. @param descr NumPy's: "<f4", "|u1" */
export function npyFile(descr: string, shape: readonly number[], values: ArrayBufferView): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8);
  return Buffer.concat([start, new TextEncoder().encode(padded), new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}
