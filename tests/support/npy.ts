/** The elements of a NumPy file of uint8, float32, or uint16 (as float32), as the samples of models/ are. */
export function parseNpy(bytes: Uint8Array): Uint8Array | Float32Array {
  const start = 10 + (bytes[8]! | (bytes[9]! << 8));
  const body = Uint8Array.from(bytes.subarray(start)); // a Buffer's own `slice` would share the file's memory, header and all
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, start));
  return header.includes("<f4") ? new Float32Array(body.buffer) : header.includes("<u2") ? Float32Array.from(new Uint16Array(body.buffer)) : body;
}
