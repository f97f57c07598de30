// How much RAM a model takes on a board, all told.
import { ArenulaError } from "../errors";
import { runFirmware, type JobRun } from "./emulator";
import { buildFirmware, type Firmware, type FirmwareOptions, type Job } from "./firmware";

export interface RamUse {
  /** WAMR, the module as far as it is copied, and linear memory: the most that was used at once. */
  readonly poolBytes: number;
  /** Of the native stack, the most that was used. */
  readonly stackBytes: number;
  /** The stack of exceptions and the guards around both: all that is set aside. */
  readonly exceptionStackBytes: number;
  /** The firmware's own. */
  readonly variableBytes: number;
  readonly totalBytes: number;
}

/** @param run a job that ended without an error */
export function ramUse({ sizes }: Firmware, { memory }: JobRun): RamUse {
  const poolBytes = memory!.pool_high_bytes, stackBytes = memory!.stack_high_bytes;
  const exceptionStackBytes = sizes.stacks - memory!.stack_bytes, variableBytes = sizes.data + sizes.bss;
  return { poolBytes, stackBytes, exceptionStackBytes, variableBytes, totalBytes: poolBytes + stackBytes + exceptionStackBytes + variableBytes };
}

/** The smallest pool that a module runs in, to 16 bytes: a few more than what WAMR counts as used, for its own bookkeeping and for gaps. */
export async function smallestPool({ board, engine, job }: Omit<FirmwareOptions, "jobs"> & { job: Job }): Promise<number> {
  const runs = async (poolBytes: number) => (await runFirmware(await buildFirmware({ board, engine, jobs: [{ ...job, operators: 0, poolBytes }] }))).jobs[0]!;
  const { error, memory } = await runs(0);
  if (error) throw new ArenulaError("FIRMWARE_FAILED", `${error.stage}: ${error.error}: ${error.reason}`, { where: `${board}, ${engine}` });
  let refused = Math.floor(memory!.pool_high_bytes / 16) - 1, enough = refused + 1024;
  while (enough - refused > 1) {
    const middle = (enough + refused) >> 1;
    if ((await runs(middle * 16)).error) refused = middle;
    else enough = middle;
  }
  return enough * 16;
}
