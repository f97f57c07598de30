// Estimates of cycles: the arithmetic, the table that is checked in, and which table serves which board.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nonNegative } from "../../bench/cost/fit";
import { boards } from "../../src/device/boards";
import { ENGINES } from "../../src/device/machine";
import { COST_MODELS, costModelFor, estimate, FITTED_MODELS, WITHOUT_WEIGHT } from "../../src/device/simulate/cost";
import { OPCODE_CLASSES, type OpcodeClass } from "../../src/device/simulate/opcodes";

const counts = (given: Partial<Record<OpcodeClass, number>>, bulkBytes = 0) =>
  ({ classes: { ...Object.fromEntries(OPCODE_CLASSES.map((name) => [name, 0])) as Record<OpcodeClass, number>, ...given }, bulkBytes });

const cost = suite("device/simulate: cost");
cost("an estimate is a weighted sum of the counts, and something for the operator", () => {
  const fit = { weights: { load: 14, mul32: 9, bulk_byte: 0.25, operator: 100 } };
  assert.is(estimate(counts({ load: 3, mul32: 2, const: 100 }, 8), fit), 100 + 3 * 14 + 2 * 9 + 8 * 0.25);
  assert.is(estimate(counts({}), fit), 0); // an operator without a step
});
cost("every table has a weight of at least 0 for every class, a source, and the errors of its fit", () => {
  assert.ok(FITTED_MODELS.length >= 9);
  assert.equal(COST_MODELS.map(({ engine, core }) => `${engine} ${core}`), ENGINES.flatMap((engine) => ["cortex-m4", "rv32"].map((core) => `${engine} ${core}`)));
  const terms = [...OPCODE_CLASSES.filter((name) => !WITHOUT_WEIGHT.includes(name)), "bulk_byte", "operator"].sort();
  for (const { engine, core, operators, source, assumptions, cycles, instructions } of COST_MODELS) {
    const name = `${engine} ${core}`;
    assert.ok(operators > 100 && source.length > 0 && assumptions.length > 0, name);
    for (const { weights, error } of [cycles, instructions]) {
      assert.equal(Object.keys(weights).sort(), terms, name);
      assert.ok(Object.values(weights).every((weight) => Number.isFinite(weight) && weight >= 0), name);
      assert.ok(Object.values(weights).some((weight) => weight > 0), name);
      assert.ok(0 < error.median && error.median <= error.max && error.left_out_median <= error.left_out_max && error.left_out_model_max <= error.left_out_max, name);
    }
  }
});
cost("every board of a core that was emulated, or that runs the same code, has an estimate in the interpreters; others a reason", async () => {
  for (const { name, core } of await boards()) {
    const costing = costModelFor("wamr-fast", core);
    if (/^xtensa|^cortex-m0/.test(core)) {
      assert.is(costing.model, null, name);
      assert.match((costing as { reason: string }).reason, core);
    } else assert.is(costing.model?.core, core.startsWith("rv32") ? "rv32" : "cortex-m4", name);
  }
  assert.is((costModelFor("wamr-fast", "cortex-m4f") as { note: unknown }).note, null);
  assert.match((costModelFor("wamr-fast", "cortex-m7f") as { note: string }).note, "no instruction timings");
  assert.match((costModelFor("wamr-aot", "cortex-m55") as { reason: string }).reason, "vector");
  assert.match((costModelFor("another", "cortex-m4") as { reason: string }).reason, "no weights were fitted to another");
  assert.is(costModelFor("wamr-aot").model?.core, "cortex-m4");
});
cost("non-negative least squares: inside, at the border, and a case whose first choice has to be taken back", () => {
  const near = (actual: number[], expected: number[]) => actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-9, `${actual}`));
  near(nonNegative([[2, 0], [0, 4]], [2, 2]), [1, 0.5]);
  near(nonNegative([[2, 0], [0, 4]], [2, -2]), [1, 0]);
  near(nonNegative([[1, 0], [0, 1]], [-1, -2]), [0, 0]);
  // G = A'A, b = A'y with A = [[1, 1], [1.1, 0.2], [0, 1]], y = [0, 1, -1]: unbound (0.99, -1.0); with the second at 0: 1.1 / (1 + 1.21)
  near(nonNegative([[1 + 1.21, 1 + 0.22], [1 + 0.22, 2.04]], [1.1, 0.2 - 1]), [1.1 / 2.21, 0]);
  // The second column looks best first and leaves when the others are in: A = identity of 3 with a sum column, y = [1, 1, 0.5] and the sum apart
  near(nonNegative([[1, 0, 1], [0, 1, 1], [1, 1, 2.1]], [1, 1, 1.9]), [1, 1, 0]);
});
cost.run();
