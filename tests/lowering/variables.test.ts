// Resource variables: handles that are not known, types that do not move, values that do not agree.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError } from "../../src/errors";
import { lower } from "../../src/lowering/lower";
import type { OperatorSpec, SubgraphSpec, TensorSpec } from "../support/build_model";
import { graphOf } from "../support/graph";

const variables = suite("lowering/variables");

const handle = (name: string): TensorSpec => ({ name, type: "resource", shape: [1] });
const int8 = (name: string, shape: readonly number[] = [4]): TensorSpec => ({ name, type: "int8", shape, scale: 1 });
const varHandle = (output: string, sharedName: string): OperatorSpec => ({ op: "VAR_HANDLE", inputs: [], outputs: [output], options: { container: "", sharedName } });
const read = (from: string, output: string): OperatorSpec => ({ op: "READ_VARIABLE", inputs: [from], outputs: [output] });

function refuses(main: SubgraphSpec, others: readonly SubgraphSpec[], code: string, text: string): void {
  let error: unknown;
  try {
    lower(graphOf({ ...main, others }), { core: "mcu" });
  } catch (thrown) {
    error = thrown;
  }
  assert.instance(error, ArenulaError);
  const { code: actual, message, hint } = error as ArenulaError;
  assert.is(actual, code, message);
  assert.ok(message.includes(text), message);
  assert.ok(hint.length > 0);
}

variables("a handle that comes from outside is refused", () => {
  refuses({ tensors: [handle("h"), int8("y")], operators: [read("h", "y")] }, [], "OPERATOR_UNSUPPORTED", "is not a VAR_HANDLE's");
});

variables("values of another size, or without a fixed one, are refused", () => {
  const tensors = [handle("h"), int8("a"), int8("b", [5])];
  refuses({ tensors, operators: [varHandle("h", "v"), read("h", "a"), read("h", "b")] }, [], "MODEL_INVALID", "variable '/v' is int8 [4] and int8 [5]");
  refuses({ tensors: [handle("h"), { name: "s", type: "string", shape: [1] }], operators: [varHandle("h", "v"), read("h", "s")] }, [], "OPERATOR_UNSUPPORTED", "a variable of string");
});

/** Gives the handle of a variable, whatever it is given. */
const gives = (sharedName: string): SubgraphSpec => ({ name: `gives ${sharedName}`, tensors: [handle("in"), handle("h")], operators: [varHandle("h", sharedName)], inputs: ["in"], outputs: ["h"] });

variables("one variable or another, by what is computed, is refused", () => {
  const tensors = [{ name: "c", type: "bool", shape: [] } as const, handle("h"), handle("k"), int8("y")];
  const main: SubgraphSpec = {
    tensors, outputs: ["y"],
    operators: [varHandle("h", "v"), { op: "IF", inputs: ["c", "h"], outputs: ["k"], options: { thenSubgraphIndex: 1, elseSubgraphIndex: 2 } }, read("k", "y")],
  };
  refuses(main, [gives("v"), gives("w")], "OPERATOR_UNSUPPORTED", "result 0 is one variable or another");
  assert.is(lower(graphOf({ ...main, others: [gives("w"), gives("w")] }), { core: "mcu" }).variables.size, 1);
  const condition: SubgraphSpec = { name: "condition", tensors: [{ name: "c", type: "bool", shape: [] }, handle("in")], inputs: ["c", "in"], outputs: ["c"] };
  const body: SubgraphSpec = { ...gives("w"), tensors: [{ name: "c", type: "bool", shape: [] }, ...gives("w").tensors], inputs: ["c", "in"], outputs: ["c", "h"] };
  refuses({
    tensors: [...tensors, { name: "d", type: "bool", shape: [] }], outputs: ["y"],
    operators: [varHandle("h", "v"), { op: "WHILE", inputs: ["c", "h"], outputs: ["d", "k"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }, read("k", "y")],
  }, [condition, body], "OPERATOR_UNSUPPORTED", "result 1 is one variable or another");
});

variables.run();
