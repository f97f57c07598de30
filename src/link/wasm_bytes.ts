// Reading and writing the bytes of a WebAssembly module: LEB128 numbers, names, sections.

/** Reads forward; `RangeError` beyond the end, which callers turn into an error of their own. */
export class ByteReader {
  constructor(readonly bytes: Uint8Array, public at = 0, readonly end = bytes.length) {}

  byte(): number {
    if (this.at >= this.end) throw new RangeError(`the bytes end at ${this.end}`);
    return this.bytes[this.at++]!;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`no number at byte ${this.at}`);
  }

  /** Signed LEB128 of 32 bits. */
  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift + 7 < 32 && byte & 0x40 ? value | (-1 << (shift + 7)) : value;
    }
    throw new RangeError(`no number at byte ${this.at}`);
  }

  /** Passes over one LEB128 number of any size. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  skip(bytes: number): void {
    if (bytes > this.end - this.at) throw new RangeError(`the bytes end at ${this.end}`);
    this.at += bytes;
  }

  name(): string {
    const length = this.u32(), start = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(start, this.at));
  }
}

/** One section: its payload is bytes `start` to `end`. A custom section's payload begins after its name. */
export interface Section {
  readonly id: number;
  /** Of a custom section; "" otherwise. */
  readonly name: string;
  /** Where the section begins: its id byte. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

export const CUSTOM = 0, TYPE = 1, IMPORT = 2, FUNCTION = 3, MEMORY = 5, GLOBAL = 6, EXPORT = 7, START = 8, CODE = 10, DATA = 11;

/** Magic number and version. */
export const HEADER_BYTES = 8;

/** @throws RangeError where a section does not fit into the file. */
export function readSections(bytes: Uint8Array): Section[] {
  const reader = new ByteReader(bytes, HEADER_BYTES);
  const sections: Section[] = [];
  while (reader.at < bytes.length) {
    const at = reader.at, id = reader.byte(), size = reader.u32(), from = reader.at;
    reader.skip(size);
    const inside = new ByteReader(bytes, from, reader.at);
    const name = id === CUSTOM ? inside.name() : "";
    sections.push({ id, name, at, start: inside.at, end: reader.at });
  }
  return sections;
}

/** Unsigned LEB128. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

/** Signed LEB128 of a whole number within 53 bits. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = ((value % 128) + 128) % 128;
    value = (value - low) / 128;
    if ((value === 0 && low < 64) || (value === -1 && low >= 64)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Appends without the limit that a spread call has. */
export function append(to: number[], bytes: ArrayLike<number>, start = 0, end = bytes.length): void {
  for (let i = start; i < end; i++) to.push(bytes[i]!);
}
