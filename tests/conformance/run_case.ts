import { readFileSync, existsSync } from "node:fs";
import path from "node:path";
import { ArenulaError, Model, type Interpreter } from "../../src/index";
import { crc32 } from "../../src/crc32";
import { Lcg } from "../../src/lcg";
import type { Graph } from "../../src/graph/graph";
import { createInForm, type Form } from "../forms";
import { ulpsApart } from "../support/ulps";
import { turnOf } from "../support/turns";
import { bytesOf, firstDifference } from "./array";
import { applyPatch, graphOfCase, inputsOf, type KernelCase, type Patch } from "./kernel_case";
import { failed, passed, skipped, type Outcome } from "./result";

/** An interpreter, or why there is none: a missing kernel is a skipped case, any other refusal a failed one. */
async function create(graph: Graph, form: Form, patches: readonly Patch[] = []): Promise<Interpreter | Outcome> {
  try {
    return await createInForm(graph, form, ({ steps }) => {
      for (const patch of patches) for (const step of steps) if (step.operator === patch.operator) applyPatch(step.kernel, step.record, patch);
    });
  } catch (error) {
    if (!(error instanceof ArenulaError)) throw error;
    return error.code === "OPERATOR_UNSUPPORTED" ? skipped(error.message.replace(/tensor \d+ '[^']*'/, "an input")) : failed(`${error.code}: ${error.message} (${error.where})`);
  }
}

const isOutcome = (value: Interpreter | Outcome): value is Outcome => "status" in value;

/** Nothing that ran before may have left the expected bytes in the outputs. Folded outputs lie outside the arena and are never written. */
function clearOutputs(net: Interpreter): void {
  for (const { bytes } of net.outputs) if (bytes.buffer === net.inputs[0]?.bytes.buffer) bytes.fill(0xa5);
}

/** conformance/kernels/OPERATOR/CASE.json: one operator, stated multipliers. */
export async function runKernelCase(file: string, form: Form): Promise<Outcome> {
  const testCase = JSON.parse(readFileSync(file, "utf8")) as KernelCase;
  const built = graphOfCase(testCase);
  if (!built) return skipped(`${testCase.op} has no kernel`);
  const net = await create(built.graph, form, built.patches);
  if (isOutcome(net)) return net;
  const inputs = inputsOf(testCase).map(bytesOf);
  clearOutputs(net);
  const state = testCase.tensors["initial_state"], { steps = 1 } = testCase;
  if (state) {
    const saved = net.saveState();
    saved.set(bytesOf(state)); // the only variable
    net.restoreState(saved);
  }
  for (let step = 0; step < steps; step++) {
    inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(turnOf(bytes, step, steps)));
    net.invoke();
  }
  const difference = firstDifference(net.outputs[0]!.bytes, bytesOf(testCase.expected.output), testCase.expected.output);
  return difference ? failed(difference) : passed;
}

interface ModelCase {
  model: string;
  inputs: { file: string; dtype: string }[];
  outputs: { file?: string; dtype: string; shape: number[]; argmax?: number }[];
  tolerance?: number;
  /** How far float32 results may lie from the expectation, in units in the last place. */
  ulps?: number;
  /** Invocations in a row, state kept: files hold one after another, layers are those of the last one. */
  sequence?: number;
  exact?: boolean;
  argmax?: number;
  layers?: { tensor: number; crc32: string }[];
  /** How many of the layers hold to the bit: all, unless float32 results follow a function that is not exactly reproducible. */
  exact_layers?: number;
}

/** conformance/models/CASE/case.json: a `.tflite`, raw inputs, raw expected outputs, checksums of intermediate tensors. */
export async function runModelCase(file: string, form: Form): Promise<Outcome> {
  const folder = path.dirname(file);
  const testCase = JSON.parse(readFileSync(file, "utf8")) as ModelCase;
  const net = await load(path.join(folder, testCase.model), form);
  if (isOutcome(net)) return net;
  const inputs = testCase.inputs.map((input) => new Uint8Array(readFileSync(path.join(folder, input.file))));
  const { sequence = 1 } = testCase;
  const fill = (turn: number) => inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(turnOf(bytes, turn, sequence)));
  for (let turn = 0; turn < sequence - 1; turn++) {
    fill(turn);
    net.invoke();
  }
  fill(sequence - 1);
  const layers = new Map(net.trace().map((entry) => [entry.tensor, entry.crc32]));
  const { exact_layers: exactLayers = testCase.ulps ? 0 : Infinity } = testCase;
  for (const { tensor, crc32: expected } of (testCase.layers ?? []).slice(0, exactLayers))
    if (layers.get(tensor) !== expected) return failed(`tensor ${tensor} has CRC ${layers.get(tensor)}, expected ${expected}`);
  clearOutputs(net);
  net.resetState();
  const measured = { ulps: 0 };
  for (let turn = 0; turn < sequence; turn++) {
    fill(turn);
    net.invoke();
    const reason = differenceOfOutputs(net, testCase, folder, turn, measured);
    if (reason) return failed(reason);
  }
  return testCase.ulps ? { status: "passed", ...measured } : passed;
}

