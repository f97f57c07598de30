// Functions of one int8 that TFLM or LiteRT has besides the sigmoids and RELU: each a table of 256 codes, filled as the runtimes compute them.
import { storedRange } from "../graph/tensor";
import { roundHalfAway } from "./activation";
import { divideByPowerOfTwo, invertedSquareRoot, multiplyByQuantizedMultiplier } from "./fixed_point";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import type { Op } from "./op";
import { checkPerTensor, checkRescale, quantizationOf } from "./quantization";
import { emitLookup } from "./unary";

export interface Quantized {
  readonly scale: number;
  readonly zeroPoint: number;
}

const f = Math.fround;

type Codes = (input: Quantized, output: Quantized, op: Op) => (q: number) => number;

function lookup(operator: string, options: string, codes: Codes, check: (op: Op, input: Quantized, output: Quantized) => void = () => {}): Lowering {
  const sides = (op: Op) => [quantizationOf(op.input(0)), quantizationOf(op.output())] as const;
  return {
    operator,
    signatures: [{ inputs: ["int8"], outputs: ["int8"] }],
    options,
    check(op) {
      checkPerTensor(op, op.input(0), op.output());
      op.expectShape(op.input(0).shape);
      check(op, ...sides(op));
    },
    lower(op, emit) {
      const code = codes(...sides(op), op);
      emitLookup(op, emit, (q) => Math.min(Math.max(code(q), -128), 127));
    },
  };
}

/** A function of reals, in float32 as the runtimes fill their tables. Source: TFLM kernels/elu.cc, PopulateLookupTable. */
function table(of: (x: number, op: Op, output: Quantized) => number): Codes {
  return (input, output, op) => {
    const inverse = f(1 / output.scale);
    return (q) => roundHalfAway(f(of(f(input.scale * (q - input.zeroPoint)), op, output) * inverse)) + output.zeroPoint;
  };
}

/** Source: TFLM kernels/elementwise.cc, AbsEvalQuantized. */
const abs: Codes = (input, output) => {
  const factor = quantizeMultiplier(input.scale / output.scale);
  return (q) => {
    const size = Math.abs(q - input.zeroPoint);
    return (input.scale === output.scale ? size : Number(multiplyByQuantizedMultiplier(BigInt(size), factor))) + output.zeroPoint;
  };
};

/** The largest code at 0 and, as it has no value there, below. Source: TFLM kernels/elementwise.cc, RsqrtEvalQuantized. */
const rsqrt: Codes = (input, output) => {
  const SHIFT = 20; // keeps the reciprocal root an integer
  const factor = quantizeMultiplier(1 / (Math.sqrt(input.scale) * output.scale));
  return (q) => {
    const x = q - input.zeroPoint;
    if (x <= 0) return 127;
    const { mantissa, shift } = invertedSquareRoot(BigInt(x));
    const root = multiplyByQuantizedMultiplier(1n, { mantissa, shift: shift + SHIFT });
    return Number(multiplyByQuantizedMultiplier(root, { mantissa: factor.mantissa, shift: factor.shift - SHIFT })) + output.zeroPoint;
  };
};

/** 0 below 0, which has no root. Source: LiteRT kernels/elementwise.cc, SqrtEvalQuantized: fractions of a code are cut. */
const sqrt: Codes = (input, output) => (q) => {
  const x = f(input.scale * (q - input.zeroPoint));
  return (x > 0 ? Math.trunc(f(f(Math.sqrt(x)) / output.scale)) : 0) + output.zeroPoint;
};

/** The factors of HARD_SWISH between scales: to the output from 1/128 of the input's scale, and from there to where 3 is 2^15. */
function hardSwishFactors(input: Quantized, output: Quantized) {
  const fine = input.scale / 128;
  return { output: quantizeMultiplier(fine / output.scale), reluish: quantizeMultiplier(fine / Math.fround(3 / 32768)) };
}

