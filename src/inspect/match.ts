import type { Graph, Operator, Subgraph } from "../graph/graph";

/** An operator of one model and the one that does the same in another. */
export interface OperatorPair {
  readonly a: Operator;
  readonly b: Operator;
}

/** What a quantizer puts between operators: no layer of its own. */
const CONVERSIONS = new Set(["QUANTIZE", "DEQUANTIZE", "FAKE_QUANT"]);

export function isConversion(operator: Operator): boolean {
  return CONVERSIONS.has(operator.name);
}

/** Kind and output shape have to agree; the same name of the output makes it surer. */
function likeness(a: Operator, b: Operator, ofA: Subgraph, ofB: Subgraph): number {
  if (a.name !== b.name) return 0;
  const outA = ofA.tensors[a.outputs[0] ?? -1], outB = ofB.tensors[b.outputs[0] ?? -1];
  if (!outA || !outB || outA.shape.join() !== outB.shape.join()) return 0;
  return outA.name === outB.name ? 3 : 2;
}

/**
 * The operators that two models have in common, in order: the best alignment of both lists, conversions left out. Converters fuse, rename
 * and insert operators, so neither indices nor names alone tell.
 */
export function matchOperators(a: Graph, b: Graph): OperatorPair[] {
  const [ofA, ofB] = [a.subgraphs[0]!, b.subgraphs[0]!];
  const [listA, listB] = [ofA, ofB].map(({ operators }) => operators.filter((operator) => !isConversion(operator))) as [Operator[], Operator[]];
  const width = listB.length + 1;
  const best = new Int32Array((listA.length + 1) * width); // of the lists from i and j on
  for (let i = listA.length - 1; i >= 0; i--) {
    for (let j = listB.length - 1; j >= 0; j--) {
      const like = likeness(listA[i]!, listB[j]!, ofA, ofB);
      best[i * width + j] = Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!, like && like + best[(i + 1) * width + j + 1]!);
    }
  }
  const pairs: OperatorPair[] = [];
  for (let i = 0, j = 0; i < listA.length && j < listB.length; ) {
    const like = likeness(listA[i]!, listB[j]!, ofA, ofB);
    if (like && best[i * width + j] === like + best[(i + 1) * width + j + 1]!) pairs.push({ a: listA[i++]!, b: listB[j++]! });
    else if (best[i * width + j] === best[(i + 1) * width + j]) i++;
    else j++;
  }
  return pairs;
}

/**
 * Which tensor of `a` holds the values of a tensor of `b`: outputs of paired operators, inputs in their order, and whatever a conversion makes of one.
 * @returns indices of `b` -> indices of `a`
 */
export function matchTensors(a: Graph, b: Graph, pairs: readonly OperatorPair[]): Map<number, number> {
  const [ofA, ofB] = [a.subgraphs[0]!, b.subgraphs[0]!];
  const found = new Map<number, number>();
  ofB.inputs.forEach((tensor, i) => void (ofA.inputs[i] !== undefined && found.set(tensor, ofA.inputs[i]!)));
  const ofPair = new Map(pairs.map((pair) => [pair.b, pair.a]));
  for (const operator of ofB.operators) {
    if (isConversion(operator)) {
      const source = found.get(operator.inputs[0]!);
      if (source !== undefined) found.set(operator.outputs[0]!, source);
      continue;
    }
    ofPair.get(operator)?.outputs.forEach((tensor, i) => void (operator.outputs[i] !== undefined && found.set(operator.outputs[i]!, tensor)));
  }
  return found;
}
