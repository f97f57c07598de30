// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL; GREATER and GREATER_EQUAL are LESS and LESS_EQUAL with their operands exchanged. They give bools.
import * as abi from "../../assembly/abi/comparison";
import type { Tensor } from "../graph/tensor";
import { checkBinary, emitFunctionOfTwo } from "./binary";
import { foldIntegers } from "./integer_arithmetic";
import type { Lowering } from "./lowering";
import { quantizeMultiplier } from "./multiplier";
import { describe } from "./op";
import { checkCodes, quantizationOf } from "./quantization";

interface Comparison {
  readonly operator: string;
  readonly kernel: string;
  readonly exchanged?: boolean;
  readonly of: (a: bigint, b: bigint) => boolean;
}

const COMPARISONS: readonly Comparison[] = [
  { operator: "EQUAL", kernel: "equal", of: (a, b) => a === b },
  { operator: "NOT_EQUAL", kernel: "not_equal", of: (a, b) => a !== b },
  { operator: "LESS", kernel: "less", of: (a, b) => a < b },
  { operator: "LESS_EQUAL", kernel: "less_equal", of: (a, b) => a <= b },
  { operator: "GREATER", kernel: "less", exchanged: true, of: (a, b) => a > b },
  { operator: "GREATER_EQUAL", kernel: "less_equal", exchanged: true, of: (a, b) => a >= b },
];

/** Of numbers as they are. */
function plain({ operator, kernel, exchanged = false, of }: Comparison): Lowering {
  const types = [...(kernel.endsWith("equal") && !kernel.startsWith("less") ? ["bool"] : []), "int32", "int64", "float32"];
  return {
    operator,
    signatures: types.map((type) => ({ inputs: [type, type], outputs: ["bool"] })),
    options: "broadcasting, either operand constant, folded where both are integer constants",
    check: checkBinary,
    fold: (op) => foldIntegers(op, (a, b) => (of(a, b) ? 1n : 0n)),
    lower(op, emit) {
      const a = op.input(0), b = op.input(1);
      emitFunctionOfTwo(op, emit, `${kernel}_${a.type}`, exchanged ? [b, a] : [a, b]);
    },
  };
}

/** Integers that are no codes take any scale that keeps them apart. */
const comparedAs = (tensor: Tensor) => (tensor.quantization ? quantizationOf(tensor) : { scale: 0.5, zeroPoint: 0 });

/** Of codes, which are rescaled first: small scales let neighbours become equal, as in the reference. Source: TFLM kernels/comparisons.cc. */
function ofCodes({ operator, kernel, exchanged = false }: Comparison): Lowering {
  return {
    operator,
    signatures: ["int8", "int16"].map((type) => ({ inputs: [type, type], outputs: ["bool"] })),
    options: "broadcasting, either operand constant; scales below 1",
    check(op) {
      checkCodes(op, ...op.inputs);
      checkBinary(op);
      for (const input of op.inputs) {
        const { scale } = comparedAs(input);
        if (!(scale < 1)) op.refuse(`${describe(input)} has scale ${scale}`, "codes are compared at a scale below 1: put a QUANTIZE before it, or compare in float32");
      }
    },
    lower(op, emit) {
      const [a, b]: [Tensor, Tensor] = exchanged ? [op.input(1), op.input(0)] : [op.input(0), op.input(1)];
      const quantA = comparedAs(a), quantB = comparedAs(b);
      const factorA = quantizeMultiplier(quantA.scale), factorB = quantizeMultiplier(quantB.scale);
      emitFunctionOfTwo(op, emit, `${kernel}_${a.type}`, [a, b], {
        size: abi.COMPARISON_SIZE,
        fill(r) {
          r.i32(abi.COMPARISON_A_OFFSET, -quantA.zeroPoint);
          r.i32(abi.COMPARISON_B_OFFSET, -quantB.zeroPoint);
          r.i32(abi.COMPARISON_A_MULTIPLIER, factorA.mantissa);
          r.i32(abi.COMPARISON_A_RIGHT, -factorA.shift);
          r.i32(abi.COMPARISON_B_MULTIPLIER, factorB.mantissa);
          r.i32(abi.COMPARISON_B_RIGHT, -factorB.shift);
        },
      });
    },
  };
}

export const COMPARISON: readonly Lowering[] = COMPARISONS.flatMap((comparison) => [plain(comparison), ofCodes(comparison)]);
