// NumPy's array files. Source: numpy/lib/format.py, format versions 1.0 to 3.0. Our own reader, because npyjs (the maintained one) depends on
// fetch, ignores fortran_order and byte order, and takes a cut file for a shorter array.
import { unzipSync } from "fflate";
import { ArenulaError } from "../../errors";
import { elementCount, type TensorType } from "../../graph/tensor";
import { didYouMean } from "../../near_names";
import type { NumberArray, Values } from "./types";

interface Element {
  readonly type: TensorType;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number, littleEndian: boolean) => number | bigint;
  readonly array: (count: number) => NumberArray & { [index: number]: number | bigint };
}

const ELEMENTS: Record<string, Element> = {
  b1: { type: "bool", bytes: 1, read: (v, o) => v.getUint8(o), array: (n) => new Uint8Array(n) },
  i1: { type: "int8", bytes: 1, read: (v, o) => v.getInt8(o), array: (n) => new Int8Array(n) },
  u1: { type: "uint8", bytes: 1, read: (v, o) => v.getUint8(o), array: (n) => new Uint8Array(n) },
  i2: { type: "int16", bytes: 2, read: (v, o, le) => v.getInt16(o, le), array: (n) => new Int16Array(n) },
  u2: { type: "uint16", bytes: 2, read: (v, o, le) => v.getUint16(o, le), array: (n) => new Uint16Array(n) },
  i4: { type: "int32", bytes: 4, read: (v, o, le) => v.getInt32(o, le), array: (n) => new Int32Array(n) },
  u4: { type: "uint32", bytes: 4, read: (v, o, le) => v.getUint32(o, le), array: (n) => new Uint32Array(n) },
  i8: { type: "int64", bytes: 8, read: (v, o, le) => v.getBigInt64(o, le), array: (n) => new BigInt64Array(n) },
  u8: { type: "uint64", bytes: 8, read: (v, o, le) => v.getBigUint64(o, le), array: (n) => new BigUint64Array(n) },
  f2: { type: "float16", bytes: 2, read: (v, o, le) => halfToNumber(v.getUint16(o, le)), array: (n) => new Float32Array(n) },
  f4: { type: "float32", bytes: 4, read: (v, o, le) => v.getFloat32(o, le), array: (n) => new Float32Array(n) },
  f8: { type: "float64", bytes: 8, read: (v, o, le) => v.getFloat64(o, le), array: (n) => new Float64Array(n) },
};

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** What the header of a .npy file says. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: TensorType;
  /** Bytes of one element. */
  readonly elementBytes: number;
  readonly columnMajor: boolean;
  readonly littleEndian: boolean;
  /** Where the data start. */
  readonly dataAt: number;
}

const refusal = (where: string, message: string, hint = "save it with numpy.save(file, array)") => new ArenulaError("INPUT_FORMAT", message, { where, hint });

/**
 * The header of a .npy file.
 * @param bytes The file, or as much of its start as holds the header: NPY_HEADER_BYTES suffice for what NumPy writes.
 * @throws ArenulaError INPUT_FORMAT
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw refusal(where, "not a .npy file: it does not start with \\x93NUMPY");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6];
  if (major < 1 || major > 3) throw refusal(where, `.npy format version ${major} is not known`);
  const headerAt = major === 1 ? 10 : 12;
  const headerBytes = major === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : 0;
  const dataAt = headerAt + headerBytes;
  if (dataAt > bytes.length) throw refusal(where, "the file ends within its header");
  const header = new TextDecoder("latin1").decode(bytes.subarray(headerAt, dataAt));

  const description = /'descr'\s*:\s*'([<>|=])?(\w+)'/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const dims = /'shape'\s*:\s*\(([^)]*)\)/.exec(header);
  if (!order || !dims) throw refusal(where, "the header lacks fortran_order or shape");
  const element = description ? ELEMENTS[description[2]] : undefined;
  if (!description || !element) {
    throw refusal(where, `arrays of ${description?.[2] ?? "records or objects"} are not read`, "save numbers: array.astype(numpy.float32) for real values, or the tensor's own type for stored ones");
  }
  const shape = dims[1].split(",").map((text) => text.trim()).filter((text) => text !== "").map(Number);
  if (shape.some((n) => !Number.isInteger(n) || n < 0)) throw refusal(where, `the shape (${dims[1]}) is no shape`);
  return { shape, type: element.type, elementBytes: element.bytes, columnMajor: order[1] === "True", littleEndian: description[1] !== ">", dataAt };
}

/** Headers are padded to a multiple of 64 bytes and hold a description, an order and a shape of at most 32 numbers. */
export const NPY_HEADER_BYTES = 1024;

