// npm run bench:grid -- [--engine E]... [--board NAME] [--depth D]... [--raw]: what remainders cost. CONV_2D layers of 1 to 17 pixels and 1 to 33 channels, run one by
// one on an emulated board, each compared with the next layer that leaves no place of its blocks and tiles empty (docs/benchmarks.md, "Remainders").
// Prints a table; with all depths it draws docs/images/remainders.svg. Deterministic: instructions under -icount.
import path from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomically } from "../src/cli/files";
import type { Engine } from "../src/device/machine";
import { runFirmware } from "../src/firmware/emulator";
import { buildFirmware } from "../src/firmware/firmware";
import { Model } from "../src/index";
import { Lcg } from "../src/lcg";
import { link } from "../src/link/link";
import { nextFullPixels } from "../src/lowering/conv_2d_12";
import { buildModel, type OperatorSpec, type TensorSpec } from "../tests/support/build_model";
import { drawGrid, type Panel } from "./grid_svg";
import { table } from "./statistics";

const PIXELS = 17, CHANNELS = 33;
const DEPTHS = [1, 2, 8, 27, 64, 65, 100, 130];
/** Of one module: its loader and its stack take no more. */
const MOST_OPERATORS = 200, WASM_STACK_BYTES = 16384;

const { values: flags } = parseArgs({
  options: {
    root: { type: "string", default: "." }, board: { type: "string", default: "mps2-an386" }, engine: { type: "string", multiple: true, default: ["wamr-fast", "wamr-classic"] },
    depth: { type: "string", multiple: true, default: DEPTHS.map(String) }, raw: { type: "boolean", default: false },
  },
});

interface Shape { readonly pixels: number; readonly channels: number }
const keyOf = ({ pixels, channels }: Shape) => `${pixels}x${channels}`;

/** Every layer of the grid, and those it is compared with. */
const shapes = new Map<string, Shape>();
for (let pixels = 1; pixels <= PIXELS; pixels++)
  for (let channels = 1; channels <= CHANNELS; channels++)
    for (const shape of [{ pixels, channels }, full({ pixels, channels })]) shapes.set(keyOf(shape), shape);

function full({ pixels, channels }: Shape): Shape {
  return { pixels: nextFullPixels(pixels), channels };
}

/** One CONV_2D per shape, 1x1, RELU, per-channel weights. */
function modelOf(depth: number, layers: readonly Shape[]): Uint8Array {
  const lcg = new Lcg(depth), tensors = new Map<string, TensorSpec>();
  const operators = layers.map(({ pixels, channels }, i): OperatorSpec => {
    const weights = lcg.fill({ type: "int8", shape: [channels, depth] }).map((byte) => (byte === 0x80 ? 0x81 : byte));
    tensors.set(`x${pixels}`, { name: `x${pixels}`, type: "int8", shape: [1, 1, pixels, depth], scale: 0.02, zeroPoint: -3 });
    tensors.set(`w${i}`, { name: `w${i}`, type: "int8", shape: [channels, 1, 1, depth], scale: Array.from({ length: channels }, (_, c) => 0.01 + c / 10_000), data: weights });
    tensors.set(`y${i}`, { name: `y${i}`, type: "int8", shape: [1, 1, pixels, channels], scale: 0.03 * Math.sqrt(depth), zeroPoint: -128 });
    return { op: "CONV_2D", inputs: [`x${pixels}`, `w${i}`, null], outputs: [`y${i}`], options: { padding: "VALID", strideH: 1, strideW: 1, fusedActivationFunction: "RELU" } };
  });
  return buildModel({ tensors: [...tensors.values()], operators, outputs: [`y${layers.length - 1}`] });
}

/** Instructions of every layer of a depth. */
async function measure(engine: Engine, depth: number): Promise<Map<string, number>> {
  const measured = new Map<string, number>();
  const all = [...shapes.values()], { default: core } = await import("../build/core/device.wasm");
  for (let first = 0; first < all.length; first += MOST_OPERATORS) {
    const layers = all.slice(first, first + MOST_OPERATORS), model = Model.parse(modelOf(depth, layers));
    const { module } = await link(model, core, { engine, sliceBytes: 4096, name: "grid", sha256: "", version: "" });
    const lcg = new Lcg(1), inputs = Buffer.concat(model.subgraphs[0]!.inputs.map((index) => lcg.fill(model.subgraphs[0]!.tensors[index]!)));
    const { jobs: [job] } = await runFirmware(await buildFirmware({ board: flags.board, engine, jobs: [{ module, inputs, wasmStackBytes: WASM_STACK_BYTES }] }), { timeoutMs: 600_000 });
    if (job!.error) throw new Error(`${engine}, depth ${depth}: ${job!.error.stage}: ${job!.error.reason}`);
    for (const { operator, instructions } of job!.operators) measured.set(keyOf(layers[operator]!), instructions);
  }
  return measured;
}

const perMac = (instructions: Map<string, number>, depth: number, shape: Shape) => instructions.get(keyOf(shape))! / (shape.pixels * shape.channels * depth);

const panels: Panel[] = [], rows: string[][] = [];
for (const engine of flags.engine as Engine[])
  for (const depth of flags.depth.map(Number)) {
    const instructions = await measure(engine, depth);
    if (flags.raw) for (const [key, count] of instructions) console.log(`${engine} ${depth} ${key} ${count}`);
    let worst = 0, at: Shape = { pixels: 1, channels: 1 };
    const ratios = Array.from({ length: CHANNELS }, (_, c) => Array.from({ length: PIXELS }, (_, p) => {
      const shape = { pixels: p + 1, channels: c + 1 }, ratio = perMac(instructions, depth, shape) / perMac(instructions, depth, full(shape));
      if (ratio > worst) [worst, at] = [ratio, shape];
      return ratio;
    }));
    panels.push({ title: `${engine.replace("wamr-", "")}, depth ${depth}`, ratios });
    const cost = (pixels: number, channels: number) => perMac(instructions, depth, { pixels, channels }).toFixed(1);
    rows.push([engine, String(depth), cost(12, 32), cost(6, 32), cost(3, 32), cost(1, 32), cost(12, 4), cost(12, 1), worst.toFixed(2), `${at.pixels} x ${at.channels}`]);
  }
console.log(table(["engine", "depth", "12 x 32", "6 x 32", "3 x 32", "1 x 32", "12 x 4", "12 x 1", "most", "at"], rows));
if (flags.depth.length === DEPTHS.length) await writeFileAtomically(path.join(flags.root, "docs/images/remainders.svg"), drawGrid(panels, DEPTHS.length));
