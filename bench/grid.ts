// npm run bench:grid -- [--engine E]... [--board NAME]... [--depth D]... [--raw] [--tiny] [--fit]: what remainders cost. CONV_2D layers of 1 to 17 pixels
// and 1 to 33 channels, run one by one on emulated boards, each compared with the next layer that leaves no place of its form's tiles empty
// (docs/benchmarks.md, "Remainders"). Prints tables; the default depths on all targets draw docs/images/remainders.svg as well. `--tiny`: small
// pictures under a 3x3 filter instead. `--fit`: costs of forms instead (grid_fit.ts). Deterministic: instructions under -icount.
import path from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomically } from "../src/cli/files";
import { boardByName } from "../src/device/boards";
import { machineFor } from "../src/device/machine";
import { nextFullPixels } from "../src/lowering/conv_2d_12";
import type { Machine } from "../src/lowering/lowering";
import { fitForms } from "./grid_fit";
import { countLayers, macsOf, type Layer, type Target } from "./grid_layers";
import { drawGrid, type Panel } from "./grid_svg";
import { table } from "./statistics";

const PIXELS = 17, CHANNELS = 33;
/** All residues of 2, 4 and 8, both sides of blocks of 16 and 64, and the ends. */
const DEPTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 130];
/** Modules that are linked, compiled and emulated at the same time. */
const AT_ONCE = 3;
/** Of these, the drawn ones. */
const DRAWN = [1, 8, 17, 64, 130];
const TARGETS: readonly Target[] = [
  { engine: "wamr-fast", board: "mps2-an386" }, { engine: "wamr-classic", board: "mps2-an386" },
  { engine: "wamr-aot", board: "mps2-an386" }, { engine: "wamr-aot", board: "riscv-virt" }, { engine: "wamr-aot", board: "mps3-an547" },
];

const { values: flags } = parseArgs({
  options: {
    root: { type: "string", default: "." }, board: { type: "string", multiple: true, default: TARGETS.map(({ board }) => board) }, engine: { type: "string", multiple: true, default: TARGETS.map(({ engine }) => engine) },
    depth: { type: "string", multiple: true, default: DEPTHS.map(String) }, raw: { type: "boolean", default: false }, tiny: { type: "boolean", default: false }, fit: { type: "boolean", default: false },
  },
});
const targets = TARGETS.filter(({ engine, board }) => flags.engine.includes(engine) && flags.board.includes(board));

interface Shape { readonly pixels: number; readonly channels: number; readonly depth: number }
const up = (count: number, to: number) => Math.ceil(count / to) * to;

const blocks = (shape: Shape): Shape => ({ ...shape, pixels: nextFullPixels(shape.pixels), depth: up(shape.depth, 2) }); // tiles of 8, 4, 3, 2 and 1 channels have none that is missing
const pairs = ({ pixels, channels, depth }: Shape): Shape => ({ pixels: pixels === 1 ? 1 : up(pixels, 2), channels: channels === 1 ? 1 : up(channels, 2), depth: up(depth, 4) });
const pairsOrQuads = (shape: Shape): Shape => ({ ...pairs(shape), channels: shape.pixels === 1 && shape.channels > 2 ? up(shape.channels, 4) : pairs(shape).channels }); // FULLY_CONNECTED takes most of one pixel
const rows = ({ pixels, channels, depth }: Shape): Shape => ({ pixels, channels: channels < 4 ? channels : up(channels, 4), depth: up(depth, 16) }); // pixels one by one; tiles of 4 channels and 1
/** The next full tile of each machine's forms: pixels, channels, and of the depth what a form fills up with zeros. What is less than the smallest tile of several is a tile of its own. */
const FULL: Partial<Record<Machine, (shape: Shape) => Shape>> = { fast: blocks, classic: blocks, dsp: pairsOrQuads, scalar: pairs, vector: rows };

const layerOf = ({ pixels, channels, depth }: Shape): Layer => ({ operator: "CONV_2D", height: 1, width: pixels, inC: depth, outC: channels, kernel: 1 });
const keyOf = ({ pixels, channels, depth }: Shape) => `${pixels}x${channels}x${depth}`;
const nameOf = ({ engine, board }: Target) => `${engine.replace("wamr-", "")} ${board}`;

/**
 * Everything of a depth's grid, and behind it what else it is compared with. Each layer follows the one with a channel less, as the layer does that it is compared with: behind
 * its like it would find what the classic interpreter has looked up.
 */
function shapesOf(depth: number, full: (shape: Shape) => Shape): Map<string, Shape> {
  const grid = Array.from({ length: PIXELS * CHANNELS }, (_, i): Shape => ({ pixels: Math.floor(i / CHANNELS) + 1, channels: (i % CHANNELS) + 1, depth }));
  return new Map([...grid, ...grid.map((shape) => ({ ...full(shape), depth }))].map((shape) => [keyOf(shape), shape]));
}

