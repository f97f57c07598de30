import { suite } from "uvu";
import * as assert from "uvu/assert";
import { planArena } from "../../src/arena/plan";
import { ArenulaError } from "../../src/errors";
import { fewestBytes } from "./exhaustive";
import { activations, block, fault, fullBlocks, models, randomBlocks } from "./instances";

const known = suite("arena/plan: models");

// The most live bytes of each model by hand: two neighbours of a chain, three tensors of a residual block.
const figures = { kws: 8000 + 8000, vww: 18432 + 36864, resnet: 3 * 16384, ad: 640 + 128, personDetect: 18432 + 36864 };
for (const [name, bytes] of Object.entries(figures)) {
  known(`${name} takes ${bytes} bytes, proven minimal`, () => {
    const plan = planArena(models[name as keyof typeof models]);
    assert.is(fault(plan), "");
    assert.is(plan.activationBytes, bytes);
    assert.is(plan.lowerBoundBytes, bytes);
    assert.is(plan.bytes, bytes);
    assert.ok(plan.optimal);
  });
}

known("the search beats greedy on vww", () => {
  const greedy = planArena(models.vww, { planner: "greedy" });
  assert.is(greedy.planner, "greedy");
  assert.not(greedy.optimal);
  assert.ok(greedy.activationBytes > 55296);
  assert.is(planArena(models.vww).planner, "search");
});

known("scratch and staging go into the holes beside the activations", () => {
  // One step of staging per layer; the peak step has no hole, every other one has.
  const staging = models.vww.slice(1).map((_, step) => block(step === 2 ? 512 : 4096, step, step, "staging"));
  const scratch = models.vww.slice(1).map((_, step) => block(step === 2 ? 64 : 1152, step, step, "scratch"));
  const plan = planArena([...models.vww, ...staging, ...scratch]);
  assert.is(fault(plan), "");
  assert.is(plan.activationBytes, 55296);
  assert.is(plan.bytes, 55296 + 512 + 64);
  assert.is(plan.wholeLowerBoundBytes, 55296 + 512 + 64);
  assert.is(plan.peakStep, 2);
  assert.is(plan.stagingBytes, 4096);
  assert.is(plan.scratchBytes, 1152);
});
known.run();

const plans = suite("arena/plan");

plans("equals brute force, and says that it is optimal", () => {
  for (let seed = 0; seed < 400; seed++) {
    const blocks = randomBlocks(seed, { count: 7, steps: 7, span: 5, most: 6 });
    const plan = planArena(blocks);
    assert.is(fault(plan), "", `seed ${seed}`);
    assert.is(plan.activationBytes, fewestBytes(blocks), `seed ${seed}`);
    assert.ok(plan.optimal, `seed ${seed}`);
  }
});

plans("equals brute force where every step is full, so that any hole is one too many", () => {
  let compared = 0;
  for (let seed = 0; seed < 400; seed++) {
    const blocks = fullBlocks(seed, 6, 5);
    if (blocks.length > 8) continue;
    const plan = planArena(blocks);
    assert.is(fault(plan), "", `seed ${seed}`);
    assert.is(plan.activationBytes, fewestBytes(blocks), `seed ${seed}`);
    assert.ok(plan.optimal, `seed ${seed}`);
    compared++;
  }
  assert.ok(compared > 100);
});

plans("proves a minimum above the bound", () => {
  // 80 bytes are alive at every step; both pairs of 32 want the place beside the long block of 16.
  const blocks = activations([[32, 0, 1], [32, 0, 2], [16, 2, 3], [16, 3, 3], [16, 2, 4], [16, 3, 4], [16, 0, 5], [32, 4, 5], [32, 5, 5]]);
  const plan = planArena(blocks);
  assert.is(fault(plan), "");
  assert.is(plan.lowerBoundBytes, 80);
  assert.is(fewestBytes(blocks), 96);
  assert.is(plan.activationBytes, 96);
  assert.ok(plan.optimal);
});

plans("solves graphs of 40 blocks to the end", () => {
  for (let seed = 0; seed < 60; seed++) {
    const blocks = randomBlocks(seed, { count: 40, steps: 30, span: 8, most: 1000 });
    const plan = planArena(blocks);
    assert.is(fault(plan), "", `seed ${seed}`);
    assert.ok(plan.optimal, `seed ${seed}`);
  }
});

plans("no plan goes below the most live bytes, counted step by step", () => {
  for (let seed = 0; seed < 100; seed++) {
    const blocks = randomBlocks(seed, { count: 24, steps: 12, span: 6, most: 50 }, ["activation", "activation", "scratch", "staging"]);
    const plan = planArena(blocks, { effort: 100_000 });
    assert.is(fault(plan), "", `seed ${seed}`);
    const live = (kinds: string[]) => Array.from({ length: plan.steps }, (_, step) =>
      blocks.filter((b) => kinds.includes(b.kind) && b.firstStep <= step && step <= b.lastStep).reduce((sum, b) => sum + Math.ceil(b.bytes / 16) * 16, 0));
    const all = live(["activation", "scratch", "staging"]);
    assert.is(plan.lowerBoundBytes, Math.max(...live(["activation"])));
    assert.is(plan.scratchBytes, Math.max(...live(["scratch"])));
    assert.is(plan.stagingBytes, Math.max(...live(["staging"])));
    assert.is(plan.wholeLowerBoundBytes, Math.max(...all));
    assert.is(plan.peakStep, all.indexOf(Math.max(...all)));
    assert.ok(plan.activationBytes >= plan.lowerBoundBytes);
    assert.ok(plan.bytes >= Math.max(plan.wholeLowerBoundBytes, plan.activationBytes));
  }
});

