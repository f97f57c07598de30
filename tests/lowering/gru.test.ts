// Loops that are a GRU, as the converter wrote them (data/gru.py): one kernel with the bits of the loop, and what stays a loop.
import { readFileSync } from "node:fs";
import v8 from "node:v8";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph, Operator, Subgraph } from "../../src/graph/graph";
import { Model } from "../../src/index";
import { link } from "../../src/link/link";
import { lower } from "../../src/lowering/lower";
import { loadCore } from "../../src/runtime/core";
import { Interpreter } from "../../src/runtime/interpreter";
import { createInForm, describeForm, FORMS } from "../forms";
import { Random } from "../support/random";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has relaxed SIMD behind this flag

const gru = suite("lowering/gru");

const modelOf = (name: string) => Model.parse(new Uint8Array(readFileSync(`tests/lowering/data/${name}.tflite`)));
const FLOAT32 = ["gru_reset_after", "gru_reset_before", "gru_keras2", "gru_keras2_before", "gru_keras2_after"].map((name) => ({ name, model: modelOf(name), kernel: "gru_float32" }));
const CONDITION = 1, BODY = 2;

const bent = (graph: Graph, index: number, bend: (subgraph: Subgraph) => Subgraph): Graph => ({ ...graph, subgraphs: graph.subgraphs.map((subgraph, i) => (i === index ? bend(subgraph) : subgraph)) });

/** The same model whose body computes something that nobody reads, and so is a loop. */
const looped = (graph: Graph): Graph =>
  bent(graph, BODY, (body) => {
    const state = body.tensors[body.inputs[3]!]!, unread = { ...state, index: body.tensors.length, name: "unread" };
    const negated: Operator = { index: body.operators.length, name: "NEG", custom: false, version: 1, inputs: [state.index], outputs: [unread.index], options: {}, customOptions: null };
    return { ...body, tensors: [...body.tensors, unread], operators: [...body.operators, negated] };
  });

const isGru = (graph: Graph): boolean => lower(graph, { core: "mcu" }).steps.some(({ kernel }) => kernel.startsWith("gru_"));

/** The same model whose int8 weights have a scale for every channel, or are int4, and meet rows with an offset or without. */
const requantized = (graph: Graph, asymmetric: boolean, perChannel: boolean, int4: boolean): Graph =>
  bent(graph, BODY, (body) => ({
    ...body,
    operators: body.operators.map((operator) => (operator.name === "FULLY_CONNECTED" ? { ...operator, options: { ...operator.options, asymmetricQuantizeInputs: asymmetric } } : operator)),
    tensors: body.tensors.map((tensor) => {
      const { type, shape, quantization, data } = tensor, [channels = 0] = shape;
      if (type !== "int8" || !data || !quantization) return tensor;
      const scale = Array.from({ length: perChannel ? channels : 1 }, (_, c) => Math.fround(quantization.scale[0]! * (int4 ? 16 : 1) * (1 + c / channels)));
      const codes = int4 ? data.subarray(0, Math.ceil(data.length / 2)) : data;
      return { ...tensor, type: int4 ? "int4" : type, data: codes, quantization: { scale, zeroPoint: scale.map(() => 0), dimension: 0 } };
    }),
  }));

const HYBRID = ["gru_hybrid_after", "gru_hybrid_before"].flatMap((name) => {
  const model = modelOf(name), kernel = "gru_hybrid";
  return [
    { name, model, kernel },
    { name: `${name}, symmetric, a scale for every channel`, model: requantized(model, false, true, false), kernel },
    { name: `${name}, int4`, model: requantized(model, true, true, true), kernel },
  ];
});

const MODELS = [...FLOAT32, ...HYBRID];

/** Values of about 2^-8 to 2^7, and such that sums and gates overflow. */
function drawn(count: number, turn: number): Uint8Array {
  const random = new Random(turn), scale = turn < 16 ? 2 ** (turn - 8) : 1e37;
  return new Uint8Array(Float32Array.from({ length: count }, () => (random.int32() / 2 ** 31) * scale).buffer);
}

const TURNS = Array.from({ length: 18 }, (_, i) => i);

function outputsOf(net: Interpreter, turn: number): Uint8Array[] {
  net.inputs[0]!.bytes.set(drawn(net.inputs[0]!.bytes.length / 4, turn));
  net.invoke();
  return net.outputs.map(({ bytes }) => bytes.slice());
}

