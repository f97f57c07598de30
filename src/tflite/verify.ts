// Is this flatbuffer sound? Walks every table, vtable, offset, vector, string and union member by the schema, before any accessor
// touches them. Afterwards every read of a known field stays inside the file. What the values mean is read.ts's business.
//
// The walk ends soon on any file. Tables of the schema nest a dozen deep at most and never within themselves. In a sound file every
// table, vector and string has bytes of its own (but for a few strings and shapes that writers share), so what is followed adds up
// to less than the file; more means vectors or tables laid over each other. And there are only so many tables.

import { ModelError } from "../errors";
import { snakeCase } from "./place";
import { SCALAR_BYTES, memberOf, tableOf, type ElementType, type Field, type FieldType, type Table } from "./schema";

const OFFSET_BYTES = 4;
/** Sharing that a small file may do beyond its own size. */
const SLACK_BYTES = 65536;
/** Tensors, operators, buffers, options and so on. mobilenet_v1 has 341; 15,000 operators, so 60,000 tables, take 0.2 s to read. */
const MOST_TABLES = 100_000;
const TRUNCATED = "the file is probably truncated: fetch or convert it again";
const DAMAGED = "the file is damaged: fetch or convert it again";

/**
 * @param bytes A file that starts with the identifier of TFLite.
 * @throws ModelError MODEL_UNSUPPORTED for too many tables, else MODEL_CORRUPT with the byte and the path, "subgraphs[0].operators[3].inputs, byte 1032".
 */
export function verifyModel(bytes: Uint8Array): void {
  new Verifier(bytes).root();
}

class Verifier {
  private readonly view: DataView;
  private readonly length: number;
  private readonly path: (string | number)[] = [];
  private bytesLeft: number;
  private tablesLeft = MOST_TABLES;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.length = bytes.length;
    this.bytesLeft = bytes.length + SLACK_BYTES;
  }

  root(): void {
    this.table(this.follow(0), tableOf("Model"));
  }

  private table(position: number, table: Table): void {
    this.aligned(position, 4, "a table");
    const vtable = position - this.view.getInt32(position, true);
    if (vtable < 0 || vtable + 4 > this.length) this.fail(position, `the vtable of ${table.name} would lie at byte ${vtable}, the file has ${this.length}`);
    this.aligned(vtable, 2, "a vtable");
    const vtableBytes = this.view.getUint16(vtable, true), tableBytes = this.view.getUint16(vtable + 2, true);
    if (vtableBytes < 4 || vtableBytes % 2 || vtable + vtableBytes > this.length) this.fail(vtable, `a vtable of ${vtableBytes} bytes`);
    if (tableBytes < 4 || position + tableBytes > this.length) this.fail(vtable + 2, `${table.name} takes ${tableBytes} bytes from byte ${position}, the file has ${this.length}`, TRUNCATED);
    this.charge(position, tableBytes);
    if (--this.tablesLeft < 0) this.refuse(position);

    const fieldAt = (slot: number, name: string, bytes: number): number => {
      const entry = 4 + 2 * slot;
      const offset = entry < vtableBytes ? this.view.getUint16(vtable + entry, true) : 0;
      if (offset === 0) return 0;
      if (offset < 4 || offset + bytes > tableBytes) this.fail(vtable + entry, `field ${name} of ${bytes} bytes lies at ${offset} of a table of ${tableBytes}`);
      this.aligned(position + offset, bytes, name);
      return position + offset;
    };
    for (const field of table.fields) {
      this.path.push(field.name);
      const at = fieldAt(field.slot, field.name, inlineBytes(field.type));
      if (field.type.kind === "union") this.union(fieldAt(field.slot - 1, `${field.name}'s type`, 1), at, field.type.union);
      else if (at) this.value(at, field);
      this.path.pop();
    }
  }

  private value(at: number, { type }: Field): void {
    if (type.kind === "vector") this.vector(this.follow(at), type.element, type.align);
    else if (type.kind !== "union") this.element(at, type);
  }

  private element(at: number, type: ElementType): void {
    if (type.kind === "table") this.table(this.follow(at), tableOf(type.table));
    else if (type.kind === "string") this.string(this.follow(at));
  }

  /** A member that our schema does not know stays unread, so it needs no proof. */
  private union(typeAt: number, at: number, union: string): void {
    const type = typeAt ? this.view.getUint8(typeAt) : 0;
    const member = type ? memberOf(union, type) : null;
    if (at && member) this.table(this.follow(at), member);
    else if (at) this.follow(at);
  }

  private vector(position: number, element: ElementType, align: number): void {
    const count = this.view.getUint32(position, true), bytes = inlineBytes(element), first = position + 4;
    if (count * bytes > this.length - first) {
      this.fail(position, `a vector of ${count} elements of ${bytes} bytes ends at byte ${first + count * bytes}, the file has ${this.length}`, TRUNCATED);
    }
    // an empty vector's elements may start anywhere; force_align is a wish of the writer, not a need of ours
    if (count > 0) this.aligned(first, bytes, "a vector's first element");
    if (bytes > 1 || align === 0) this.charge(position, count * bytes); // tensor data is never walked
    if (element.kind !== "table" && element.kind !== "string") return;
    for (let i = 0; i < count; i++) {
      this.path.push(i);
      this.element(first + OFFSET_BYTES * i, element);
      this.path.pop();
    }
  }

  private string(position: number): void {
    const length = this.view.getUint32(position, true), end = position + 4 + length;
    if (end + 1 > this.length) this.fail(position, `a string of ${length} bytes ends at byte ${end}, the file has ${this.length}`, TRUNCATED);
    if (this.view.getUint8(end) !== 0) this.fail(end, "a string without its terminating zero");
    this.charge(position, length);
  }

  /** Where the offset at `at` leads: at least 4 readable bytes. */
  private follow(at: number): number {
    const offset = this.view.getUint32(at, true), target = at + offset;
    if (target > this.length - 4) this.fail(at, `an offset leads to byte ${target}, the file has ${this.length}`, TRUNCATED);
    if (offset === 0) this.fail(at, "an offset of 0 leads to itself");
    this.aligned(target, 4, "the target of an offset");
    return target;
  }

  private charge(at: number, bytes: number): void {
    this.bytesLeft -= bytes;
    if (this.bytesLeft < 0) this.fail(at, "tables or vectors are laid over each other: together they take more than the file");
  }

  private aligned(at: number, bytes: number, what: string): void {
    if (at % bytes !== 0) this.fail(at, `${what} must be aligned to ${bytes} bytes, byte ${at} is not`);
  }

  private fail(at: number, message: string, hint = DAMAGED): never {
    throw new ModelError("MODEL_CORRUPT", message, { where: this.where(at), hint });
  }

  private refuse(at: number): never {
    throw new ModelError("MODEL_UNSUPPORTED", `the model has more than ${MOST_TABLES} tensors, operators and buffers`, {
      where: this.where(at),
      hint: "the file is damaged, or the model is not meant for microcontrollers",
    });
  }

  private where(at: number): string {
    const path = this.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${snakeCase(step)}`)).join("").slice(1);
    return `${path ? `${path}, ` : ""}byte ${at}`;
  }
}

/** Bytes that a field takes inside its table, or an element inside its vector. */
function inlineBytes(type: FieldType): number {
  return type.kind === "scalar" || type.kind === "enum" ? SCALAR_BYTES[type.scalar] : OFFSET_BYTES;
}
