/** Every index of a shape, row-major: [0, 0], [0, 1], ... One empty index for a scalar. */
export function* indices(shape: readonly number[]): Generator<number[]> {
  const count = shape.reduce((product, n) => product * n, 1);
  for (let i = 0; i < count; i++) {
    let rest = i;
    yield [...shape].reverse().map((n) => { const at = rest % n; rest = (rest - at) / n; return at; }).reverse();
  }
}

/** Where an index lies in a row-major tensor. */
export function flat(index: readonly number[], shape: readonly number[]): number {
  return index.reduce((at, i, d) => at * shape[d]! + i, 0);
}
