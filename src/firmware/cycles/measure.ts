// Modelled cycles of a firmware, per operator: what the emulator executed, times the core's timing table.
//
//   const { run, source, assumptions, jobs } = await measureCycles(await buildFirmware({ board, engine, jobs: [{ module, inputs }] }));
//   jobs[0].operators[3] // { operator: 3, instructions, cycles, taken, opcodes: { ldr: 1204, ... } }
//
// The same on every run: QEMU counts under -icount, and the plugin reads no clock.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runFirmware, type EmulatorOptions, type FirmwareRun } from "../emulator";
import type { Firmware } from "../firmware";
import { firmwareBoard } from "../targets";
import { blocksPlugin } from "./plugin";
import { less, readSections, type Counts } from "./sections";
import { timingOf } from "./timing";

export interface OperatorCounts extends Counts {
  readonly operator: number;
}

export interface JobCounts {
  /** Each operator, less a call that runs none. Empty where the job ended in an error, or measures no operators. */
  readonly operators: readonly OperatorCounts[];
  /** The whole `invoke` of each sample. */
  readonly samples: readonly Counts[];
}

export interface MeasuredCycles {
  /** What the firmware said: the run that was counted. */
  readonly run: FirmwareRun;
  /** Where the timing comes from, and what was assumed besides: to be shown beside every figure. */
  readonly source: string;
  readonly assumptions: readonly string[];
  readonly jobs: readonly JobCounts[];
}

/** Runs a firmware once, counting. @throws as runFirmware; TOOL_MISSING, TOOL_FAILED where the plugin cannot be built */
export async function measureCycles(firmware: Firmware, options: Omit<EmulatorOptions, "plugins"> = {}): Promise<MeasuredCycles> {
  const timing = timingOf(firmwareBoard(firmware.board).cpu);
  const folder = mkdtempSync(path.join(tmpdir(), "arenula-cycles-"));
  try {
    const file = path.join(folder, "blocks.jsonl");
    const run = await runFirmware(firmware, { ...options, plugins: [`${await blocksPlugin()},out=${file}`] });
    const sections = readSections(readFileSync(file, "utf8"), timing);
    const jobs = run.jobs.map(({ emptyRange, operators, samples }) => ({
      operators: operators.map(({ operator, section }) => ({ operator, ...less(sections[section]!, sections[emptyRange!.section]!) })),
      samples: samples.map(({ section }) => sections[section]!),
    }));
    return { run, source: timing.source, assumptions: timing.assumptions, jobs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
