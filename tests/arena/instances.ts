import type { Block, BlockKind } from "../../src/arena/blocks";
import type { ArenaPlan } from "../../src/arena/plan";

/** Numbers in [0, 1), the same on every machine. Source: mulberry32, T. Ettinger. */
export function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function block(bytes: number, firstStep: number, lastStep: number, kind: BlockKind = "activation", name = `${kind}_${firstStep}`): Block {
  return { name, kind, bytes, firstStep, lastStep };
}

/** Blocks with random lives of up to `span` steps and up to `most` units of 16 bytes. */
export function randomBlocks(seed: number, shape: { count: number; steps: number; span: number; most: number }, kinds: BlockKind[] = ["activation"]): Block[] {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  return Array.from({ length: shape.count }, (_, i) => {
    const firstStep = below(shape.steps), kind = kinds[i % kinds.length];
    const lastStep = kind === "activation" ? Math.min(shape.steps - 1, firstStep + below(shape.span)) : firstStep;
    return block(16 * (1 + below(shape.most)) - below(16), firstStep, lastStep, kind, `t${i}`);
  });
}

/** Blocks with exactly `level` units of 16 bytes alive at every step: whatever dies is replaced by as much. */
export function fullBlocks(seed: number, steps: number, level: number): Block[] {
  const next = random(seed);
  const done: [number, number, number][] = [];
  let live: { units: number; since: number }[] = [];
  let room = level;
  for (let step = 0; step < steps; step++) {
    live = live.filter(({ units, since }) => {
      if (next() >= 0.35) return true;
      done.push([units * 16, since, step - 1]);
      room += units;
      return false;
    });
    while (room > 0) {
      const units = 1 + Math.floor(next() * Math.min(room, level / 2));
      live.push({ units, since: step });
      room -= units;
    }
  }
  return activations([...done, ...live.map(({ units, since }) => [units * 16, since, steps - 1] as const)]);
}

/** What is wrong with a plan, by comparing every pair of blocks; "" if nothing is. */
export function fault(plan: ArenaPlan, alignment = 16): string {
  for (const a of plan.blocks) {
    if (a.offset % alignment !== 0) return `${a.name} at ${a.offset} is not aligned to ${alignment}`;
    if (a.offset < 0 || a.offset + a.bytes > plan.bytes) return `${a.name} leaves the arena`;
    if (a.kind === "activation" && a.offset + a.bytes > plan.activationBytes) return `${a.name} passes the activations' end`;
    for (const b of plan.blocks) {
      if (a === b || a.bytes === 0 || b.bytes === 0) continue;
      if (a.lastStep < b.firstStep || b.lastStep < a.firstStep) continue;
      if (a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes) return `${a.name} overlaps ${b.name}`;
    }
  }
  return "";
}

/** The sizes of [bytes, first step, last step] triples as activations. */
export function activations(triples: readonly (readonly [number, number, number])[]): Block[] {
  return triples.map(([bytes, first, last], i) => block(bytes, first, last, "activation", `tensor_${i}`));
}

/** A chain: tensor i is made by step i - 1 and read by step i; the first is the input, the last the output. */
export function chain(sizes: readonly number[]): Block[] {
  const last = sizes.length - 2;
  return activations(sizes.map((bytes, i) => [bytes, Math.max(0, i - 1), Math.min(i, last)] as const));
}

/** Activations of the models that MLPerf Tiny and TFLM publish, in bytes; from their files, RESHAPE as a step of its own. */
export const models = {
  kws: chain([490, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 8000, 64, 64, 12, 12]),
  vww: chain([27648, 18432, 18432, 36864, 9216, 18432, 18432, 18432, 4608, 9216, 9216, 9216, 2304, ...Array(11).fill(4608), 1152, 2304, 2304, 2304, 256, 256, 2, 2]),
  personDetect: chain([9216, 18432, 18432, 36864, 9216, 18432, 18432, 18432, 4608, 9216, 9216, 9216, 2304, ...Array(11).fill(4608), 1152, 2304, 2304, 2304, 256, 2, 2, 2]),
  ad: chain([640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640]),
  resnet: activations([
    [3072, 0, 0], [16384, 0, 3], [16384, 1, 2], [16384, 2, 3], [16384, 3, 6], [8192, 4, 5], [8192, 5, 7], [8192, 6, 7], [8192, 7, 10],
    [4096, 8, 9], [4096, 9, 11], [4096, 10, 11], [4096, 11, 12], [64, 12, 13], [64, 13, 14], [10, 14, 15], [10, 15, 15],
  ]),
};
