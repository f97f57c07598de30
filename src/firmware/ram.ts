// How much RAM a model takes on a board, all told.
import { ArenulaError } from "../errors";
import { runFirmware, type JobRun } from "./emulator";
import { buildFirmware, type Firmware, type FirmwareOptions, type Job } from "./firmware";

/** RAM that a job took: WAMR, module and linear memory (pool), the native stack, and the firmware's own variables. */
export function ramBytes({ sizes }: Firmware, { memory }: JobRun): number {
  return memory!.pool_high_bytes + memory!.stack_high_bytes + sizes.data + sizes.bss;
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
