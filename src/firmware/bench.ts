// What a linked module costs on an emulated board: instructions, modelled cycles, RAM, flash. Nothing here reads a clock: two runs give
// the same figures.
import { ArenulaError } from "../errors";
import type { Aot } from "./aot";
import { measureCycles, type OperatorCounts } from "./cycles/measure";
import type { Counts } from "./cycles/sections";
import type { JobError, JobOutput } from "./emulator";
import { buildFirmware, type FirmwareOptions, type Job } from "./firmware";
import { ramUse, type RamUse } from "./ram";
import { firmwareBoard } from "./targets";
import { toolVersion } from "./tools";

export interface DeviceBench {
  /** WAMR's version. */
  readonly wamr: string;
  /** Of one `invoke`. */
  readonly counts: Counts;
  /** Of each operator run by itself. */
  readonly operators: readonly OperatorCounts[];
  /** Where the cycles come from, and what is assumed. */
  readonly timing: { readonly source: string; readonly assumptions: readonly string[] };
  /** What the compiler says; null for an interpreter. */
  readonly aot: Aot | null;
  readonly outputs: readonly JobOutput[];
  readonly linearMemoryBytes: number;
  readonly ram: RamUse;
  /** Code, constants and the module; without the inputs that are linked in for the measurement. */
  readonly flashBytes: number;
  /** The file as the device holds it: .wasm or .aot. */
  readonly moduleBytes: number;
}

/** Big networks take minutes under emulation. */
const TIMEOUT_MS = 1_800_000;

/** @throws ArenulaError as buildFirmware and measureCycles; FIRMWARE_FAILED with the firmware's own error */
export async function benchOnBoard({ board, engine, progress, ...job }: Omit<FirmwareOptions, "jobs"> & Job): Promise<DeviceBench> {
  toolVersion(firmwareBoard(board).core.qemu); // a missing emulator is said before a minute of compiling
  const firmware = await buildFirmware({ board, engine, jobs: [{ budgetMs: TIMEOUT_MS, ...job }], progress });
  const { run, source, assumptions, jobs } = await measureCycles(firmware, { timeoutMs: TIMEOUT_MS, progress });
  const [linked] = firmware.jobs, [ended] = run.jobs, [{ operators, samples: [counts] }] = jobs;
  if (ended.error) throw failed(ended.error, board, engine);
  return {
    wamr: firmware.wamr, counts, operators, timing: { source, assumptions }, aot: linked.aot, outputs: ended.samples[0].outputs, linearMemoryBytes: ended.memory!.linear_memory_bytes,
    ram: ramUse(firmware, ended), flashBytes: firmware.sizes.text - linked.inputs.length, moduleBytes: linked.module.length,
  };
}

function failed({ stage, error, operator, reason }: JobError, board: string, engine: string): ArenulaError {
  const hint = error === "pool_too_small" ? `the firmware's pool has ${firmwareBoard(board).poolBytes} bytes for WAMR, code and linear memory: --ram BYTES limits the last` : "";
  return new ArenulaError("FIRMWARE_FAILED", `${stage}: ${error}: ${reason}`, { where: `${board}, ${engine}${operator === undefined ? "" : `, operator ${operator}`}`, hint });
}
