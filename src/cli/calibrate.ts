// Ranges of a float model's tensors over `--data`.
import { Option } from "commander";
import { valuesIn } from "../runtime/tensor_view";
import type { Range, Ranges } from "../quantizer/range";
import { openData, type DataFlags } from "./data";
import type { Io } from "./io";
import { createInterpreter, type OpenModel } from "./model";
import { progressBar } from "./progress";

export interface CalibratorFlags {
  calibrator: "minmax";
}

export const calibratorOptions = (): Option[] => [new Option("--calibrator <name>", "how a range follows from what was seen").choices(["minmax"]).default("minmax")];

/** Runs the model over the data. */
export async function calibrate(opened: OpenModel, _data: string, flags: DataFlags & CalibratorFlags, io: Io): Promise<{ ranges: Ranges; samples: number }> {
  const net = await createInterpreter(opened, {}), data = await openData(opened.model, flags, io), bar = progressBar(io, "calibrating");
  const ranges = new Map<number, Range>();
  const see = (tensor: number, values: ArrayLike<number>) => {
    let { min, max } = ranges.get(tensor) ?? { min: Infinity, max: -Infinity };
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      min = Math.min(min, value); // NaN stays NaN, and is refused with the tensor's name
      max = Math.max(max, value);
    }
    ranges.set(tensor, { min, max, source: `minmax, ${data.count} sample${data.count === 1 ? "" : "s"}` });
  };
  try {
    for (let i = 0; i < data.count; i++) {
      const { inputs } = await data.sample(i);
      net.resetState();
      net.inputs.forEach((input, k) => input.bytes.set(inputs[k]!.bytes));
      opened.model.subgraphs[0]!.inputs.forEach((tensor, k) => net.inputs[k]!.type === "float32" && see(tensor, net.inputs[k]!.data as Float32Array));
      net.watch(({ tensor, bytes }) => tensor.type === "float32" && tensor.data === null && see(tensor.index, valuesIn("float32", bytes) as Float32Array));
      bar.update((i + 1) / data.count);
    }
    return { ranges, samples: data.count };
  } finally {
    bar.stop();
    await data.close();
  }
}
