// Runs conformance cases in a worker of the browser: the runner of `npm run conformance`, with other ways to files.
import { runCases, type Cases } from "../conformance/run_cases";
import type { CoreName } from "../../src/lowering/lowering";

export interface Tally {
  passed: number;
  skipped: number;
  /** "kernels/add/x.json: element [0]: 3, expected 4" */
  failures: string[];
}

addEventListener("message", ({ data: { cases, core } }: MessageEvent<{ cases: Cases; core: CoreName }>) => {
  const tally: Tally = { passed: 0, skipped: 0, failures: [] };
  const run = runCases(cases, { core, machine: "desktop", widened: false }, (name, outcome) => {
    if (outcome.status === "failed") tally.failures.push(`${name}: ${outcome.reason}`);
    else tally[outcome.status]++;
  });
  void run.then(() => postMessage(tally), (error: unknown) => postMessage({ ...tally, failures: [String(error)] }));
});
