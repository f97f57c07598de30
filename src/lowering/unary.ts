// Functions of one int8: RELU, RELU6, LOGISTIC, TANH, and QUANTIZE from int8 to int8. Each is computed here, exactly, for all 256 codes,
// and becomes one table lookup.
import * as abi from "../../assembly/abi/lookup";
import { elementCount, type Tensor } from "../graph/tensor";
import { clampRange } from "./activation";
import { divideByPowerOfTwo, logistic as logisticOf, multiplyByQuantizedMultiplier, tanh as tanhOf } from "./fixed_point";
import { floatFunction, logisticOf32, tanhOf32 } from "./legacy_codes";
import type { Emitter, Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkCodes, checkPerTensor, checkRescale, quantizationOf } from "./quantization";

const SIGNATURE = [{ inputs: ["int8"], outputs: ["int8"] }] as const;

/** One lookup step. `code` gives the output's code for an input code. */
export function emitLookup(op: Op, emit: Emitter, code: (q: number) => number, input = op.input(0), output = op.output()): void {
  const table = Uint8Array.from({ length: 256 }, (_, i) => code(i - 128));
  emit.step("lookup", abi.LOOKUP_SIZE, (r) => {
    r.input(abi.LOOKUP_INPUT, input);
    r.output(abi.LOOKUP_OUTPUT, output);
    r.constant(abi.LOOKUP_TABLE, table);
    r.i32(abi.LOOKUP_COUNT, elementCount(output.shape));
    r.inPlace(input, output);
  });
}

function checkUnary(op: Op): void {
  checkPerTensor(op, op.input(0), op.output());
  op.expectShape(op.input(0).shape);
}

/** What `requantizer` needs. */
export function checkRequantize(op: Op): void {
  checkPerTensor(op, op.input(0), op.output());
  checkClamped(op);
}

/** What RELU and its kin need: integers that are no codes are clamped as they are. */
export function checkClamped(op: Op): void {
  const input = op.input(0), output = op.output();
  checkCodes(op, input, output);
  op.expectShape(input.shape);
  checkRescale(op, quantizationOf(input).scale / quantizationOf(output).scale);
}

/** Codes of another quantization for every code, clamped. Source: TFLM reference/requantize.h and micro/kernels/activations.cc. */
export function requantizer(from: Tensor, to: Tensor, { min, max }: { min: number; max: number }): (q: number) => number {
  const input = quantizationOf(from), output = quantizationOf(to);
  const factor = quantizeMultiplier(input.scale / output.scale);
  return (q) => {
    const code = Number(multiplyByQuantizedMultiplier(BigInt(q - input.zeroPoint), factor)) + output.zeroPoint;
    return Math.min(Math.max(code, min), max);
  };
}

/** RELU and RELU6: rescaled, then clamped to real bounds. TFLM ignores the rescale of RELU6; where both sides share a quantization that is the same. */
function relu(operator: string, bounds: readonly [number, number]): Lowering {
  return {
    operator,
    signatures: SIGNATURE,
    options: "any two quantizations",
    check: checkClamped,
    lower: (op, emit) => emitLookup(op, emit, requantizer(op.input(0), op.output(), clampRange(op.output(), bounds))),
  };
}

/**
 * LOGISTIC and TANH: a Q4.27 argument, the function in Q0.31, rounded to the fixed output scale. Source: TFLM reference/integer_ops/logistic.h, tanh.h.
 * @param of32 what legacy uint8 codes take instead
 */
function sigmoidal(operator: string, of: (a: bigint) => bigint, of32: (x: number) => number, output: { fractionBits: number; zeroPoint: number }): Lowering {
  return {
    operator,
    signatures: SIGNATURE,
    options: `output scale 1/${2 ** output.fractionBits}, zero point ${output.zeroPoint}`,
    check(op) {
      checkUnary(op);
      const { scale, zeroPoint } = quantizationOf(op.output()), inFile = op.output().rebased ? 128 : 0;
      if (scale !== 2 ** -output.fractionBits || zeroPoint !== output.zeroPoint)
        op.refuse(`output scale ${scale} and zero point ${zeroPoint + inFile}`, `the format fixes them to 1/${2 ** output.fractionBits} and ${output.zeroPoint + inFile}: convert again`);
    },
    lower(op, emit) {
      if (op.input(0).rebased) {
        emitLookup(op, emit, floatFunction(op.input(0), op.output(), of32));
        return;
      }
      const { scale, zeroPoint } = quantizationOf(op.input(0));
      const toQ4 = quantizeMultiplier(scale * 2 ** 27);
      const radius = Math.floor((15 * 2 ** 27) / 2 ** toQ4.shift); // beyond it the argument leaves Q4.27 and the function is flat
      emitLookup(op, emit, (q) => {
        const x = q - zeroPoint;
        if (x <= -radius) return -128;
        if (x >= radius) return 127;
        const argument = multiplyByQuantizedMultiplier(BigInt(x), toQ4);
        const code = Number(divideByPowerOfTwo(of(argument), BigInt(31 - output.fractionBits))) + output.zeroPoint;
        return Math.min(Math.max(code, -128), 127);
      });
    },
  };
}

export const reluLowering = relu("RELU", [0, Infinity]);
export const reluN1To1 = relu("RELU_N1_TO_1", [-1, 1]);
export const relu0To1 = relu("RELU_0_TO_1", [0, 1]);
export const relu6Lowering = relu("RELU6", [0, 6]);
export const logistic = sigmoidal("LOGISTIC", logisticOf, logisticOf32, { fractionBits: 8, zeroPoint: -128 });
export const tanh = sigmoidal("TANH", tanhOf, tanhOf32, { fractionBits: 7, zeroPoint: 0 });
