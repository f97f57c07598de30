// Setting inputs and reading outputs: what `set`, `quantize`, `fill` and `dequantize` do, refuse, and leave alone.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError, Interpreter, type ErrorCode } from "../../src/index";
import { graphOf } from "../support/graph";
import { reluGraph } from "./nets";

const inputs = suite("runtime/inputs");

const create = () => Interpreter.create(reluGraph(), { core: "mcu" });

/** Asserts a refusal that leaves the whole memory as it was. */
function refused(net: Interpreter, code: ErrorCode, act: () => void, text = ""): void {
  const memory = new Uint8Array(net.inputs[0]!.bytes.buffer), before = memory.slice();
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof ArenulaError)) throw error ?? new Error(`accepted, but ${code} was expected`);
  assert.is(error.code, code, error.message);
  assert.ok(error.message.includes(text), `"${text}" does not occur in "${error.message}"`);
  assert.ok(error.where.includes("'x'"), `where: "${error.where}"`);
  assert.ok(error.hint.length > 0);
  assert.is(Buffer.compare(memory, before), 0, "the memory has changed");
}

inputs("say what they are", async () => {
  const [x] = (await create()).inputs;
  assert.equal([x!.name, x!.type, x!.shape, x!.scale, x!.zeroPoint], ["x", "int8", [2, 3], 0.5, -1]);
  assert.instance(x!.data, Int8Array);
  assert.is(x!.data.length, 6);
});

inputs("set copies stored values", async () => {
  const net = await create(), [x] = net.inputs, given = Int8Array.of(-128, -1, 0, 1, 2, 127);
  x!.set(given);
  assert.equal([...x!.data], [...given]);
  net.invoke();
  assert.equal([...net.outputs[0]!.data], [-1, -1, 0, 1, 2, 127]);
  assert.equal([...given], [-128, -1, 0, 1, 2, 127]);
});

inputs("set refuses another type, with the way for real values", async () => {
  const net = await create(), [x] = net.inputs;
  x!.set(Int8Array.of(1, 2, 3, 4, 5, 6));
  refused(net, "INPUT_TYPE", () => x!.set(new Float32Array(6)), "an Int8Array, not a Float32Array");
  refused(net, "INPUT_TYPE", () => x!.set(new Uint8Array(6)), "not an Uint8Array");
  refused(net, "INPUT_TYPE", () => x!.set(new BigInt64Array(6)));
  refused(net, "INPUT_TYPE", () => x!.set([1, 2, 3, 4, 5, 6] as unknown as Int8Array), "not an Array");
  refused(net, "INPUT_TYPE", () => x!.set(null as unknown as Int8Array), "null");
  refused(net, "INPUT_TYPE", () => x!.set(new ArrayBuffer(6) as unknown as Int8Array));
});

inputs("set and quantize refuse another length", async () => {
  const net = await create(), [x] = net.inputs;
  for (const length of [0, 5, 7]) {
    refused(net, "INPUT_LENGTH", () => x!.set(new Int8Array(length)), `${length} values for 6 elements`);
    refused(net, "INPUT_LENGTH", () => x!.quantize(new Float32Array(length)), `${length} values for 6 elements`);
  }
});

inputs("quantize rounds half away from zero, adds the zero point, saturates", async () => {
  const [x] = (await create()).inputs;
  x!.quantize(Float32Array.of(0, 0.25, -0.25, 0.24, 1000, -1000)); // quotients 0, 0.5, -0.5, 0.48
  assert.equal([...x!.data], [-1, 0, -2, -1, 127, -128]);
  x!.quantize([0.5, 1, 1.5, -0.5, -1, -1.5]);
  assert.equal([...x!.data], [0, 1, 2, -2, -3, -4]);
  x!.quantize(Float64Array.of(0.5, 1, 1.5, -0.5, -1, -1.5));
  assert.equal([...x!.data], [0, 1, 2, -2, -3, -4]);
});

inputs("quantize refuses what is no finite number, and names the first", async () => {
  const net = await create(), [x] = net.inputs;
  for (const value of [NaN, Infinity, -Infinity]) {
    refused(net, "INPUT_VALUE", () => x!.quantize(Float32Array.of(1, 2, value, 4, value, 6)), `value 2 is ${value}`);
    refused(net, "INPUT_VALUE", () => x!.quantize([value, 2, 3, 4, 5, 6]), "value 0");
    refused(net, "INPUT_VALUE", () => x!.quantize(Float64Array.of(1, 2, 3, 4, 5, value)), "value 5");
  }
});

inputs("fill sets one stored value everywhere, and refuses what the type cannot hold", async () => {
  const net = await create(), [x] = net.inputs;
  x!.fill(-7);
  assert.equal([...x!.data], [-7, -7, -7, -7, -7, -7]);
  for (const value of [128, -129, 0.5, NaN, Infinity]) refused(net, "INPUT_VALUE", () => x!.fill(value), String(value));
});

inputs("a float32 input takes finite reals through set and quantize alike", async () => {
  const net = await Interpreter.create(
    graphOf({
      tensors: [{ name: "x", type: "float32", shape: [2] }, { name: "y", type: "int8", shape: [2], scale: 0.5, zeroPoint: 3 }],
      operators: [{ op: "QUANTIZE", inputs: ["x"], outputs: ["y"] }],
    }),
    { core: "mcu" },
  );
  const [x] = net.inputs;
  assert.is(x!.scale, null);
  for (const give of [() => x!.set(Float32Array.of(1, -1)), () => x!.quantize([1, -1])]) {
    x!.fill(0);
    give();
    net.invoke();
    assert.equal([...net.outputs[0]!.data], [5, 1]);
  }
  for (const value of [NaN, Infinity]) {
    refused(net, "INPUT_VALUE", () => x!.set(Float32Array.of(0, value)), "value 1");
    refused(net, "INPUT_VALUE", () => x!.quantize([value, 0]), "value 0");
    refused(net, "INPUT_VALUE", () => x!.fill(value));
  }
});

inputs("an input without scale takes stored values only", async () => {
  const net = await Interpreter.create(
    graphOf({
      tensors: [{ name: "x", type: "int32", shape: [2, 1] }, { name: "order", type: "int32", shape: [2], data: [1, 0] }, { name: "y", type: "int32", shape: [1, 2] }],
      operators: [{ op: "TRANSPOSE", inputs: ["x", "order"], outputs: ["y"] }],
    }),
    { core: "mcu" },
  );
  refused(net, "INPUT_TYPE", () => net.inputs[0]!.quantize([1, 2]), "no scale");
  net.inputs[0]!.set(Int32Array.of(2 ** 31 - 1, -(2 ** 31)));
  net.invoke();
  assert.equal([...net.outputs[0]!.data], [2 ** 31 - 1, -(2 ** 31)]);
  assert.equal([...net.outputs[0]!.dequantize()], [2 ** 31, -(2 ** 31)]); // as float32
});

inputs("dequantize gives (stored - zero point) * scale as a copy, data a view", async () => {
  const net = await create(), [y] = net.outputs;
  net.inputs[0]!.set(Int8Array.of(-128, -1, 0, 1, 2, 127));
  net.invoke();
  const real = y!.dequantize(), stored = y!.data;
  assert.instance(real, Float32Array);
  assert.equal([...real], [0, 0, 0.5, 1, 1.5, 64]); // of -1, -1, 0, 1, 2, 127
  net.inputs[0]!.fill(9);
  net.invoke();
  assert.equal([...stored], [9, 9, 9, 9, 9, 9]);
  assert.is(real[5], 64);
});

inputs.run();
