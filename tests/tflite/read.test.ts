// What a sound flatbuffer may still get wrong, and what it may bend. Models are built field by field through the writer.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph";
import { writeModel, type TableObject } from "../../src/tflite/object";
import { readModel } from "../../src/tflite/read";
import { buildModel, modelObject, type ModelSpec, type MutableModel } from "../support/build_model";
import { refuses } from "../support/refusal";
import { CONV_MODEL, RELU_MODEL } from "./fixtures";

const read = suite("tflite/read");

/** CONV_MODEL (or another) with some fields changed. */
function bent(edit: (model: MutableModel, tensors: TableObject[], operators: TableObject[]) => void, spec: ModelSpec = CONV_MODEL): Uint8Array {
  const model = modelObject(spec);
  edit(model, model.subgraphs[0]!.tensors, model.subgraphs[0]!.operators);
  return writeModel(model);
}
const quantization = (scale: number[], zeroPoint: number[], quantizedDimension = 0): TableObject => ({ scale, zeroPoint, quantizedDimension });
const main = (graph: Graph) => graph.subgraphs[0]!;

read("a model comes back as it was described", () => {
  const graph = readModel(buildModel(CONV_MODEL)), { tensors, operators, inputs, outputs } = main(graph);
  assert.equal([inputs, outputs], [[0], [4]]);
  assert.equal(tensors.map(({ name, type, shape }) => `${name} ${type} [${shape}]`),
    ["x int8 [1,2,2,1]", "w int8 [2,1,1,1]", "b int32 [2]", "h int8 [1,2,2,2]", "y int8 [1,2,2,2]"]);
  assert.equal(tensors[0]!.shapeSignature, [-1, 2, 2, 1]);
  assert.equal(tensors[0]!.quantization, { scale: [0.5], zeroPoint: [-1], dimension: 0 });
  assert.equal(tensors[1]!.quantization!.scale, [Math.fround(0.1), Math.fround(0.2)]);
  assert.equal([...tensors[1]!.data!], [3, 0xfc]);
  assert.is(tensors[0]!.data, null);
  assert.equal(operators[0]!.options, {
    padding: "VALID", strideW: 2, strideH: 3, fusedActivationFunction: "RELU6", dilationWFactor: 1, dilationHFactor: 1, quantizedBiasType: "FLOAT32",
  });
  assert.equal([operators[0]!.name, operators[0]!.version, operators[1]!.options], ["CONV_2D", 3, {}]);
  assert.equal(graph.signatures, [{ key: "serving_default", subgraph: 0, inputs: [{ name: "image", tensor: 0 }], outputs: [{ name: "scores", tensor: 4 }] }]);
  assert.equal(graph.metadata.map(({ name, data }) => [name, [...data]]), [["min_runtime_version", [49, 46, 53]]]);
});

read("constants are views into the file", () => {
  const bytes = buildModel(CONV_MODEL);
  assert.is(main(readModel(bytes)).tensors[1]!.data!.buffer, bytes.buffer);
});

// --- the file

read("another version of the format", () => {
  refuses(bent((model) => (model["version"] = 2)), "MODEL_UNSUPPORTED", "model.version", "version 2 of the format, expected 3");
});

read("no subgraphs", () => {
  refuses(bent((model) => (model.subgraphs.length = 0)), "MODEL_INVALID", "model.subgraphs");
});

read("a model of nothing but an identifier", () => {
  refuses(writeModel({ version: 3 }), "MODEL_INVALID", "without subgraphs");
});

// --- indices

