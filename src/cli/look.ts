import { modelFindings, InputWatch, type Finding } from "../inspect/findings";
import { OutputWatch } from "../inspect/outputs";
import { classesOf } from "../inspect/task";
import { Interpreter, type InputView, type TensorView } from "../index";
import { eachSample, openData, type DataFlags } from "./data";
import { storedValues, tensorJson } from "./describe";
import { feed } from "./feed";
import type { Io } from "./io";
import type { OpenModel } from "./model";

/** What one sample became here: numbers to hold against those of one's own code. */
export interface Executed {
  readonly sample: string;
  readonly inputs: readonly Edge[];
  readonly outputs: readonly Edge[];
}
export interface Edge {
  readonly name: string;
  readonly real: readonly number[];
  readonly stored: readonly number[];
  readonly crc32: string;
}

/** Values of a tensor that are shown. */
export const SHOWN = 8;

/** Runs the first sample for its numbers, and all of them for what they have in common. */
export async function look({ model }: OpenModel, flags: DataFlags, io: Io): Promise<{ executed: Executed; findings: Finding[] }> {
  const net = await Interpreter.create(model), other = await Interpreter.create(model); // one answers, the other tries
  const data = await openData(model, flags, io);
  try {
    const labels = data.labels && classesOf(data.labels, net.outputs[0]!.data.length, data.where);
    const inputs = net.inputs.map((_, i) => new InputWatch(model.subgraphs[0]!.tensors[model.subgraphs[0]!.inputs[i]!]!));
    const answers = new OutputWatch(other);
    let executed: Executed | null = null;
    await eachSample(data, io, "looking at the data", ({ name, inputs: decoded }, i) => {
      feed(net, decoded);
      net.inputs.forEach((input, k) => inputs[k]!.add(input.data as ArrayLike<number>, input.bytes));
      const reals = net.inputs[0]!.dequantize(), before = net.inputs.map(edgeOf);
      net.resetState();
      feed(net, decoded);
      net.invoke();
      executed ??= { sample: name, inputs: before, outputs: net.outputs.map(edgeOf) };
      answers.add(reals, net.outputs[0]!.dequantize(), labels?.[i] ?? null);
    });
    return { executed: executed!, findings: [...inputs.flatMap((input) => input.findings()), ...modelFindings(model), ...answers.findings(labels !== null)] }; // causes before symptoms
  } finally {
    await data.close();
  }
}

function edgeOf(view: InputView | TensorView): Edge {
  return { name: view.name, real: [...view.dequantize().subarray(0, SHOWN)], stored: storedValues(view.data.subarray(0, SHOWN) as typeof view.data) as number[], crc32: tensorJson(view, view.bytes).crc32 };
}

