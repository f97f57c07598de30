// A linked module against TFLM's bits: every drawn operator and both bundled networks, with slices of every size.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { ArenulaError, Interpreter, Model } from "../../src/index";
import { build, SLICES } from "../../src/link/build";
import { link, type Linked } from "../../src/link/link";
import { moduleSizes } from "../../src/link/sections";
import { operatorGoldens } from "../operators/goldens";
import { graphOf } from "../support/graph";

const linking = suite("link");

const core = new Uint8Array(readFileSync("build/core/device.wasm"));
const options = { engine: "wamr-fast", name: "model.tflite", sha256: "", version: "0.0.0" } as const;
const linked = (model: Model, sliceBytes: number) => link(model, core, { ...options, sliceBytes });
const digits = Model.parse(new Uint8Array(readFileSync("models/digits/digits_int8.tflite")));

interface Instance {
  readonly memory: Uint8Array;
  value(name: string): number;
  invoke(): void;
  reset(): void;
  invokeRange(first: number, end: number): void;
}

async function instance({ module }: Pick<Linked, "module">): Promise<Instance> {
  const { exports } = (await WebAssembly.instantiate(module as BufferSource)).instance;
  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  return {
    memory, value: (name) => (exports[name] as WebAssembly.Global).value as number,
    invoke: exports["invoke"] as () => void, reset: (exports["reset"] as (() => void) | undefined) ?? (() => {}), invokeRange: exports["invoke_range"] as (first: number, end: number) => void,
  };
}

/** Runs on a memory full of a pattern, and holds the outputs against TFLM's. */
async function expectOutputs(made: Linked, inputs: readonly Uint8Array[], outputs: readonly Uint8Array[], id: string): Promise<void> {
  const { memory, invoke, reset } = await instance(made);
  memory.fill(0x5a, 0, made.facts.linear_memory_bytes);
  reset();
  inputs.forEach((bytes, i) => memory.set(bytes, made.facts.inputs[i]!.address));
  invoke();
  outputs.forEach((bytes, i) => {
    const { address } = made.facts.outputs[i]!;
    assert.is(crc32(memory.subarray(address, address + bytes.length)), crc32(bytes), `${id}: output ${i}`);
  });
  assert.ok(memory.subarray(made.facts.linear_memory_bytes).every((byte) => byte === 0), `${id}: nothing is written behind the last byte`);
}

/** What the desktop computes: the expectation where TFLM's own floats are only near it. */
async function desktopOutputs(model: Model, inputs: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const net = await Interpreter.create(model, { core: "mcu" });
  inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(bytes));
  net.invoke();
  return net.outputs.map(({ bytes }) => bytes.slice());
}

for (const { name, cases } of operatorGoldens())
  linking(`${name}: drawn models give TFLM's bits, one tile to a slice or a few`, async () => {
    for (const { id, model: bytes, inputs, outputs, ulps } of cases.filter(({ sequence }) => sequence === 1)) { // sequences: state.test.ts
      const model = Model.parse(bytes);
      await expectOutputs(await linked(model, 64), inputs, ulps === 0 ? outputs : await desktopOutputs(model, inputs), id);
    }
  });

linking("widened weights give TFLM's bits, staged part by part", async () => {
  const { cases } = operatorGoldens().find(({ name }) => name === "fully_connected")!;
  const kernels = new Set<string>();
  for (const { id, model, inputs, outputs } of cases)
    for (const engine of ["wamr-fast", "wamr-classic"] as const)
      for (const sliceBytes of [256, 4096]) {
        const made = await link(Model.parse(model), core, { ...options, engine, widened: true, sliceBytes });
        made.kernels.forEach((kernel) => kernels.add(kernel));
        await expectOutputs(made, inputs, outputs, `${id}, ${engine}, slices of ${sliceBytes}`);
      }
  assert.ok(kernels.has("fully_connected_words"));
});

interface Golden {
  cases: { seed: number | null; inputs: { data?: number[] }[]; outputs: { data: number[] }[] }[];
}

for (const name of ["digits_int8", "keywords_int8", "digits_uint8", "keywords_uint8"])
  linking(`${name}: real samples give TFLM's bits from slices of every size`, async () => {
    const model = Model.parse(new Uint8Array(readFileSync(`models/${name.split("_")[0]}/${name}.tflite`)));
    const golden = JSON.parse(readFileSync(`models/goldens/${name}.json`, "utf8")) as Golden;
    const real = golden.cases.filter(({ seed }) => seed === null);
    assert.ok(real.length > 0);
    for (const sliceBytes of SLICES) {
      const made = await linked(model, sliceBytes);
      for (const { inputs, outputs } of real)
        await expectOutputs(made, inputs.map(({ data }) => Uint8Array.from(data!)), outputs.map(({ data }) => Uint8Array.from(data)), `${name}, slices of ${sliceBytes}`);
    }
  });

