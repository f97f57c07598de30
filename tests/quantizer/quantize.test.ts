// What a quantizer refuses, what it takes ranges from, and what stays float. Scales in comments are small sums; equality with the converter is converter.test.ts.
import { readFileSync } from "node:fs";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError, type ErrorCode } from "../../src/errors";
import { Interpreter, Model, type Subgraph } from "../../src/index";
import { checkModel } from "../../src/lowering/check";
import { FloatGraph } from "../../src/quantizer/float_graph";
import { quantizeModel, type QuantizeOptions, type Quantized } from "../../src/quantizer/quantize";
import type { Range } from "../../src/quantizer/range";
import { parseRecipe } from "../../src/quantizer/recipe_file";
import { readModelObject, writeModel, type TableObject } from "../../src/tflite/object";
import { buildModel } from "../support/build_model";

const quantizer = suite("quantizer/quantize");

const golden = (network: string, file = "calibrated") => new Uint8Array(readFileSync(path.join(process.cwd(), "tests/quantizer/goldens/converter", network, `${file}.tflite`)));
const range = (min: number, max: number): Range => ({ min, max, source: "test" });
const ranges = (...pairs: (readonly [number, number])[]) => new Map(pairs.map(([min, max], tensor) => [tensor, range(min, max)]));

function refused(code: ErrorCode, act: () => unknown, ...parts: RegExp[]): ArenulaError {
  try {
    act();
  } catch (error) {
    assert.instance(error, ArenulaError, (error as Error).stack);
    const { code: found, message, where, hint } = error as ArenulaError;
    assert.is(found, code, message);
    for (const part of parts) assert.match(`${where} | ${message} | ${hint}`, part);
    return error as ArenulaError;
  }
  throw new Error(`accepted, expected ${code}`);
}

/** x -> RELU -> y, four values. */
const relu = buildModel({
  tensors: [{ name: "x", type: "float32", shape: [1, 4] }, { name: "y", type: "float32", shape: [1, 4] }],
  operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }],
});
const quantizationOf = ({ bytes }: Quantized, name: string) => {
  const { quantization, type } = Model.parse(bytes).subgraphs[0]!.tensors.find((tensor) => tensor.name === name)!;
  return { type, scale: quantization?.scale[0], zero: quantization?.zeroPoint[0] };
};

quantizer("a range is spread over 255 steps, 0 is a code", () => {
  const result = quantizeModel(relu, { scheme: "int8", ranges: ranges([-1, 3], [0, 3]) });
  assert.equal(quantizationOf(result, "x"), { type: "int8", scale: Math.fround(4 / 255), zero: -64 }); // -128 + 255 / 4 = -64.25
  assert.equal(quantizationOf(result, "y"), { type: "int8", scale: Math.fround(3 / 255), zero: -128 });
});

quantizer("0 belongs to every range", () => {
  const result = quantizeModel(relu, { scheme: "int8", ranges: ranges([1, 2], [-4, -1]) });
  assert.equal(quantizationOf(result, "x"), { type: "int8", scale: Math.fround(2 / 255), zero: -128 });
  assert.equal(quantizationOf(result, "y"), { type: "int8", scale: Math.fround(4 / 255), zero: 127 });
});

quantizer("uint8 inputs mean what --mean and --std say", () => {
  const result = quantizeModel(relu, { scheme: "uint8", ranges: ranges([-9, 9], [0, 2]), inputScaling: { mean: 128, std: 128 } });
  assert.equal(quantizationOf(result, "x"), { type: "uint8", scale: 1 / 128, zero: 128 });
});

quantizer("an activation that is always 0 is named, and its model runs", async () => {
  const result = quantizeModel(relu, { scheme: "int8", ranges: ranges([-1, 1], [0, 0]) });
  assert.match(result.warnings.join(), /constant activations.*'y' is always 0/);
  const net = await Interpreter.create(Model.parse(result.bytes), { core: "mcu" });
  net.inputs[0]!.quantize([1, -1, 0.5, 0]);
  net.invoke();
  assert.ok(net.outputs[0]!.dequantize().every(Number.isFinite));
  for (const scheme of ["int16x8", "uint8"] as const) await Interpreter.create(Model.parse(quantizeModel(relu, { scheme, ranges: ranges([-1, 1], [0, 0]) }).bytes), { core: "mcu" });
});

