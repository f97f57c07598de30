// docs/operators.md: what the lowering table covers, and what each row of it has been compared with. Everything is read from the table,
// from test data and from lowering that data: nothing here names an operator.
import { readFileSync } from "node:fs";
import { Model } from "../../src/index";
import { lower } from "../../src/lowering/lower";
import type { Lowering, TypeSignature } from "../../src/lowering/lowering";
import { LOWERINGS } from "../../src/lowering/table";
import { operatorGoldens } from "../operators/goldens";

/** The command that writes the page. */
export const REFRESH = "npm run docs";

/** Checksums of every operator's output that TFLM gave for our own networks (models/README.md). */
const NETWORKS = ["digits_int8", "digits_int16x8", "keywords_int8", "keywords_int16x8"].map((name) => `models/goldens/${name}.json`);

interface Evidence {
  /** What became of the operator: kernels, or the reason why there is none. */
  readonly becomes: Set<string>;
  /** Outputs in drawn models that TFLM computed, */
  tflm: number;
  /** and those whose expectation was recomputed, as TFLM has a named defect there. */
  recomputed: number;
  /** Outputs within our own networks. */
  inNetworks: number;
}

export function operatorsPage(): string {
  const lowerings = [...LOWERINGS.values()].flat().sort((a, b) => (a.operator < b.operator ? -1 : a.operator > b.operator ? 1 : 0));
  const evidence = gather();
  return `${[
    `<!-- Written by \`${REFRESH}\` from src/lowering/table.ts and test data; tests/docs/operators.test.ts fails where it is stale. -->`,
    "# Operators",
    "",
    `${lowerings.length} operators of the TFLite schema, quantized to int8. Every other operator, type or option is refused before anything runs:`,
    "`npm run -s arenula -- check MODEL` names each one, with the reason and a way out. [numerics.md](numerics.md) gives the formulas.",
    "",
    "## What is covered",
    "",
    "`T...`: any number of inputs. `T?`: may be absent. `any`: moved or folded, never computed with. *Becomes*: the kernels (exports of the core)",
    "that run; `no step` means that nothing runs, because the output is the input's bytes or because lowering computes it.",
    "",
    table(["operator", "types", "options", "becomes"], lowerings.map((lowering) => [
      `\`${lowering.operator}\``, typesOf(lowering), lowering.options, [...of(evidence, lowering).becomes].sort().join(", "),
    ])),
    "## How exact, and how that is known",
    "",
    "Outputs that are compared bit for bit, on every core, by `npm test`. No tolerance, nothing skipped.",
    "",
    "* *drawn*: outputs of this operator in small models with random shapes, strides, paddings, scales and zero points, whose expectation is",
    "  TensorFlow Lite Micro's (`tests/operators/goldens/`).",
    "* *recomputed*: the same, where TFLM is known to be wrong or to crash, and exact integers stand in (`tests/oracle/README.md` names each case).",
    "* *in networks*: outputs of this operator inside the two bundled networks, by TFLM (`models/goldens/`).",
    "",
    table(["operator", "drawn", "recomputed", "in networks"], lowerings.map((lowering) => {
      const { tflm, recomputed, inNetworks } = of(evidence, lowering);
      return [`\`${lowering.operator}\``, ...[tflm, recomputed, inNetworks].map((n) => (n === 0 ? "" : String(n)))];
    }), 1),
    "`npm run test:oracle` draws as many models more as one likes, and asks TFLM, LiteRT and exact integers at once. `npm run conformance -- DIR`",
    "runs cases of other origins.",
  ].join("\n")}\n`;
}

function of(evidence: ReadonlyMap<string, Evidence>, { operator }: Lowering): Evidence {
  return evidence.get(operator) ?? { becomes: new Set(), tflm: 0, recomputed: 0, inNetworks: 0 };
}

function gather(): Map<string, Evidence> {
  const evidence = new Map<string, Evidence>();
  const entry = (operator: string): Evidence => {
    if (!evidence.has(operator)) evidence.set(operator, { becomes: new Set(), tflm: 0, recomputed: 0, inNetworks: 0 });
    return evidence.get(operator)!;
  };
  for (const { model, expectation } of operatorGoldens().flatMap(({ cases }) => cases)) {
    const program = lower(Model.parse(model), { core: "mcu" });
    for (const { index, name, outputs } of program.subgraph.operators) {
      const operator = entry(name);
      if (expectation === "TFLM") operator.tflm += outputs.length;
      else operator.recomputed += outputs.length;
      const kernels = program.steps.filter((step) => step.operator === index).map(({ kernel }) => `\`${kernel}\``);
      kernels.forEach((kernel) => operator.becomes.add(kernel));
      if (outputs.some((tensor) => program.views.has(tensor))) operator.becomes.add("no step: a view");
      else if (outputs.some((tensor) => program.folded.has(tensor))) operator.becomes.add("no step: folded");
    }
  }
  for (const file of NETWORKS) {
    const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: { op_output_crc32: { op: string }[] }[] };
    for (const { op } of cases.flatMap((golden) => golden.op_output_crc32)) entry(op).inNetworks++;
  }
  return evidence;
}

/** Signatures that differ in one type only share a line: "(T, int32) -> (T), T: int8, int16". */
function typesOf({ signatures }: Lowering): string {
  const alike = new Map<string, string[]>();
  for (const signature of signatures) {
    const [first = "", ...others] = signature.inputs;
    const type = first.replace(/\?$|\.\.\.$/, "");
    const pattern = type === "" ? text(signature) : text({ inputs: [first.replace(type, "T"), ...others], outputs: signature.outputs.map((output) => (output === type ? "T" : output)) });
    alike.set(pattern, [...(alike.get(pattern) ?? []), type]);
  }
  return [...alike].map(([pattern, types]) => (types.length > 1 ? `${pattern}, T: ${types.join(", ")}` : pattern.replace(/\bT\b/g, types[0]!))).join("<br>");
}

function text({ inputs, outputs }: TypeSignature): string {
  return `(${inputs.join(", ")}) → ${outputs.join(", ") || "()"}`;
}

/** @param right Columns from this one on hold numbers. */
function table(header: readonly string[], rows: readonly (readonly string[])[], right = header.length): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return `${[line(header), `|${header.map((_, i) => (i >= right ? "---:" : "---")).join("|")}|`, ...rows.map(line)].join("\n")}\n`;
}