linking("the module is what WAMR shrinks: no imports, one memory of fixed size, __heap_base equal to __data_end and a multiple of 16", async () => {
  const made = await linked(digits, 1024);
  const wasm = new WebAssembly.Module(made.module as BufferSource);
  assert.equal(WebAssembly.Module.imports(wasm), []);
  const { value } = await instance(made);
  assert.is(value("__heap_base"), made.facts.linear_memory_bytes);
  assert.is(value("__data_end"), made.facts.linear_memory_bytes);
  assert.is(made.facts.linear_memory_bytes % 16, 0);
  assert.is(value("arenula_abi"), 1);
  assert.is(value("arenula_input_0_bytes"), 64);
});

linking("one operator at a time gives what all at once give, and the word tells which one runs", async () => {
  const made = await linked(digits, 512);
  const whole = await instance(made), stepwise = await instance(made);
  const operators = made.facts.operators.length;
  for (const { memory } of [whole, stepwise]) memory.fill(7, made.facts.inputs[0]!.address, made.facts.inputs[0]!.address + 64);
  whole.invoke();
  for (let i = 0; i < operators; i++) stepwise.invokeRange(i, i + 1);
  const { address, bytes } = made.facts.outputs[0]!;
  assert.equal(stepwise.memory.slice(address, address + bytes), whole.memory.slice(address, address + bytes));
  const word = new DataView(whole.memory.buffer, whole.value("arenula_operator"), 4);
  assert.is(word.getUint32(0, true), 0xffffffff, "nothing runs now");
});

linking("only the kernels that the model calls are in the module", async () => {
  const made = await linked(digits, 1024);
  assert.equal(made.kernels, ["add", "average_pool_2d", "conv_2d_12", "conv_2d_12_any", "depthwise_conv_2d_3x3", "depthwise_conv_2d_3x3_s2", "fully_connected", "softmax"]);
  assert.ok(moduleSizes(made.module).codeBytes < core.length);
  assert.equal(WebAssembly.Module.exports(new WebAssembly.Module(made.module as BufferSource)).filter(({ kind }) => kind === "function").map(({ name }) => name).sort(), ["invoke", "invoke_range"]);
});

linking("the last section is a checksum of everything before it", async () => {
  const { module } = await linked(digits, 1024);
  const end = module.length - 18;
  assert.is(new TextDecoder().decode(module.subarray(end + 3, end + 14)), "arenula.crc");
  assert.is(new DataView(module.buffer, module.byteOffset + module.length - 4).getUint32(0, true), parseInt(crc32(module.subarray(0, end)), 16));
});

linking("the largest slices that fit are taken, and too little memory is refused with the shortfall and the place", async () => {
  const roomy = await build(digits, { ...options, ramBytes: Infinity, limit: "--ram" });
  assert.is(roomy.sliceBytes, 4096);
  const least = (await linked(digits, 512)).facts.linear_memory_bytes;
  const tight = await build(digits, { ...options, ramBytes: least, limit: "--ram" });
  assert.is(tight.facts.linear_memory_bytes, least);
  const refusal = (ramBytes: number) => build(digits, { ...options, ramBytes, limit: "a board" }).then(() => assert.unreachable(), (error: ArenulaError) => error);
  const spared = Number(/takes (\d+) bytes with the smallest slices/.exec((await refusal(1))!.message)![1]);
  assert.ok(spared < least, "operators at the peak spare memory before a model is refused");
  const spare = await build(digits, { ...options, ramBytes: spared, limit: "--ram" });
  assert.is(spare.facts.linear_memory_bytes, spared);
  const error = (await refusal(spared - 1))!;
  assert.is(error.code, "ARENA_TOO_LARGE");
  assert.match(error.message, `a board allows ${spared - 1}: 1 too many`);
  assert.match(error.where, /^operator \d+ \w+ /);
  assert.ok(error.hint);
});

/** int8 tensors of scale 1 and zero point 0: RELU clamps, ADD is exact. */
const int8 = (name: string, shape: readonly number[], data?: readonly number[]) => ({ name, type: "int8" as const, shape, scale: 1, ...(data && { data }) });
const bytes = (...values: number[]) => Uint8Array.from(values);

linking("outputs that are known before anything runs come from flash, and an input can be an output", async () => {
  const known = graphOf({
    tensors: [int8("x", [4]), int8("k", [3], [1, -2, 3]), int8("y", [4]), int8("folded", [1, 3])],
    operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }, { op: "RESHAPE", inputs: ["k"], outputs: ["folded"] }], inputs: ["x"], outputs: ["y", "k", "x", "folded", "k"],
  });
  await expectOutputs(await linked(known, 512), [bytes(251, 7, 0, 128)], [bytes(0, 7, 0, 0), bytes(1, 254, 3), bytes(251, 7, 0, 128), bytes(1, 254, 3), bytes(1, 254, 3)], "known");
  const passed = await linked(graphOf({ tensors: [int8("x", [4])], operators: [], inputs: ["x"], outputs: ["x"] }), 512);
  await expectOutputs(passed, [bytes(1, 2, 3, 4)], [bytes(1, 2, 3, 4)], "no operator at all");
  await build(known, { ...options, ramBytes: Infinity, limit: "--ram" });
});