quantizer("ranges that are NaN, infinite or inverted are refused with the tensor's name", () => {
  refused("RANGE_INVALID", () => quantizeModel(relu, { scheme: "int8", ranges: ranges([-1, 1], [0, NaN]) }), /'y'/, /NaN/);
  refused("RANGE_INVALID", () => quantizeModel(relu, { scheme: "int8", ranges: ranges([-Infinity, 1], [0, 1]) }), /'x'/, /not finite/);
  refused("RANGE_INVALID", () => quantizeModel(relu, { scheme: "int16x8", ranges: ranges([1, -1], [0, 1]) }), /'x'/, /inverted/);
});

/** A golden's first operator of another make. */
function edited(network: string, edit: (operator: TableObject, tensors: TableObject[]) => void): Uint8Array {
  const model = readModelObject(golden(network)), [subgraph] = model.subgraphs as TableObject[];
  edit((subgraph!.operators as TableObject[])[0]!, subgraph!.tensors as TableObject[]);
  return writeModel(model);
}

const LSTM_WEIGHTS = 1, LSTM_PROJECTION = 16, LSTM_HIDDEN = 18, LSTM_CELL = 19;

quantizer("layers with state: what has no quantized form is refused with the reason, and stays float on demand", () => {
  const inputs = (operator: TableObject) => operator.inputs as number[];
  const projection = edited("lstm", (operator) => void (inputs(operator)[LSTM_PROJECTION] = inputs(operator)[LSTM_WEIGHTS]!)), coupled = edited("lstm", (operator) => void (inputs(operator)[LSTM_WEIGHTS] = -1));
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(golden("lstm"), { scheme: "uint8" }), /2 operators have no uint8 form: operator 0 UNIDIRECTIONAL_SEQUENCE_LSTM/, /--allow-float/);
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(golden("svdf"), { scheme: "int16x8" }), /operator 0 SVDF 't4', operator 1 SVDF/, /--allow-float/);
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(projection, { scheme: "int8" }), /\(it has a projection\)/);
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(coupled, { scheme: "int16x8" }), /\(its input gate is coupled to the forget gate\)/);
  for (const [bytes, scheme] of [[golden("lstm"), "uint8"], [golden("svdf"), "int16x8"]] as const) {
    const { float, bytes: kept } = quantizeModel(bytes, { scheme, allowFloat: true });
    assert.is(float.length, 2);
    assert.ok(Model.parse(kept).subgraphs[0]!.tensors.filter(({ isVariable }) => isVariable).every(({ type }) => type === "float32"));
  }
});

quantizer("rows of a table keep its scale, as kernels copy their codes", () => {
  const lookup = buildModel({
    tensors: [{ name: "i", type: "int32", shape: [1] }, { name: "table", type: "float32", shape: [2, 2], data: new Uint8Array(new Float32Array([-1, 3, 0.5, 1]).buffer) }, { name: "y", type: "float32", shape: [1, 2] }],
    operators: [{ op: "EMBEDDING_LOOKUP", inputs: ["i", "table"], outputs: ["y"] }],
  });
  const result = quantizeModel(lookup, { scheme: "int8", ranges: new Map([[2, range(0.5, 1)]]) }); // the data never read the first row
  for (const name of ["table", "y"]) assert.equal(quantizationOf(result, name), { type: "int8", scale: Math.fround(4 / 255), zero: -64 }, name);
});

quantizer("dynamic range takes both weights of an SVDF or none: no kernel has one of int8 and one of float32", () => {
  // features have 1,280 and 1,536 elements, time weights 320 and 384
  for (const scheme of ["dynamic", "weights"] as const) {
    const { bytes } = quantizeModel(golden("svdf"), { scheme }), [{ operators, tensors }] = Model.parse(bytes).subgraphs as [Subgraph];
    for (const { inputs } of operators.filter(({ name }) => name === "SVDF")) assert.equal(inputs.slice(1, 3).map((tensor) => tensors[tensor]!.type), ["float32", "float32"]);
    assert.equal(checkModel(Model.parse(bytes)).filter(({ ok }) => !ok), []);
  }
});

