// One model beside the plain loop. Rounds alternate between the two, so that whatever else the machine does falls on both; a
// round's ratio is taken within the round, and the median over rounds is the result.
import { crc32, Interpreter, Model, operatorMacs } from "../src/index";
import { Lcg } from "../src/lcg";
import type { CoreName } from "../src/lowering/lowering";
import type { BenchModel } from "./models";
import { median } from "./statistics";
import type { Yardstick } from "./yardstick";

/** Time of each half of a round: several calls of all but the largest models, short beside what disturbs a machine. */
const HALF_ROUND_MS = 4;
/** Engines compile hot kernels again in the background: until then nothing is recorded. */
const WARM_UP_ROUNDS = 20;

export interface Inference {
  readonly model: string;
  readonly core: CoreName;
  readonly macs: number;
  readonly ms_min: number;
  readonly ms_median: number;
  /** Medians over rounds. */
  readonly ns_per_mac: number;
  readonly plain_ns_per_mac: number;
  /** Median of the rounds' ratios. */
  readonly ratio: number;
  /** On the mcu core only. */
  readonly limit: number | null;
}

export interface Layer {
  readonly operator: number;
  readonly op: string;
  readonly kernel: string;
  readonly macs: number;
  readonly ms_min: number;
  readonly ms_median: number;
  readonly ns_per_mac: number | null;
  /** Median ns/MAC through that of the plain loop. */
  readonly ratio: number | null;
}

/** An interpreter that is fed and checked like the goldens. */
class Subject {
  readonly macs: number;

  private constructor(private readonly model: BenchModel, readonly net: Interpreter, readonly operatorMacs: readonly number[], private readonly inputs: readonly Uint8Array[]) {
    this.macs = operatorMacs.reduce((sum, n) => sum + n, 0);
  }

  static async create(model: BenchModel, core: CoreName): Promise<Subject> {
    const graph = Model.parse(model.bytes);
    const net = await Interpreter.create(graph, { core });
    const lcg = new Lcg(1);
    return new Subject(model, net, operatorMacs(graph), net.inputs.map((input) => lcg.fill(input)));
  }

  refill(): void {
    this.net.inputs.forEach((input, i) => input.bytes.set(this.inputs[i]!));
  }

  check(): void {
    this.net.outputs.forEach((output, i) => {
      const actual = crc32(output.bytes), expected = this.model.outputs[i];
      if (actual !== expected) throw new Error(`${this.model.name}, core ${this.net.core}: output ${i} has CRC ${actual}, the golden ${expected}`);
      output.bytes.fill(0); // so that the next check sees the next result
    });
  }

  /** Times of single inferences, for about `ms`. */
  measure(ms: number): number[] {
    const times: number[] = [];
    for (let sum = 0; sum < ms; sum += times.at(-1)!) {
      this.refill();
      const start = performance.now();
      this.net.invoke();
      times.push(performance.now() - start);
    }
    this.check();
    return times;
  }
}

export async function benchInference(model: BenchModel, core: CoreName, yardstick: Yardstick, rounds: number): Promise<Inference> {
  const subject = await Subject.create(model, core);
  const plain: number[] = [], times: number[] = [], costs: number[] = [], ratios: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const plainCost = yardstick.measure(HALF_ROUND_MS);
    const roundTimes = subject.measure(HALF_ROUND_MS);
    if (round < 0) continue;
    const cost = (1e6 * median(roundTimes)) / subject.macs;
    plain.push(plainCost);
    times.push(...roundTimes);
    costs.push(cost);
    ratios.push(cost / plainCost);
  }
  return {
    model: model.name, core, macs: subject.macs, ms_min: times.reduce((a, b) => Math.min(a, b)), ms_median: median(times),
    ns_per_mac: median(costs), plain_ns_per_mac: median(plain), ratio: median(ratios), limit: core === "mcu" ? model.limit : null,
  };
}

/** Every operator of a model, profiled between rounds of the plain loop. Timer calls add about 0.1 us to each. */
export async function benchLayers(model: BenchModel, core: CoreName, yardstick: Yardstick, rounds: number): Promise<Layer[]> {
  const subject = await Subject.create(model, core);
  const { net } = subject;
  const plain: number[] = [];
  const times = net.steps.map(() => [] as number[]);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const plainCost = yardstick.measure(HALF_ROUND_MS);
    for (let spent = 0; spent < HALF_ROUND_MS;) {
      subject.refill();
      const { ms, steps } = net.profile();
      spent += ms;
      if (round >= 0) steps.forEach((step, i) => times[i]!.push(step.ms));
    }
    subject.check();
    if (round >= 0) plain.push(plainCost);
  }
  return net.steps.map(({ operator, name, kernel }, i) => {
    const ms = median(times[i]!), macs = subject.operatorMacs[operator]!;
    const cost = macs > 0 ? (1e6 * ms) / macs : null;
    return { operator, op: name, kernel, macs, ms_min: Math.min(...times[i]!), ms_median: ms, ns_per_mac: cost, ratio: cost === null ? null : cost / median(plain) };
  });
}
