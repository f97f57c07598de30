// Asserts that a model is refused as its cause deserves: by code, by place, with a way out, and without internals leaking.

import * as assert from "uvu/assert";
import { ModelError, type ErrorCode } from "../../src/errors";
import { readModel } from "../../src/tflite/read";

/** @param text Must occur in `where` or in the message. */
export function refuses(bytes: Uint8Array, code: ErrorCode, ...text: readonly (string | RegExp)[]): ModelError {
  let error: unknown;
  try {
    readModel(bytes);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error, `read, but ${code} was expected`);
  if (!(error instanceof ModelError)) throw error;
  const said = `${error.where} | ${error.message}`;
  assert.is(error.code, code, said);
  for (const part of text) assert.ok(typeof part === "string" ? said.includes(part) : part.test(said), `"${part}" does not occur in "${said}"`);
  assert.ok(error.where.includes("byte"), `no byte in "${error.where}"`);
  assert.ok(error.hint.length > 0, "no hint");
  return error;
}
