// The parts of a report that Observable Plot draws: apart from the others, which the page in the browser has as well and which need nothing but strings.
import { shortName } from "../../arena/labels";
import type { Comparison } from "../compare";
import type { Finding } from "../findings";
import type { Distribution } from "../statistics";
import { histogram, sqnrLadder, type CodePoints } from "./charts";
import { count, decibels, short } from "./numbers";
import { facts, text, type Section } from "./page";

/** How error grows through the network, and who adds it. */
export function errorSection(other: string, comparison: Comparison, findings: readonly Finding[], suspects: number, document: Document): Section {
  const worst = comparison.suspects.slice(0, suspects), faulty = comparison.layers.map(({ operator_b }, i) => (findings.some(({ where }) => where.startsWith(`operator ${operator_b} `)) ? i : -1)).filter((i) => i >= 0);
  return {
    title: "Error",
    body: `${facts(comparison.outputs.map(({ tensor, sqnr_db, max_abs }): [string, string] => [`output ${shortName(tensor)}`, `${decibels(sqnr_db)} dB, at most ${short(max_abs)} apart`]))}
<p>Bars: signal over error against ${text(other)}, over ${count(comparison.samples)} samples; red: layers with a finding. Circles: what a layer adds itself, fed with the values of ${text(other)}.</p>
<figure>${sqnrLadder(comparison.layers, faulty, document)}</figure>
<p>What adds most, worst first: ${worst.map((i) => `operator ${comparison.layers[i]!.operator_b} ${text(comparison.layers[i]!.op)}`).join(", ") || "none"}.</p>`,
  };
}

export interface Histogram {
  readonly operator: number | null;
  readonly name: string;
  readonly distribution: Distribution;
  readonly codes: CodePoints | null;
}

/** What tensors hold, with the values that codes stand for. */
export function histogramsSection(histograms: readonly Histogram[], of: string, document: Document): Section {
  const figure = ({ operator, name, distribution, codes }: Histogram) => `<div><h3>${operator === null ? "input" : operator} ${text(shortName(name))}</h3><figure>${histogram(distribution, codes, document)}<figcaption>${short(distribution.min)} to ${short(distribution.max)}, ${count(distribution.count)} values${
    codes ? `; codes of step ${short(codes.scale)} from ${short((codes.least - codes.zeroPoint) * codes.scale)} to ${short((codes.most - codes.zeroPoint) * codes.scale)}` : ""}</figcaption></figure></div>`;
  return { title: "Histograms", body: `<p>Values in ${text(of)}; ticks below the axis are quantization points, red is what they cannot express. Heights are square roots of counts.</p><div class="figures">${histograms.map(figure).join("\n")}</div>` };
}