read("buffers, codes, inputs, outputs and names out of range", () => {
  refuses(bent((_, tensors) => (tensors[1]!["buffer"] = 99)), "MODEL_INVALID", "subgraphs[0].tensors[1].buffer 'w'", "index 99, but there are 4 buffers");
  refuses(bent((_, tensors) => (tensors[1]!["buffer"] = 0xffffffff)), "MODEL_INVALID", "index 4294967295");
  refuses(bent((_, __, operators) => (operators[1]!["opcodeIndex"] = 2)), "MODEL_INVALID", "subgraphs[0].operators[1].opcode_index", "2 operator codes");
  refuses(bent((_, __, operators) => (operators[0]!["inputs"] = [0, 1, 5])), "MODEL_INVALID", "subgraphs[0].operators[0].inputs[2] CONV_2D", "index 5, but there are 5 tensors");
  refuses(bent((_, __, operators) => (operators[0]!["inputs"] = [0, -2, 2])), "MODEL_INVALID", "operators[0].inputs[1]", "index -2");
  refuses(bent((_, __, operators) => (operators[0]!["outputs"] = [-1])), "MODEL_INVALID", "operators[0].outputs[0]", "index -1");
  refuses(bent((_, __, operators) => (operators[0]!["intermediates"] = [7])), "MODEL_INVALID", "operators[0].intermediates[0]");
  refuses(bent((model) => (model.subgraphs[0]!.inputs = [-1])), "MODEL_INVALID", "subgraphs[0].inputs[0] 'main'");
  refuses(bent((model) => (model.subgraphs[0]!.outputs = [2 ** 31 - 1])), "MODEL_INVALID", "subgraphs[0].outputs[0]");
  refuses(bent((model) => (model.metadata[0]!["buffer"] = 50)), "MODEL_INVALID", "metadata[0].buffer 'min_runtime_version'");
  refuses(bent((model) => (model.signatureDefs[0]!["subgraphIndex"] = 1)), "MODEL_INVALID", "signature_defs[0].subgraph_index 'serving_default'");
  refuses(bent((model) => (model.signatureDefs[0]!["outputs"] = [{ name: "scores", tensorIndex: 5 }])), "MODEL_INVALID", "signature_defs[0].outputs[0].tensor_index");
});

// --- operators

read("an absent bias is -1", () => {
  assert.equal(main(readModel(bent((_, __, operators) => (operators[0]!["inputs"] = [0, 1, -1])))).operators[0]!.inputs, [0, 1, -1]);
});

read("a builtin operator of the future keeps its number as its name", () => {
  const bytes = bent((model) => (model.operatorCodes[1]! = { deprecatedBuiltinCode: 127, builtinCode: 999 }));
  assert.is(main(readModel(bytes)).operators[1]!.name, "BUILTIN_999");
});

read("files from before the wide code have only the old one", () => {
  const bytes = bent((model) => (model.operatorCodes[1]! = { deprecatedBuiltinCode: 19 })); // 19: RELU
  assert.is(main(readModel(bytes)).operators[1]!.name, "RELU");
  refuses(bent((model) => (model.operatorCodes[1]! = { deprecatedBuiltinCode: -3 })), "MODEL_INVALID", "operator_codes[1]", "-3");
});

read("custom operators have their author's name and bytes", () => {
  const custom: ModelSpec = { ...RELU_MODEL, operators: [{ op: "SignalWindow", inputs: ["x"], outputs: ["y"], customOptions: Uint8Array.of(1, 2, 3) }] };
  const [operator] = main(readModel(buildModel(custom))).operators;
  assert.equal([operator!.name, operator!.custom, [...operator!.customOptions!], operator!.options], ["SignalWindow", true, [1, 2, 3], {}]);
  refuses(bent((model) => (model.operatorCodes[0]! = { deprecatedBuiltinCode: 32, builtinCode: "CUSTOM" }), custom), "MODEL_INVALID", "operator_codes[0].custom_code");
});

read("an operator without its options has the schema's defaults", () => {
  const { options } = main(readModel(bent((_, __, operators) => (operators[0]!["builtinOptions"] = null)))).operators[0]!;
  assert.equal([options["padding"], options["strideW"], options["dilationWFactor"]], ["SAME", 0, 1]);
});

