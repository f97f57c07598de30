import { shortName } from "../arena/labels";
import { diffModels, type ModelDiff, type Parameters, type TensorDiff } from "../inspect/diff";
import { jsonOption, type CommandFile } from "./command";
import * as format from "./format";
import type { Io } from "./io";
import { openModel, type OpenModel } from "./model";
import { facts, table, type Cell } from "./table";

export const diff: CommandFile = {
  name: "diff",
  summary: "the quantization of two models, tensor by tensor, without data",
  examples: ["arenula diff qat.tflite ptq.tflite", "arenula diff qat.tflite ptq.tflite --all", "arenula diff old.tflite new.tflite --json | jq .weights_equal"],
  declare(command, act) {
    command.argument("<a>", "a .tflite file").argument("<b>", "another version of the same network").option("--all", "also what is equal").addOption(jsonOption())
      .action((a: string, b: string, flags: { all?: boolean; json?: boolean }) => act((io) => diffTwo(a, b, flags, io)));
  },
};

async function diffTwo(fileA: string, fileB: string, { all = false, json = false }: { all?: boolean; json?: boolean }, io: Io): Promise<0> {
  const a = await openModel(fileA), b = await openModel(fileB);
  const found = diffModels(a.model, b.model);
  if (json) io.out(`${JSON.stringify({ a: a.name, b: b.name, ...found })}\n`);
  else draw(a, b, found, all, io);
  return 0;
}

const parameters = ({ type, scale, zero_point }: Parameters): string => (scale === null ? type : `${type} ${format.short(scale)}, ${zero_point}`);
const range = ({ range: ends }: Parameters): string => (ends ? `${format.short(ends[0])} to ${format.short(ends[1])}` : "-");
const isEqual = ({ a, b }: TensorDiff): boolean => a.type === b.type && a.scale === b.scale && a.zero_point === b.zero_point;

function draw(a: OpenModel, b: OpenModel, { tensors, constants, weights_equal, biases_equal, only_a, only_b }: ModelDiff, all: boolean, io: Io): void {
  const { outColors: colors, columns } = io;
  const worstFirst = [...tensors].filter((tensor) => all || !isEqual(tensor)).sort((x, y) => (y.codes ?? 0) - (x.codes ?? 0));
  io.out(`${colors.bold(a.name)} and ${colors.bold(b.name)}\n\n`);
  if (worstFirst.length > 0) {
    io.out(table(
      [{ title: "#", align: "right" }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "a: scale, zero point" }, { title: "b: scale, zero point" }, { title: "a: range", drops: 1 }, { title: "b: range", drops: 2 }, { title: "codes", align: "right" }],
      worstFirst.map((tensor): Cell[] => [
        tensor.operator_b === null ? "" : String(tensor.operator_b), tensor.op, shortName(tensor.name), parameters(tensor.a), parameters(tensor.b), range(tensor.a), range(tensor.b),
        tensor.codes === null ? "-" : { text: tensor.codes.toFixed(1), paint: tensor.codes > 1 ? colors.red : String },
      ]),
      { columns, colors },
    ));
    io.out(colors.dim("\ncodes: how far the ends of both ranges are apart, in steps of b's scale\n\n"));
  }
  const changed = constants.filter(({ equal }) => !equal);
  if (changed.length > 0) {
    io.out(`${table(
      [{ title: "#", align: "right" }, { title: "operator" }, { title: "constant", shrinks: true }, { title: "" }, { title: "differing", align: "right" }, { title: "most", align: "right" }],
      changed.map((constant) => [String(constant.operator_b), constant.op, shortName(constant.name), constant.role, `${format.count(constant.differing)} of ${format.count(constant.elements)}`, `${format.short(constant.most)} steps`]),
      { columns, colors },
    )}\n`);
  }
  const said = (equal: boolean) => (equal ? colors.green("equal") : colors.red("differ"));
  const different = tensors.filter((tensor) => !isEqual(tensor)).length;
  io.out(facts([
    ["weights", said(weights_equal)], ["biases", said(biases_equal)],
    ["activations", different === 0 ? colors.green(`all ${tensors.length} are mapped alike`) : `${different} of ${tensors.length} are mapped differently`],
    ...(only_a.length > 0 ? [["only in a", format.list(only_a)] as [string, string]] : []), ...(only_b.length > 0 ? [["only in b", format.list(only_b)] as [string, string]] : []),
  ], colors));
}

