// What `compare --engines` sets side by side: builds of the kernels for this machine, and modules as a device runs them.
import { crc32 } from "../crc32";
import type { Board } from "../device/boards";
import { ENGINES, type Engine } from "../device/machine";
import { ArenulaError } from "../errors";
import { Interpreter } from "../index";
import type { Runner } from "../inspect/runner";
import type { Built } from "../link/build";
import { ModuleRun } from "../link/module_run";
import type { CoreName } from "../lowering/lowering";
import { concatenate } from "../lowering/packing";
import type { Io } from "./io";
import { linkModel } from "./linked";
import type { OpenModel } from "./model";
import { stageBars } from "./progress";

const CORES: readonly CoreName[] = ["mcu", "simd", "relaxed"];
export type EngineName = CoreName | Engine;
export const ENGINE_NAMES: readonly EngineName[] = [...CORES, ...ENGINES];

export const isDevice = (name: EngineName): name is Engine => (ENGINES as readonly string[]).includes(name);

/** An engine with the model in it. */
export interface OpenEngine {
  readonly name: EngineName;
  readonly runner: Runner;
  /** null: a core of this machine. */
  readonly built: Built | null;
}

/** @param board what device engines link for; null: whatever memory it takes */
export async function openEngine(opened: OpenModel, name: EngineName, board: Board | null): Promise<OpenEngine> {
  if (!isDevice(name)) return { name, built: null, runner: await Interpreter.create(opened.model, { core: name }) };
  const built = await linkModel(opened, board, { engine: name, weights: "packed", verify: false }); // a module that differs is what is looked for
  return { name, built, runner: await ModuleRun.create(opened.model, built) };
}

/** What a module made of a sample. */
interface Expected {
  readonly inputs: Uint8Array;
  readonly outputs: readonly string[];
}

export interface Emulated {
  readonly engine: Engine;
  readonly board: string;
  readonly samples: number;
  /** The first output that is not the module's. */
  readonly first_difference: { readonly sample: number; readonly output: number } | null;
}

/** More would take hours: a sample is millions of emulated instructions. */
const MOST_EMULATED = 16;

/** Keeps what a device engine made of the first samples, and lets an emulated board repeat them. */
export class Emulation {
  private readonly expected: Expected[] = [];

  constructor(private readonly engine: OpenEngine, private readonly board: string) {}

  /** To be called behind every sample. @param inputs what the model was fed */
  add(inputs: readonly Uint8Array[]): void {
    const { built, runner: { outputs } } = this.engine;
    const most = built!.facts.state ? 1 : MOST_EMULATED; // the firmware does not set variables back between samples
    if (this.expected.length < most) this.expected.push({ inputs: concatenate(inputs), outputs: outputs.map(({ planned }) => crc32(planned)) });
  }

  /** @throws ArenulaError BOARD_WITHOUT_FIRMWARE, TOOL_MISSING, WAMR_*, FIRMWARE_FAILED, EMULATOR_TIMEOUT */
  async run(io: Io): Promise<Emulated> {
    const { buildFirmware } = await import("../firmware/firmware"), { runFirmware } = await import("../firmware/emulator"); // for those who ask for it
    const { board, expected } = this, { built, name } = this.engine, engine = name as Engine, bars = stageBars(io);
    try {
      const firmware = await buildFirmware({ board, engine, jobs: [{ module: built!.module, functions: built!.functions, inputs: concatenate(expected.map(({ inputs }) => inputs)) }], progress: bars.update });
      const { jobs: [ended] } = await runFirmware(firmware, { timeoutMs: 1_800_000, progress: bars.update });
      const { error, samples } = ended!;
      if (error) throw new ArenulaError("FIRMWARE_FAILED", `${error.stage}: ${error.error}: ${error.reason}`, { where: `${board}, ${engine}` });
      const differing = expected.flatMap(({ outputs }, sample) => outputs.flatMap((crc, output) => (samples[sample]!.outputs[output]!.crc32 === crc ? [] : [{ sample, output }])));
      return { engine, board, samples: expected.length, first_difference: differing[0] ?? null };
    } finally {
      bars.stop();
    }
  }
}

/** @throws ArenulaError BOARD_WITHOUT_FIRMWARE, TOOL_MISSING: before anything is run */
export async function checkEmulator(board: string): Promise<void> {
  const { firmwareBoard } = await import("../firmware/targets"), { toolVersion } = await import("../firmware/tools");
  toolVersion(firmwareBoard(board).core.qemu);
}