quantizer("a variable without a range is named like any tensor", () => {
  const bare = edited("svdf", (operator, tensors) => void (tensors[(operator.inputs as number[])[4]!]!.quantization = null));
  refused("RANGE_MISSING", () => quantizeModel(bare, { scheme: "int8" }), /one tensor has no range: 't5', an input to SVDF/);
});

quantizer("a cell, a state and an output that are always 0 have scales, and their models run", async () => {
  const none = { min: [0], max: [0], scale: [], zeroPoint: [], details: null, quantizedDimension: 0 };
  const still = edited("lstm", (operator, tensors) => {
    for (const tensor of [(operator.inputs as number[])[LSTM_HIDDEN]!, (operator.inputs as number[])[LSTM_CELL]!, (operator.outputs as number[])[0]!]) tensors[tensor]!.quantization = none;
  });
  const empty = edited("svdf", (operator, tensors) => void (tensors[(operator.inputs as number[])[4]!]!.quantization = none));
  for (const [bytes, scheme] of [[still, "int8"], [still, "int16x8"], [empty, "int8"]] as const) {
    const net = await Interpreter.create(Model.parse(quantizeModel(bytes, { scheme }).bytes), { core: "mcu" });
    net.invoke();
    assert.ok(net.outputs[0]!.dequantize().every(Number.isFinite));
  }
});

quantizer("the report lists variables, of which kernels say the type", () => {
  const { tensors } = quantizeModel(golden("lstm"), { scheme: "int8" }), { subgraphs: [subgraph] } = Model.parse(golden("lstm"));
  const { inputs, outputs } = subgraph!.operators[0]!, of = (index: number) => tensors.find(({ name }) => name === subgraph!.tensors[index]!.name)!;
  assert.is(of(inputs[LSTM_CELL]!).type, "int16");
  assert.is(Math.log2(of(inputs[LSTM_CELL]!).scale) % 1, 0);
  assert.equal([of(inputs[LSTM_HIDDEN]!).scale, of(inputs[LSTM_HIDDEN]!).zero_point], [of(outputs[0]!).scale, of(outputs[0]!).zero_point]);
});

quantizer("all tensors without a range are told at once, with the ways to give them one", () => {
  for (const scheme of ["int8", "int16x8", "uint8"] as const) {
    const { message } = refused("RANGE_MISSING", () => quantizeModel(golden("defaults", "float32"), { scheme }), /--data/, /--ranges-from/, /FAKE_QUANT/, /--default-ranges/);
    assert.match(message, /^\d+ tensors have no range: 'image', an input to CONV_2D; 'Relu6/);
    assert.match(message, /'concat'/);
  }
  refused("RANGE_MISSING", () => quantizeModel(relu, { scheme: "int8", ranges: new Map([[0, range(0, 1)]]) }), /one tensor has no range: 'y', the output of RELU/);
});

quantizer("defaults are dummy quantization, and say so in the file", () => {
  const { bytes, tensors, warnings } = quantizeModel(golden("defaults", "float32"), { scheme: "int8", defaults: { min: 0, max: 6 } });
  assert.ok(tensors.filter(({ source }) => source === "default (dummy)").length >= 5);
  assert.match(warnings[0]!, /dummy quantization/);
  assert.match(Model.parse(bytes).description, /DUMMY ranges/);
});

quantizer("a quantized model, and one without real values, are refused", () => {
  refused("MODEL_QUANTIZED", () => quantizeModel(golden("mnist", "int8"), { scheme: "int8" }), /quantized already/, /--ranges-from/);
  refused("MODEL_QUANTIZED", () => quantizeModel(golden("mnist", "float_io".replace("float_io", "int16x8")), { scheme: "int8" }), /int16/);
  refused("MODEL_QUANTIZED", () => quantizeModel(golden("hybrid", "dynamic"), { scheme: "int8" }), /int8/);
});

quantizer("operators without a quantized form are named, and stay float when told", () => {
  const options: QuantizeOptions = { scheme: "int8" };
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(golden("attention"), options), /operator 19 NEG/, /--allow-float/, /--recipe/);
  assert.equal(quantizeModel(golden("attention"), { ...options, allowFloat: true }).float.length, 1);
  const recipe = parseRecipe('{"keep": [{"op": "NEG", "as": "float32"}]}', "recipe");
  assert.equal(quantizeModel(golden("attention"), { ...options, recipe }).bytes, quantizeModel(golden("attention"), { ...options, allowFloat: true }).bytes);
  refused("OPERATOR_UNSUPPORTED", () => quantizeModel(golden("zoo"), { scheme: "int16x8" }), /3 operators/, /HARD_SWISH/, /PRELU/, /L2_NORMALIZATION/);
});

