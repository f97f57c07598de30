import { ArenulaError } from "../../errors";
import { byteLength, elementCount, type TensorType } from "../../graph/tensor";
import type { FileFormat } from "./formats";
import { imageToReal, parseImage } from "./image";
import { parseJsonValues } from "./json";
import { parseNpy, parseNpz } from "./npy";
import { checkShape, integerRange, quantizeValues, storeValues, tensorText } from "./quantize";
import { parseWave, soundToValues } from "./wave";
import type { DecodedInput, DecodeOptions, InputTensor, NumberArray, Scaling, Values } from "./types";

/**
 * The bytes of a file -> the bytes of an input. Touches nothing but its arguments, so that a browser page can use it.
 * @param names Further names of the input, for archives: the signature's.
 * @param where The file, for messages.
 * @throws ArenulaError INPUT_FORMAT, INPUT_TYPE, INPUT_SHAPE, INPUT_LENGTH, INPUT_VALUE, INPUT_SCALING
 */
export function decodeFile(format: FileFormat, bytes: Uint8Array, tensor: InputTensor, names: readonly string[], options: DecodeOptions, where: string): DecodedInput {
  switch (format) {
    case "bin": return decodeRaw(bytes, tensor, where);
    case "npy": return storeArray(parseNpy(bytes, where), tensor, options, where);
    case "npz": return storeArray(parseNpz(bytes, [tensor.name, ...names], where), tensor, options, where);
    case "json": return store(parseJsonValues(new TextDecoder().decode(bytes), tensor.type, where), tensor, where);
    case "wav": {
      const { values, notes } = soundToValues(parseWave(bytes, where), tensor, where);
      return withNotes(notes, store(values, tensor, where));
    }
    case "png": case "jpg": case "jpeg": {
      const scaling = options.scaling ?? options.modelScaling;
      const { real, notes } = imageToReal(parseImage(bytes, where), tensor, { scaling, fit: options.fit }, where);
      if (!options.scaling && options.modelScaling) notes.push("mean and std come from the model's metadata");
      return withNotes(notes, quantizeValues(real, tensor, where));
    }
  }
}

function withNotes(notes: readonly string[], decoded: DecodedInput): DecodedInput {
  return { bytes: decoded.bytes, notes: [...notes, ...decoded.notes] };
}

function decodeRaw(bytes: Uint8Array, tensor: InputTensor, where: string): DecodedInput {
  const expected = byteLength(tensor), count = elementCount(tensor.shape);
  if (bytes.length !== expected) {
    const unit = expected / count;
    let hint = "a .bin file holds the stored values, little-endian, nothing else";
    if (bytes.length === 4 * count) hint = `${count} float32 values? Save them as .npy: a .bin file holds stored values, here ${tensor.type}`;
    else if (bytes.length === 2 * count) hint = `${count} int16 values? A .bin file holds stored values, here ${tensor.type}`;
    else if (expected > 0 && bytes.length % expected === 0) hint = `${bytes.length / expected} samples? --input takes one`;
    throw new ArenulaError("INPUT_LENGTH", `the file has ${bytes.length} bytes, input '${tensor.name}' (${tensorText(tensor)}) takes ${expected}${unit > 1 ? `: ${count} values of ${unit} bytes` : ""}`, { where, hint });
  }
  if (tensor.type === "float32") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return storeValues(Float32Array.from({ length: count }, (_, i) => view.getFloat32(4 * i, true)), tensor, where);
  }
  return { bytes: bytes.slice(), notes: [] };
}

/** An array of a file -> an input. With `--mean` and `--std` it holds pixels, whatever its type. */
export function storeArray(values: Values, tensor: InputTensor, { scaling }: Pick<DecodeOptions, "scaling">, where: string): DecodedInput {
  if (!scaling) return store(values, tensor, where);
  checkShape(values.shape, tensor, where);
  return quantizeValues(scaled(values.data, scaling), tensor, where);
}

/** real = (value - mean) / std, channels innermost. */
function scaled(values: NumberArray, { mean, std }: Scaling): Float64Array {
  return Float64Array.from(values as ArrayLike<number>, (value, i) => (Number(value) - mean[i % mean.length]!) / std[i % std.length]!);
}

/** The rule of the whole command line: the tensor's own integer type is stored values, floats are real ones. */
function store(values: Values, tensor: InputTensor, where: string): DecodedInput {
  checkShape(values.shape, tensor, where);
  if (values.kind === "real") return quantizeValues(values.data, tensor, where);
  if (values.type !== tensor.type) {
    const cast = (type: TensorType) => `array.astype(numpy.${type === "bool" ? "bool_" : type})`;
    const isInteger = integerRange(tensor.type) !== null;
    throw new ArenulaError("INPUT_TYPE", `the array is ${values.type}, input '${tensor.name}' is ${tensorText(tensor)}`, {
      where, hint: isInteger ? `${cast(tensor.type)} if these are stored values, ${cast("float32")} if they are real ones` : cast("float32"),
    });
  }
  return storeValues(values.data, tensor, where);
}
