// npm run bench:grid -- --fit: what forms of kernels cost. Runs every form of a sample of layers on emulated boards, fits the costs that lowering chooses
// by (src/lowering/form.ts) to the counted instructions, and shows how far from the best form the chosen one is. Prints; the costs are in the forms' files.
import { boardByName } from "../src/device/boards";
import { machineFor } from "../src/device/machine";
import { Lcg } from "../src/lcg";
import { cheapest, costOf, type Form } from "../src/lowering/form";
import { lower } from "../src/lowering/lower";
import type { LoweringTarget, Machine } from "../src/lowering/lowering";
import { nonNegative } from "./cost/fit";
import { countLayers, modelOf, SLICE_BYTES, type Layer, type Target } from "./grid_layers";
import { median, table } from "./statistics";

/** Layers of a kind that are drawn from all combinations. */
const DRAWN = 160;
const DIGITS = 3;
/** Pulls costs towards 0, so little that it only decides what the samples leave open. */
const PULL = 1e-9;

type Any = Form<unknown>;

/** A form of a layer. */
interface Candidate {
  readonly form: Any;
  readonly terms: readonly number[];
  /** By the costs in its file. */
  readonly cost: number;
}

interface Sampled {
  readonly layer: Layer;
  readonly candidates: readonly Candidate[];
  /** Instructions of each candidate. */
  readonly counted: number[];
  /** What lowering takes. */
  readonly chosen: number;
}

const product = <A, B>(as: readonly A[], bs: readonly B[]): [A, B][] => as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

/** `DRAWN` of the layers, the same in every run; one in four is signed. */
function draw(layers: readonly Layer[]): Layer[] {
  const lcg = new Lcg(1), left = [...layers], drawn: Layer[] = [];
  while (drawn.length < DRAWN && left.length > 0) {
    const [layer] = left.splice((256 * lcg.byte() + lcg.byte()) % left.length, 1);
    drawn.push({ ...layer!, signed: drawn.length % 4 === 3 });
  }
  return drawn;
}

/** Convolutions of the remainder grid, and with 3x3 filters; depthwise ones; fully connected layers. */
const SAMPLE: readonly Layer[] = [
  ...draw(product(product([1, 2, 3, 4, 5, 6, 8, 9, 12, 17, 25, 36], [1, 2, 3, 4, 7, 8, 12, 16, 33]), [1, 2, 3, 8, 17, 64, 65, 130, 200])
    .map(([[width, outC], inC]) => ({ operator: "CONV_2D", height: 1, width, inC, outC, kernel: 1 }))),
  ...product(product([1, 2, 3, 4, 6], [1, 3, 8, 16]), [4, 8, 16]).map(([[side, inC], outC]): Layer => ({ operator: "CONV_2D", height: side, width: side, inC, outC, kernel: 3 })),
  ...draw(product(product([1, 2, 3, 5, 6, 9, 12, 16], [1, 3, 4, 8, 15, 16, 32, 64]), product([1, 2], [3, 3, 5]))
    .map(([[side, channels], [stride, kernel]]) => ({ operator: "DEPTHWISE_CONV_2D", height: side, width: side, inC: channels, outC: channels, kernel, stride }))),
  ...draw(product(product([1, 2, 5], [1, 2, 4, 8, 10, 32, 64, 128]), [1, 3, 8, 17, 64, 130, 256, 640])
    .map(([[width, outC], inC]) => ({ operator: "FULLY_CONNECTED", height: 1, width, inC, outC, kernel: 1 }))),
];

/** Every form of every layer on a machine, and which one lowering takes. */
function candidatesOf(machine: Machine): Sampled[] {
  const sampled: Sampled[] = [];
  const choose: LoweringTarget["choose"] = (forms, op, emit, layer) => {
    const candidates = forms.flatMap((form): Candidate[] => {
      const cost = costOf(form, emit, layer);
      return cost === Infinity ? [] : [{ form: form as Any, terms: form.terms(layer, emit)!, cost }];
    });
    const { form } = cheapest(forms, emit, layer);
    sampled[op.index] = { layer: SAMPLE[op.index]!, candidates, counted: [], chosen: candidates.findIndex((candidate) => candidate.form === form) };
    return null;
  };
  lower(modelOf(SAMPLE), { core: "mcu", machine, widened: true, sliceBytes: SLICE_BYTES, choose });
  return sampled;
}

