// The exact lines that feed a model and read its answer, in three languages. Rounding is that of TFLM's QUANTIZE: half away from zero, of a
// float32 quotient. tests/inspect/snippets.test.ts runs all three.
import { elementCount, storedRange, type Tensor } from "../graph/tensor";

export interface Snippets {
  readonly c: string;
  readonly python: string;
  readonly typescript: string;
}

/** How pixels become reals: one number, or one per channel. */
export interface PixelScaling {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface ModelEdges {
  /** The file's name, as snippets open it. */
  readonly file: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Of the first input; null where its reals are fed as they are. */
  readonly scaling: PixelScaling | null;
}

const isQuantized = ({ type, quantization }: Tensor): boolean => storedRange(type) !== null && quantization !== null;
/** In as many digits as tell a float32 from its neighbours. */
const float = (value: number): string => String(Number(Math.fround(value).toPrecision(9)));
const cFloat = (value: number): string => `${/[.e]/.test(float(value)) ? float(value) : `${float(value)}.0`}f`;
const comment = ({ name, type, shape }: Tensor): string => `'${name.replace(/[\p{Cc}\p{Cf}*/]/gu, "?")}', ${type} [${shape.join(", ")}]`;
const identifier = (base: string, i: number, all: readonly Tensor[]): string => (all.length === 1 ? base : `${base}_${i}`);

export function snippetsOf(edges: ModelEdges): Snippets {
  return { c: cOf(edges), python: pythonOf(edges), typescript: typescriptOf(edges) };
}

const C_TYPES: Readonly<Record<string, string>> = {
  int8: "int8_t", uint8: "uint8_t", int16: "int16_t", uint16: "uint16_t", int32: "int32_t", uint32: "uint32_t", int64: "int64_t", uint64: "uint64_t", bool: "uint8_t", float32: "float", float64: "double",
};

function cOf({ inputs, outputs, scaling }: ModelEdges): string {
  const lines = ["#include <math.h>", "#include <stdint.h>", "#include <string.h>", '#include "arenula_host.h" /* boards/wamr */', ""];
  inputs.forEach((tensor, i) => {
    const type = C_TYPES[tensor.type] ?? "uint8_t", count = elementCount(tensor.shape), name = identifier("feed", i, inputs);
    lines.push(`/* ${comment(tensor)} */`, `void ${name}(arenula_model *model, const ${isQuantized(tensor) ? "float" : type} *real) {`, "  uint32_t bytes;", `  ${type} *stored = (${type} *)arenula_input(model, ${i}, &bytes);`);
    if (isQuantized(tensor)) {
      const [low, high] = storedRange(tensor.type)!, { scale: [scale], zeroPoint: [zero] } = tensor.quantization!;
      const pixels = i === 0 && scaling ? scaledInC(scaling, "real[i]") : "real[i]";
      lines.push(
        `  for (int i = 0; i < ${count}; i++) {`, `    float code = roundf(${pixels} / ${cFloat(scale!)}) + ${zero}; /* half away from zero */`,
        `    stored[i] = (${type})(code < ${low} ? ${low} : code > ${high} ? ${high} : code);`, "  }",
      );
    } else if (i === 0 && scaling && tensor.type === "float32") lines.push(`  for (int i = 0; i < ${count}; i++) stored[i] = ${scaledInC(scaling, "real[i]")};`);
    else lines.push(`  memcpy(stored, real, ${count} * sizeof *real);`);
    lines.push("}", "");
  });
  outputs.forEach((tensor, i) => {
    const type = C_TYPES[tensor.type] ?? "uint8_t", count = elementCount(tensor.shape);
    lines.push(`/* ${comment(tensor)} */`, `void ${identifier("answer", i, outputs)}(arenula_model *model, ${isQuantized(tensor) ? "float" : type} *real) {`, "  uint32_t bytes;", `  const ${type} *stored = (const ${type} *)arenula_output(model, ${i}, &bytes);`);
    if (isQuantized(tensor)) lines.push(`  for (int i = 0; i < ${count}; i++) real[i] = (stored[i] - (${tensor.quantization!.zeroPoint[0]})) * ${cFloat(tensor.quantization!.scale[0]!)};`);
    else lines.push(`  memcpy(real, stored, ${count} * sizeof *real);`);
    lines.push("}", "");
  });
  const fed = inputs.map((_, i) => `${identifier("feed", i, inputs)}(model, ${identifier("x", i, inputs)});`).join(" ");
  const read = outputs.map((_, i) => `${identifier("answer", i, outputs)}(model, ${identifier("y", i, outputs)});`).join(" ");
  lines.push("/* before every inference, as inputs are overwritten:", `   ${fed}`, "   if (arenula_invoke(model) != ARENULA_OK) return;", `   ${read} */`, "");
  return lines.join("\n");
}

function scaledInC({ mean, std }: PixelScaling, value: string): string {
  const double = (number: number) => (Number.isInteger(number) ? `${number}.0` : String(number));
  const pick = (list: readonly number[]) => (list.length === 1 ? double(list[0]!) : `((const double[]){${list.map(double).join(", ")}})[i % ${list.length}]`);
  return `(float)((${value} - ${pick(mean)}) / ${pick(std)})`; // in double, as the other languages do
}

function pythonOf({ file, inputs, outputs, scaling }: ModelEdges): string {
  const lines = [
    "import numpy as np", "from ai_edge_litert.interpreter import Interpreter, OpResolverType", "",
    `interpreter = Interpreter(${JSON.stringify(file)}, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)  # the reference kernels: exact`,
    "interpreter.allocate_tensors()", "inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()", "",
  ];
  inputs.forEach((tensor, i) => {
    const name = identifier("x", i, inputs), shape = `(${tensor.shape.join(", ")}${tensor.shape.length === 1 ? "," : ""})`;
    lines.push(`# ${comment(tensor)}; ${name}: a float array of real values${i === 0 && scaling ? ", here pixels" : ""}`);
    if (i === 0 && scaling) lines.push(`${name} = (${name} - np.array([${scaling.mean.join(", ")}])) / np.array([${scaling.std.join(", ")}])`);
    if (isQuantized(tensor)) {
      const [low, high] = storedRange(tensor.type)!, { scale: [scale], zeroPoint: [zero] } = tensor.quantization!;
      lines.push(
        `quotient = np.asarray(${name}, np.float32) / np.float32(${float(scale!)})`,
        `codes = np.sign(quotient) * np.floor(np.abs(quotient.astype(np.float64)) + 0.5) + ${zero}  # half away from zero`,
        `interpreter.set_tensor(inputs[${i}]["index"], np.clip(codes, ${low}, ${high}).astype(np.${tensor.type}).reshape(${shape}))`,
      );
    } else lines.push(`interpreter.set_tensor(inputs[${i}]["index"], np.asarray(${name}, np.${tensor.type === "bool" ? "bool_" : tensor.type}).reshape(${shape}))`);
  });
  lines.push("", "interpreter.invoke()", "");
  outputs.forEach((tensor, i) => {
    const name = identifier("y", i, outputs);
    lines.push(`# ${comment(tensor)}`, isQuantized(tensor)
      ? `${name} = (interpreter.get_tensor(outputs[${i}]["index"]).astype(np.float32) - ${tensor.quantization!.zeroPoint[0]}) * np.float32(${float(tensor.quantization!.scale[0]!)})`
      : `${name} = interpreter.get_tensor(outputs[${i}]["index"])`);
  });
  return `${lines.join("\n")}\n`;
}

function typescriptOf({ file, inputs, outputs, scaling }: ModelEdges): string {
  const lines = ['import { readFile } from "node:fs/promises";', 'import { Interpreter, Model } from "arenula";', "", `const net = await Interpreter.create(Model.parse(await readFile(${JSON.stringify(file)})));`];
  inputs.forEach((tensor, i) => {
    const name = identifier("x", i, inputs), real = isQuantized(tensor) || tensor.type === "float32";
    lines.push(`// ${comment(tensor)}; ${name}: ${real ? `a Float32Array of ${elementCount(tensor.shape)} real values${i === 0 && scaling ? ", here pixels" : ""}` : "stored values, in an array of its own type"}`);
    if (i === 0 && scaling && real) {
      const pick = (list: readonly number[]) => (list.length === 1 ? String(list[0]) : `[${list.join(", ")}][i % ${list.length}]`);
      lines.push(`net.inputs[${i}].quantize(Float32Array.from(${name}, (pixel, i) => (pixel - ${pick(scaling.mean)}) / ${pick(scaling.std)}));`);
    } else lines.push(real ? `net.inputs[${i}].quantize(${name}); // real values -> ${tensor.type}` : `net.inputs[${i}].set(${name});`);
  });
  lines.push("net.invoke();");
  outputs.forEach((tensor, i) => lines.push(`const ${identifier("y", i, outputs)} = net.outputs[${i}].dequantize(); // ${comment(tensor)}`));
  return `${lines.join("\n")}\n`;
}
