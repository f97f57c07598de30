// SUM, MEAN, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD, REDUCE_ANY and REDUCE_ALL over any axes. Sums and means of quantized numbers: mean.ts.
import * as abi from "../../assembly/abi/reduce";
import { axesOf, checkReduced, splitAt, writeReduced } from "./axes";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkSameQuantization, quantizationOf } from "./quantization";

const OPTIONS = "any set of constant axes, kept or dropped";

const kernelOf = (op: Op): string => `${op.name.toLowerCase()}_${op.input(0).type}`;
const signatures = (types: readonly string[]) => types.map((type) => ({ inputs: [type, "int32"], outputs: [type] }));
const check = (op: Op): void => checkReduced(op, axesOf(op), op.option("keepDims", false));

/** Of numbers as they are stored. */
function reduction(operator: string, types: readonly string[], checkFurther: (op: Op) => void = () => {}): Lowering {
  return {
    operator,
    signatures: signatures(types),
    options: OPTIONS,
    check(op) {
      check(op);
      checkFurther(op);
    },
    lower: (op, emit) => emit.step(kernelOf(op), abi.REDUCE_SIZE, (r) => writeReduced(r, op, axesOf(op))),
  };
}

/** Codes can be compared where both sides share a quantization. */
function checkCodes(op: Op): void {
  const { type } = op.input(0);
  if (type === "int8" || type === "int16") checkSameQuantization(op, op.input(0), op.output());
}

function checkNotEmpty(op: Op): void {
  if (splitAt(op, op.input(0), axesOf(op)).count === 0) op.invalid(`the mean of no elements: input [${op.input(0).shape}], axes [${axesOf(op)}]`);
}

/** Every product is rescaled by input scale / (output scale)^(1 / count). Source: LiteRT kernels/reduce.cc, GetQuantProdScaling. */
function productScale(op: Op): { multiplier: number; down: number } {
  const { count } = splitAt(op, op.input(0), axesOf(op));
  const { mantissa, shift } = quantizeMultiplier(quantizationOf(op.input(0)).scale / quantizationOf(op.output()).scale ** (1 / count));
  return { multiplier: mantissa < 0x7fff0000 ? (mantissa + (1 << 15)) >> 16 : 0x7fff, down: 15 - shift };
}

const quantizedProduct: Lowering = {
  operator: "REDUCE_PROD",
  signatures: signatures(["int8", "int16"]),
  options: OPTIONS,
  check(op) {
    check(op);
    checkPerTensor(op, op.input(0), op.output());
    if (splitAt(op, op.input(0), axesOf(op)).count === 0) op.refuse("the product of no elements", "an input without elements has no quantized product");
    if (productScale(op).down < 8) op.refuse("every product is rescaled by 2^7 or more", "the output's scale is far too small for these inputs: quantize again with data that reaches this tensor");
  },
  lower(op, emit) {
    const { multiplier, down } = productScale(op);
    emit.step(kernelOf(op), abi.REDUCE_PROD_SIZE, (r) => {
      writeReduced(r, op, axesOf(op));
      r.i32(abi.REDUCE_PROD_INPUT_OFFSET, -quantizationOf(op.input(0)).zeroPoint);
      r.i32(abi.REDUCE_PROD_MULTIPLIER, multiplier);
      r.i32(abi.REDUCE_PROD_DOWN, down);
      r.i32(abi.REDUCE_PROD_OUTPUT_OFFSET, quantizationOf(op.output()).zeroPoint);
    });
  },
};

const NUMBERS = ["float32", "int32", "int64"];

export const REDUCTIONS: readonly Lowering[] = [
  reduction("SUM", NUMBERS),
  reduction("MEAN", NUMBERS, checkNotEmpty),
  reduction("REDUCE_MAX", ["int8", "int16", ...NUMBERS], checkCodes),
  reduction("REDUCE_MIN", ["int8", "int16", ...NUMBERS], checkCodes),
  reduction("REDUCE_PROD", NUMBERS),
  quantizedProduct,
  reduction("REDUCE_ANY", ["bool"]),
  reduction("REDUCE_ALL", ["bool"]),
];
