import { Option } from "commander";
import { printable } from "../arena/labels";
import { findingsOf, type Finding } from "../inspect/findings";
import { snippetsOf, type Snippets } from "../inspect/snippets";
import { jsonOption, type CommandFile } from "./command";
import { dataOptions, type DataFlags } from "./data";
import { quantizationText } from "./describe";
import { examine, SHOWN, type Executed } from "./examine";
import { scalingOf } from "./feed";
import * as format from "./format";
import { normalizations } from "./inputs/metadata";
import type { Io } from "./io";
import { openModel, type OpenModel } from "./model";
import { facts } from "./table";

type Language = keyof Snippets;
const LANGUAGES: readonly Language[] = ["c", "python", "typescript"];
const TITLES: Readonly<Record<Language, string>> = { c: "C, on the device", python: "Python, LiteRT", typescript: "TypeScript" };

interface ExplainFlags extends DataFlags {
  language?: Language;
  json?: boolean;
}

export const explain: CommandFile = {
  name: "explain",
  summary: "how to feed and read a model: code in C, Python and TypeScript; what looks wrong with given data",
  examples: ["arenula explain model.tflite", "arenula explain model.tflite --language c", "arenula explain model.tflite --data test.csv --mean 0 --std 255"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file");
    for (const option of dataOptions()) command.addOption(option);
    command.addOption(new Option("--language <name>", "one of the three only").choices([...LANGUAGES])).addOption(jsonOption())
      .action((model: string, flags: ExplainFlags) => act((io) => explainModel(model, flags, io)));
  },
};

async function explainModel(file: string, flags: ExplainFlags, io: Io): Promise<0> {
  const opened = await openModel(file);
  const { model } = opened, [main] = model.subgraphs;
  const scaling = scalingOf(flags) ?? normalizations(model.metadata)[0] ?? null;
  const code = snippetsOf({ file: opened.name, inputs: main!.inputs.map((i) => main!.tensors[i]!), outputs: main!.outputs.map((i) => main!.tensors[i]!), scaling });
  const given = flags.data !== undefined || flags.input.length > 0 || flags.labels !== undefined; // labels of nothing are refused with the data
  const { executed, findings } = given ? await examine(model, null, flags, io) : { executed: null, findings: findingsOf({ model }) };
  if (flags.json) {
    const edge = (index: number) => {
      const { name, type, shape, quantization } = main!.tensors[index]!;
      return { name, dtype: type, shape, scale: quantization?.scale[0] ?? null, zero_point: quantization?.zeroPoint[0] ?? null };
    };
    io.out(`${JSON.stringify({ inputs: main!.inputs.map(edge), outputs: main!.outputs.map(edge), code, executed, findings })}\n`);
    return 0;
  }
  draw(opened, code, executed, findings, flags, io);
  return 0;
}

function draw({ name, model }: OpenModel, code: Snippets, executed: Executed | null, findings: readonly Finding[], { language }: ExplainFlags, io: Io): void {
  const { outColors: colors } = io, [main] = model.subgraphs;
  io.out(`${colors.bold(name)}\n`);
  const edge = (kind: string) => (index: number): [string, string] => {
    const { name: tensor, type, shape, quantization } = main!.tensors[index]!;
    return [kind, `${printable(tensor)}  ${type} ${format.shape(shape)}${quantization ? `, ${quantizationText({ scale: quantization.scale[0]!, zeroPoint: quantization.zeroPoint[0]! })}` : ""}`];
  };
  io.out(facts([...main!.inputs.map(edge("input")), ...main!.outputs.map(edge("output"))], colors));
  for (const each of language ? [language] : LANGUAGES) io.out(`\n${colors.bold(TITLES[each])}\n\n${code[each].trimEnd().split("\n").map((line) => `    ${line}`.trimEnd()).join("\n")}\n`);
  if (executed) {
    io.out(`\n${colors.bold(`Executed here on ${printable(executed.sample)}`)}\n`);
    const numbers = (values: readonly number[], digits: (value: number) => string) => `${values.map(digits).join(" ")}${values.length === SHOWN ? " ..." : ""}`;
    io.out(facts([...executed.inputs.map((edge) => ["input", edge] as const), ...executed.outputs.map((edge) => ["output", edge] as const)].flatMap(([kind, { real, stored, crc32 }]): [string, string][] => [
      [kind, `real   ${numbers(real, (value) => String(Number(value.toPrecision(5))))}`], ["", `stored ${stored.every(Number.isInteger) ? numbers(stored, String) : "as they are"}  (crc32 ${crc32})`],
    ]), colors));
  }
  io.out(`\n${findingsText(findings, executed !== null, io)}`);
}

export function findingsText(findings: readonly Finding[], withData: boolean, { outColors: colors }: Io): string {
  if (findings.length === 0) return colors.green(withData ? "nothing looks wrong with the model or these data\n" : "nothing looks wrong with the model; give --data to have data looked at\n");
  return findings.map(({ code, where, message, hint }) => `${colors.red(colors.bold(code))} ${where ? `${printable(where)}: ` : ""}${printable(message)}\n  ${colors.dim("do")} ${printable(hint)}\n`).join("");
}