quantizer("another model's scales are taken as they are", () => {
  const source = golden("mnist", "int8"), { bytes, tensors } = quantizeModel(golden("mnist"), { scheme: "int8", rangesFrom: { bytes: source, name: "other.tflite" } });
  const [ours, theirs] = [FloatGraph.read(bytes), FloatGraph.read(source)];
  for (const { name, quantization, data } of theirs.tensors.filter((tensor) => tensor.type === "INT8" && !tensor.data)) {
    const found = ours.tensors.find((tensor) => tensor.name === name);
    if (found && !data) assert.equal(found.quantization, quantization, name);
  }
  assert.ok(tensors.some(({ source: from }) => from === "from other.tflite"));
  refused("RANGE_MISSING", () => quantizeModel(golden("mnist"), { scheme: "int8", rangesFrom: { bytes: relu, name: "relu.tflite" } }), /relu.tflite/);
});

quantizer("a recipe mixes float32, int16 and int8, and the result runs", async () => {
  const recipe = parseRecipe('{"keep": [{"operator": 2, "as": "int16"}, {"op": "SOFTMAX", "as": "float32"}]}', "recipe");
  const { bytes, float } = quantizeModel(golden("mnist"), { scheme: "int8", recipe });
  assert.equal(float.length, 1);
  const { operators, tensors } = Model.parse(bytes).subgraphs[0]!;
  const types = operators.map(({ name, outputs }) => `${name} ${tensors[outputs[0]!]!.type}`);
  assert.equal(types, ["CONV_2D int8", "MAX_POOL_2D int8", "QUANTIZE int16", "CONV_2D int16", "QUANTIZE int8", "RESHAPE int8", "FULLY_CONNECTED int8", "FULLY_CONNECTED int8", "DEQUANTIZE float32", "SOFTMAX float32", "QUANTIZE int8"]);
  const net = await Interpreter.create(Model.parse(bytes), { core: "mcu" });
  net.inputs[0]!.fill(3);
  net.invoke();
  assert.ok(net.outputs[0]!.dequantize().reduce((sum, p) => sum + p, 0) > 0.9);
});

quantizer("a recipe that means nothing is refused", () => {
  const mnist = golden("mnist"), keep = (entry: string) => parseRecipe(`{"keep": [${entry}]}`, "r.json");
  refused("RECIPE_INVALID", () => parseRecipe("{", "r.json"), /not JSON/, /r.json/);
  refused("RECIPE_INVALID", () => parseRecipe("{}", "r.json"), /lacks 'keep'/);
  refused("RECIPE_INVALID", () => keep('{"as": "int4", "op": "ADD"}'), /must be one of float32, int16/);
  refused("RECIPE_INVALID", () => keep('{"as": "float32"}'), /names no operator/);
  refused("RECIPE_INVALID", () => keep('{"as": "float32", "layer": 3, "op": "ADD"}'), /unknown field 'layer'/);
  refused("RECIPE_INVALID", () => quantizeModel(mnist, { scheme: "int8", recipe: keep('{"as": "float32", "operator": 99}') }), /index 99/, /last one has index 6/);
  refused("RECIPE_INVALID", () => quantizeModel(mnist, { scheme: "int8", recipe: keep('{"as": "float32", "op": "SOFTMX"}') }), /did you mean 'SOFTMAX'/);
  refused("RECIPE_INVALID", () => quantizeModel(mnist, { scheme: "int8", recipe: keep('{"as": "float32", "name": "Identty"}') }), /did you mean 'Identity'/);
  refused("USAGE", () => quantizeModel(mnist, { scheme: "dynamic", recipe: keep('{"as": "int16", "operator": 0}') }));
});

