// Asserts how an operator is refused: by code, by name and index, with a way out.

import { encode } from "flatbuffers/js/flexbuffers.js";
import * as assert from "uvu/assert";
import { ArenulaError, type ErrorCode } from "../../src/errors";
import { checkModel } from "../../src/lowering/check";
import { lower } from "../../src/lowering/lower";
import type { SubgraphSpec } from "../support/build_model";
import { graphOf, type Unnamed } from "../support/graph";

export type Options = Readonly<Record<string, number | string | boolean>>;

/** An operator that lowers, for tests to bend. Operands with `data` are constants; null is an absent one. */
export interface Case {
  readonly op: string;
  readonly operands: readonly (Unnamed | null)[];
  readonly result: Unnamed;
  /** Results behind the first. */
  readonly more?: readonly Unnamed[];
  readonly options?: Options;
  /** What a custom operator's FlexBuffers map holds, or bytes that are none. */
  readonly custom?: Options | Uint8Array;
  /** Subgraphs that it calls, from 1 on. */
  readonly others?: readonly SubgraphSpec[];
}

/** Another operator comes first, so that an index is seen to be one. */
export function graphOfCase({ op, operands, result, more = [], options = {}, custom, others = [] }: Case) {
  const further = more.map((tensor, i) => ({ ...tensor, name: `y${i + 1}` })), customOptions = custom instanceof Uint8Array ? custom : custom && encode(custom);
  const named = operands.flatMap((tensor, i) => (tensor ? [{ ...tensor, name: `x${i}` }] : []));
  return graphOf({
    tensors: [{ name: "first", type: "int8", shape: [1], scale: 1 }, { name: "second", type: "int8", shape: [1], scale: 1 }, ...named, { ...result, name: "y" }, ...further],
    operators: [{ op: "RELU", inputs: ["first"], outputs: ["second"] }, { op, inputs: operands.map((tensor, i) => (tensor ? `x${i}` : null)), outputs: ["y", ...further.map(({ name }) => name)], options, ...(customOptions && { customOptions }) }],
    others,
  });
}

export function accepts(good: Case): void {
  lower(graphOfCase(good), { core: "mcu" });
}

/** @param text has to occur in the message */
export function refuses(bad: Case, code: ErrorCode, text: string | RegExp): ArenulaError {
  const graph = graphOfCase(bad);
  let error: unknown;
  try {
    lower(graph, { core: "mcu" });
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error, `lowered, but ${code} was expected: ${text}`);
  if (!(error instanceof ArenulaError)) throw error;
  assert.is(error.code, code, error.message);
  assert.is(error.where, `operator 1 ${bad.op} 'y'`);
  assert.ok(typeof text === "string" ? error.message.includes(text) : text.test(error.message), `"${text}" does not occur in "${error.message}"`);
  assert.ok(error.hint.length > 0, `no hint for "${error.message}"`);
  const checks = checkModel(graph);
  assert.equal(checks.map(({ ok }) => ok), [true, false]);
  assert.is(checks[1]!.reason, error.message);
  return error;
}

/** The case with operand `i` changed; null removes the operand. */
export function withOperand(good: Case, i: number, change: Partial<Unnamed> | null): Case {
  return { ...good, operands: good.operands.map((tensor, k) => (k === i ? change && { ...tensor!, ...change } : tensor)) };
}

export const withResult = (good: Case, change: Partial<Unnamed>): Case => ({ ...good, result: { ...good.result, ...change } });
export const withOptions = (good: Case, options: Options): Case => ({ ...good, options: { ...good.options, ...options } });

/** What every operator with int8 input 0 and output refuses. */
export function refusesBadQuantization(good: Case): void {
  refuses(withOperand(good, 0, { scale: undefined }), "OPERATOR_UNSUPPORTED", "has 0 scales");
  refuses(withOperand(good, 0, { scale: [0.5, 0.25] }), "OPERATOR_UNSUPPORTED", "has 2 scales");
  refuses(withOperand(good, 0, { scale: 0 }), "MODEL_INVALID", "has scale 0");
  refuses(withResult(good, { scale: undefined }), "OPERATOR_UNSUPPORTED", "has 0 scales");
}
