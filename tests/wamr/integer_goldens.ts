import { byteLength } from "../../src/graph/tensor";
import { Model } from "../../src/index";
import { operatorGoldens, type OperatorGolden } from "../operators/goldens";

/** Drawn models without float32, which a board computes with its own instructions in every engine, whose outputs are as long as planned. */
export function integerGoldens(): OperatorGolden[] {
  return operatorGoldens().flatMap(({ cases }) => cases).filter(({ model, outputs, sequence }) => {
    const { subgraphs } = Model.parse(model), [{ tensors, outputs: indices }] = subgraphs as [(typeof subgraphs)[number]];
    return subgraphs.every((subgraph) => subgraph.tensors.every(({ type }) => !type.startsWith("float")))
      && indices.every((index, i) => outputs[i]!.length === sequence * byteLength(tensors[index]!));
  });
}
