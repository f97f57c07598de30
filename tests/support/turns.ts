/** The part of one invocation in what several in a row read or gave. */
export function turnOf(bytes: Uint8Array, turn: number, sequence: number): Uint8Array {
  const length = bytes.length / sequence;
  return bytes.subarray(turn * length, (turn + 1) * length);
}