quantizer("a NaN among weights is refused with the constant's name", () => {
  const model = readModelObject(golden("mnist")), [first] = model.subgraphs as TableObject[];
  const tensor = (first!.tensors as TableObject[])[((first!.operators as TableObject[])[0]!.inputs as number[])[1]!]!;
  const buffer = (model.buffers as TableObject[])[tensor.buffer as number]!, data = Uint8Array.from(buffer.data as Uint8Array);
  data.set([0, 0, 0xc0, 0x7f], 40);
  buffer.data = data;
  refused("MODEL_INVALID", () => quantizeModel(writeModel(model), { scheme: "int8" }), /value 10 is NaN/, /constant '/);
});

quantizer("weights only: as many operators as before behind a DEQUANTIZE for each large constant, and the float32 result of its codes", () => {
  const { bytes } = quantizeModel(golden("hybrid"), { scheme: "weights" });
  const { operators, tensors } = Model.parse(bytes).subgraphs[0]!;
  assert.is(operators.filter(({ name }) => name === "DEQUANTIZE").length, 6);
  assert.is(operators.filter(({ name }) => name !== "DEQUANTIZE").length, 8);
  const codes = operators.filter(({ name }) => name === "DEQUANTIZE").map(({ inputs }) => tensors[inputs[0]!]!);
  const dynamic = FloatGraph.read(golden("hybrid", "dynamic")).tensors.filter(({ type }) => type === "INT8").map(({ data }) => Buffer.from(data!).toString("hex"));
  assert.equal(codes.map(({ data }) => Buffer.from(data!).toString("hex")).sort(), dynamic.sort()); // the converter's codes
});

quantizer("a constant of a quantized operator and of a float one is there twice", () => {
  const shared = buildModel({
    tensors: [
      { name: "x", type: "float32", shape: [1, 2] }, { name: "c", type: "float32", shape: [2], data: new Uint8Array(new Float32Array([1, 2]).buffer) },
      { name: "sum", type: "float32", shape: [1, 2] }, { name: "y", type: "float32", shape: [1, 2] },
    ],
    operators: [{ op: "ADD", inputs: ["x", "c"], outputs: ["sum"] }, { op: "FLOOR_MOD", inputs: ["sum", "c"], outputs: ["y"] }],
  });
  const { bytes, float } = quantizeModel(shared, { scheme: "int8", ranges: new Map([[0, range(-1, 1)], [2, range(0, 3)], [3, range(0, 2)]]), allowFloat: true });
  assert.is(float.length, 1);
  const { operators, tensors } = Model.parse(bytes).subgraphs[0]!;
  const constants = operators.filter(({ inputs }) => inputs.length === 2).map(({ inputs }) => tensors[inputs[1]!]!.type);
  assert.equal(constants, ["int8", "float32"]);
});

quantizer("a range that a shared scale cuts off is warned of", () => {
  // MINIMUM's output decides for its inputs, through SPLIT and CONCATENATION, as in the converter
  assert.match(quantizeModel(golden("twins"), { scheme: "int8" }).warnings.join(), /cuts ranges off.*'[^']*Relu.*' spans 0 to 63.4, its scale 0 to 0.971/);
  for (const network of ["mnist", "mobile", "dense", "zoo", "hybrid"]) assert.equal(quantizeModel(golden(network), { scheme: "int8" }).warnings, [], network);
  for (const as of ["float32", "int16"]) {
    const recipe = parseRecipe(`{"keep": [{"op": "MINIMUM", "as": "${as}"}]}`, "recipe"), result = quantizeModel(golden("twins"), { scheme: "int8", recipe });
    assert.equal(result.warnings, []);
    assert.ok(result.tensors.some(({ max, scale }) => max! > 63 && Math.abs(scale * 255 - max!) < 0.01)); // CONCATENATION has its own range again
  }
});

quantizer("signatures follow their tensors", () => {
  for (const floatIo of [true, false]) {
    const model = Model.parse(quantizeModel(golden("twins"), { scheme: "int8", floatIo }).bytes), [subgraph] = model.subgraphs;
    for (const { inputs, outputs } of model.signatures) {
      assert.ok(inputs.every(({ tensor }) => subgraph!.inputs.includes(tensor)));
      assert.ok(outputs.every(({ tensor }) => subgraph!.outputs.includes(tensor)));
    }
  }
});

quantizer.run();
