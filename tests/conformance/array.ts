import type { TensorType } from "../../src/graph/tensor";

/** An array of a conformance case (conformance/README.md, "Arrays"). */
export interface CaseArray {
  type: TensorType;
  shape: number[];
  data?: number[];
  b64?: string;
  packed_b64?: string;
}

const WRITERS: Partial<Record<TensorType, { size: number; write: (view: DataView, at: number, value: number) => void }>> = {
  int8: { size: 1, write: (view, at, value) => view.setInt8(at, value) },
  uint8: { size: 1, write: (view, at, value) => view.setUint8(at, value) },
  int16: { size: 2, write: (view, at, value) => view.setInt16(at, value, true) },
  uint16: { size: 2, write: (view, at, value) => view.setUint16(at, value, true) },
  int32: { size: 4, write: (view, at, value) => view.setInt32(at, value, true) },
  int64: { size: 8, write: (view, at, value) => view.setBigInt64(at, BigInt(value), true) },
};

/** Little-endian bytes of an array of a case. */
export function bytesOf(array: CaseArray): Uint8Array {
  const encoded = array.b64 ?? array.packed_b64;
  if (encoded !== undefined) return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  const { size, write } = WRITERS[array.type]!;
  const bytes = new Uint8Array(size * array.data!.length);
  const view = new DataView(bytes.buffer);
  array.data!.forEach((value, i) => write(view, i * size, value));
  return bytes;
}

/** "element 17 [0, 1, 3]: 12, expected 13; 9 of 512 differ", or null where all are equal. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array, { type, shape }: { type: TensorType; shape: readonly number[] }): string | null {
  if (actual.length !== expected.length) return `${actual.length} bytes, expected ${expected.length}`;
  const size = WRITERS[type]?.size ?? 4;
  const differing: number[] = [];
  for (let i = 0; i < actual.length; i += size)
    if (!actual.subarray(i, i + size).every((byte, k) => byte === expected[i + k])) differing.push(i / size);
  if (differing.length === 0) return null;
  const first = differing[0]!;
  let rest = first;
  const index = [...shape].reverse().map((n) => { const i = rest % n; rest = Math.floor(rest / n); return i; }).reverse();
  const show = (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + first * size, size);
    return type === "int8" ? view.getInt8(0) : type === "int16" ? view.getInt16(0, true) : type === "int32" ? view.getInt32(0, true) : type === "float32" ? view.getFloat32(0, true) : view.getUint8(0);
  };
  return `element [${index}]: ${show(actual)}, expected ${show(expected)}; ${differing.length} of ${actual.length / size} differ`;
}
