// Counts of single layers on emulated boards: many layers of random weights to a module, each an operator that is run by itself.
import { boardByName } from "../src/device/boards";
import type { Engine } from "../src/device/machine";
import { runFirmware } from "../src/firmware/emulator";
import { buildFirmware } from "../src/firmware/firmware";
import { Model, type Graph } from "../src/index";
import { Lcg } from "../src/lcg";
import { link, type LinkOptions } from "../src/link/link";
import { buildModel, type OperatorSpec, type TensorSpec } from "../tests/support/build_model";

/** What runs the layers. */
export interface Target {
  readonly engine: Engine;
  readonly board: string;
}

export interface Layer {
  readonly operator: "CONV_2D" | "DEPTHWISE_CONV_2D" | "FULLY_CONNECTED";
  readonly height: number; // of the input. FULLY_CONNECTED: 1
  readonly width: number; // FULLY_CONNECTED: rows of activations
  readonly inC: number;
  /** DEPTHWISE_CONV_2D: equal to `inC`. */
  readonly outC: number;
  /** Taps along either axis, SAME padding. */
  readonly kernel: number;
  /** 1 where nothing is said. */
  readonly stride?: number;
  /** No activation, so that outputs lie on both sides of the zero point; RELU otherwise. */
  readonly signed?: boolean;
}

/** Of weights that are staged at once. */
export const SLICE_BYTES = 4096;
/** Layers of one module: its loader and its stack take no more. */
const MOST_OPERATORS = 300, WASM_STACK_BYTES = 16384;
/** Of weights in one module: the smallest board has 512 KiB of flash. */
const MOST_WEIGHT_BYTES = 120_000;

const weightsOf = ({ operator, inC, outC, kernel }: Layer) => outC * kernel * kernel * (operator === "DEPTHWISE_CONV_2D" ? 1 : inC);

/** Multiply-accumulates, padded taps included. */
export const macsOf = (layer: Layer) => Math.ceil(layer.height / (layer.stride ?? 1)) * Math.ceil(layer.width / (layer.stride ?? 1)) * weightsOf(layer);

/** Each layer an operator with a scale for each channel. */
export function modelOf(layers: readonly Layer[]): Graph {
  const lcg = new Lcg(layers.length), tensors = new Map<string, TensorSpec>();
  const operators = layers.map(({ operator, height, width, inC, outC, kernel, stride = 1, signed = false }, i): OperatorSpec => {
    const connected = operator === "FULLY_CONNECTED", dense = operator !== "DEPTHWISE_CONV_2D", shape = connected ? [outC, inC] : dense ? [outC, kernel, kernel, inC] : [1, kernel, kernel, outC];
    const data = lcg.fill({ type: "int8", shape }).map((byte) => (byte === 0x80 ? 0x81 : byte)), x = `x${connected ? "c" : height}_${width}_${inC}`;
    tensors.set(x, { name: x, type: "int8", shape: connected ? [width, inC] : [1, height, width, inC], scale: 0.02, zeroPoint: -3 });
    tensors.set(`w${i}`, { name: `w${i}`, type: "int8", shape, scale: Array.from({ length: outC }, (_, c) => 0.01 + c / 10_000), dimension: dense ? 0 : 3, data });
    tensors.set(`y${i}`, { name: `y${i}`, type: "int8", shape: connected ? [width, outC] : [1, Math.ceil(height / stride), Math.ceil(width / stride), outC], scale: 0.03 * Math.sqrt(kernel * kernel * (dense ? inC : 1)), zeroPoint: signed ? 5 : -128 });
    const window = { padding: "SAME", strideH: stride, strideW: stride, ...(!dense && { depthMultiplier: 1 }) };
    const options = { fusedActivationFunction: signed ? "NONE" : "RELU", ...(!connected && window) };
    return { op: operator, inputs: [x, `w${i}`, null], outputs: [`y${i}`], options };
  });
  return Model.parse(buildModel({ tensors: [...tensors.values()], operators, outputs: [`y${layers.length - 1}`] }));
}

/** Instructions of each layer. @param how forms are chosen, where not by their costs */
export async function countLayers({ engine, board }: Target, layers: readonly Layer[], how: Pick<LinkOptions, "choose" | "widened"> = {}): Promise<number[]> {
  const counted: number[] = [], { core: boardCore } = await boardByName(board), { default: core } = await import("../build/core/device.wasm");
  for (let first = 0; first < layers.length; ) {
    let end = first;
    for (let bytes = 0; end < layers.length && end - first < MOST_OPERATORS && bytes < MOST_WEIGHT_BYTES; end++) bytes += weightsOf(layers[end]!);
    const model = modelOf(layers.slice(first, end));
    const { module } = await link(model, core, { engine, core: boardCore, sliceBytes: SLICE_BYTES, ...how, name: "grid", sha256: "", version: "" });
    const lcg = new Lcg(1), { inputs: indices, tensors } = model.subgraphs[0]!;
    const inputs = Buffer.concat(indices.map((index) => lcg.fill(tensors[index]!)));
    const { jobs: [job] } = await runFirmware(await buildFirmware({ board, engine, jobs: [{ module, inputs, wasmStackBytes: WASM_STACK_BYTES }] }), { timeoutMs: 600_000 });
    if (job!.error) throw new Error(`${engine} on ${board}: ${job!.error.stage}: ${job!.error.reason}`);
    for (const { operator, instructions } of job!.operators) counted[first + operator] = instructions;
    first = end;
  }
  return counted;
}
