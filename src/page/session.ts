// One model on the page: what is known of it, and what comes out of it. Everything that the worker computes; runs in Node as well.
import { ArenulaError } from "../errors";
import { boards, checkModel, Interpreter, Model, operatorMacs, type OperatorCheck } from "../index";
import { boardFit } from "../cli/describe";
import { formatOf } from "../cli/inputs/formats";
import { decodeInputs, inputsOf, type NamedInput } from "../cli/inputs/inputs";
import { tensorText } from "../cli/inputs/quantize";
import type { DecodedInput, SoundDecoder } from "../cli/inputs/types";
import { findingsOf, InputWatch } from "../inspect/findings";
import { findingsSection, layersSection, memorySection, summarySection } from "../inspect/report/sections";
import type { CoreChoice } from "../runtime/core";
import type { Feeding, InputInfo, NamedBytes, Sections } from "./protocol";
import { boardsSection, operatorsSection, predictionSection, timingText } from "./sections";
import { timesOf } from "./times";

export class Session {
  private constructor(
    private readonly name: string, private readonly model: Model, private readonly checks: readonly OperatorCheck[], private readonly net: Interpreter | null, private readonly refusal: ArenulaError | null,
  ) {}

  /**
   * Reads a model and plans it. One that cannot run is a session too: it says why.
   * @throws ArenulaError MODEL_*, CORE_UNAVAILABLE
   */
  static async open({ name, bytes }: NamedBytes, core: CoreChoice): Promise<Session> {
    const model = inFile(name, () => Model.parse(bytes)), checks = checkModel(model);
    if (checks.some(({ ok }) => !ok)) return new Session(name, model, checks, null, null);
    try {
      return new Session(name, model, checks, await Interpreter.create(model, { core }), null);
    } catch (error) {
      if (!(error instanceof ArenulaError) || error.code === "INTERNAL" || error.code === "CORE_UNAVAILABLE") throw error;
      return new Session(name, model, checks, null, error); // some refusals belong to no operator: an input of strings
    }
  }

  /** Whether `run` can. */
  get runs(): boolean {
    return this.net !== null;
  }

  get inputs(): InputInfo[] {
    return inputsOf(this.model).map((input) => ({ name: input.name, aliases: input.aliases, tensor: tensorText(input) }));
  }

  /** What the file alone tells. */
  async sections(): Promise<Sections> {
    const { name, model, checks, net, refusal } = this;
    const planned = net && (await Interpreter.create(model, { core: "mcu" })); // boards have no SIMD, whose kernels take other scratch
    const operators = operatorsSection(model, checks, refusal, planned?.arena.bytes ?? null).body;
    if (!planned) return { operators };
    const findings = findingsSection(findingsOf({ model }), "the model").body;
    const fits = (await boards()).map((board) => ({ board, fit: boardFit(board, planned) }));
    return {
      operators, findings, boards: boardsSection(planned.arena.bytes, fits).body, memory: memorySection(name, planned.arena, planned.steps, null).body,
      model: summarySection(planned, model.bytes, operatorMacs(model).reduce((sum, macs) => sum + macs, 0)).body,
    };
  }

  /**
   * One inference, then the time of every layer.
   * @throws ArenulaError INPUT_*, INDEX_RANGE; INTERNAL where there is nothing to run
   */
  async run(feeding: Feeding): Promise<{ notes: string[]; sections: Sections }> {
    const { net, model } = this;
    if (!net) throw new ArenulaError("INTERNAL", "the model cannot run");
    const inputs = inputsOf(model), decoded = await decode(inputs, feeding);
    const refill = () => decoded.forEach(({ bytes }, i) => net.inputs[i]!.bytes.set(bytes));
    refill();
    const [main] = model.subgraphs, fromFiles = feeding.sources.some((source) => formatOf(source) !== null);
    const watched = net.inputs.flatMap((input, i) => {
      const watch = new InputWatch(main!.tensors[main!.inputs[i]!]!);
      watch.add(input.data as ArrayLike<number>, input.bytes);
      return formatOf(feeding.sources[i]!) === null ? [] : watch.findings(); // noise and zeros are nobody's data
    });
    net.resetState();
    refill();
    net.invoke();
    const prediction = predictionSection(net.outputs, feeding.labels, feeding.sources).body; // before the arena is used again
    const { ms, runs, operators } = timesOf(net, refill);
    const macs = operatorMacs(model);
    const layers = main!.operators.map(({ index, name: op, outputs }, i) => ({ operator: index, op, tensor: main!.tensors[outputs[0]!]?.name ?? "", macs: macs[i]!, ms: operators[i]!, cycles: null }));
    return {
      notes: decoded.flatMap(({ notes }, i) => (notes.length > 0 ? [`${inputs[i]!.name}: ${notes.join("; ")}`] : [])),
      sections: {
        prediction, findings: findingsSection(findingsOf({ model, inputs: watched }), fromFiles ? "the model or this input" : "the model; no input was given").body,
        layers: timingText(ms, runs, net.core) + layersSection(layers, null).body,
      },
    };
  }
}

/** As the command line decodes `--input`: the same code, so the same bytes. */
async function decode(inputs: readonly NamedInput[], { sources, files, scaling, fit, frontEnd, stride }: Feeding): Promise<DecodedInput[]> {
  const has = (...formats: string[]) => sources.some((source) => formats.includes(formatOf(source) ?? "")), images = has("png", "jpg", "jpeg");
  const readFile = async (name: string) => files.find((file) => file.name === name)!.bytes;
  return decodeInputs(inputs.map(({ name }, i) => `${name}=${sources[i]!}`), inputs, {
    scaling: images ? scaling : null, fit: images && fit, frontEnd: frontEnd && has("wav") ? await openFrontEnd(frontEnd, stride) : null,
  }, readFile);
}

async function openFrontEnd({ name, bytes }: NamedBytes, stride: number | null): Promise<SoundDecoder> {
  const net = await Interpreter.create(inFile(name, () => Model.parse(bytes)));
  const { frontEndOf } = await import("../cli/inputs/front_end"); // with the decoder of sounds, which most pages never need
  return frontEndOf(net, name, stride, name);
}

/** Adds the file to the place of an error. */
function inFile<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ArenulaError) error.where = error.where ? `${file}, ${error.where}` : file;
    throw error;
  }
}
