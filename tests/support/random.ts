/** uint32 state of the lcg of docs: state * 1664525 + 1013904223. The same numbers on every machine. */
export class Random {
  constructor(private state: number) {}

  /** The next byte: the state's top eight bits. */
  byte(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state >>> 24;
  }

  int32(): number {
    return (this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte();
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + ((this.int32() >>> 0) % (high - low + 1));
  }

  pick<T>(values: readonly T[]): T {
    return values[this.between(0, values.length - 1)]!;
  }

  int8s(count: number): Int8Array {
    return Int8Array.from({ length: count }, () => this.byte());
  }
}