type Counts = ReadonlyMap<string, number>;

const perMac = (counts: Counts, shape: Shape) => counts.get(keyOf(shape))! / macsOf(layerOf(shape));

/** Instructions of every layer of a target's grids. */
async function countGrids(target: Target, full: (shape: Shape) => Shape, depths: readonly number[]): Promise<Counts> {
  const known = new Map<string, number>(), left = [...depths];
  const work = async () => {
    for (let depth = left.shift(); depth !== undefined; depth = left.shift()) {
      const shapes = [...shapesOf(depth, full)], counts = await countLayers(target, shapes.map(([, shape]) => layerOf(shape)));
      shapes.forEach(([key], i) => known.set(key, counts[i]!));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return known;
}

async function grid(): Promise<void> {
  const panels: Panel[] = [], worst: string[][] = [], costs: string[][] = [], depths = flags.depth.map(Number), began = Date.now();
  for (const target of targets) {
    const full = FULL[machineFor(target.engine, (await boardByName(target.board)).core)]!, counts = await countGrids(target, full, depths);
    if (flags.raw) for (const [key, count] of counts) console.log(`${nameOf(target)} ${key} ${count}`);
    worst.push(depths.map((depth) => {
      let most = 0, at = "";
      const ratios = Array.from({ length: CHANNELS }, (_, c) => Array.from({ length: PIXELS }, (__, p) => {
        const shape = { pixels: p + 1, channels: c + 1, depth }, ratio = perMac(counts, shape) / perMac(counts, { ...full(shape), depth });
        if (ratio > most) [most, at] = [ratio, `${shape.pixels}x${shape.channels}`];
        return ratio;
      }));
      if (DRAWN.includes(depth)) panels.push({ title: `${nameOf(target)}, ${depth}`, ratios });
      const deeper = full({ pixels: 1, channels: 1, depth }).depth, whole = { pixels: 12, channels: 32 }; // a layer of full tiles, with as many terms as are computed
      const deep = deeper !== depth && depths.includes(deeper) ? perMac(counts, { ...whole, depth }) / perMac(counts, { ...whole, depth: deeper }) : null;
      return `${most.toFixed(2)} ${at}${deep === null ? "" : ` (${deep.toFixed(2)})`}`;
    }));
    for (const depth of depths) {
      const sizes = [[12, 32], [6, 32], [3, 32], [2, 32], [1, 32], [12, 4], [12, 2], [12, 1], [1, 1]] as const;
      costs.push([nameOf(target), String(depth), ...sizes.map(([pixels, channels]) => perMac(counts, { pixels, channels, depth }).toFixed(1))]);
    }
  }
  console.log(table(["depth", ...targets.map(nameOf)], depths.map((depth, d) => [String(depth), ...worst.map((cells) => cells[d]!)])));
  console.log("\ninstructions per MAC\n" + table(["target", "depth", "12 x 32", "6 x 32", "3 x 32", "2 x 32", "1 x 32", "12 x 4", "12 x 2", "12 x 1", "1 x 1"], costs));
  console.log(`\n${Math.round((Date.now() - began) / 1000)} s`);
  if (targets.length === TARGETS.length && DRAWN.every((depth) => depths.includes(depth))) await writeFileAtomically(path.join(flags.root, "docs/images/remainders.svg"), drawGrid(panels, DRAWN.length));
}

/** Pictures of 1x1 to 6x6 under a 3x3 filter with SAME padding. */
const SIDES = [1, 2, 3, 4, 5, 6];
const TINY_CHANNELS = [[1, 8], [3, 8], [8, 8], [16, 16], [16, 5]] as const;

async function tiny(): Promise<void> {
  const kinds = [...TINY_CHANNELS.map(([inC, outC]) => ({ operator: "CONV_2D" as const, inC, outC })), ...[1, 8, 15].map((c) => ({ operator: "DEPTHWISE_CONV_2D" as const, inC: c, outC: c }))];
  const layers = kinds.flatMap((kind) => SIDES.map((side): Layer => ({ ...kind, height: side, width: side, kernel: 3 })));
  const rows: string[][] = [];
  for (const target of targets) {
    const counts = await countLayers(target, layers);
    kinds.forEach(({ operator, inC, outC }, k) => {
      const perMac = SIDES.map((_, s) => counts[k * SIDES.length + s]! / macsOf(layers[k * SIDES.length + s]!));
      rows.push([nameOf(target), `${operator} ${inC} -> ${outC}`, ...perMac.map((cost) => cost.toFixed(1))]);
    });
  }
  console.log(table(["target", "layer", ...SIDES.map((side) => `${side} x ${side}`)], rows));
}

await (flags.fit ? fitForms(targets, nameOf) : flags.tiny ? tiny() : grid());