/** What is wrong with the outputs of one invocation, or null. */
function differenceOfOutputs(net: Interpreter, testCase: ModelCase, folder: string, turn: number, measured: { ulps: number }): string | null {
  for (const [i, output] of testCase.outputs.entries()) {
    const actual = net.outputs[i]!;
    const argmax = output.argmax ?? testCase.argmax;
    if (argmax !== undefined && !output.file) {
      const values = Array.from(actual.data as ArrayLike<number>);
      const found = values.indexOf(Math.max(...values));
      if (found !== argmax) return `the largest output is ${found}, expected ${argmax}`;
      continue;
    }
    const expected = turnOf(new Uint8Array(readFileSync(path.join(folder, output.file!))), turn, testCase.sequence ?? 1);
    if (testCase.ulps && actual.type === "float32") {
      const apart = ulpsApart(actual.bytes, expected);
      measured.ulps = Math.max(measured.ulps, apart);
      if (apart > testCase.ulps) return `output ${i}: ${apart} units in the last place off, ${testCase.ulps} are allowed`;
      continue;
    }
    const difference = output.dtype === actual.type
      ? withinTolerance(actual.bytes, expected, testCase.tolerance ?? 0, output)
      : realDifference(actual.dequantize(), new Float32Array(expected.slice().buffer), testCase.tolerance ?? 0);
    if (difference) return `output ${i}: ${difference}`;
  }
  return null;
}

/** A case that states a tolerance has expectations of another kind (hello_world: sin(x)); all others are exact. */
function withinTolerance(actual: Uint8Array, expected: Uint8Array, tolerance: number, output: { dtype: string; shape: number[] }): string | null {
  const type = output.dtype as KernelCase["expected"]["output"]["type"];
  if (tolerance === 0) return firstDifference(actual, expected, { type, shape: output.shape });
  const values = (bytes: Uint8Array) => (type === "int16" ? new Int16Array(bytes.slice().buffer) : type === "float32" ? new Float32Array(bytes.slice().buffer) : new Int8Array(bytes.slice().buffer));
  return realDifference(values(actual), values(expected), tolerance);
}

function realDifference(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): string | null {
  for (let i = 0; i < expected.length; i++) if (!(Math.abs(actual[i]! - expected[i]!) <= tolerance)) return `element ${i}: ${actual[i]}, expected ${expected[i]} within ${tolerance}`;
  return null;
}

interface Golden {
  model: string;
  cases: {
    seed: number | null;
    sample?: string;
    inputs: { crc32: string; data?: number[] }[];
    outputs: { crc32: string; data?: number[] }[];
    op_output_crc32: { op: string; tensor: number; crc32: string }[];
  }[];
}

/** Functions of float32 that runtimes compute differently in the last bits (docs/numerics.md), and how many units apart the outputs of one may lie. */
const INEXACT = new Set(["SOFTMAX", "LOG_SOFTMAX", "LOGISTIC", "TANH", "ELU"]), INEXACT_ULPS = 4;

/** conformance/goldens/MODEL.json: TFLM's outputs and a checksum of every operator's output. One outcome per case. */
export async function runGolden(file: string, modelFolders: readonly string[], form: Form): Promise<{ name: string; outcome: Outcome }[]> {
  const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
  const model = modelFolders.map((folder) => path.join(folder, golden.model)).find(existsSync);
  const names = golden.cases.map(({ seed, sample }) => (seed === null ? `sample ${sample}` : `seed ${seed}`));
  const all = (outcome: Outcome) => names.map((name) => ({ name, outcome }));
  if (!model) return all(skipped(`${golden.model} is in none of the folders of --models`));
  const net = await load(model, form);
  if (isOutcome(net)) return all(net);
  return golden.cases.map((testCase, i) => ({ name: names[i]!, outcome: runGoldenCase(net, testCase) }));
}

function runGoldenCase(net: Interpreter, testCase: Golden["cases"][number]): Outcome {
  const fill = () => {
    const lcg = testCase.seed === null ? null : new Lcg(testCase.seed);
    net.inputs.forEach((input, i) => {
      if (lcg) input.bytes.set(lcg.fill(input));
      else (input.data as Int8Array | Float32Array).set(testCase.inputs[i]!.data!);
    });
  };
  fill();
  for (const [i, { crc32: expected }] of testCase.inputs.entries()) if (crc32(net.inputs[i]!.bytes) !== expected) return failed(`input ${i} has CRC ${crc32(net.inputs[i]!.bytes)}, expected ${expected}: the case is not fed as it was`);
  const trace = net.trace();
  const float32 = net.outputs.some(({ type }) => type === "float32");
  const inexact = float32 ? testCase.op_output_crc32.findIndex(({ op }) => INEXACT.has(op)) : -1;
  for (const { op, tensor, crc32: expected } of inexact < 0 ? testCase.op_output_crc32 : testCase.op_output_crc32.slice(0, inexact)) {
    const entry = trace.find((found) => found.tensor === tensor);
    if (entry?.crc32 !== expected) return failed(`${op}, tensor ${tensor}: CRC ${entry?.crc32}, expected ${expected}`);
  }
  clearOutputs(net);
  fill();
  net.invoke();
  for (const [i, { crc32: expected, data }] of testCase.outputs.entries()) {
    const { bytes, type } = net.outputs[i]!;
    if (inexact >= 0 && type === "float32") {
      const apart = ulpsApart(bytes, new Uint8Array(new Float32Array(data!).buffer));
      if (apart > INEXACT_ULPS) return failed(`output ${i}: ${apart} units in the last place off, ${INEXACT_ULPS} are allowed`);
    } else if (crc32(bytes) !== expected) return failed(`output ${i}: CRC ${crc32(bytes)}, expected ${expected}`);
  }
  return passed;
}

async function load(file: string, form: Form): Promise<Interpreter | Outcome> {
  let graph: Graph;
  try {
    graph = Model.parse(new Uint8Array(readFileSync(file)));
  } catch (error) {
    if (!(error instanceof ArenulaError)) throw error;
    return failed(`${path.basename(file)}: ${error.code}: ${error.message} (${error.where})`);
  }
  return create(graph, form);
}
