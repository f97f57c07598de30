// TFLM_DECODE: constants that TFLM's compression took the room from. They are decoded while lowering, so that whoever reads them finds constants like
// any others: a device holds them decoded, in flash, and takes no time for it.
// Source of the formats: TFLM micro/kernels/decode.cc, decode_state.h, decode_state_lut.cc, decode_state_huffman.cc/.h, decode_state_prune.cc.
import { bitsOf, elementCount, type Tensor } from "../graph/tensor";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";

/** What goes with coded bytes: a header of 16 bytes, then tables. [0] how it is coded, [1] version 1, [4] version 1 of that code, [5] and [6] its own. */
const HEADER_BYTES = 16;

type Decode = (op: Op, coded: Uint8Array, ancillary: Uint8Array, output: Tensor) => Uint8Array;

/** By the header's first byte. */
const CODES: Readonly<Record<number, Decode>> = { 0: lookedUp, 1: huffman, 2: pruned };

const DECODABLE = ["bool", "float32", "int8", "int16", "int32", "int64"];

/** Number `index` of fields of `width` bits without gaps, most significant bits first. */
function field(bytes: Uint8Array, index: number, width: number): number {
  const bit = index * width, at = bit >> 3;
  return ((((bytes[at]! << 8) | (bytes[at + 1] ?? 0)) >> (16 - (bit & 7) - width)) & ((1 << width) - 1));
}

/** The channel of an element: TFLM's compression goes by the first dimension or by the last one. */
function channels(op: Op, { shape, quantization }: Tensor): { count: number; of: (element: number) => number } {
  const count = quantization?.scale.length ?? 1, dimension = quantization?.dimension ?? 0, elements = elementCount(shape);
  if (count > 1 && dimension === shape.length - 1) return { count, of: (element) => element % count };
  if (dimension !== 0) return op.invalid(`${describe(op.output())} is quantized along dimension ${dimension}, neither the first nor the last one`);
  const each = Math.floor(elements / count);
  return { count, of: (element) => Math.floor(element / each) };
}

/** Every element is a number in its channel's table. [5]: bits of a number, [6]: entries of a channel's table. */
function lookedUp(op: Op, coded: Uint8Array, ancillary: Uint8Array, output: Tensor): Uint8Array {
  const width = ancillary[5]! & 7, stride = ancillary[6]!, size = bitsOf(output.type)! / 8, elements = elementCount(output.shape);
  const table = ancillary.subarray(HEADER_BYTES), channel = channels(op, output);
  if (width === 0) op.invalid("its numbers have 0 bits");
  if (Math.ceil((elements * width) / 8) > coded.length) op.invalid(`${coded.length} bytes hold no ${elements} numbers of ${width} bits`);
  const values = new Uint8Array(elements * size);
  for (let i = 0; i < elements; i++) {
    const at = (channel.of(i) * stride + field(coded, i, width)) * size;
    if (at + size > table.length) op.invalid(`element ${i} lies outside its table`);
    for (let k = 0; k < size; k++) values[i * size + k] = table[at + k]!;
  }
  return values;
}

/** Entries of a table: the topmost bit says that `value` is a symbol, of whose bits `count` belong to it; otherwise `count` + 1 bits lead on from `value` entries further. */
const ENTRIES = { 16: { found: 2 ** 15, countShift: 11, value: 0x7ff }, 32: { found: 2 ** 31, countShift: 27, value: 0x7ffffff } };

