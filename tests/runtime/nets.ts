// Interpreters of the bundled models, and small ones.

import type { Graph } from "../../src/graph/graph";
import { Interpreter, Model } from "../../src/index";
import type { InterpreterOptions } from "../../src/runtime/interpreter";
import { load } from "../support/corpus";
import "../support/cores";
import { graphOf } from "../support/graph";
import { Random } from "../support/random";

export const MODELS = { digits: "models/digits/digits_int8.tflite", keywords: "models/keywords/keywords_int8.tflite" } as const;
export type ModelName = keyof typeof MODELS;
export const MODEL_NAMES = ["digits", "keywords"] as const;

const parsed = new Map<ModelName, Model>();

export function model(name: ModelName): Model {
  if (!parsed.has(name)) parsed.set(name, Model.parse(load(MODELS[name])));
  return parsed.get(name)!;
}

export const netOf = (name: ModelName, options: InterpreterOptions = { core: "mcu" }): Promise<Interpreter> => Interpreter.create(model(name), options);

/** Fills every input from a seed. */
export function feed(net: Interpreter, seed: number): void {
  const random = new Random(seed);
  for (const { bytes } of net.inputs) bytes.set(random.int8s(bytes.length));
}

/** The outputs' bytes after one invoke on the inputs of a seed. */
export function infer(net: Interpreter, seed: number): number[][] {
  feed(net, seed);
  net.invoke();
  return net.outputs.map(({ bytes }) => [...bytes]);
}

/** int8 [2, 3] of scale 0.5, zero point -1, through RELU into the same quantization. */
export function reluGraph(shape: readonly number[] = [2, 3]): Graph {
  const q = { type: "int8", shape, scale: 0.5, zeroPoint: -1 } as const;
  return graphOf({ tensors: [{ ...q, name: "x" }, { ...q, name: "y" }], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }] });
}
