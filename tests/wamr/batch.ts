// Many jobs in as few firmwares as a board's flash takes.
import type { Engine } from "../../src/device/machine";
import { runFirmware, type JobRun } from "../../src/firmware/emulator";
import { buildFirmware, type Job } from "../../src/firmware/firmware";

/** Bytes of jobs in one firmware: mps3-an547 has 512 KB of flash. */
const MOST_BYTES = 320 << 10;
/** A module is larger once it is compiled, most of all for vector units. */
const GROWTH = 4;

/** Runs jobs one after the other. */
export async function runJobs(board: string, engine: Engine, jobs: readonly Job[]): Promise<JobRun[]> {
  const runs: JobRun[] = [];
  for (let first = 0, end = 0; first < jobs.length; first = end) {
    for (let bytes = 0; end < jobs.length && (end === first || bytes <= MOST_BYTES); end++) bytes += GROWTH * jobs[end]!.module.length + (jobs[end]!.inputs?.length ?? 0);
    const firmware = await buildFirmware({ board, engine, jobs: jobs.slice(first, end) });
    runs.push(...(await runFirmware(firmware, { timeoutMs: 600_000 })).jobs);
  }
  return runs;
}