read("options of another operator", () => {
  refuses(bent((_, __, operators) => (operators[0]!["builtinOptions"] = { type: "Pool2DOptions", value: {} })), "MODEL_INVALID",
    "subgraphs[0].operators[0].builtin_options", "CONV_2D with Pool2DOptions, expected Conv2DOptions");
});

read("an enum value that the format does not have", () => {
  const options = { type: "Conv2DOptions", value: { padding: 2, strideW: 1, strideH: 1 } };
  refuses(bent((_, __, operators) => (operators[0]!["builtinOptions"] = options)), "MODEL_UNSUPPORTED", "operators[0].builtin_options.padding", "Padding 2 is unknown, known are SAME, VALID");
});

read("operators in the wrong order, in a circle, and reading themselves", () => {
  refuses(bent((_, __, operators) => operators.reverse()), "MODEL_INVALID", "subgraphs[0].operators[0].inputs[0] RELU 'y'", "tensor 3 'h', which operator 1 writes only later");
  refuses(bent((_, __, operators) => (operators[0]!["inputs"] = [4, 1, 2])), "MODEL_INVALID", /operators (0, 1|1, 0) wait for each other in a circle/);
  refuses(bent((_, __, operators) => (operators[1]!["inputs"] = [4])), "MODEL_INVALID", "operators 1 wait");
});

read("a circle of ten thousand operators", () => {
  const count = 10000;
  const names = Array.from({ length: count }, (_, i) => `t${i}`);
  const circle: ModelSpec = {
    tensors: names.map((name) => ({ name, type: "int8", shape: [1], scale: 1 })),
    operators: [],
    inputs: [], outputs: [],
  };
  const bytes = bent((model) => {
    model.operatorCodes.push({ deprecatedBuiltinCode: 19 });
    model.subgraphs[0]!.operators = names.map((_, i) => ({ opcodeIndex: 0, inputs: [(i + 1) % count], outputs: [i] }));
  }, circle);
  assert.ok(refuses(bytes, "MODEL_INVALID", "in a circle", "(10000)").message.length < 200);
});

read("tensors that two operators write, or nobody", () => {
  refuses(bent((_, __, operators) => (operators[1]!["outputs"] = [3])), "MODEL_INVALID", "operators[1].outputs[0]", "which operator 0 writes too");
  refuses(bent((_, __, operators) => operators.shift()), "MODEL_INVALID", "operators[0].inputs[0] RELU 'y'", "tensor 3 'h', which nothing writes");
  refuses(bent((_, __, operators) => operators.pop()), "MODEL_INVALID", "subgraphs[0].outputs[0]", "output tensor 4 'y' is written by nothing");
  refuses(bent((_, __, operators) => (operators[1]!["outputs"] = [1])), "MODEL_INVALID", "'w', a constant");
  refuses(bent((_, __, operators) => (operators[1]!["outputs"] = [0])), "MODEL_INVALID", "'x', an input of the subgraph");
  refuses(bent((model) => (model.subgraphs[0]!.inputs = [0, 0])), "MODEL_INVALID", "subgraphs[0].inputs[1]", "an input twice");
  refuses(bent((model) => (model.subgraphs[0]!.inputs = [0, 1])), "MODEL_INVALID", "tensors[1] 'w'", "input 1 and a constant");
});

read("variable tensors are there before anything writes them", () => {
  const svdf: ModelSpec = {
    tensors: [...RELU_MODEL.tensors, { name: "state", type: "int16", shape: [1, 8], scale: 1, isVariable: true }],
    operators: [{ op: "SVDF", inputs: ["x", "state"], outputs: ["y"], options: { rank: 1 } }],
  };
  const { tensors, inputs } = main(readModel(buildModel(svdf)));
  assert.equal([tensors[2]!.isVariable, tensors[2]!.data, inputs], [true, null, [0]]);
  refuses(bent((model, tensors) => (tensors[2]!["buffer"] = model.buffers.push({ data: new Uint8Array(16) }) - 1), svdf), "MODEL_UNSUPPORTED", "variable tensor with initial data");
  refuses(bent((_, __, operators) => (operators[0]!["outputs"] = [2]), svdf), "MODEL_UNSUPPORTED", "'state', a variable tensor");
});

