// Operators between two quantizations whose kernels have one: what QUANTIZE before or behind them gives, of which each half is held against TFLM elsewhere.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../src/graph/graph";
import { createInForm, describeForm, FORMS, type Form } from "../forms";
import type { OperatorSpec, TensorSpec } from "../support/build_model";
import { bytesOf, graphOf } from "../support/graph";
import { Random } from "../support/random";

const rescaled = suite("kernels/rescaled");

const TYPES = { int8: { scales: [0.05, 0.031, 0.11], zeroPoints: [-7, 20, -128] }, int16: { scales: [0.001, 0.0007, 0.0025], zeroPoints: [0, 0, 0] } } as const;
type Codes = keyof typeof TYPES;

function codes(type: Codes, count: number, random: Random): Int8Array | Int16Array {
  const values = Array.from({ length: count }, () => random.int32());
  return type === "int8" ? Int8Array.from(values) : Int16Array.from(values);
}

function tensor(name: string, type: Codes, shape: number[], quantization: number, data?: readonly number[]): TensorSpec {
  const { scales, zeroPoints } = TYPES[type];
  return { name, type, shape, scale: scales[quantization]!, zeroPoint: zeroPoints[quantization]!, ...(data && { data: [...data] }) };
}

async function run(graph: Graph, form: Form, inputs: readonly ArrayBufferView[]): Promise<Uint8Array> {
  const net = await createInForm(graph, form);
  inputs.forEach((values, i) => net.inputs[i]!.bytes.set(bytesOf(values)));
  net.invoke();
  return net.outputs[0]!.bytes.slice();
}

async function same(label: string, a: Graph, b: Graph, inputs: readonly ArrayBufferView[]): Promise<void> {
  for (const form of FORMS) assert.equal(await run(a, form, inputs), await run(b, form, inputs), `${label} on ${describeForm(form)}`);
}

const quantize = (from: string, to: string): OperatorSpec => ({ op: "QUANTIZE", inputs: [from], outputs: [to] });

for (const type of ["int8", "int16"] as const) {
  rescaled(`MAXIMUM and MINIMUM of ${type} compare what operands mean in the output's quantization`, async () => {
    const random = new Random(5);
    for (const op of ["MAXIMUM", "MINIMUM"]) for (const constant of [false, true]) {
      const a = codes(type, 12, random), b = codes(type, 3, random), data = constant ? Array.from(b) : undefined;
      const operands = [tensor("a", type, [4, 3], 0), tensor("b", type, [3], 1, data)];
      const once = graphOf({ tensors: [...operands, tensor("y", type, [4, 3], 2)], operators: [{ op, inputs: ["a", "b"], outputs: ["y"] }], inputs: constant ? ["a"] : ["a", "b"] });
      const apart = graphOf({
        tensors: [...operands, tensor("p", type, [4, 3], 2), tensor("q", type, [3], 2), tensor("y", type, [4, 3], 2)],
        operators: [quantize("a", "p"), quantize("b", "q"), { op, inputs: ["p", "q"], outputs: ["y"] }], inputs: constant ? ["a"] : ["a", "b"],
      });
      await same(`${op} ${type}${constant ? " with a constant" : ""}`, once, apart, constant ? [a] : [a, b]);
    }
  });

  rescaled(`resizes of ${type} are rescaled behind the resizing`, async () => {
    const random = new Random(6);
    for (const op of ["RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"]) {
      const x = codes(type, 2 * 3 * 2, random), size: TensorSpec = { name: "size", type: "int32", shape: [2], data: [5, 4] };
      const operator = (to: string): OperatorSpec => ({ op, inputs: ["x", "size"], outputs: [to], options: { halfPixelCenters: true } });
      const once = graphOf({ tensors: [tensor("x", type, [1, 2, 3, 2], 0), size, tensor("y", type, [1, 5, 4, 2], 1)], operators: [operator("y")] });
      const apart = graphOf({ tensors: [tensor("x", type, [1, 2, 3, 2], 0), size, tensor("p", type, [1, 5, 4, 2], 0), tensor("y", type, [1, 5, 4, 2], 1)], operators: [operator("p"), quantize("p", "y")] });
      await same(`${op} ${type}`, once, apart, [x]);
    }
  });
}

rescaled.run();
