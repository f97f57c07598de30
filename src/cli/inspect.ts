import { printable, shortName } from "../arena/labels";
import { byteLength, elementCount, type Tensor } from "../graph/tensor";
import { operatorMacs, type Model, type Operator, type Subgraph } from "../index";
import { jsonOption, type CommandFile } from "./command";
import * as format from "./format";
import { normalizations } from "./inputs/metadata";
import type { Io } from "./io";
import { openModel, type OpenModel } from "./model";
import { table, type Column } from "./table";

export const inspect: CommandFile = {
  name: "inspect",
  summary: "show inputs, outputs, operators, tensors, quantization, MACs, parameters",
  examples: ["arenula inspect model.tflite", "arenula inspect model.tflite --json | jq .macs"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(jsonOption())
      .action((model: string, flags: { json?: boolean }) => act((io) => inspectModel(model, flags, io)));
  },
};

async function inspectModel(file: string, { json }: { json?: boolean }, io: Io): Promise<0> {
  const opened = await openModel(file);
  io.out(json ? `${JSON.stringify(describe(opened.model))}\n` : draw(opened, io));
  return 0;
}

/** A constant with real values: weights and biases. Shapes, axes and the like are integers without quantization, and no parameters. */
function isParameter(tensor: Tensor): boolean {
  return tensor.data !== null && (tensor.quantization !== null || tensor.type.startsWith("float"));
}

