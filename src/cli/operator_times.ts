import type { Interpreter } from "../index";
import { median } from "../median";

/**
 * Median milliseconds of every operator of the main subgraph, over a number of profiles.
 * @param refill sets the inputs before each, as their bytes may have been reused
 */
export function operatorTimes(net: Interpreter, refill: () => void, profiles: number): number[] {
  const times = net.model.subgraphs[0]!.operators.map((): number[] => []);
  for (let i = 0; i < profiles; i++) {
    refill();
    const sums = times.map(() => 0);
    for (const { operator, ms } of net.profile().steps) sums[operator]! += ms;
    sums.forEach((ms, operator) => times[operator]!.push(ms));
  }
  return times.map((each) => median(each));
}
