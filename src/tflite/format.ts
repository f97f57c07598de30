// Is this a TFLite file at all? If not, what is it, and what would make a .tflite of it?

import { ModelError } from "../errors";

/** Flatbuffers carry their identifier behind the root offset. */
const IDENTIFIER = "TFL3", IDENTIFIER_AT = 4;

/** What people pass instead of a .tflite file: how it starts (bytes as Latin-1), what it is, the way out. */
const OTHERS: readonly { readonly start: RegExp; readonly name: string; readonly hint: string }[] = [
  { start: /^\x89HDF\r\n/, name: "an HDF5 file (a Keras .h5 model)", hint: "load it with Keras and convert it: tf.lite.TFLiteConverter.from_keras_model(model).convert()" },
  { start: /^PK[\x03\x05]/, name: "a zip archive (.keras, .task, .pt, a zipped SavedModel)", hint: "unpack a bundle to find its .tflite; convert a .keras file with tf.lite.TFLiteConverter.from_keras_model" },
  { start: /^\x1f\x8b/, name: "a gzip archive", hint: "unpack it first: the .tflite file is inside" },
  { start: /^\x08\x01\x12/, name: "a saved_model.pb", hint: "convert the SavedModel's directory: tf.lite.TFLiteConverter.from_saved_model(directory).convert()" },
  { start: /^\x08[\x02-\x1f]\x12/, name: "an ONNX model", hint: "convert it to .tflite first, with onnx2tf for example" },
  { start: /^\0asm/, name: "a WebAssembly module", hint: "a linked model runs with `arenula simulate`; the other commands want the .tflite it was built from" },
  { start: /^\x7fELF/, name: "an ELF program", hint: "pass the .tflite file that the program was built from" },
  { start: /^\x89PNG/, name: "a PNG image", hint: "images are inputs: --input FILE.png" },
  { start: /^\xff\xd8\xff/, name: "a JPEG image", hint: "images are inputs: --input FILE.jpg" },
  { start: /^RIFF/, name: "a RIFF file (.wav)", hint: "sound is an input: --input FILE.wav" },
  { start: /^\x93NUMPY/, name: "a NumPy array", hint: "arrays are inputs: --input FILE.npy" },
  { start: /^GGUF/, name: "a GGUF language model", hint: "language models do not fit microcontrollers; Arenula reads .tflite" },
  { start: /^version https:/, name: "a Git LFS pointer", hint: "fetch the file behind it: git lfs pull" },
  { start: /^\s*</, name: "a web page or XML", hint: "the download went wrong: fetch the raw file" },
  { start: /^\s*\{/, name: "JSON", hint: "turn the JSON form of a model into a file: flatc -b schema.fbs model.json" },
  { start: /^\s*(#include|\/\/|\/\*|unsigned char|const |alignas)/, name: "C source", hint: "pass the .tflite file that the array was made from, or make it again: xxd -r -p over the bytes of the array" },
];

/** @throws ModelError MODEL_EMPTY, MODEL_FORMAT. */
export function checkFormat(bytes: Uint8Array): void {
  if (bytes.length === 0) {
    throw new ModelError("MODEL_EMPTY", "the model file is empty", { where: "byte 0", hint: "fetch or convert the model again" });
  }
  if (text(bytes, IDENTIFIER_AT, 4) === IDENTIFIER && bytes.length >= IDENTIFIER_AT + 4) return;
  throw new ModelError("MODEL_FORMAT", `not a TFLite model: ${findings(bytes)}`, {
    where: `byte ${IDENTIFIER_AT}`,
    hint: hintFor(bytes),
  });
}

function other(bytes: Uint8Array) {
  const start = text(bytes, 0, 32);
  return OTHERS.find((candidate) => candidate.start.test(start));
}

function findings(bytes: Uint8Array): string {
  const known = other(bytes);
  if (known) return `it looks like ${known.name}`;
  if (bytes.length < IDENTIFIER_AT + 4) return `it has ${bytes.length} bytes, the header alone takes ${IDENTIFIER_AT + 4}`;
  return `its identifier is ${JSON.stringify(text(bytes, IDENTIFIER_AT, 4))}, expected "${IDENTIFIER}"`;
}

function hintFor(bytes: Uint8Array): string {
  const known = other(bytes);
  if (known) return known.hint;
  if (text(bytes, 8, 4) === IDENTIFIER) return "this flatbuffer is prefixed with its size: drop the first 4 bytes";
  if (/^TFL\d$/.test(text(bytes, IDENTIFIER_AT, 4))) return "another version of the format: convert the model again with a current converter";
  return "Arenula reads .tflite files: convert the model with tf.lite.TFLiteConverter, or fetch the file again";
}

/** Bytes as Latin-1, so that any byte compares. */
function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
