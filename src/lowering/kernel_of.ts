import type { Tensor } from "../graph/tensor";

/** The kernel for a tensor's type, where one name stands for several: those of int8 carry no type. */
export function kernelOf(kernel: string, { type }: Tensor): string {
  return type === "int8" ? kernel : `${kernel}_${type}`;
}
