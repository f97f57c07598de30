// Functions of one int16. ABS and RSQRT are TFLM's formulas, NEG what it means; EXP, LOG and GELU, which only LiteRT has, are tables of 513 values, interpolated.
import * as abi from "../../assembly/abi/function_int16";
import * as lookupAbi from "../../assembly/abi/lookup_int16";
import { elementCount } from "../graph/tensor";
import { gelu, log, type Quantized } from "./int8_functions";
import { interpolationTable } from "./interpolation_table";
import type { Lowering } from "./lowering";
import { quantizeMultiplier, type Multiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, checkZeroPoint, quantizationOf } from "./quantization";

const SIGNATURES = [{ inputs: ["int16"], outputs: ["int16"] }] as const;

function check(op: Op): void {
  checkPerTensor(op, op.input(0), op.output());
  checkZeroPoint(op, op.input(0), op.output());
  op.expectShape(op.input(0).shape);
}

/** @param factorOf null: nothing is rescaled */
function fixed(operator: string, options: string, factorOf: (input: number, output: number) => Multiplier | null, checkScales: (op: Op, input: number, output: number) => void = () => {}): Lowering {
  const scales = (op: Op) => [quantizationOf(op.input(0)).scale, quantizationOf(op.output()).scale] as const;
  return {
    operator,
    signatures: SIGNATURES,
    options,
    check(op) {
      check(op);
      checkScales(op, ...scales(op));
    },
    lower(op, emit) {
      const factor = factorOf(...scales(op));
      emit.step(`${operator.toLowerCase()}_int16`, abi.FUNCTION_INT16_SIZE, (r) => {
        r.input(abi.FUNCTION_INT16_INPUT, op.input(0));
        r.output(abi.FUNCTION_INT16_OUTPUT, op.output());
        r.i32(abi.FUNCTION_INT16_COUNT, elementCount(op.output().shape));
        r.i32(abi.FUNCTION_INT16_MULTIPLIER, factor?.mantissa ?? 0);
        r.i32(abi.FUNCTION_INT16_SHIFT, factor?.shift ?? 0);
        r.inPlace(op.input(0), op.output());
      });
    },
  };
}

/** A table of reals. Source: LiteRT kernels/internal/common.h, LUTPopulate. */
function table(operator: string, of: (x: number, op: Op, output: Quantized) => number): Lowering {
  return {
    operator,
    signatures: SIGNATURES,
    options: "any two scales, zero points 0: a table of 513 values, interpolated",
    check,
    lower(op, emit) {
      const output = quantizationOf(op.output());
      emit.step("lookup_int16", lookupAbi.LOOKUP_INT16_SIZE, (r) => {
        r.input(lookupAbi.LOOKUP_INT16_INPUT, op.input(0));
        r.output(lookupAbi.LOOKUP_INT16_OUTPUT, op.output());
        r.constant(lookupAbi.LOOKUP_INT16_TABLE, interpolationTable((x) => of(x, op, output), quantizationOf(op.input(0)), output));
        r.i32(lookupAbi.LOOKUP_INT16_COUNT, elementCount(op.output().shape));
        r.inPlace(op.input(0), op.output());
      });
    },
  };
}

/** Both scales as they are. */
const sqrt: Lowering = {
  operator: "SQRT",
  signatures: SIGNATURES,
  options: "any two scales, zero points 0; below 0 gives 0",
  check,
  lower(op, emit) {
    const bits = (scale: number) => new Int32Array(Float32Array.of(scale).buffer)[0]!;
    emit.step("sqrt_int16", abi.FUNCTION_INT16_SIZE, (r) => {
      r.input(abi.FUNCTION_INT16_INPUT, op.input(0));
      r.output(abi.FUNCTION_INT16_OUTPUT, op.output());
      r.i32(abi.FUNCTION_INT16_COUNT, elementCount(op.output().shape));
      r.i32(abi.SQRT_INT16_INPUT_SCALE, bits(quantizationOf(op.input(0)).scale));
      r.i32(abi.SQRT_INT16_OUTPUT_SCALE, bits(quantizationOf(op.output()).scale));
      r.inPlace(op.input(0), op.output());
    });
  },
};

const rescale = (input: number, output: number) => (input === output ? null : quantizeMultiplier(input / output));
const checkFactor = (op: Op, input: number, output: number) => checkRescale(op, input / output);

/** To the output's scale from roots with RSQRT_BITS behind the point. */
function rootFactor(input: number, output: number): Multiplier {
  const { mantissa, shift } = quantizeMultiplier(1 / (Math.sqrt(input) * output));
  return { mantissa, shift: shift - abi.RSQRT_BITS };
}

function checkRootFactor(op: Op, input: number, output: number): void {
  const { shift } = rootFactor(input, output);
  if (shift < -31 || shift > 30) op.refuse(`an output scale of ${output} for roots of ${input}`, "quantize the output for the values that it takes");
}

const SCALES = "any two scales, zero points 0";

export const INT16_FUNCTIONS: readonly Lowering[] = [
  fixed("ABS", SCALES, rescale, checkFactor),
  fixed("NEG", SCALES, rescale, checkFactor),
  fixed("RSQRT", `${SCALES}; 0 and below give the largest code`, rootFactor, checkRootFactor),
  sqrt,
  table("EXP", (x) => Math.exp(x)),
  table("GELU", gelu),
  table("LOG", log),
];