/** x * relu6(x + 3) / 6 in 16-bit fixed point. Source: TFLM reference/hard_swish.h; constants: kernels/hard_swish_common.cc. */
const hardSwish: Codes = (input, output) => {
  const factors = hardSwishFactors(input, output);
  const to16 = (mantissa: number) => (mantissa >= 0x7fff0000 ? 0x7fff : (mantissa + 0x8000) >> 16);
  const saturate = (x: number) => Math.min(Math.max(x, -32768), 32767);
  const highMultiply = (a: number, b: number) => (a * b + (a * b >= 0 ? 16384 : -16383)) / 32768;
  const rounded = (x: number, exponent: number) => Number(divideByPowerOfTwo(BigInt(x), BigInt(exponent)));
  const outputFactor = to16(factors.output.mantissa), reluishFactor = to16(factors.reluish.mantissa), left = factors.reluish.shift;
  return (q) => {
    const x = (q - input.zeroPoint) * 128;
    const onOutput = Math.trunc(highMultiply(x, outputFactor));
    let gate = left > 0 ? saturate(x * 2 ** (left - 1)) : x;
    gate = Math.trunc(highMultiply(gate, reluishFactor));
    gate = left > 0 ? saturate(gate * 2) : rounded(gate, -left);
    gate = (gate + 32768) >> 1;
    return rounded(Math.trunc((gate * onOutput) / 32768), -factors.output.shift) + output.zeroPoint;
  };
};

/** erfc: a series near 0, a continued fraction beyond. */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let term = x, sum = x;
    for (let n = 1; n < 60; n++) sum += (term *= (-x * x) / n) / (2 * n + 1);
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

/** x * Phi(x), or its approximation by tanh. Source: LiteRT reference/gelu.h. */
export const gelu = (x: number, op: Op): number =>
  op.option("approximate", false)
    ? f(f(0.5 * x) * f(1 + f(Math.tanh(f(f(Math.sqrt(2 / Math.PI)) * f(x + f(f(f(f(0.044715) * x) * x) * x)))))))
    : f(f(0.5 * x) * f(erfc(f(x * f(-Math.SQRT1_2)))));

/** The least number that the output's type stores for 0 and, as it has no value there, below. Source: LiteRT kernels/elementwise.cc, LogPrepare. */
export const log = (x: number, op: Op, output: Quantized): number => (x > 0 ? f(Math.log(x)) : f(output.scale * (storedRange(op.output().type)![0] - output.zeroPoint)));

/** What it means; LiteRT negates codes as they are, which is the same where scales are equal and zero points 0. */
const neg: Codes = (input, output) => {
  const factor = quantizeMultiplier(input.scale / output.scale);
  return (q) => Number(multiplyByQuantizedMultiplier(BigInt(input.zeroPoint - q), factor)) + output.zeroPoint;
};

/** Refuses a factor that the fixed-point formula does not take. */
function checkHardSwish(op: Op, input: Quantized, output: Quantized): void {
  const { shift } = hardSwishFactors(input, output).output;
  if (shift > 0) op.refuse(`the output scale ${output.scale} is less than 1/128 of the input's ${input.scale}`, "quantize with a wider output range");
}

const OPTIONS = "any two quantizations";
const rescaled = (op: Op, input: Quantized, output: Quantized) => checkRescale(op, input.scale / output.scale);

export const INT8_FUNCTIONS: readonly Lowering[] = [
  lookup("ABS", OPTIONS, abs, rescaled),
  lookup("RSQRT", `${OPTIONS}; 0 and below give the largest code`, rsqrt),
  lookup("SQRT", `${OPTIONS}; below 0 gives 0`, sqrt),
  lookup("HARD_SWISH", OPTIONS, hardSwish, checkHardSwish),
  lookup("ELU", OPTIONS, table((x) => (x < 0 ? f(f(Math.exp(x)) - 1) : x))),
  lookup("LOG", `${OPTIONS}; 0 and below give the smallest code`, table(log)),
  lookup("NEG", OPTIONS, neg, rescaled),
  lookup("EXP", OPTIONS, table((x) => f(Math.exp(x)))),
  lookup("GELU", `${OPTIONS}; exact and approximate`, table(gelu)),
];
