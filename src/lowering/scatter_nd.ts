// SCATTER_ND: slices are added to a tensor of zeros. Source: LiteRT reference_ops ScatterNd; TFLM does not have it.
import * as copyAbi from "../../assembly/abi/copy";
import * as abi from "../../assembly/abi/scatter_nd";
import { byteLength, elementCount, type TensorType } from "../graph/tensor";
import { bytesOfElement, namedSlices } from "./indexed";
import type { Lowering } from "./lowering";
import { describe } from "./op";

const KERNELS: Partial<Record<TensorType, string>> = {
  bool: "scatter_nd_bool", int8: "scatter_nd_i8", uint8: "scatter_nd_i8", int32: "scatter_nd_i32", int64: "scatter_nd_i64", float32: "scatter_nd_f32",
};

const scatterNd: Lowering = {
  operator: "SCATTER_ND",
  signatures: Object.keys(KERNELS).map((type) => ({ inputs: ["int32", type, "int32"], outputs: [type] })),
  options: "a constant shape; constant and computed indices, which trap beyond it; codes are added as they are",
  check(op) {
    const indices = op.input(0), updates = op.input(1), output = op.output();
    op.expectShape(op.integers(2));
    if (output.rebased) op.refuse("its codes are quantized uint8, which would be added as such", "convert the model to int8");
    const { depth } = namedSlices(op, output, indices), wanted = [...indices.shape.slice(0, -1), ...output.shape.slice(depth)];
    if (`${updates.shape}` !== `${wanted}`) op.invalid(`${describe(updates)} has shape [${updates.shape}], the indices and the output give [${wanted}]`);
  },
  lower(op, emit) {
    const indices = op.input(0), updates = op.input(1), output = op.output(), { count, depth, elements, last, strides } = namedSlices(op, output, indices);
    if (elementCount(output.shape) === 0) return;
    emit.step("fill", copyAbi.FILL_SIZE, (r) => {
      r.output(copyAbi.FILL_OUTPUT, output);
      r.i32(copyAbi.FILL_BYTES, byteLength(output));
      r.i32(copyAbi.FILL_VALUE, 0);
    });
    emit.step(KERNELS[output.type]!, abi.SCATTER_ND_SIZE, (r) => {
      r.input(abi.SCATTER_ND_INDICES, indices);
      r.input(abi.SCATTER_ND_UPDATES, updates);
      r.output(abi.SCATTER_ND_OUTPUT, output);
      r.i32(abi.SCATTER_ND_INDEX_BYTES, bytesOfElement(indices));
      r.i32(abi.SCATTER_ND_COUNT, count);
      r.i32(abi.SCATTER_ND_ELEMENTS, elements);
      r.i32(abi.SCATTER_ND_DEPTH, depth);
      r.i32(abi.SCATTER_ND_LAST, last);
      r.i32s(abi.SCATTER_ND_STRIDES, strides);
    });
  },
};

export const SCATTER: readonly Lowering[] = [scatterNd];