/** Counts one candidate after the other. */
async function count(target: Target, sampled: readonly Sampled[]): Promise<void> {
  for (let nth = 0; ; nth++) {
    const left = sampled.filter(({ candidates }) => nth < candidates.length);
    if (left.length === 0) return;
    const names = left.map(({ candidates }) => candidates[nth]!.form.name);
    let at = 0; // operators are lowered in their order, module by module
    const choose: LoweringTarget["choose"] = (forms) => {
      const name = names[at++];
      return forms.find((form) => form.name === name)!;
    };
    const counts = await countLayers(target, left.map(({ layer }) => layer), { widened: true, choose });
    left.forEach(({ counted }, i) => counted.push(counts[i]!));
  }
}

const off = (terms: readonly number[], costs: readonly number[], counted: number) => Math.abs(terms.reduce((sum, term, i) => sum + term * costs[i]!, 0) / counted - 1);
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

/** The costs of at least 0 with the least sum of squared relative errors. */
function fit(rows: readonly { terms: readonly number[]; counted: number }[]): number[] {
  const scaled = rows.map(({ terms, counted }) => terms.map((term) => term / counted)), width = scaled[0]!.length;
  const scale = Array.from({ length: width }, (_, i) => Math.sqrt(scaled.reduce((sum, row) => sum + row[i]! ** 2, 0)) || 1);
  const gram = scale.map((_, i) => scale.map((__, j) => scaled.reduce((sum, row) => sum + (row[i]! * row[j]!) / (scale[i]! * scale[j]!), i === j ? PULL : 0)));
  const right = scale.map((each, i) => scaled.reduce((sum, row) => sum + row[i]! / each, 0));
  return nonNegative(gram, right).map((value, i) => Number((value / scale[i]!).toPrecision(DIGITS)));
}

export async function fitForms(targets: readonly Target[], nameOf: (target: Target) => string): Promise<void> {
  const fits: string[][] = [], regrets: string[][] = [];
  for (const target of targets) {
    const machine = machineFor(target.engine, (await boardByName(target.board)).core), sampled = candidatesOf(machine);
    await count(target, sampled);
    const rows = sampled.flatMap(({ candidates, counted }) => candidates.map(({ form, terms }, i) => ({ form, terms, counted: counted[i]! })));
    for (const form of new Set(rows.map((row) => row.form))) {
      const own = rows.filter((row) => row.form === form), costs = form.costs[machine]!;
      if (costs.length === 1) continue; // what another form costs
      const fitted = fit(own), errors = own.map(({ terms, counted }) => off(terms, fitted, counted));
      fits.push([`${machine} ${form.name}`, String(own.length), percent(median(errors)), percent(Math.max(...errors)), `${fitted.join(", ")}${`${fitted}` === `${costs}` ? "" : `, not ${costs.join(", ")}`}`]);
    }
    for (const operator of ["CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"] as const) {
      const own = sampled.filter(({ layer, candidates }) => layer.operator === operator && candidates.length > 1);
      const regret = ({ counted, chosen }: Sampled) => counted[chosen]! / Math.min(...counted);
      const worst = own.reduce<Sampled | null>((most, each) => (!most || regret(each) > regret(most) ? each : most), null);
      if (!worst) continue;
      const { layer: { height, width, inC, outC, kernel, stride = 1 }, candidates, chosen, counted } = worst;
      const best = candidates[counted.indexOf(Math.min(...counted))]!;
      const at = `${height}x${width}x${inC} -> ${outC}, ${kernel}x${kernel}${stride > 1 ? `/${stride}` : ""}: ${candidates[chosen]!.form.name}, not ${best.form.name}`;
      regrets.push([`${nameOf(target)} ${operator}`, String(own.length), String(own.filter((each) => regret(each) > 1).length), median(own.map(regret)).toFixed(2), regret(worst).toFixed(2), regret(worst) > 1 ? at : ""]);
    }
  }
  console.log("Instructions of a form's terms, and how far they are from what was counted\n");
  console.log(table(["machine, form", "layers", "median", "worst", "costs"], fits));
  console.log("\nInstructions of the chosen form through the best one's\n");
  console.log(table(["target", "layers", "not the best", "median", "worst", "where"], regrets));
}
