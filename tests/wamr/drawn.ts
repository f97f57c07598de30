// Drawn models for boards, laid out for an engine and a core: which of them run, and what they have to compute.
import { crc32 } from "../../src/crc32";
import { isCompiled, type Engine } from "../../src/device/machine";
import { Interpreter, Model } from "../../src/index";
import { layOutForDevice, type LaidOut } from "../../src/link/link";
import { operatorGoldens, type OperatorGolden } from "../operators/goldens";
import { turnOf } from "../support/turns";

export interface Drawn {
  readonly golden: OperatorGolden;
  readonly model: Model;
  readonly laidOut: LaidOut;
}

const goldens = operatorGoldens().flatMap(({ cases }) => cases.map((golden, i) => ({ golden, first: i === 0, model: Model.parse(golden.model) })));

/** Every drawn model as an engine runs it on a core, with widened weights too where that changes kernels, and whether it is the first one of its family. */
function layOutAll(engine: Engine, core: string): (Drawn & { readonly first: boolean })[] {
  return goldens.flatMap(({ golden, first, model }) => {
    const layOut = (widened: boolean) => layOutForDevice(model, { engine, core, widened, sliceBytes: 512, name: golden.id, sha256: "", version: "0.0.0" });
    const plain = layOut(false), others = isCompiled(engine) ? [] : [layOut(true)].filter(({ kernels }) => kernels.join() !== plain.kernels.join());
    return [{ golden, first, model, laidOut: plain }, ...others.map((laidOut) => ({ golden, first: false, model, laidOut }))];
  });
}

/** The smallest drawn model for every kernel that an engine runs on a core, by the kernel's name. */
export function smallestByKernel(engine: Engine, core: string): Map<string, Drawn> {
  return smallest(layOutAll(engine, core));
}

function smallest(all: readonly Drawn[]): Map<string, Drawn> {
  const chosen = new Map<string, Drawn>();
  for (const drawn of all)
    for (const kernel of drawn.laidOut.kernels) if ((chosen.get(kernel)?.laidOut.image.bytes ?? Infinity) > drawn.laidOut.image.bytes) chosen.set(kernel, drawn);
  return new Map([...chosen].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first model of every family, one with every kernel that the engine runs on the core, and of the rest one in `step`. */
export function drawnModels(engine: Engine, core: string, step: number): Drawn[] {
  const all = layOutAll(engine, core), kernels = new Set(smallest(all).values());
  return all.filter((drawn, i) => drawn.first || i % step === 0 || kernels.has(drawn));
}

/** CRC-32 of each output after each invocation: TFLM's bits, or the desktop's where TFLM's own floats are only near them. What the data leave of an output is zero. */
export async function expectedOutputs({ golden: { inputs, outputs, sequence, ulps }, model, laidOut }: Drawn): Promise<string[][]> {
  const turns = Array.from({ length: sequence }, (_, turn) => turn);
  if (ulps === 0)
    return turns.map((turn) => outputs.map((all, i) => {
      const whole = new Uint8Array(laidOut.facts.outputs[i]!.bytes);
      whole.set(turnOf(all, turn, sequence));
      return crc32(whole);
    }));
  const net = await Interpreter.create(model, { core: "mcu" });
  return turns.map((turn) => {
    inputs.forEach((all, i) => net.inputs[i]!.bytes.set(turnOf(all, turn, sequence)));
    net.invoke();
    return net.outputs.map(({ bytes }) => crc32(bytes));
  });
}

/** What is fed to each invocation, one after the other. */
export function samplesOf({ golden: { inputs, sequence } }: Drawn): Uint8Array {
  return Buffer.concat(Array.from({ length: sequence }, (_, turn) => inputs.map((all) => turnOf(all, turn, sequence))).flat());
}
