// plain_loop.ts as something to time: inputs are refilled and the sums checked around every measurement.
import plainLoop from "../build/bench/plain_loop.wasm";
import { Lcg } from "../src/lcg";
import { median } from "./statistics";

const DEPTH = 256, CHANNELS = 48, OFFSET = 128;
/** Multiply-accumulates of one call. */
const MACS = DEPTH * CHANNELS;
/** Calls that are timed together: about 0.1 ms. */
const CALLS = 8;
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

  /** Runs the loop for about `ms` and returns the median of its ns per MAC, on operands of its own. */
  measure(ms: number): number {
    this.refill();
    const times: number[] = [];
    for (let sum = 0; sum < ms; sum += times.at(-1)!) {
      const start = performance.now();
      for (let i = 0; i < CALLS; i++) this.run(X, W, SUMS, DEPTH, CHANNELS);
      times.push(performance.now() - start);
    }
    this.check();
    return (1e6 * median(times)) / (CALLS * MACS);
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
