// Tensors of one subgraph. What nothing refers to may need things that Arenula does not have; it still may not contradict itself.

import { bitsOf, type Tensor, type TensorType } from "../graph/tensor";
import type { Buffers } from "./buffers";
import type { Tensor as TensorTable } from "./generated/schema_generated";
import { invalid, list, quote, unsupported, type Place } from "./place";
import { readQuantization } from "./quantization";
import { tensorTypeOf } from "./types";

/** Addresses and sizes in a core are 31-bit numbers. */
const LARGEST_TENSOR_BYTES = 2 ** 31 - 1;

/** What a subgraph does with a tensor. */
export interface TensorUse {
  /** An operator, an input or an output refers to it. */
  readonly used: boolean;
  /** An operator writes it, or the caller of its subgraph does. */
  readonly written: boolean;
  /** It is an input of the model. */
  readonly fed: boolean;
}

export function tensorPlace(table: TensorTable, subgraph: number, index: number): Place {
  return { path: `subgraphs[${subgraph}].tensors[${index}]`, name: quote(table.name() ?? ""), byte: table.bb_pos };
}

/** @throws ModelError MODEL_INVALID, MODEL_UNSUPPORTED, MODEL_CORRUPT. */
export function readTensor(table: TensorTable, index: number, { used, written, fed }: TensorUse, buffers: Buffers, place: Place): Tensor {
  const type = readType(table, used, place);
  const shape = readShape(table, used, place);
  const isVariable = table.isVariable();
  const bytes = sizeOf(type, shape, place);
  const stored = readData(table, used, buffers, place);

  if (stored && table.buffer() === 0) throw invalid(place, ".buffer", "buffer 0 holds data, but it stands for none");
  if (stored && isVariable) throw unsupported(place, ".is_variable", "a variable tensor with initial data is not supported", "convert with states that start at zero");
  if (stored && bytes !== null && stored.length !== bytes) {
    throw invalid(place, ".buffer", `shape [${list(shape)}] of ${type} takes ${bytes} bytes, its buffer has ${stored.length}`);
  }
  // a constant without elements has nothing to store: the shape operand of a RESHAPE to a scalar
  const data = stored ?? (bytes === 0 && !written && !isVariable ? new Uint8Array(0) : null);
  if (bytes === 0 && (fed || (isVariable && used))) {
    throw unsupported(place, ".shape", `${fed ? "an input" : "a variable"} of shape [${list(shape)}] has no elements`, "convert with a fixed input shape");
  }
  return {
    index, name: table.name() ?? "", type, shape,
    shapeSignature: readSignature(table, shape),
    quantization: readQuantization(table.quantization(), { type, shape, constant: data !== null, used }, place),
    data, isVariable,
  };
}

function readType(table: TensorTable, used: boolean, place: Place): TensorType {
  const type = tensorTypeOf(table.type());
  if (type) return type;
  if (used) throw unsupported(place, ".type", `element type ${table.type()} is unknown`, "the file is damaged, or from a converter newer than this Arenula");
  return "variant"; // opaque, as nothing looks inside
}

/** -1 in front is an open batch, which is 1 here. */
function readShape(table: TensorTable, used: boolean, place: Place): number[] {
  return Array.from({ length: table.shapeLength() }, (_, i) => {
    const extent = table.shape(i)!;
    if (extent >= 0) return extent;
    if (extent < -1) throw invalid(place, `.shape[${i}]`, `an extent of ${extent}`);
    if (i > 0 && used) throw unsupported(place, `.shape[${i}]`, `dimension ${i} is open (-1)`, "convert with a fixed input shape: only the batch, dimension 0, may be open");
    return i === 0 ? 1 : 0;
  });
}

/** Bytes of the tensor; null for types without a fixed size. */
function sizeOf(type: TensorType, shape: readonly number[], place: Place): number | null {
  const bits = bitsOf(type);
  let bytes = (bits ?? 8) / 8;
  for (const extent of shape) if (extent > 0) bytes *= extent; // no 0 yet, so that it cannot hide an overflow
  if (bytes > LARGEST_TENSOR_BYTES) {
    throw invalid(place, ".shape", `shape [${list(shape)}] of ${type} takes ${bytes} bytes, more than ${LARGEST_TENSOR_BYTES}`,
      "the shape is damaged, or the model is not meant for microcontrollers");
  }
  if (bits === null) return null;
  return shape.includes(0) ? 0 : Math.ceil(bytes);
}

function readData(table: TensorTable, used: boolean, buffers: Buffers, place: Place): Uint8Array | null {
  if (used && table.externalBuffer() !== 0) {
    throw unsupported(place, ".external_buffer", "its data lies in another file", "convert with the weights inside the .tflite file");
  }
  if (table.sparsity()) {
    if (used) throw unsupported(place, ".sparsity", "sparse tensors are not supported", "convert without sparsity, or store the weights dense");
    return null; // fewer bytes than the shape takes
  }
  return buffers.data(table.buffer(), place, ".buffer");
}

/** Null where the file has none, or a stale one: no runtime reads it, so it decides nothing. */
function readSignature(table: TensorTable, shape: readonly number[]): number[] | null {
  const rank = table.shapeSignatureLength();
  if (rank === 0 || rank !== shape.length) return null;
  return Array.from({ length: rank }, (_, i) => table.shapeSignature(i)!);
}