/**
 * A .npy file. Integer arrays come back as stored values with their type, float arrays (of any width) as real values; both row-major.
 * @throws ArenulaError INPUT_FORMAT
 */
export function parseNpy(bytes: Uint8Array, where: string): Values {
  const header = parseNpyHeader(bytes, where);
  checkNpyLength(header, bytes.length, where);
  return npyValues(header, header.shape, bytes.subarray(header.dataAt));
}

/** @throws ArenulaError INPUT_FORMAT where a file of `length` bytes does not hold just its data. */
export function checkNpyLength({ shape, type, elementBytes, dataAt }: NpyHeader, length: number, where: string): void {
  const expected = elementCount(shape) * elementBytes;
  if (dataAt + expected !== length) throw refusal(where, `shape (${shape.join(", ")}) of ${type} takes ${expected} bytes, ${length - dataAt} follow the header`, "the file is cut or damaged");
}

/** Elements of a .npy file, from the start of `data`, as an array of `shape`: the whole, or a part of it along its first axis. */
export function npyValues({ type, columnMajor, littleEndian }: NpyHeader, shape: readonly number[], data: Uint8Array): Values {
  const { bytes, read, array } = Object.values(ELEMENTS).find((element) => element.type === type)!;
  const count = elementCount(shape), view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values = array(count);
  const place = columnMajor ? rowMajorPlaces(shape) : null;
  for (let i = 0; i < count; i++) values[place ? place[i] : i] = read(view, i * bytes, littleEndian);
  return type.startsWith("float") ? { kind: "real", shape, data: values as ArrayLike<number> } : { kind: "stored", shape, type, data: values };
}

/**
 * The array of a .npz file that belongs to an input: the entry of its name, or the only one.
 * @param names The names that the input goes by: the tensor's, the signature's.
 * @throws ArenulaError INPUT_FORMAT
 */
export function parseNpz(bytes: Uint8Array, names: readonly string[], where: string): Values {
  const entries = unzipArrays(bytes, where);
  const listed = [...entries.keys()];
  const name = names.find((candidate) => entries.has(candidate)) ?? (listed.length === 1 ? listed[0] : undefined);
  if (name === undefined) {
    throw new ArenulaError("INPUT_FORMAT", `none of the arrays ${listed.map((entry) => `'${entry}'`).join(", ") || "(there are none)"} is called '${names[0]}'`, {
      where, hint: didYouMean(names[0] ?? "", listed) || `save it under the input's name: numpy.savez(file, **{"${names[0]}": array})`,
    });
  }
  return parseNpy(entries.get(name)!, `${where}, array '${name}'`);
}

/** The .npy files of a .npz archive, by their names without the ending. @throws ArenulaError INPUT_FORMAT */
export function unzipArrays(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  try {
    return new Map(Object.entries(unzipSync(bytes)).filter(([name]) => name.endsWith(".npy")).map(([name, data]) => [name.slice(0, -4), data]));
  } catch (error) {
    throw new ArenulaError("INPUT_FORMAT", `not a .npz archive: ${(error as Error).message}`, { where, hint: "save it with numpy.savez(file, name=array)" });
  }
}

/** Where the i-th element of a column-major array lies in row-major order. */
function rowMajorPlaces(shape: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  return Uint32Array.from({ length: elementCount(shape) }, (_, i) => {
    let place = 0;
    for (let axis = 0, rest = i; axis < shape.length; axis++) {
      place += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return place;
  });
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
