// Faults planted into a quantized model's file, in one layer each: whatever else depends on the change is adjusted, so that no other layer is at fault.
import { FloatGraph } from "../../src/quantizer/float_graph";
import { readModelObject, writeModel, type TableObject } from "../../src/tflite/object";

interface Opened {
  readonly model: TableObject;
  readonly tensors: TableObject[];
  readonly buffers: TableObject[];
  readonly graph: FloatGraph;
}

function edited(bytes: Uint8Array, edit: (opened: Opened) => void): Uint8Array {
  const model = readModelObject(bytes);
  edit({ model, tensors: (model.subgraphs as TableObject[])[0]!.tensors as TableObject[], buffers: model.buffers as TableObject[], graph: new FloatGraph(model) });
  return writeModel(model);
}

function int32s(data: Uint8Array): Int32Array {
  return new Int32Array(data.slice().buffer);
}

function rescale(tensor: TableObject, factor: number): void {
  const quantization = tensor.quantization as TableObject;
  quantization.scale = (quantization.scale as number[]).map((scale) => Math.fround(scale * factor));
}

const WEIGHTED = new Set(["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"]);
/** Operators whose output may have another scale than their input. */
const FREE = new Set([...WEIGHTED, "ADD", "MEAN"]);

/** Multiplies the range of an operator's output: below 1 it clips, far above 1 it leaves few codes. Biases of readers keep their real values. */
export function withRange(bytes: Uint8Array, operator: number, factor: number): Uint8Array {
  return edited(bytes, ({ tensors, buffers, graph }) => {
    const output = graph.operators[operator]!.outputs[0]!;
    rescale(tensors[output]!, factor);
    for (const use of graph.uses[output]!) {
      const reader = graph.operators[use.operator]!;
      if (!FREE.has(reader.name)) throw new Error(`${reader.name} has one scale for input and output: plant elsewhere`);
      const bias = tensors[WEIGHTED.has(reader.name) ? reader.inputs[2]! : -1];
      if (!bias) continue;
      rescale(bias, factor);
      const codes = int32s(buffers[bias.buffer as number]!.data as Uint8Array).map((code) => Math.round(code / factor));
      buffers[bias.buffer as number]!.data = new Uint8Array(codes.buffer);
    }
  });
}

/** Multiplies an operator's weights, as a wrong file of weights would. */
export function withWeights(bytes: Uint8Array, operator: number, factor: number): Uint8Array {
  return edited(bytes, ({ tensors, buffers, graph }) => {
    const buffer = buffers[tensors[graph.operators[operator]!.inputs[1]!]!.buffer as number]!;
    const codes = new Int8Array((buffer.data as Uint8Array).slice().buffer).map((code) => Math.round(code * factor));
    buffer.data = new Uint8Array(codes.buffer);
  });
}

/** Multiplies the first output channel of a float convolution, bias included: one scale for all of its weights then suits no other channel. */
export function withLargeChannel(bytes: Uint8Array, operator: number, factor: number): Uint8Array {
  return edited(bytes, ({ tensors, buffers, graph }) => {
    const { inputs: [, weights, bias], name } = graph.operators[operator]!, shape = tensors[weights!]!.shape as number[];
    const channels = name === "DEPTHWISE_CONV_2D" ? shape.at(-1)! : shape[0]!, last = name === "DEPTHWISE_CONV_2D";
    for (const index of [weights!, bias!]) {
      const buffer = buffers[tensors[index]!.buffer as number]!, values = new Float32Array((buffer.data as Uint8Array).slice().buffer), inner = values.length / channels;
      buffer.data = new Uint8Array(values.map((value, i) => ((last ? i % channels : Math.floor(i / inner)) === 0 ? value * factor : value)).buffer);
    }
  });
}
