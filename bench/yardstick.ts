// plain_loop.ts as something to time: inputs are refilled and the sums checked around every measurement.
import plainLoop from "../build/bench/plain_loop.wasm";
import { Lcg } from "../src/cli/inputs/lcg";

const DEPTH = 256, CHANNELS = 48, OFFSET = 128;
/** Multiply-accumulates of one call. */
const MACS = DEPTH * CHANNELS;
const X = 0, W = DEPTH, SUMS = W + MACS;

export class Yardstick {
  private readonly lcg = new Lcg(1);

  private constructor(
    private readonly run: (x: number, w: number, sums: number, depth: number, channels: number) => void,
    private readonly operands: Int8Array, private readonly sums: Int32Array,
  ) {}

  static async create(): Promise<Yardstick> {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { instance } = await WebAssembly.instantiate(plainLoop as BufferSource, { env: { memory } });
    const run = instance.exports["plain_loop"] as Yardstick["run"];
    return new Yardstick(run, new Int8Array(memory.buffer, X, DEPTH + MACS), new Int32Array(memory.buffer, SUMS, CHANNELS));
  }

  /** Runs the loop for about `ms` and returns its ns per MAC, on operands of its own. */
  measure(ms: number): number {
    this.refill();
    let calls = 0, elapsed = 0;
    const start = performance.now();
    do {
      for (let i = 0; i < 16; i++) this.run(X, W, SUMS, DEPTH, CHANNELS);
      calls += 16;
      elapsed = performance.now() - start;
    } while (elapsed < ms);
    this.check();
    return (elapsed * 1e6) / (calls * MACS);
  }

  private refill(): void {
    for (let i = 0; i < this.operands.length; i++) this.operands[i] = this.lcg.byte();
  }

  private check(): void {
    for (let c = 0; c < CHANNELS; c++) {
      let sum = 0;
      for (let i = 0; i < DEPTH; i++) sum += (this.operands[X + i]! + OFFSET) * this.operands[W + c * DEPTH + i]!;
      if (sum !== this.sums[c]) throw new Error(`the plain loop gives ${this.sums[c]} for channel ${c}, the sum is ${sum}`);
    }
  }
}
