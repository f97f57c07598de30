// Many jobs in as few firmwares as a board's flash takes.
import type { Engine } from "../../src/device/machine";
import { runFirmware, type JobRun } from "../../src/firmware/emulator";
import { buildFirmware, type Job } from "../../src/firmware/firmware";

/** Bytes of jobs in one firmware: mps3-an547 has 512 KB of flash. */
const MOST_BYTES = 320 << 10;
/** A module is larger once it is compiled, most of all for vector units. */
const GROWTH = 4;

/** Runs jobs one after the other, each firmware while the jobs of the next one are made. */
export async function runJobs(board: string, engine: Engine, jobs: Iterable<Job> | AsyncIterable<Job>): Promise<JobRun[]> {
  const firmwares: Promise<readonly JobRun[]>[] = [];
  let batch: Job[] = [], bytes = 0;
  const run = async (batch: readonly Job[]): Promise<readonly JobRun[]> => {
    try {
      return (await runFirmware(await buildFirmware({ board, engine, jobs: batch }), { timeoutMs: 600_000 })).jobs;
    } catch (error) {
      if (batch.length === 1 || !/region `FLASH' overflowed/.test(String(error))) throw error;
      const half = batch.length >> 1; // some modules grow more than others
      return [...(await run(batch.slice(0, half))), ...(await run(batch.slice(half)))];
    }
  };
  const send = async () => {
    const firmware = run(batch);
    firmware.catch(() => {}); // is thrown where it is awaited
    firmwares.push(firmware);
    batch = [], bytes = 0;
    await firmwares.at(-2);
  };
  for await (const job of jobs) {
    const size = GROWTH * job.module.length + (job.inputs?.length ?? 0);
    if (batch.length > 0 && bytes + size > MOST_BYTES) await send();
    batch.push(job);
    bytes += size;
  }
  if (batch.length > 0) await send();
  return (await Promise.all(firmwares)).flat();
}
