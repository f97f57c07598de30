import * as abi from "../../assembly/abi/reduce";
import { bitsOf } from "../graph/tensor";
import { checkReduced, singleAxis, writeReduced } from "./axes";
import type { Lowering } from "./lowering";

/** ARG_MAX or ARG_MIN. */
function arg(operator: string): Lowering {
  return {
    operator,
    signatures: ["int8", "uint8|bool", "int32", "float32"].map((type) => ({ inputs: [type, "int32|int64"], outputs: ["int32|int64"] })),
    options: "any constant axis; the first of equal elements",
    check(op) {
      const axis = singleAxis(op);
      checkReduced(op, [axis], false);
      if (op.input(0).shape[axis] === 0) op.invalid(`no elements along axis ${axis}`);
    },
    lower(op, emit) {
      const { type } = op.input(0);
      emit.step(`${operator.toLowerCase()}_${type === "bool" ? "uint8" : type}`, abi.ARG_SIZE, (r) => {
        writeReduced(r, op, [singleAxis(op)]);
        r.i32(abi.ARG_INDEX_BYTES, bitsOf(op.output().type)! / 8);
      });
    },
  };
}

export const argMax = arg("ARG_MAX");
export const argMin = arg("ARG_MIN");
