// Where ranges come from, apart from data: minima and maxima recorded in the model, defaults, another model.
import type { TableObject } from "../tflite/object";
import type { FloatGraph } from "./float_graph";
import type { Range } from "./range";

/** Minima and maxima in the quantization parameters of float tensors: a model that was calibrated, but not quantized. */
export function recordedRanges(graph: FloatGraph): Map<number, Range> {
  const ranges = new Map<number, Range>();
  for (const { index, quantization, data } of graph.tensors) {
    const { min, max, scale } = (quantization ?? {}) as TableObject;
    const [low, high] = [(min as number[] | null) ?? [], (max as number[] | null) ?? []];
    if (!graph.isFloat(index) || data || low.length !== 1 || high.length !== 1 || ((scale as number[] | null) ?? []).length > 0) continue;
    ranges.set(index, { min: low[0]!, max: high[0]!, source: "recorded in the model" });
  }
  return ranges;
}