// --- subgraphs

const WHILE_MODEL: ModelSpec = {
  ...RELU_MODEL,
  operators: [{ op: "WHILE", inputs: ["x"], outputs: ["y"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }],
  others: [{ name: "cond", ...RELU_MODEL }, { name: "body", ...RELU_MODEL }],
};

read("several subgraphs", () => {
  const { subgraphs } = readModel(buildModel(WHILE_MODEL));
  assert.equal(subgraphs.map(({ name }) => name), ["main", "cond", "body"]);
});

read("calls of subgraphs that do not exist, or that are running already", () => {
  const call = (body: number) => bent((_, __, operators) => (operators[0]!["builtinOptions"] = { type: "WhileOptions", value: { condSubgraphIndex: 1, bodySubgraphIndex: body } }), WHILE_MODEL);
  refuses(call(3), "MODEL_INVALID", "subgraphs[0].operators[0] WHILE 'y'", "calls subgraph 3, but there are 3");
  refuses(call(-1), "MODEL_INVALID", "calls subgraph -1");
  refuses(call(0), "MODEL_INVALID", "calls subgraph 0, which is running already");
});

// --- shapes and data

read("a buffer of another size than its tensor", () => {
  refuses(bent((_, tensors) => (tensors[1]!["shape"] = [3, 1, 1, 1])), "MODEL_INVALID", "subgraphs[0].tensors[1].buffer 'w'", "shape [3, 1, 1, 1] of int8 takes 3 bytes, its buffer has 2");
  refuses(bent((_, tensors) => (tensors[2]!["type"] = "INT64")), "MODEL_INVALID", "takes 16 bytes, its buffer has 8");
});

read("int4 packs two to the byte, and rounds up", () => {
  const int4: ModelSpec = { tensors: [...RELU_MODEL.tensors, { name: "w", type: "int4", shape: [3], scale: 1, data: [1, -1, 7] }], operators: RELU_MODEL.operators! };
  assert.equal([...main(readModel(buildModel(int4))).tensors[2]!.data!], [0xf1, 0x07]);
});

read("shapes that overflow, a tensor of 2 GB, negative extents", () => {
  const shaped = (shape: number[]) => bent((_, tensors) => (tensors[3]!["shape"] = shape));
  refuses(shaped([65536, 32768]), "MODEL_INVALID", "subgraphs[0].tensors[3].shape 'h'", "takes 2147483648 bytes, more than 2147483647");
  refuses(shaped([65536, 65536, 65536, 65536]), "MODEL_INVALID", "tensors[3].shape");
  refuses(shaped(new Array(1000).fill(2147483647)), "MODEL_INVALID", "more than 2147483647");
  refuses(shaped([0, 65536, 65536]), "MODEL_INVALID", "more than 2147483647");
  refuses(shaped([1, -2]), "MODEL_INVALID", "tensors[3].shape[1]", "an extent of -2");
  refuses(shaped([-2147483648]), "MODEL_INVALID", "an extent of -2147483648");
  assert.equal(main(readModel(shaped([65536, 32767]))).tensors[3]!.shape, [65536, 32767]);
});

read("an open batch is 1, other open dimensions and inputs and variables without elements are refused by name", () => {
  const shaped = (shape: number[], tensor = 3) => bent((_, tensors) => (tensors[tensor]!["shape"] = shape));
  assert.equal(main(readModel(shaped([-1, 2, 2, 2]))).tensors[3]!.shape, [1, 2, 2, 2]);
  refuses(shaped([1, -1, 2, 2]), "MODEL_UNSUPPORTED", "tensors[3].shape[1] 'h'", "dimension 1 is open");
  refuses(shaped([1, 0, 2, 2], 0), "MODEL_UNSUPPORTED", "tensors[0].shape 'x'", "an input of shape [1, 0, 2, 2] has no elements");
  refuses(bent((_, tensors) => Object.assign(tensors[3]!, { shape: [1, 0], isVariable: true })), "MODEL_UNSUPPORTED", "tensors[3].shape 'h'", "a variable of shape [1, 0] has no elements");
  assert.equal(main(readModel(shaped([1, 0, 2, 2]))).tensors[3]!.shape, [1, 0, 2, 2]);
});

read("a scalar, and the empty shape that makes one", () => {
  const scalar: ModelSpec = {
    tensors: [
      { name: "x", type: "int8", shape: [1], scale: 1 },
      { name: "shape", type: "int32", shape: [0] },
      { name: "y", type: "int8", shape: [], scale: 1 },
    ],
    operators: [{ op: "RESHAPE", inputs: ["x", "shape"], outputs: ["y"] }],
    inputs: ["x"],
  };
  const { tensors } = main(readModel(buildModel(scalar)));
  assert.equal([tensors[1]!.data!.length, tensors[2]!.shape], [0, []]);
});

read("buffer 0 with data in it", () => {
  refuses(bent((model) => (model.buffers[0]!["data"] = Uint8Array.of(1))), "MODEL_INVALID", "buffer 0 holds data");
});

read("data behind the flatbuffer is read there, and refused behind the end of the file", () => {
  const flatbuffer = (offset: number, size: number) => bent((model) => (model.buffers[1]! = { offset, size }));
  const length = flatbuffer(1000, 2).length, bytes = new Uint8Array(length + 2);
  bytes.set(flatbuffer(length, 2));
  bytes.set([7, 8], length);
  assert.equal([...main(readModel(bytes)).tensors[1]!.data!], [7, 8]);
  refuses(flatbuffer(length, 2), "MODEL_CORRUPT", "buffers[1]", `2 bytes at ${length} lie outside the file`);
  refuses(bent((model) => (model.buffers[1]! = { offset: "18446744073709551615", size: "18446744073709551615" })), "MODEL_CORRUPT", "buffers[1]");
});

read("data in another file, sparse tensors, unknown types: refused by name, passed over where nothing uses them", () => {
  const foreign: [TableObject, string, string][] = [
    [{ externalBuffer: 1 }, "external_buffer", "another file"],
    [{ sparsity: { traversalOrder: [0, 1] } }, "sparsity", "sparse"],
    [{ type: 77 }, "type", "element type 77 is unknown"],
    [{ type: "INT8", quantization: { details: { type: "BlockwiseQuantization", value: { scales: 1, blockSize: 32 } } } }, "quantization.details", "BlockwiseQuantization"],
    [{ type: "INT8", quantization: { details: { type: "CustomQuantization", value: { custom: Uint8Array.of(1) } } } }, "quantization.details", "CustomQuantization"],
  ];
  for (const [fields, path, text] of foreign) {
    refuses(bent((_, tensors) => Object.assign(tensors[3]!, fields)), "MODEL_UNSUPPORTED", `subgraphs[0].tensors[3].${path} 'h'`, text);
    assert.is(main(readModel(bent((_, tensors) => tensors.push({ name: "unused", shape: [1, 4], ...fields })))).tensors.length, 6);
  }
  assert.is(main(readModel(bent((_, tensors) => tensors.push({ name: "labels", type: "STRING", shape: [3] })))).tensors[5]!.type, "string");
});

// --- quantization

read("scales that are no scales", () => {
  for (const scale of [NaN, Infinity, -Infinity, -0.5]) {
    refuses(bent((_, tensors) => (tensors[3]!["quantization"] = quantization([scale], [0]))), "MODEL_INVALID", "subgraphs[0].tensors[3].quantization.scale[0] 'h'", `scale ${scale}`);
    refuses(bent((_, tensors) => (tensors[1]!["quantization"] = quantization([0.5, scale], [0, 0]))), "MODEL_INVALID", "tensors[1].quantization.scale[1] 'w'");
  }
});

read("scale 0 is refused on an activation and a dead channel on a constant", () => {
  refuses(bent((_, tensors) => (tensors[0]!["quantization"] = quantization([0], [0]))), "MODEL_INVALID", "tensors[0].quantization.scale[0] 'x'", "scale 0 on an activation");
  const dead = bent((_, tensors) => {
    tensors[1]!["quantization"] = quantization([0.5, 0], [0, 0]);
    tensors[2]!["quantization"] = quantization([0.25, 0], [0, 0]);
  });
  assert.equal(main(readModel(dead)).tensors[2]!.quantization!.scale, [0.25, 0]);
});

read("zero points outside the type, and as many as scales", () => {
  const zero = (zeroPoint: (number | string)[], scale = [1]) => bent((_, tensors) => (tensors[3]!["quantization"] = { scale, zeroPoint }));
  refuses(zero([128]), "MODEL_INVALID", "tensors[3].quantization.zero_point[0] 'h'", "zero point 128 is outside int8, which holds -128 to 127");
  refuses(zero(["9223372036854775807"]), "MODEL_INVALID", "zero point 9223372036854775807");
  refuses(zero([]), "MODEL_INVALID", "1 scales but 0 zero points");
  refuses(zero([0, 0]), "MODEL_INVALID", "1 scales but 2 zero points");
  assert.equal(main(readModel(zero([-128]))).tensors[3]!.quantization!.zeroPoint, [-128]);
});

read("scales per channel are as many as the axis is long", () => {
  const weights = (count: number, dimension: number) => bent((_, tensors) =>
    (tensors[1]!["quantization"] = quantization(new Array(count).fill(0.5), new Array(count).fill(0), dimension)));
  refuses(weights(3, 0), "MODEL_INVALID", "tensors[1].quantization.quantized_dimension 'w'", "3 scales along dimension 0, whose extent is 2");
  refuses(weights(2, 1), "MODEL_INVALID", "2 scales along dimension 1, whose extent is 1");
  for (const dimension of [4, -1, 2 ** 31 - 1]) refuses(weights(2, dimension), "MODEL_INVALID", `dimension ${dimension} of a tensor of shape [2, 1, 1, 1]`);
  assert.is(main(readModel(weights(1, 99))).tensors[1]!.quantization!.dimension, 0); // one scale runs along nothing
});

read("a one-dimensional tensor has one axis, whatever quantized_dimension says", () => {
  // person_detect.tflite: 3, the axis of its depthwise weights, on biases
  const bytes = bent((_, tensors) => (tensors[2]!["quantization"] = quantization([0.5, 0.25], [0, 0], 3)));
  assert.equal(main(readModel(bytes)).tensors[2]!.quantization, { scale: [0.5, 0.25], zeroPoint: [0, 0], dimension: 0 });
});

read("minima and maxima without scales are no quantization; nor are scales of reals", () => {
  assert.is(main(readModel(bent((_, tensors) => (tensors[3]!["quantization"] = { min: [0], max: [1] })))).tensors[3]!.quantization, null);
  assert.is(main(readModel(bent((_, tensors) => (tensors[3]!["type"] = "FLOAT32")))).tensors[3]!.quantization, null);
});

read("names are shown short and without control characters", () => {
  const error = refuses(bent((_, tensors) => Object.assign(tensors[3]!, { name: `\x1b[31m${"n".repeat(100000)}`, buffer: 99 })), "MODEL_INVALID", "'?[31mnnn");
  assert.ok(error.where.length < 200);
});

read.run();
