// Quantized uint8, as converters wrote it until 2019, becomes int8: every code and zero point loses 128, so no real value changes. Weights keep
// what is left of their zero points. Only the inputs and outputs of the main subgraph stay as they are, and are converted on the way.
import * as abi from "../../assembly/abi/rebase";
import type { Graph } from "../graph/graph";
import { byteLength, type Tensor } from "../graph/tensor";
import type { Emitter } from "./lowering";

const isLegacy = ({ type, quantization }: Tensor): boolean => type === "uint8" && quantization !== null;

/** The same graph with int8 for quantized uint8; itself where it has none. */
export function rebaseGraph(graph: Graph): Graph {
  if (!graph.subgraphs.some(({ tensors }) => tensors.some(isLegacy))) return graph;
  return { ...graph, subgraphs: graph.subgraphs.map((subgraph) => ({ ...subgraph, tensors: subgraph.tensors.map((tensor) => (isLegacy(tensor) ? rebased(tensor) : tensor)) })) };
}

function rebased(tensor: Tensor): Tensor {
  const quantization = tensor.quantization!;
  return {
    ...tensor, type: "int8", rebased: true, quantization: { ...quantization, zeroPoint: quantization.zeroPoint.map((zeroPoint) => zeroPoint - 128) },
    data: tensor.data && flipped(tensor.data),
  };
}

/** A rebased tensor as the file has it. */
export function original(tensor: Tensor, index: number): Tensor {
  const quantization = tensor.quantization!;
  return {
    ...tensor, index, type: "uint8", rebased: false, quantization: { ...quantization, zeroPoint: quantization.zeroPoint.map((zeroPoint) => zeroPoint + 128) },
    data: tensor.data && flipped(tensor.data),
  };
}

/** Codes of the other type. */
export function flipped(codes: Uint8Array): Uint8Array {
  return codes.map((code) => code ^ 0x80);
}

/** One step from uint8 to int8, or back. */
export function emitRebase(emit: Emitter, input: Tensor, output: Tensor): void {
  emit.step("rebase", abi.REBASE_SIZE, (r) => {
    r.input(abi.REBASE_INPUT, input);
    r.output(abi.REBASE_OUTPUT, output);
    r.i32(abi.REBASE_COUNT, byteLength(output));
    r.inPlace(input, output);
  });
}
