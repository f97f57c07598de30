// EQUAL, NOT_EQUAL, LESS, LESS_EQUAL; GREATER and GREATER_EQUAL are LESS and LESS_EQUAL with their operands exchanged. They give bools.
import { checkBinary, emitFunctionOfTwo } from "./binary";
import { foldIntegers } from "./integer_arithmetic";
import type { Lowering } from "./lowering";

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

export const COMPARISON: readonly Lowering[] = COMPARISONS.map(plain);
