import { shortName } from "../arena/labels";
import { ArenulaError } from "../errors";
import type { Graph } from "../graph/graph";
import { CONSTANT } from "./image";
import { layOutForDevice, linkLaidOut, type LaidOut, type LinkOptions, type Linked } from "./link";
import { verifyLinked } from "./verify";

/** Bytes of weights staged at once, largest first: a larger slice is staged less often, a smaller one leaves more RAM. */
export const SLICES = [4096, 2048, 1024, 512] as const;

export interface BuildOptions extends Omit<LinkOptions, "sliceBytes"> {
  /** The most linear memory that the module may have; Infinity where nothing limits it. */
  readonly ramBytes: number;
  /** What limits it, for messages: "nrf52840dk", "--ram". */
  readonly limit: string;
  /** Whether the module is handed out only if its outputs are the desktop's. Defaults to true; false is for who compares them. */
  readonly verify?: boolean;
}

export interface Built extends Linked {
  readonly sliceBytes: number;
}

/**
 * Links a model with the largest slices that fit the memory, and checks the module against the desktop. Where not even the smallest slices fit,
 * the operator at the peak has to spare memory, and again until they do.
 * @throws ArenulaError ARENA_TOO_LARGE with the shortfall and the step that causes it; as `link`
 */
export async function build(model: Graph, options: BuildOptions): Promise<Built> {
  const { default: core } = await import("../../build/core/device.wasm");
  const sparing = sparingOperators(model, options);
  for (const sliceBytes of SLICES) {
    const laidOut = layOutForDevice(model, { ...options, sliceBytes, sparing });
    if (laidOut.facts.linear_memory_bytes > options.ramBytes) continue;
    const linked = await linkLaidOut(laidOut, core);
    if (options.verify ?? true) await verifyLinked(model, linked);
    return { ...linked, sliceBytes };
  }
  throw new RangeError("the smallest slices fit");
}

/** Which operators have to spare memory, and how often they were asked to, until the model fits with the smallest slices. */
function sparingOperators(model: Graph, options: BuildOptions): ReadonlyMap<number, number> {
  const sparing = new Map<number, number>();
  for (let least = Infinity, asked = -1; ; ) {
    const laidOut = layOutForDevice(model, { ...options, sliceBytes: SLICES.at(-1)!, sparing });
    const { program, image: { plan }, facts: { linear_memory_bytes: bytes } } = laidOut;
    if (bytes <= options.ramBytes) return sparing;
    const peak = program.steps[plan.peakStep];
    if (!peak || (bytes >= least && peak.operator === asked)) throw tooLarge(laidOut, options); // it has nothing more to spare
    sparing.set(peak.operator, (sparing.get(peak.operator) ?? 0) + 1);
    [least, asked] = [bytes, peak.operator];
  }
}

function tooLarge({ facts, image, program }: LaidOut, { ramBytes, limit }: BuildOptions): ArenulaError {
  const { plan } = image;
  const step = program.steps[plan.peakStep];
  const operator = step && facts.operators.find(({ index }) => index === step.operator);
  const alive = plan.blocks.filter(({ firstStep, lastStep }) => firstStep <= plan.peakStep && plan.peakStep <= lastStep).sort((a, b) => b.bytes - a.bytes).slice(0, 3);
  const whole = alive.find(({ name, bytes, kind }) => kind === "staging" && bytes > SLICES[0] && name.startsWith(CONSTANT));
  return new ArenulaError("ARENA_TOO_LARGE", `linear memory takes ${facts.linear_memory_bytes} bytes with the smallest slices, ${limit} allows ${ramBytes}: ${facts.linear_memory_bytes - ramBytes} too many`, {
    where: operator ? `operator ${operator.index} ${operator.op} '${shortName(operator.tensor)}' holds ${alive.map(({ name, bytes }) => `'${shortName(name)}' (${bytes})`).join(", ")}` : "",
    hint: whole
      ? `${whole.name} is staged whole, as its bytes are used more than once: a model that holds it in the shape and order of the output has it staged in slices`
      : "a smaller input, or fewer channels around that operator; `arenula plan --svg` draws the peak",
  });
}
