// Weights in int8, activations in float32: "dynamic range" (kernels quantize their inputs while they run) and "weights only" (DEQUANTIZE in front of every operator).
// Source: prepare_quantize_dynamic_range.cc.
import { elementCount } from "../graph/tensor";
import type { TableObject } from "../tflite/object";
import { quantizeConstant, weightParameters, type QuantizedConstant } from "./constants";
import { CONSTRAINTS } from "./constraints";
import type { FloatGraph, FloatOperator } from "./float_graph";
import type { OperatorPlan, Plan } from "./plan";

/** Smaller constants stay float. Source: kMinElementsForWeights. */
export const LEAST_ELEMENTS = 1024;

const RULE = { type: "int8", seen: false } as const;

/** @param hybrid operators that have kernels for it read int8 weights */
export function planWeights(graph: FloatGraph, hybrid: boolean, blocked: ReadonlySet<number>): Plan {
  const constants = new Map<number, QuantizedConstant>(), dequantized = new Map<number, QuantizedConstant>();
  const codes = (tensor: number, axis: number): QuantizedConstant => {
    const found = constants.get(tensor);
    if (found) return found;
    const values = graph.values(tensor), { shape } = graph.tensors[tensor]!, parameters = weightParameters(values, shape, axis, RULE);
    const constant = { parameters, data: quantizeConstant(values, shape, parameters, RULE.seen) };
    constants.set(tensor, constant);
    return constant;
  };
  const operators = graph.operators.map((operator): OperatorPlan => {
    const constraint = CONSTRAINTS[operator.name];
    const weights = operator.inputs.map((tensor, position) => constraint?.dynamic?.operands.includes(position) && graph.isFloat(tensor) && graph.isConstant(tensor));
    const large = operator.inputs.map((tensor, position) => weights[position] && elementCount(graph.tensors[tensor]!.shape) >= LEAST_ELEMENTS);
    const stays = blocked.has(operator.index) || (constraint?.dynamic?.whole && weights.some((weight, position) => weight && !large[position]));
    let quantized = false;
    const operands = operator.inputs.map((tensor, position) => {
      if (stays || !large[position]) return null;
      const constant = codes(tensor, constraint!.weights?.operand === position ? constraint!.weights.axis : -1);
      if (hybrid && constraint!.dynamic!.kernel) {
        quantized = true;
        return constant;
      }
      dequantized.set(tensor, constant);
      return null;
    });
    return { operands, results: operator.outputs.map(() => null), quantized };
  });
  return { operators, main: new Map(), outputs: graph.outputs.map(() => null), dequantized };
}

/** What a kernel with int8 weights has to know. */
export function hybridOptions(operator: FloatOperator, quantized: boolean): TableObject {
  return quantized && CONSTRAINTS[operator.name]!.dynamic?.asymmetric ? { asymmetricQuantizeInputs: true } : {};
}
