// Constant data: buffers inside the flatbuffer, and those that lie behind it in the same file (models above 2 GB are written so).

import { ModelError } from "../errors";
import type { Buffer, Model } from "./generated/schema_generated";
import { checkIndex, where, type Place } from "./place";

/** Offsets of data behind the flatbuffer count only above this value. */
const LARGEST_NO_OFFSET = 1n;

export class Buffers {
  constructor(private readonly bytes: Uint8Array, private readonly model: Model) {}

  /**
   * The bytes of a buffer, a view into the file; null for an empty one. A model without buffers still has number 0, the empty one.
   * @throws ModelError MODEL_INVALID for an index out of range, MODEL_CORRUPT for data behind the end of the file.
   */
  data(index: number, user: Place, field: string): Uint8Array | null {
    const count = this.model.buffersLength();
    if (index === 0 && count === 0) return null;
    const buffer = this.model.buffers(checkIndex(user, field, index, count, "buffers"))!;
    const data = embedded(buffer) ?? this.external(buffer.offset(), buffer.size(), placeOf(buffer, index), "");
    return data && data.length > 0 ? data : null;
  }

  /** Data behind the flatbuffer; null where `offset` says that there is none. */
  external(offset: bigint, size: bigint, place: Place, field: string): Uint8Array | null {
    if (offset <= LARGEST_NO_OFFSET) return null;
    if (offset + size > BigInt(this.bytes.length)) {
      throw new ModelError("MODEL_CORRUPT", `${size} bytes at ${offset} lie outside the file, which has ${this.bytes.length}`, {
        where: where(place, field),
        hint: "the file is truncated: the data of large models follows the flatbuffer in the same file",
      });
    }
    return this.bytes.subarray(Number(offset), Number(offset + size));
  }
}

function embedded(buffer: Buffer): Uint8Array | null {
  return buffer.dataLength() === 0 ? null : buffer.dataArray();
}

function placeOf(buffer: Buffer, index: number): Place {
  return { path: `buffers[${index}]`, name: "", byte: buffer.bb_pos };
}
