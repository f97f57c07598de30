/** The largest distance between float32 values of two arrays of bytes, in units in the last place; any NaN equals any other. */
export function ulpsApart(a: Uint8Array, b: Uint8Array): number {
  const [x, y] = [a, b].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as [DataView, DataView];
  let most = a.length === b.length ? 0 : Infinity;
  for (let at = 0; at + 4 <= Math.min(a.length, b.length); at += 4)
    if (!(Number.isNaN(x.getFloat32(at, true)) && Number.isNaN(y.getFloat32(at, true)))) most = Math.max(most, Math.abs(ordered(x.getInt32(at, true)) - ordered(y.getInt32(at, true))));
  return most;
}

/** Integers in the order of the floats whose bits they are: neighbours differ by 1, both zeros are 0. */
function ordered(bits: number): number {
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}
