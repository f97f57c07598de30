import { median } from "../cli/operator_times";
import type { Interpreter } from "../index";

/** A browser's clock ticks in 5 to 100 microseconds and a layer may take less than one: runs are timed by the batch, and the median of the batches counts. */
const BATCH_MS = 8, BATCHES = 25, MOST_RUNS = 256;
/** A slow model is not run more often than this allows. */
const BUDGET_MS = 400;
/** An engine compiles a kernel again, and better, once it was called often. */
const WARM_UP_MS = 200;

export interface Times {
  /** Of one inference, without the clock around every layer. */
  readonly ms: number;
  readonly runs: number;
  /** Milliseconds of every operator of the main subgraph. */
  readonly operators: readonly number[];
}

/** @param refill sets the inputs before each run, as their bytes may have been reused */
export function timesOf(net: Interpreter, refill: () => void): Times {
  const start = performance.now();
  do {
    refill();
    net.invoke();
  } while (performance.now() - start < WARM_UP_MS);
  const whole = batches(() => {
    refill();
    const start = performance.now();
    net.invoke();
    return [performance.now() - start];
  });
  const profiled = batches(() => {
    const sums = net.model.subgraphs[0]!.operators.map(() => 0);
    refill();
    for (const { operator, ms } of net.profile().steps) sums[operator]! += ms;
    return sums;
  });
  return { ms: whole.medians[0]!, runs: whole.runs, operators: profiled.medians };
}

/** Medians, over batches of runs, of the means of what a run measures. */
function batches(run: () => number[]): { runs: number; medians: number[] } {
  const means: number[][] = [], first = performance.now();
  let runs = 0;
  do {
    const start = performance.now(), sums: number[] = [];
    let size = 0;
    do {
      run().forEach((ms, i) => { sums[i] = (sums[i] ?? 0) + ms; });
      size++;
    } while (performance.now() - start < BATCH_MS && size < MOST_RUNS);
    sums.forEach((sum, i) => (means[i] ??= []).push(sum / size));
    runs += size;
  } while ((means[0]?.length ?? BATCHES) < BATCHES && performance.now() - first < BUDGET_MS);
  return { runs, medians: means.map((each) => median(each.sort((a, b) => a - b))) };
}
