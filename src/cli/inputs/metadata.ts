// The "TFLITE_METADATA" buffer: a flatbuffer of its own (identifier M001). Only one thing is wanted of it: how pixels become reals.
// Source: tensorflow/lite/support metadata_schema.fbs: ModelMetadata.subgraph_metadata, SubGraphMetadata.input_tensor_metadata,
// TensorMetadata.process_units, ProcessUnit.options, NormalizationOptions.{mean, std}.
import { ByteBuffer } from "flatbuffers";
import type { Scaling } from "./types";

const SUBGRAPHS = 3, INPUTS = 2, PROCESS_UNITS = 4, OPTIONS_TYPE = 0, OPTIONS = 1, MEAN = 0, STD = 1;
const NORMALIZATION_OPTIONS = 1;

/** Mean and standard deviation per input of the first subgraph; null for inputs without. A damaged buffer says nothing, as does none. */
export function normalizations(metadata: readonly { readonly name: string; readonly data: Uint8Array }[]): (Scaling | null)[] {
  const entry = metadata.find(({ name }) => name === "TFLITE_METADATA");
  if (!entry || entry.data.length < 8) return [];
  try {
    const buffer = new ByteBuffer(entry.data);
    const root = buffer.readInt32(0);
    const subgraph = tables(buffer, root, SUBGRAPHS)[0];
    if (subgraph === undefined) return [];
    return tables(buffer, subgraph, INPUTS).map((input) => {
      for (const unit of tables(buffer, input, PROCESS_UNITS)) {
        if (byteField(buffer, unit, OPTIONS_TYPE) !== NORMALIZATION_OPTIONS) continue;
        const at = fieldAt(buffer, unit, OPTIONS);
        if (at === null) continue;
        const options = at + buffer.readInt32(at);
        const mean = floats(buffer, options, MEAN), std = floats(buffer, options, STD);
        if (mean.length > 0 && std.length > 0 && std.every((value) => value > 0) && [...mean, ...std].every(Number.isFinite)) return { mean, std };
      }
      return null;
    });
  } catch {
    return []; // the metadata is advice: a model whose advice cannot be read still runs
  }
}

function fieldAt(buffer: ByteBuffer, table: number, field: number): number | null {
  const vtable = table - buffer.readInt32(table);
  const slot = 4 + 2 * field;
  if (slot >= buffer.readUint16(vtable)) return null;
  const offset = buffer.readUint16(vtable + slot);
  return offset === 0 ? null : table + offset;
}

function byteField(buffer: ByteBuffer, table: number, field: number): number {
  const at = fieldAt(buffer, table, field);
  return at === null ? 0 : buffer.readUint8(at);
}

function vector(buffer: ByteBuffer, table: number, field: number): { first: number; count: number } {
  const at = fieldAt(buffer, table, field);
  if (at === null) return { first: 0, count: 0 };
  const start = at + buffer.readInt32(at);
  const count = buffer.readInt32(start);
  if (!(count >= 0) || start + 4 + 4 * count > buffer.capacity()) throw new RangeError("vector out of range");
  return { first: start + 4, count };
}

function tables(buffer: ByteBuffer, table: number, field: number): number[] {
  const { first, count } = vector(buffer, table, field);
  return Array.from({ length: count }, (_, i) => first + 4 * i + buffer.readInt32(first + 4 * i));
}

function floats(buffer: ByteBuffer, table: number, field: number): number[] {
  const { first, count } = vector(buffer, table, field);
  return Array.from({ length: count }, (_, i) => buffer.readFloat32(first + 4 * i));
}
