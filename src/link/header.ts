import type { DeviceFacts, DeviceTensor } from "./device_facts";

/** C header of a linked module: what its exports say, for firmware that wants it at compile time. */
export function cHeader(facts: DeviceFacts): string {
  const guard = `ARENULA_${identifier(facts.model.name)}_H`;
  const lines = [
    `/* Written by arenula ${facts.version} for ${facts.model.name}, sha256 ${facts.model.sha256}. The module's exports say the same. */`,
    `#ifndef ${guard}`,
    `#define ${guard}`,
    "",
    define("ABI", facts.abi),
    define("LINEAR_MEMORY_BYTES", facts.linear_memory_bytes),
    define("OPERATORS", facts.operators.length),
    ...facts.inputs.flatMap((tensor, i) => describe(`INPUT_${i}`, tensor)),
    ...facts.outputs.flatMap((tensor, i) => describe(`OUTPUT_${i}`, tensor)),
    "",
    `#endif`,
  ];
  return `${lines.join("\n")}\n`;
}

function describe(name: string, tensor: DeviceTensor): string[] {
  return [
    "",
    `/* ${printable(tensor.name)}: ${tensor.dtype}[${tensor.shape.join("][")}]${tensor.scale === null ? "" : ", real = (stored - zero point) * scale"} */`,
    define(`${name}_ADDRESS`, tensor.address),
    define(`${name}_BYTES`, tensor.bytes),
    ...(tensor.extent === undefined ? [] : [define(`${name}_EXTENT_ADDRESS`, tensor.extent)]),
    ...(tensor.scale === null ? [] : [`#define ARENULA_${name}_SCALE ${floatLiteral(tensor.scale)}`, define(`${name}_ZERO_POINT`, tensor.zero_point!)]),
  ];
}

const define = (name: string, value: number) => `#define ARENULA_${name} ${value < 0 ? `(${value})` : value}`;
const identifier = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]+/g, "_");
/** Names come from a file: nothing in them may end the comment. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?").replaceAll("*/", "* /");
const floatLiteral = (value: number) => `${/[.e]/.test(String(value)) ? value : `${value}.0`}f`;