for (const { name, model, kernel: due } of MODELS) {
  gru(`${name}: one step where the loop was, with its bits in every form`, async () => {
    const steps = lower(model, { core: "mcu" }).steps.filter(({ operator }) => model.subgraphs[0]!.operators[operator]!.name === "WHILE");
    assert.equal(steps.map(({ kernel }) => kernel), [due]);
    assert.not.ok(isGru(looped(model)));
    for (const form of FORMS) {
      const [one, loop] = [await createInForm(model, form), await createInForm(looped(model), form)];
      for (const turn of TURNS) assert.equal(outputsOf(one, turn), outputsOf(loop, turn), `${describeForm(form)}, turn ${turn}`);
    }
  });

  gru(`${name}: slices of every size, and linked`, async () => {
    const core = await loadCore("mcu"), device = new Uint8Array(readFileSync("build/core/device.wasm"));
    const loop = await Interpreter.fromProgram(model, lower(looped(model), { core: "mcu" }), core);
    for (const sliceBytes of [1, 100, 200, 1000]) {
      const net = await Interpreter.fromProgram(model, lower(model, { core: "mcu", sliceBytes }), core);
      const { module, facts } = await link(model, device, { engine: "wamr-fast", name: "model.tflite", sha256: "", version: "0.0.0", sliceBytes });
      const { exports } = (await WebAssembly.instantiate(module as BufferSource)).instance, memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
      memory.fill(0x5a, 0, facts.linear_memory_bytes);
      (exports["reset"] as (() => void) | undefined)?.();
      for (const turn of TURNS) {
        const due = outputsOf(loop, turn), where = `slices of ${sliceBytes} bytes, turn ${turn}`;
        assert.equal(outputsOf(net, turn), due, where);
        memory.set(drawn(net.inputs[0]!.bytes.length / 4, turn), facts.inputs[0]!.address);
        (exports["invoke"] as () => void)();
        due.forEach((bytes, i) => assert.equal(memory.slice(facts.outputs[i]!.address, facts.outputs[i]!.address + bytes.length), bytes, `linked, ${where}, output ${i}`));
      }
    }
  });
}

gru("everything that the loop gives back is there: counters, the sequence, the list and the state", async () => {
  const { model } = MODELS[0]!, loop = model.subgraphs[0]!.operators.find(({ name }) => name === "WHILE")!;
  const all = bent(model, 0, (main) => ({ ...main, outputs: loop.outputs }));
  assert.ok(isGru(all));
  const core = await loadCore("mcu");
  const [one, turns] = await Promise.all([all, looped(all)].map((graph) => Interpreter.fromProgram(graph, lower(graph, { core: "mcu" }), core)));
  assert.equal(outputsOf(one!, 9), outputsOf(turns!, 9));
  assert.equal([...one!.outputs[0]!.data], [6]);
});

/** A body whose first operator of a name is another one. */
const changed = (name: string, change: (operator: Operator, body: Subgraph) => Partial<Operator>, which = 0) => (graph: Graph) =>
  bent(graph, BODY, (body) => {
    const index = body.operators.flatMap((operator, i) => (operator.name === name ? [i] : []))[which]!;
    return { ...body, operators: body.operators.map((operator, i) => (i === index ? { ...operator, ...change(operator, body) } : operator)) };
  });

const withValues = (index: number, find: (subgraph: Subgraph) => number, values: ArrayLike<number>) => (graph: Graph) =>
  bent(graph, index, (subgraph) => {
    const at = find(subgraph);
    return { ...subgraph, tensors: subgraph.tensors.map((tensor, i) => (i === at ? { ...tensor, data: new Uint8Array((tensor.type === "int32" ? Int32Array.from(values) : Float32Array.from(values)).buffer) } : tensor)) };
  });

const operandOf = (name: string, place: number) => ({ operators }: Subgraph): number => operators.find((operator) => operator.name === name)!.inputs[place]!;

/** Of the first model, unless another one is named: one whose list is set by 2 is refused as a loop, too. */
const OTHERS: readonly (readonly [string, (graph: Graph) => Graph, number?])[] = [
  ["another activation", changed("TANH", () => ({ name: "LOGISTIC" }))],
  ["a fused activation", changed("ADD", ({ options }) => ({ options: { ...options, fusedActivationFunction: "RELU" } }), 2)],
  ["gates the other way round", changed("LOGISTIC", (_, { operators }) => ({ inputs: operators.filter(({ name }) => name === "LOGISTIC")[1]!.inputs }))],
  ["operands the other way round", changed("MUL", ({ inputs }) => ({ inputs: [...inputs].reverse() }))],
  ["2 - z", withValues(BODY, operandOf("SUB", 0), [2])],
  ["a step of 2", withValues(BODY, operandOf("ADD", 1), [2]), 1],
  ["fewer turns than items", withValues(CONDITION, operandOf("LESS", 1), [5])],
  ["a counter that begins at 1", withValues(0, operandOf("WHILE", 0), [1])],
  ["items of the other counter", changed("GATHER", ({ inputs }, { inputs: fed }) => ({ inputs: [inputs[0]!, fed[0]!] }))],
  ["a condition of another kind", (graph) => bent(graph, CONDITION, (condition) => ({ ...condition, operators: condition.operators.map((operator) => (operator.name === "LESS" ? { ...operator, name: "NOT_EQUAL" } : operator)) }))],
  ["a state that is not handed on", (graph) => bent(graph, BODY, (body) => ({ ...body, outputs: body.outputs.map((tensor, i) => (i === 3 ? body.inputs[3]! : tensor)) }))],
];

for (const [what, bend, which = 0] of OTHERS)
  gru(`${what}: it stays a loop`, () => {
    const { model } = MODELS[which]!, other = bend(model);
    assert.ok(isGru(model));
    assert.not.ok(isGru(other));
  });

gru.run();
