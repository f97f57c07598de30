// What a linked module costs on an emulated board: instructions, RAM, flash. Nothing here reads a clock: two runs give the same figures.
import { ArenulaError } from "../errors";
import { runFirmware, type JobError, type JobOutput } from "./emulator";
import { buildFirmware, type FirmwareOptions, type Job } from "./firmware";
import { ramUse, type RamUse } from "./ram";
import { firmwareBoard } from "./targets";
import { toolVersion } from "./tools";

export interface DeviceBench {
  /** WAMR's version. */
  readonly wamr: string;
  /** Of one `invoke`. */
  readonly instructions: number;
  /** Of each operator run by itself, by its index in the file. */
  readonly operators: readonly { readonly operator: number; readonly instructions: number }[];
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

/** @throws ArenulaError as buildFirmware and runFirmware; FIRMWARE_FAILED with the firmware's own error */
export async function benchOnBoard({ board, engine, progress, ...job }: Omit<FirmwareOptions, "jobs"> & Job): Promise<DeviceBench> {
  toolVersion(firmwareBoard(board).core.qemu); // a missing emulator is said before a minute of compiling
  const firmware = await buildFirmware({ board, engine, jobs: [{ budgetMs: TIMEOUT_MS, ...job }], progress });
  const [linked] = firmware.jobs, [run] = (await runFirmware(firmware, { timeoutMs: TIMEOUT_MS, progress })).jobs;
  if (run.error) throw failed(run.error, board, engine);
  const [sample] = run.samples;
  return {
    wamr: firmware.wamr, instructions: sample.instructions, operators: run.operators, outputs: sample.outputs, linearMemoryBytes: run.memory!.linear_memory_bytes,
    ram: ramUse(firmware, run), flashBytes: firmware.sizes.text - linked.inputs.length, moduleBytes: linked.module.length,
  };
}

function failed({ stage, error, operator, reason }: JobError, board: string, engine: string): ArenulaError {
  const hint = error === "pool_too_small" ? `the firmware's pool has ${firmwareBoard(board).poolBytes} bytes for WAMR, code and linear memory: --ram BYTES limits the last` : "";
  return new ArenulaError("FIRMWARE_FAILED", `${stage}: ${error}: ${reason}`, { where: `${board}, ${engine}${operator === undefined ? "" : `, operator ${operator}`}`, hint });
}
