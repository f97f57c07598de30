// The parts of a report that are text, tables and the plan, each from one result. What was not asked for has no section.
import type { ArenaPlan } from "../../arena/plan";
import { drawPlanSvg } from "../../arena/draw_svg";
import { shortName } from "../../arena/labels";
import type { Interpreter, StepInfo } from "../../runtime/interpreter";
import type { Comparison, LayerComparison } from "../compare";
import type { ModelDiff } from "../diff";
import type { Finding } from "../findings";
import { count, decibels, percent, short } from "./numbers";
import { bar, facts, htmlTable, text, type Section } from "./page";

/** Causes and repairs, worst first. */
export function findingsSection(findings: readonly Finding[], looked: string): Section {
  const body = findings.length === 0 ? `<p class="sound">Nothing looks wrong with ${text(looked)}.</p>`
    : findings.map(({ code, where, message, hint }) => `<div class="finding"><code>${code}</code> ${where ? `${text(where)}: ` : ""}${text(message)}<br><span class="quiet">${text(hint)}</span></div>`).join("\n");
  return { title: "Findings", body };
}

/** Where every byte of the arena lies while the model runs. */
export function memorySection(name: string, plan: ArenaPlan, steps: readonly StepInfo[], fit: string | null): Section {
  return {
    title: "Memory",
    body: `${facts([["arena", `${count(plan.bytes)} bytes`], ["activations", `${count(plan.activationBytes)}`], ["lower bound", `${count(plan.lowerBoundBytes)}${plan.optimal ? " (reached)" : ""}`], ["scratch", count(plan.scratchBytes)]])}
${fit ? `<p>${text(fit)}</p>` : ""}<figure>${drawPlanSvg(plan, { title: name, stepNames: steps })}</figure>`,
  };
}

export interface LayerCost {
  readonly operator: number;
  readonly op: string;
  readonly tensor: string;
  readonly macs: number;
  /** On this machine. */
  readonly ms: number;
  /** On the board; null without one. */
  readonly cycles: number | null;
}

/** Every operator with its share of time, of a board's cycles, and its error. */
export function layersSection(costs: readonly LayerCost[], comparison: Comparison | null): Section {
  const ms = costs.reduce((sum, cost) => sum + cost.ms, 0), mostMs = Math.max(...costs.map((cost) => cost.ms), 1e-9);
  const cycles = costs.reduce((sum, cost) => sum + (cost.cycles ?? 0), 0), mostCycles = Math.max(...costs.map((cost) => cost.cycles ?? 0), 1);
  const withCycles = costs.some((cost) => cost.cycles !== null);
  const errors = new Map(comparison?.layers.map((layer) => [layer.operator_b, layer]));
  const columns = [
    { title: "#", number: true }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: "MACs", number: true }, { title: "time here" }, ...(withCycles ? [{ title: "cycles there" }] : []),
    ...(comparison ? [{ title: "SQNR dB", number: true }, { title: "own dB", number: true }, { title: "own steps", number: true }, { title: "clipped", number: true }, { title: "codes", number: true }] : []),
  ];
  return {
    title: "Layers",
    body: facts([["time here", `${short(ms)} ms`], ...(withCycles ? [["cycles there", `${short(cycles / 1e6)} million`] as const] : [])]) + htmlTable(columns, costs.map((cost) => {
      const error = errors.get(cost.operator);
      return [
        String(cost.operator), text(cost.op), text(shortName(cost.tensor)), cost.macs ? count(cost.macs) : "", bar(cost.ms / mostMs, percent(cost.ms / ms)),
        ...(withCycles ? [cost.cycles === null ? "" : bar(cost.cycles / mostCycles, percent(cost.cycles / cycles))] : []), ...(comparison ? errorCells(error) : []),
      ];
    })),
  };
}

/** A smaller share is a value here and there. */
const LEAST_CLIPPED = 1e-4;

function errorCells(layer: LayerComparison | undefined): string[] {
  if (!layer) return ["", "", "", "", ""];
  return [decibels(layer.sqnr_db), decibels(layer.own?.sqnr_db), layer.own?.steps == null ? "-" : layer.own.steps.toFixed(2), layer.clipped === 0 ? "" : layer.clipped < LEAST_CLIPPED ? "&lt; 0.01 %" : percent(layer.clipped), layer.codes === null ? "-" : String(layer.codes)];
}

/** Whose scales and zero points differ, and by how many codes. */
export function diffSection(a: string, b: string, { tensors, constants, weights_equal, biases_equal }: ModelDiff): Section {
  const changed = tensors.filter(({ a: x, b: y }) => x.type !== y.type || x.scale !== y.scale || x.zero_point !== y.zero_point).sort((x, y) => (y.codes ?? 0) - (x.codes ?? 0));
  const parameters = ({ type, scale, zero_point }: ModelDiff["tensors"][0]["a"]) => (scale === null ? type : `${type} ${short(scale)}, ${zero_point}`);
  const range = ({ range: ends }: ModelDiff["tensors"][0]["a"]) => (ends ? `${short(ends[0])} to ${short(ends[1])}` : "");
  return {
    title: "Quantization",
    body: `${facts([["weights", weights_equal ? "equal" : `${constants.filter(({ role, equal }) => role === "weights" && !equal).length} tensors differ`], ["biases", biases_equal ? "equal" : `${constants.filter(({ role, equal }) => role === "bias" && !equal).length} tensors differ`], ["activations", `${changed.length} of ${tensors.length} mapped differently`]])}
${changed.length === 0 ? "" : htmlTable(
      [{ title: "#", number: true }, { title: "operator" }, { title: "tensor", shrinks: true }, { title: a }, { title: b }, { title: "range of the second" }, { title: "codes apart", number: true }],
      changed.map((tensor) => [tensor.operator_b === null ? "" : String(tensor.operator_b), text(tensor.op), text(shortName(tensor.name)), parameters(tensor.a), parameters(tensor.b), range(tensor.b), tensor.codes === null ? "-" : tensor.codes.toFixed(1)]),
    )}`,
  };
}

/** What a board pays. */
export function boardSection(title: string, pairs: readonly (readonly [string, string])[], note: string): Section {
  return { title, body: `${facts(pairs)}<p class="quiet">${text(note)}</p>` };
}

/** The model in numbers. */
export function summarySection(net: Interpreter, bytes: number, macs: number): Section {
  const edge = ({ name, type, shape }: { name: string; type: string; shape: readonly number[] }) => `${text(shortName(name))} <span class="quiet">${type} [${shape.join(", ")}]</span>`;
  return {
    title: "Model",
    body: facts([
      ["file", `${count(bytes)} bytes`], ["MACs", count(macs)], ["arena", `${count(net.arena.bytes)} bytes`], ["operators", count(net.model.subgraphs[0]!.operators.length)],
      ...net.inputs.map((input): [string, string] => ["input", edge(input)]), ...net.outputs.map((output): [string, string] => ["output", edge(output)]),
    ]),
  };
}