/** Codewords of unequal length. [5]: bit 0 says whether entries have 32 bits, bits 4 to 7 how many bits the first table is looked up by, less one. */
function huffman(op: Op, coded: Uint8Array, ancillary: Uint8Array, output: Tensor): Uint8Array {
  const wide = (ancillary[5]! & 1) !== 0, first = (ancillary[5]! >> 4) + 1, elements = elementCount(output.shape);
  if (output.type !== "int8" && !(wide && output.type === "int16")) op.refuse(`symbols of ${output.type} in tables of ${wide ? 32 : 16} bits`, "TFLM has int8, and int16 in tables of 32 bits");
  const { found, countShift, value } = ENTRIES[wide ? 32 : 16], view = new DataView(ancillary.buffer, ancillary.byteOffset + HEADER_BYTES, ancillary.length - HEADER_BYTES);
  const entryBytes = wide ? 4 : 2, values = output.type === "int8" ? new Int8Array(elements) : new Int16Array(elements);
  let bit = 0; // of the codewords: the next one's first
  const take = (count: number) => {
    let bits = 0;
    for (let i = 0; i < count; i++, bit++) bits = (bits << 1) | (((coded[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    return bits;
  };
  for (let i = 0; i < elements; i++) {
    let used = first, at = take(first), entry: number;
    for (;;) {
      if ((at + 1) * entryBytes > view.byteLength) op.invalid(`the codeword of element ${i} leads out of the tables`);
      entry = wide ? view.getUint32(at * 4, true) : view.getUint16(at * 2, true);
      if (entry >= found) break;
      used = ((entry >>> countShift) & 15) + 1;
      at += (entry & value) + take(used);
    }
    values[i] = entry & value; // cut to the type, as the reference does
    bit -= Math.max(used - ((entry >>> countShift) & 15), 0);
    if (bit > 8 * coded.length) op.invalid(`the codewords end before element ${i}`);
  }
  return new Uint8Array(values.buffer);
}

/** A bit for every element: the next one of the values, or real zero. */
function pruned(op: Op, coded: Uint8Array, ancillary: Uint8Array, output: Tensor): Uint8Array {
  const { type, shape, quantization } = output, size = bitsOf(type)! / 8, elements = elementCount(shape), channel = channels(op, output);
  const zeroPoints = quantization?.zeroPoint ?? [0];
  if (type !== "int8" && zeroPoints.some((zero) => zero !== 0)) op.invalid(`${describe(output)} is ${type} with a zero point, which pruning knows of int8 alone`);
  if (Math.ceil(elements / 8) > coded.length) op.invalid(`${coded.length} bytes hold no ${elements} bits`);
  const values = new Uint8Array(elements * size);
  let next = HEADER_BYTES;
  for (let i = 0; i < elements; i++) {
    if (field(coded, i, 1) === 0) {
      if (type === "int8") values[i] = zeroPoints[zeroPoints.length === 1 ? 0 : channel.of(i)]!;
      continue;
    }
    if (next + size > ancillary.length) op.invalid(`its values end before element ${i}`);
    for (let k = 0; k < size; k++) values[i * size + k] = ancillary[next++]!;
  }
  return values;
}

const outputsOf = (op: Op): Tensor[] => op.operator.outputs.map((_, i) => op.output(i));

function constant(op: Op, i: number): Uint8Array {
  return op.input(i).data ?? op.invalid(`${describe(op.input(i))} is no constant`);
}

const decode: Lowering = {
  operator: "TFLM_DECODE", custom: true,
  signatures: [{ inputs: ["any..."], outputs: ["any..."] }],
  options: "tables of values, Huffman codes and pruning, decoded while lowering: a device holds the decoded constants in flash",
  check(op) {
    const outputs = outputsOf(op);
    if (op.operator.inputs.length !== 2 * outputs.length) op.invalid(`${op.operator.inputs.length} inputs for ${outputs.length} outputs, which take two each`);
    outputs.forEach((output, i) => {
      constant(op, 2 * i);
      const [code, version, , , own] = constant(op, 2 * i + 1);
      if (constant(op, 2 * i + 1).length < HEADER_BYTES) op.invalid(`${describe(op.input(2 * i + 1))} has no header of ${HEADER_BYTES} bytes`);
      const type = output.rebased ? "uint8" : output.type;
      if (!DECODABLE.includes(type)) op.refuse(`${describe(output)} is ${type}`, `TFLM decodes ${DECODABLE.join(", ")}`);
      if (!CODES[code!]) op.refuse(`${describe(output)} is coded by method ${code}`, "methods beyond 0 to 2 are an application's own: use the .tflite file from before compression");
      if (version !== 1 || own !== 1) op.refuse(`${describe(output)} is coded by version ${version}.${own}`, "version 1.1 is covered: compress again with a current TFLM");
    });
  },
  fold: (op) => outputsOf(op).map((output, i) => CODES[constant(op, 2 * i + 1)[0]!]!(op, constant(op, 2 * i), constant(op, 2 * i + 1), output)),
  lower() {}, // always folded
};

export const COMPRESSION: readonly Lowering[] = [decode];