plans("scratch does not cost the activations their minimum", () => {
  let met = 0;
  for (let seed = 0; seed < 30; seed++) {
    const blocks = randomBlocks(seed, { count: 30, steps: 12, span: 6, most: 50 }, ["activation", "activation", "scratch"]);
    const alone = planArena(blocks.filter((b) => b.kind === "activation"));
    const plan = planArena(blocks);
    assert.is(fault(plan), "", `seed ${seed}`);
    assert.is(plan.activationBytes, alone.activationBytes, `seed ${seed}`);
    if (plan.bytes === Math.max(plan.activationBytes, plan.wholeLowerBoundBytes)) met++;
  }
  assert.ok(met >= 29, `${met} of 30 meet the bound`); // in seed 13 the activations' minimum leaves no good hole
});

plans("is the same every time, whatever else was planned between", () => {
  const blocks = randomBlocks(5, { count: 60, steps: 40, span: 10, most: 500 }, ["activation", "activation", "scratch"]);
  const first = planArena(blocks);
  planArena(models.vww);
  assert.equal(planArena(blocks), first);
});

plans("keeps the order given and leaves its input alone", () => {
  const blocks = activations([[100, 2, 3], [0, 0, 5], [5000, 0, 1]]);
  const before = JSON.stringify(blocks);
  const plan = planArena(blocks);
  assert.is(JSON.stringify(blocks), before);
  assert.equal(plan.blocks.map((b) => b.name), blocks.map((b) => b.name));
  assert.equal(plan.blocks.map((b) => b.offset), [0, 0, 0]);
  assert.is(plan.steps, 6);
});

plans("plans 500 blocks within its effort", () => {
  for (const shape of [{ count: 500, steps: 500, span: 3, most: 1000 }, { count: 500, steps: 100, span: 20, most: 100_000 }]) {
    for (let seed = 0; seed < 3; seed++) {
      const plan = planArena(randomBlocks(seed, shape));
      assert.is(fault(plan), "");
      assert.ok(plan.activationBytes <= 1.08 * plan.lowerBoundBytes, `${plan.activationBytes} of ${plan.lowerBoundBytes}`);
    }
  }
});

plans("answers with less effort, only not as well", () => {
  const plan = planArena(models.vww, { planner: "search", effort: 0 });
  assert.is(fault(plan), "");
  assert.is(plan.planner, "search");
  assert.not(plan.optimal);
});

plans("honours an alignment", () => {
  for (const alignment of [1, 4, 64]) assert.is(fault(planArena(models.resnet, { alignment }), alignment), "");
  assert.is(planArena(models.kws, { alignment: 1 }).activationBytes, 16000);
  assert.is(planArena([block(1, 0, 0)], { alignment: 64 }).bytes, 64);
});

plans("needs nothing for nothing", () => {
  const plan = planArena([]);
  assert.equal([plan.bytes, plan.steps, plan.activationBytes, plan.lowerBoundBytes, plan.optimal], [0, 0, 0, 0, true]);
  assert.is(planArena([block(0, 3, 9)]).bytes, 0);
  assert.is(planArena([block(100, 0, 4, "staging")]).bytes, 112);
});

plans("does not mind steps far apart", () => {
  const plan = planArena(activations([[100, 0, 2 ** 40], [100, 2 ** 40, 2 ** 41]]));
  assert.is(plan.bytes, 224);
});
plans.run();

const refusals = suite("arena/plan: refusals");
const code = (blocks: Parameters<typeof planArena>[0], options?: Parameters<typeof planArena>[1]) => {
  try { planArena(blocks, options); } catch (error) { return error instanceof ArenulaError ? error.code : `${error}`; }
  return "";
};

refusals("impossible blocks are a defect of ours", () => {
  for (const bytes of [-1, 1.5, NaN, Infinity]) assert.is(code([block(bytes, 0, 0)]), "INTERNAL", `${bytes} bytes`);
  for (const step of [-1, 0.5, NaN, Infinity]) {
    assert.is(code([block(16, step, 1e9)]), "INTERNAL", `first step ${step}`);
    assert.is(code([block(16, 0, step)]), "INTERNAL", `last step ${step}`);
  }
  assert.is(code([block(16, 3, 2)]), "INTERNAL");
  for (const alignment of [0, -16, 12, NaN]) assert.is(code([], { alignment }), "INTERNAL", `alignment ${alignment}`);
  for (const effort of [-1, NaN]) assert.is(code([], { effort }), "INTERNAL", `effort ${effort}`);
});

refusals("more than linear memory holds", () => {
  assert.is(code([block(2 ** 31 + 1, 0, 0)]), "ARENA_TOO_LARGE");
  assert.is(code([block(2 ** 30, 0, 1), block(2 ** 30, 1, 2), block(16, 1, 1)]), "ARENA_TOO_LARGE");
  assert.is(code([block(1e300, 0, 0)]), "ARENA_TOO_LARGE");
  assert.is(code([block(2 ** 31, 0, 0)]), "");
});
refusals.run();
