// Trials of quantized models (src/quantizer/trial.ts) on all cores of this machine. Node only.
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { Tinypool } from "tinypool";
import { inPackage } from "../firmware/package_root";
import type { QuantizeOptions } from "../quantizer/quantize";
import { Trials, type Reference } from "../quantizer/trial";

/** @param jobs workers. Defaults to the cores of the machine */
export async function withTrials<T>(reference: Reference, options: QuantizeOptions, jobs: number = availableParallelism(), act: (trials: Trials) => Promise<T>): Promise<T> {
  const pool = new Tinypool({ filename: pathToFileURL(inPackage("dist/trial_worker.js")).href, minThreads: jobs, maxThreads: jobs });
  try {
    return await act(new Trials(reference, options, (task) => pool.run(task) as Promise<Float64Array[]>));
  } finally {
    await pool.destroy();
  }
}
