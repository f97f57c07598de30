// What GATHER_ND and SCATTER_ND share: every row of the indices names a slice of a tensor.
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import { RANK } from "../../assembly/abi/shape";
import { describe, type Op } from "./op";
import { denseStrides } from "./strides";

export interface Slices {
  /** How many slices are named, and by how many indices each. */
  readonly count: number;
  readonly depth: number;
  readonly elements: number;
  readonly elementBytes: number;
  /** Where the last slice begins, in bytes. */
  readonly last: number;
  /** Bytes that each index counts. */
  readonly strides: readonly number[];
}

export const bytesOfElement = (tensor: Tensor): number => bitsOf(tensor.type)! / 8;

/** Slices of `tensor` by the last dimension of `indices`; refuses more indices than dimensions. */
export function namedSlices(op: Op, tensor: Tensor, indices: Tensor): Slices {
  const depth = indices.shape.at(-1) ?? op.invalid(`${describe(indices)} is a scalar`), rank = tensor.shape.length;
  if (depth > rank) op.invalid(`${depth} indices for ${rank} dimensions`);
  if (depth > RANK) op.refuse(`${depth} indices for a slice`, `reshape to ${RANK} dimensions or fewer`);
  const elements = elementCount(tensor.shape.slice(depth)), elementBytes = bytesOfElement(tensor);
  return {
    count: elementCount(indices.shape.slice(0, -1)), depth, elements, elementBytes,
    last: (elementCount(tensor.shape) - elements) * elementBytes, strides: denseStrides(tensor.shape).slice(0, depth).map((step) => step * elementBytes),
  };
}
