import type { Model, InputView, TensorView } from "../index";
import { Examination, type Examined } from "../inspect/examine";
import { classesOf } from "../inspect/task";
import { eachSample, openData, type DataFlags } from "./data";
import { storedValues, tensorJson } from "./describe";
import { feed } from "./feed";
import type { Io } from "./io";

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

/** Goes through the data once. @param against what the model should compute; its inputs are read from the same data */
export async function examine(model: Model, against: Model | null, flags: DataFlags, io: Io): Promise<Examined & { executed: Executed }> {
  const examination = await Examination.create(model, against), { net } = examination;
  const data = await openData(model, flags, io);
  const dataAgainst = against && (await openData(against, flags, { ...io, err: () => {} }).catch(async (error: unknown) => {
    await data.close();
    throw error;
  }));
  try {
    const labels = data.labels && classesOf(data.labels, net.outputs[0]!.data.length, data.where);
    let executed: Executed | null = null;
    await eachSample(data, io, "looking at the data", async ({ name, inputs: decoded }, i) => {
      feed(net, decoded);
      const before = executed ? null : net.inputs.map(edgeOf);
      const bytes = decoded.map((input) => input.bytes), fed = dataAgainst ? (await dataAgainst.sample(i)).inputs.map((input) => input.bytes) : bytes;
      examination.add({ index: i, name }, bytes, labels?.[i] ?? null, fed);
      if (before) executed = { sample: name, inputs: before, outputs: net.outputs.map(edgeOf) };
    });
    return { ...examination.result(), executed: executed! };
  } finally {
    await data.close();
    await dataAgainst?.close();
  }
}

function edgeOf(view: InputView | TensorView): Edge {
  return { name: view.name, real: [...view.dequantize().subarray(0, SHOWN)], stored: storedValues(view.data.subarray(0, SHOWN) as typeof view.data) as number[], crc32: tensorJson(view, view.bytes).crc32 };
}
