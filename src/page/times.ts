import { median } from "../median";
import type { Interpreter } from "../index";

/** A browser's clock ticks in 5 to 100 microseconds and a layer may take less than one: runs are timed by the batch, and the median of the batches counts. */
const BATCH_MS = 2, BATCHES = 101, MOST_RUNS = 256;
/** A slow model is not run more often than this allows. */
const BUDGET_MS = 400;
/** An engine compiles a kernel again, and better, once it was called often. */
const WARM_UP_MS = 200;

export interface Times {
  /** Of one inference with its inputs filled in, without the clock around every layer. */
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
  const whole: number[] = [];
  const runs = batches(() => {
    refill();
    net.invoke();
  }, (size, ms) => void whole.push(ms / size));
  const count = net.model.subgraphs[0]!.operators.length, layers = Array.from({ length: count }, (): number[] => []);
  let sums = new Float64Array(count);
  batches(() => {
    refill();
    for (const { operator, ms } of net.profile().steps) sums[operator]! += ms;
  }, (size) => {
    sums.forEach((sum, operator) => void layers[operator]!.push(sum / size));
    sums = new Float64Array(count);
  });
  const middle = (values: number[]) => median(values.sort((a, b) => a - b));
  return { ms: middle(whole), runs, operators: layers.map(middle) };
}

/** @param end is told the runs of every batch, and how long it took. @returns all runs */
function batches(run: () => void, end: (runs: number, ms: number) => void): number {
  const first = performance.now();
  let all = 0, batch = 0;
  do {
    const start = performance.now();
    let runs = 0, until = 1;
    do {
      for (; runs < until; runs++) run();
      until *= 2; // few looks at the clock
    } while (until <= MOST_RUNS && performance.now() - start < BATCH_MS);
    end(runs, performance.now() - start);
    all += runs;
  } while (++batch < BATCHES && performance.now() - first < BUDGET_MS);
  return all;
}