/** Parameters of every operator, a tensor that several share counted at the first. */
function operatorParameters({ operators, tensors }: Subgraph): number[] {
  const counted = new Set<number>();
  return operators.map(({ inputs }) => {
    let sum = 0;
    for (const index of inputs) {
      if (index < 0 || counted.has(index) || !isParameter(tensors[index])) continue;
      counted.add(index);
      sum += elementCount(tensors[index].shape);
    }
    return sum;
  });
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

function describe(model: Model): object {
  const [subgraph] = model.subgraphs;
  const macs = operatorMacs(model), parameters = operatorParameters(subgraph);
  const quantization = (tensor: Tensor) => tensor.quantization && { scale: tensor.quantization.scale, zero_point: tensor.quantization.zeroPoint, dimension: tensor.quantization.dimension };
  const boundary = (index: number) => {
    const tensor = subgraph.tensors[index];
    return {
      index, name: tensor.name, dtype: tensor.type, shape: tensor.shape, shape_signature: tensor.shapeSignature,
      scale: tensor.quantization?.scale[0] ?? null, zero_point: tensor.quantization?.zeroPoint[0] ?? null,
    };
  };
  const scalings = normalizations(model.metadata);
  return {
    description: model.description, version: model.version, bytes: model.bytes,
    inputs: subgraph.inputs.map((index, i) => ({ ...boundary(index), ...(scalings[i] && { normalization: scalings[i] }) })),
    outputs: subgraph.outputs.map(boundary),
    operators: subgraph.operators.map((operator, i) => ({
      index: operator.index, op: operator.name, version: operator.version, custom: operator.custom, inputs: operator.inputs, outputs: operator.outputs,
      options: operator.options, macs: macs[i], parameters: parameters[i],
    })),
    tensors: subgraph.tensors.map((tensor) => ({
      index: tensor.index, name: tensor.name, dtype: tensor.type, shape: tensor.shape, bytes: byteLength(tensor), constant: tensor.data !== null,
      variable: tensor.isVariable, quantization: quantization(tensor),
    })),
    subgraphs: model.subgraphs.length,
    signatures: model.signatures.map(({ key, subgraph: index, inputs, outputs }) => ({ key, subgraph: index, inputs, outputs })),
    metadata: model.metadata.map(({ name, data }) => ({ name, bytes: data.length })),
    macs: total(macs), parameters: total(parameters),
  };
}

function draw({ name, model }: OpenModel, io: Io): string {
  const { outColors: colors, columns } = io;
  const terminal = { colors, columns };
  const [subgraph] = model.subgraphs;
  const { tensors, operators } = subgraph;
  const macs = operatorMacs(model), parameters = operatorParameters(subgraph);
  const number = (header: string): Column => ({ title: header, align: "right" });
  const title = (text: string) => `\n${colors.bold(text)}\n`;
  const tensorRow = (index: number) => {
    const tensor = tensors[index];
    const open = tensor.shapeSignature?.includes(-1) ? format.shape(tensor.shapeSignature) : "";
    return [String(index), tensor.name, tensor.type, format.shape(tensor.shape), ...quantizationCells(tensor), open];
  };
  const ends = (indices: readonly number[]) => table(
    [number("#"), { title: "name", shrinks: true }, { title: "type" }, { title: "shape" }, number("scale"), number("zero"), { title: indices.some((index) => tensorRow(index)[6]) ? "in the file" : "" }],
    indices.map(tensorRow), terminal,
  );
  const scalings = normalizations(model.metadata).flatMap((scaling, i) => (scaling ? [`input ${i}: the metadata says mean ${scaling.mean.join(",")}, std ${scaling.std.join(",")}\n`] : []));
  const others = model.subgraphs.length > 1 ? `, ${model.subgraphs.length} subgraphs (this is the first)` : "";
  return [
    `${colors.bold(name)}  ${format.bytes(model.bytes)}${model.description ? `, ${printable(model.description)}` : ""}${others}\n`,
    `${format.plural(operators.length, "operator")}, ${format.count(total(macs))} MACs, ${format.plural(total(parameters), "parameter")}\n`,
    title("inputs"), ends(subgraph.inputs), ...scalings,
    title("outputs"), ends(subgraph.outputs),
    title("operators"),
    table(
      [number("#"), { title: "operator" }, { title: "output", shrinks: true }, { title: "shape" }, { title: "options", shrinks: true }, number("MACs"), number("params")],
      operators.map((operator, i) => {
        const output = tensors[operator.outputs[0]];
        return [
          String(operator.index), operator.custom ? `${operator.name} (custom)` : operator.name, output ? shortName(output.name) : "", output ? output.shape.join("x") : "",
          optionsText(operator, tensors), macs[i] ? format.count(macs[i]) : "", parameters[i] ? format.count(parameters[i]) : "",
        ];
      }),
      terminal,
    ),
    title("tensors"),
    table(
      [number("#"), { title: "type" }, { title: "shape" }, number("bytes"), number("scale"), number("zero"), { title: "" }, { title: "name", shrinks: true }],
      tensors.map((tensor) => {
        const [scale, zero] = quantizationCells(tensor);
        const kind = tensor.data !== null ? "const" : tensor.isVariable ? "variable" : "";
        return [String(tensor.index), tensor.type, format.shape(tensor.shape), format.count(byteLength(tensor)), scale, zero, { text: kind, paint: colors.dim }, tensor.name];
      }),
      terminal,
    ),
  ].join("");
}

/** Scale and zero point; of a tensor with one per channel the range of scales. */
function quantizationCells({ quantization }: Tensor): [string, string] {
  if (!quantization) return ["", ""];
  const { scale, zeroPoint } = quantization;
  if (scale.length === 1) return [format.scale(scale[0]), String(zeroPoint[0])];
  const short = (value: number) => String(Number(value.toPrecision(2)));
  const zeros = new Set(zeroPoint);
  return [`${short(Math.min(...scale))}..${short(Math.max(...scale))}`, zeros.size === 1 ? String(zeroPoint[0]) : "various"];
}

/** What matters of the options, as people write it: "3x3 SAME /2 RELU6": filter, padding, stride, activation. */
function optionsText({ options, inputs, name }: Operator, tensors: readonly Tensor[]): string {
  const number = (key: string) => (typeof options[key] === "number" ? (options[key] as number) : null);
  const pair = (a: string, b: string) => (number(a) !== null && number(b) !== null ? [number(a), number(b)] : null);
  const words: string[] = [];
  const weights = /^(CONV_2D|DEPTHWISE_CONV_2D)$/.test(name) ? tensors[inputs[1]]?.shape : undefined; // [., height, width, .]
  const filter = weights?.length === 4 ? weights.slice(1, 3) : pair("filterHeight", "filterWidth");
  if (filter) words.push(filter.join("x"));
  const word = (key: string) => (typeof options[key] === "string" && options[key] !== "NONE" ? [options[key] as string] : []);
  words.push(...word("padding"));
  const stride = pair("strideH", "strideW");
  if (stride && (stride[0] !== 1 || stride[1] !== 1)) words.push(`/${stride[0] === stride[1] ? stride[0] : stride.join("x")}`);
  const dilation = pair("dilationHFactor", "dilationWFactor");
  if (dilation && (dilation[0] !== 1 || dilation[1] !== 1)) words.push(`dilation ${dilation.join("x")}`);
  return [...words, ...word("fusedActivationFunction")].join(" ");
}
