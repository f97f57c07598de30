// What `check` and `build` say of float32 on a board.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { floatCost, hasFloatUnit } from "../../src/device/float_cost";
import { graphOf } from "../support/graph";

const cost = suite("float_cost");

cost("which cores have a unit for float32", () => {
  for (const core of ["cortex-m4f", "cortex-m33f", "cortex-m7f", "cortex-m55", "cortex-m85", "xtensa-lx6", "rv32imafc", "rv32gc"]) assert.ok(hasFloatUnit(core), core);
  for (const core of ["cortex-m0plus", "cortex-m3", "cortex-m4", "rv32imac", "rv32imc"]) assert.not(hasFloatUnit(core), core);
});

cost("operators of float32, but not the ends of an int8 model", () => {
  const graph = (op: string) => graphOf({ tensors: [{ name: "a", type: "float32", shape: [4] }, { name: "b", type: "float32", shape: [4] }], operators: [{ op, inputs: ["a"], outputs: ["b"] }] });
  assert.ok(floatCost(graph("TANH"), "cortex-m0plus")!.includes("has no unit"));
  assert.ok(floatCost(graph("TANH"), "cortex-m4f")!.includes("has a unit"));
  assert.is(floatCost(graph("DEQUANTIZE"), "cortex-m0plus"), null);
});

cost.run();
