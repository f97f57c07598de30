import { byteLength, elementCount, type Tensor } from "./graph/tensor";

/**
 * The pseudo-random bytes that tests of all implementations share: state = state * 1664525 + 1013904223 (uint32), byte = state >> 24.
 * One generator runs on over all inputs.
 */
export class Lcg {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  byte(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state >>> 24;
  }

  /** Raw bytes in memory order; a float32 element is (u - 32768) / 16384 of two bytes u, low first, so that it is never NaN. */
  fill(tensor: Pick<Tensor, "type" | "shape">): Uint8Array {
    if (tensor.type !== "float32") return Uint8Array.from({ length: byteLength(tensor) }, () => this.byte());
    const values = Float32Array.from({ length: elementCount(tensor.shape) }, () => ((this.byte() | (this.byte() << 8)) - 32768) / 16384);
    return new Uint8Array(values.buffer);
  }
}
