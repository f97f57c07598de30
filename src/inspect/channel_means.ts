import type { Interpreter } from "../runtime/interpreter";
import { valuesIn } from "../runtime/tensor_view";

/** Means of float32 tensors per channel (last axis), over samples that one interpreter runs. */
export class ChannelMeans {
  private readonly sums = new Map<number, { sums: Float64Array; rows: number }>();

  /** @param tensors indices in subgraph 0 @param keepState variables go on from sample to sample */
  constructor(private readonly net: Interpreter, tensors: readonly number[], private readonly keepState = false) {
    for (const index of tensors) {
      const { shape } = net.model.subgraphs[0]!.tensors[index]!;
      this.sums.set(index, { sums: new Float64Array(shape[shape.length - 1] ?? 1), rows: 0 });
    }
  }

  /** @param inputs stored bytes, one for each input of the model */
  add(inputs: readonly Uint8Array[]): void {
    const { net } = this;
    if (!this.keepState) net.resetState();
    net.inputs.forEach((input, i) => input.bytes.set(inputs[i]!));
    net.model.subgraphs[0]!.inputs.forEach((index, i) => this.see(index, net.inputs[i]!.bytes));
    net.watch(({ tensor, bytes }) => this.see(tensor.index, bytes));
  }

  private see(index: number, bytes: Uint8Array): void {
    const entry = this.sums.get(index);
    if (!entry) return;
    const values = valuesIn("float32", bytes) as Float32Array, { sums } = entry;
    for (let i = 0; i < values.length; i++) sums[i % sums.length]! += values[i]!;
    entry.rows += values.length / sums.length;
  }

  /** By tensor. */
  get result(): Map<number, Float64Array> {
    return new Map([...this.sums].filter(([, { rows }]) => rows > 0).map(([index, { sums, rows }]) => [index, sums.map((sum) => sum / rows)]));
  }
}