linking("a model without outputs is refused, and one that takes a constant as an input", async () => {
  const refusal = (outputs: string[], inputs: string[]): Promise<string[]> =>
    linked(graphOf({ tensors: [int8("x", [4]), int8("k", [1], [1]), int8("y", [4])], operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }], inputs, outputs }), 512)
      .then(() => [], (error: ArenulaError) => [error.code, error.message, error.where]);
  assert.equal(await refusal([], ["x"]), ["MODEL_UNSUPPORTED", "the model has no outputs", ""]);
  const [code, , where] = await refusal(["y"], ["x", "k"]);
  assert.equal([code, where], ["MODEL_UNSUPPORTED", "tensor 1 'k'"]);
});

/** x + k, where k has 10,000 elements. */
const large = (xShape: readonly number[], kShape: readonly number[], shape: readonly number[]) => graphOf({
  tensors: [int8("x", xShape), int8("k", kShape, Array.from({ length: kShape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7) % 50)), int8("y", shape)],
  operators: [{ op: "ADD", inputs: ["x", "k"], outputs: ["y"] }],
});

linking("a constant operand larger than a slice is staged in slices, in place of the other operand", async () => {
  const shapes = [[[10_000], [10_000], [10_000]], [[100, 1], [100, 100], [100, 100]], [[2, 5000, 2], [2, 5000, 1], [2, 5000, 2]], [[2, 1], [2, 5000], [2, 5000]]] as const;
  for (const [x, k, y] of shapes) {
    const made = await build(large(x, k, y), { ...options, ramBytes: Infinity, limit: "--ram" });
    assert.ok(made.facts.staging_bytes <= 4096 + 256, `${made.facts.staging_bytes} bytes staged`);
  }
  const joined = graphOf({
    tensors: [int8("x", [3, 2]), int8("k", [3, 4001], Array.from({ length: 12_003 }, (_, i) => (i * 11) % 100)), int8("y", [3, 4003])],
    operators: [{ op: "CONCATENATION", inputs: ["x", "k"], outputs: ["y"], options: { axis: 1 } }],
  });
  const joint = await build(joined, { ...options, ramBytes: 12_700, limit: "--ram" }); // 12,009 of output
  assert.is(joint.sliceBytes, 512);
  const made = await build(large([10_000], [10_000], [10_000]), { ...options, ramBytes: 11_000, limit: "--ram" });
  assert.is(made.facts.activation_bytes, 10_000);
  assert.is(made.sliceBytes, 512);
});

linking("a constant operand that has to be staged whole is named where it does not fit", async () => {
  try {
    await build(large([4, 10_000], [10_000], [4, 10_000]), { ...options, ramBytes: 45_000, limit: "--ram" });
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof ArenulaError)) throw error;
    assert.is(error.code, "ARENA_TOO_LARGE");
    assert.match(error.where, "operator 0 ADD 'y' holds 'x' (40000), 'constant k' (10136)");
    assert.match(error.hint, "is staged whole");
  }
});

linking("hundreds of operators are called from several functions, and still one by one", async () => {
  const count = 100, int8 = { type: "int8" as const, shape: [4], scale: 1 };
  const graph = graphOf({
    tensors: [{ ...int8, name: "one", data: [1, 1, 1, 1] }, ...Array.from({ length: count + 1 }, (_, i) => ({ ...int8, name: `t${i}` }))],
    operators: Array.from({ length: count }, (_, i) => ({ op: "ADD", inputs: [`t${i}`, "one"], outputs: [`t${i + 1}`] })),
  });
  const made = await linked(graph, 4096);
  const { memory, invoke, invokeRange } = await instance(made);
  const [input] = made.facts.inputs, [output] = made.facts.outputs;
  const run = (act: () => void) => {
    memory.set([0, 1, 2, 3], input!.address);
    act();
    return [...memory.subarray(output!.address, output!.address + 4)];
  };
  assert.equal(run(invoke), [100, 101, 102, 103]);
  assert.equal(run(() => { for (let i = 0; i < count; i++) invokeRange(i, i + 1); }), [100, 101, 102, 103]);
  assert.equal(run(() => { for (const [first, end] of [[0, 20], [20, 70], [70, 100]] as const) invokeRange(first, end); }), [100, 101, 102, 103]);
});

linking.run();
