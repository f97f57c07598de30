import { suite } from "uvu";
import * as assert from "uvu/assert";
import { classesOf, pairedTask, taskMetrics } from "../../src/inspect/task";

const test = suite("inspect/task");
const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, expected ${expected}`);

test("top-1, top-k and confusion", () => {
  const { top1, topk, confusion } = taskMetrics([[3, 2, 1], [1, 2, 3], [2, 3, 1], [1, 1, 1]], [0, 1, 2, 1], 2);
  close(top1, 1 / 4);
  close(topk, 3 / 4);
  assert.equal(confusion, [[1, 0, 0], [1, 0, 1], [0, 1, 0]]);
});

test("AUC counts pairs in the right order, ties half", () => {
  // of class 1: scores .9 .4 | of class 0: .4 .1 -> pairs won 1, 1, 0.5, 1 of 4
  close(taskMetrics([[0.9], [0.4], [0.4], [0.1]], [1, 1, 0, 0], 1).auc!, 3.5 / 4);
  assert.is(taskMetrics([[0.9], [0.4]], [1, 1], 1).auc, null);
});

test("a paired difference has the interval of paired outcomes", () => {
  const right = [2, 1], wrong = [1, 2], zeros = new Array<number>(100).fill(0);
  const a = zeros.map((_, i) => (i < 10 ? wrong : right)), b = zeros.map((_, i) => (i >= 5 && i < 25 ? wrong : right));
  const { only_a, only_b, top1_difference, interval } = pairedTask(a, b, zeros, 1);
  assert.equal([only_a, only_b], [15, 5]);
  close(top1_difference, -0.1);
  const half = (1.96 * Math.sqrt(20 - 1)) / 100;
  close(interval[0], -0.1 - half);
  close(interval[1], -0.1 + half);
});

test("labels have to be classes", () => {
  assert.equal(classesOf(["0", "2"], 3, ""), [0, 2]);
  for (const label of ["3", "-1", "cat", "", "1.5"]) assert.throws(() => classesOf([label], 3, ""), (error: { code: string }) => error.code === "INPUT_VALUE");
});

test.run();
