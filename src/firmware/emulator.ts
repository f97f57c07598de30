// Runs a firmware in QEMU and reads its lines (boards/wamr/main.c).
import { ArenulaError } from "../errors";
import type { Firmware } from "./firmware";
import { firmwareBoard } from "./targets";
import { lastLines, runProgram, type Progress } from "./tools";

/** What ended a job early. */
export interface JobError {
  readonly stage: string;
  /** A name of boards/wamr/README.md, "Errors". */
  readonly error: string;
  /** Index of the operator that ran. */
  readonly operator?: number;
  readonly reason: string;
}

export interface JobOutput {
  readonly index: number;
  readonly bytes: number;
  readonly crc32: string;
  readonly hex: string;
}

/** A call that was counted. */
export interface Measured {
  readonly instructions: number;
  /** Its number among the sections between marks (cycles/). */
  readonly section: number;
}

/** What a firmware says of a job. */
export interface JobRun {
  /** The first one. */
  readonly error: JobError | null;
  /** All of them, of a job that goes on after an error. */
  readonly errors: readonly JobError[];
  /** A call that runs no operator. */
  readonly emptyRange: Measured | null;
  /** Each operator, one by one; the instructions are those on top of a call that runs none. */
  readonly operators: readonly (Measured & { readonly operator: number })[];
  /** A whole `invoke`, and what it computed. */
  readonly samples: readonly (Measured & { readonly outputs: readonly JobOutput[] })[];
  readonly memory: { readonly linear_memory_bytes: number; readonly pool_high_bytes: number; readonly stack_bytes: number; readonly stack_high_bytes: number } | null;
  /** The last count of bytes that were looked at, and all that changed. */
  readonly neighbours: { readonly bytes: number; readonly changed: number } | null;
}

export interface FirmwareRun {
  /** All that was printed. */
  readonly output: string;
  readonly jobs: readonly JobRun[];
}

type Event = Readonly<Record<string, unknown>> & { readonly event: string };

/** QEMU and its arguments for a board: instructions are counted, one per nanosecond of emulated time. */
function emulatorCommand({ board, elf }: Firmware): readonly [string, readonly string[]] {
  const { core, machine, cpu } = firmwareBoard(board);
  const args = ["-M", machine, "-cpu", cpu, "-display", "none", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel", elf];
  return [core.qemu, core.qemu.includes("riscv") ? ["-bios", "none", ...args] : args];
}

export interface EmulatorOptions {
  /** Wall clock. Defaults to two minutes. */
  readonly timeoutMs?: number;
  /** QEMU plugins, as -plugin takes them. */
  readonly plugins?: readonly string[];
  readonly progress?: Progress;
}

/** Runs a firmware to its end. @throws ArenulaError EMULATOR_TIMEOUT, FIRMWARE_FAILED, TOOL_MISSING */
export async function runFirmware(firmware: Firmware, { timeoutMs = 120_000, plugins = [], progress }: EmulatorOptions = {}): Promise<FirmwareRun> {
  const [program, args] = emulatorCommand(firmware), where = `${firmware.board}, ${firmware.engine}`;
  const { output, timedOut, status } = await runProgram(program, [...args, ...plugins.flatMap((plugin) => ["-plugin", plugin])], { timeoutMs, onOutput: progress && operatorsOf(firmware, progress) });
  if (timedOut) throw new ArenulaError("EMULATOR_TIMEOUT", `the firmware did not end within ${timeoutMs / 1000} s; its last line: ${lastLines(output, 1)}`, { where });
  const events = output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Event);
  const done = events.find(({ event }) => event === "done");
  if (!done) throw new ArenulaError("FIRMWARE_FAILED", `the firmware ended with status ${status} before its last line:\n${lastLines(output, 10)}`, { where });
  return { output, jobs: Array.from({ length: done["jobs"] as number }, (_, index) => collect(events.filter(({ job }) => job === index))) };
}

/** Each operator is run once by itself, then all of them in an invoke: half of the way at the last one. */
function operatorsOf({ jobs }: Firmware, progress: Progress): (text: string) => void {
  const all = jobs.reduce((sum, { operators }) => sum + operators, 0);
  let done = 0;
  return (text) => {
    done += text.split('{"event":"operator"').length - 1;
    progress("emulating", all === 0 ? 0 : done / all / 2);
  };
}

function collect(events: readonly Event[]): JobRun {
  const all = <T>(name: string) => events.filter(({ event }) => event === name) as unknown as readonly T[];
  const only = <T>(name: string) => all<T>(name)[0] ?? null;
  const outputs = all<JobOutput & { sample: number }>("output");
  const neighbours = all<NonNullable<JobRun["neighbours"]>>("neighbours"), last = neighbours.at(-1);
  return {
    error: only("error"), errors: all("error"), emptyRange: only("empty_range"), operators: all("operator"),
    samples: all<Measured & { sample: number }>("invoke").map(({ sample, instructions, section }) => ({ instructions, section, outputs: outputs.filter((output) => output.sample === sample) })),
    memory: only("memory"), neighbours: last ? { bytes: last.bytes, changed: neighbours.reduce((sum, { changed }) => sum + changed, 0) } : null,
  };
}
