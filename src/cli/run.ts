import path from "node:path";
import { printable, shortName } from "../arena/labels";
import type { CoreChoice } from "../runtime/core";
import type { Interpreter, TensorView } from "../index";
import { rankingOf } from "../inspect/ranking";
import { boardOption, coreOption, inputOptions, jsonOption, type CommandFile } from "./command";
import { operatorName } from "../graph/graph";
import { boardFit, fitText, quantizationText, storedValues, tensorJson } from "./describe";
import { feed, readInputs, type InputFlags } from "./feed";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { createInterpreter, openBoard, openModel } from "./model";
import { facts, table } from "./table";

interface RunFlags extends InputFlags {
  core: CoreChoice;
  board?: string;
  out?: string;
  trace?: boolean;
  json?: boolean;
}

export const run: CommandFile = {
  name: "run",
  summary: "run one inference and print the outputs",
  examples: ["arenula run kws.tflite --input features.npy", "arenula run digits.tflite --input seven.png --mean 0 --std 255", "arenula run speech.tflite --input yes.wav --front-end features.tflite", "arenula run kws.tflite --input lcg:1 --trace --json"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file");
    for (const option of inputOptions()) command.addOption(option);
    command.addOption(coreOption()).addOption(boardOption("refuse a model whose arena does not fit"))
      .option("-o, --out <dir>", "write the outputs' stored bytes to DIR/output_<i>.bin")
      .option("--trace", "checksum of every operator's output")
      .addOption(jsonOption())
      .action((model: string, flags: RunFlags) => act((io) => runOnce(model, flags, io)));
  },
};

async function runOnce(file: string, flags: RunFlags, io: Io): Promise<0> {
  const opened = await openModel(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const net = await createInterpreter(opened, { core: flags.core, ...(board && { board }) });
  const decoded = await readInputs(opened.model, flags, io);
  feed(net, decoded);
  const trace = flags.trace ? net.trace() : null; // a trace is an inference of its own
  if (!trace) net.invoke();

  const written = flags.out === undefined ? [] : await writeOutputs(net, flags.out);
  if (flags.json) {
    io.out(`${JSON.stringify({
      dialect: net.dialect, core: net.core, arena_bytes: net.arena.bytes,
      ...(board && { board: boardFit(board, net) }),
      ...(net.endedEarlyAt !== null && { ended_early_at: net.endedEarlyAt }),
      inputs: net.inputs.map((input, i) => tensorJson(input, decoded[i].bytes)),
      outputs: net.outputs.map((output) => ({ ...tensorJson(output, output.bytes), data: storedValues(output.data) })),
      ...(trace && { trace }), ...(written.length > 0 && { files: written }),
    })}\n`);
    return 0;
  }
  const { outColors: colors, columns } = io;
  io.out(`${colors.bold(opened.name)}  ${net.core} core, ${net.dialect} dialect, arena ${format.bytes(net.arena.bytes)}\n`);
  if (board) io.out(`${fitText(boardFit(board, net))}\n`);
  if (net.endedEarlyAt !== null) io.out(endedEarlyText(operatorName(opened.model.subgraphs[0], opened.model.subgraphs[0].operators[net.endedEarlyAt])));
  for (const output of net.outputs) io.out(`\n${describeOutput(output, io)}`);
  if (trace) {
    io.out(`\n${table(
      [{ title: "#", align: "right" }, { title: "operator" }, { title: "tensor", align: "right" }, { title: "name", shrinks: true }, { title: "crc32" }],
      trace.map((entry) => [
        String(entry.operator), entry.op, String(entry.tensor), shortName(opened.model.subgraphs[0].tensors[entry.tensor].name),
        entry.folded ? `${entry.crc32} (folded)` : entry.crc32,
      ]),
      { columns, colors },
    )}`);
  }
  if (written.length > 0) io.err(`wrote ${format.list(written)}\n`);
  return 0;
}

async function writeOutputs(net: Interpreter, folder: string): Promise<string[]> {
  const files = net.outputs.map((_, i) => path.join(folder, `output_${i}.bin`));
  for (const [i, file] of files.entries()) await writeFileAtomically(file, net.outputs[i].bytes);
  return files;
}

/** What one inference of a model that gathers input over several comes to. @param operator which one ended it */
export function endedEarlyText(operator: string): string {
  return `ended at ${operator}, which gathers the input of several inferences: outputs behind it are still zeros\n`;
}

const BAR_COLUMNS = 24;

/** The largest values first, as most outputs are scores; of a larger output the largest few, of an image-like one the range. */
export function describeOutput(output: TensorView, io: Io): string {
  const { outColors: colors, columns } = io;
  const real = output.dequantize();
  const head = facts([
    ["output", colors.bold(printable(output.name))],
    ["", [`${output.type} ${format.shape(output.shape)}`, quantizationText(output), `crc32 ${tensorJson(output, output.bytes).crc32}`].filter(Boolean).join(", ")],
  ], colors);
  const { shown, areShares, least } = rankingOf(real);
  const rows = shown.map((index) => [
    String(index), String(output.data[index]), real[index].toPrecision(4),
    ...(areShares ? [{ text: "█".repeat(Math.round(BAR_COLUMNS * real[index])), paint: colors.green }] : []),
  ]);
  const body = table([{ title: "index", align: "right" }, { title: "stored", align: "right" }, { title: "real", align: "right" }, ...(areShares ? [{ title: "" }] : [])], rows, { columns, colors });
  const rest = real.length - shown.length;
  return `${head}${body}${rest > 0 ? colors.dim(`${format.count(rest)} smaller values, down to ${least.toPrecision(4)}\n`) : ""}`;
}
