import type { Graph } from "../graph/graph";

/** Cores with a unit for float32: a trailing f, Cortex-M55 and M85, RISC-V with F, Xtensa LX6 and LX7 as Espressif builds them. */
export function hasFloatUnit(core: string): boolean {
  return /^cortex-m\d+f$|^cortex-m(55|85)|^rv32[a-eg-z]*f|^rv32g|^xtensa-lx[67]$/.test(core);
}

/** What a model's float32 operators cost on a core, in words; null where it has none. QUANTIZE and DEQUANTIZE at the ends of an int8 model do not count. */
export function floatCost(graph: Graph, core: string): string | null {
  const floats = graph.subgraphs.flatMap(({ tensors, operators }) =>
    operators.filter(({ name, outputs }) => name !== "DEQUANTIZE" && outputs.some((tensor) => tensors[tensor]?.type === "float32"))).length;
  if (floats === 0) return null;
  const who = floats === 1 ? "1 operator gives float32" : `${floats} operators give float32`;
  return hasFloatUnit(core)
    ? `${who}: ${core} has a unit for it, but values take four times the memory of int8, and int8 kernels are faster`
    : `${who}, and ${core} has no unit for it: every addition and multiplication is a call of a library function. Quantize the model to int8`;
}
