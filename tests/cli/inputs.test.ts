import { readFileSync } from "node:fs";
import { Builder } from "flatbuffers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decodeFile } from "../../src/cli/inputs/decode";
import { formatOf } from "../../src/cli/inputs/formats";
import { convertChannels, imageToReal, likelyScalings, parseImage, resize } from "../../src/cli/inputs/image";
import { decodeInputs, type NamedInput } from "../../src/cli/inputs/inputs";
import { parseJsonValues } from "../../src/cli/inputs/json";
import { Lcg } from "../../src/lcg";
import { normalizations } from "../../src/cli/inputs/metadata";
import { parseNpy, parseNpz } from "../../src/cli/inputs/npy";
import { coordinates, quantizeValues } from "../../src/cli/inputs/quantize";
import type { DecodedInput, DecodeOptions, InputTensor } from "../../src/cli/inputs/types";
import { parseWave } from "../../src/cli/inputs/wave";
import { ArenulaError, type ErrorCode } from "../../src/errors";

// written by NumPy, Pillow and Python's wave: tests/cli/fixtures/make.py
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`tests/cli/fixtures/${name}`));
const expected = JSON.parse(readFileSync("tests/cli/fixtures/expected.json", "utf8")) as Record<string, number[]>;

const tensor = (type: InputTensor["type"], shape: number[], scale: number | null = null, zeroPoint: number | null = null): InputTensor => ({ name: "x", type, shape, scale, zeroPoint });
const plain: DecodeOptions = { scaling: null, modelScaling: null, fit: false };
const scaled = (mean: number, std: number): DecodeOptions => ({ ...plain, scaling: { mean: [mean], std: [std] } });
const decode = (name: string, into: InputTensor, options = plain): DecodedInput => {
  const format = formatOf(name);
  if (!format) throw new Error(`no format: ${name}`);
  return decodeFile(format, fixture(name), into, [], options, name);
};
const int8 = (decoded: DecodedInput): number[] => [...new Int8Array(decoded.bytes.buffer)];
const float32 = (decoded: DecodedInput): number[] => [...new Float32Array(decoded.bytes.buffer)];

function refusal(code: ErrorCode, act: () => unknown): ArenulaError {
  try { act(); } catch (error) {
    assert.instance(error, ArenulaError, String(error));
    assert.is((error as ArenulaError).code, code, (error as ArenulaError).message);
    return error as ArenulaError;
  }
  throw new Error(`accepted, expected ${code}`);
}

function close(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  assert.is(actual.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    if (!(Math.abs(actual[i] - wanted[i]) <= tolerance)) throw new Error(`[${i}]: ${actual[i]}, expected ${wanted[i]} within ${tolerance}`);
  }
}

const npy = suite("npy");
npy("reads floats of every width as real values", () => {
  const values = parseNpy(fixture("real_f4.npy"), "");
  assert.is(values.kind, "real");
  assert.equal(values.shape, [2, 3, 4]);
  close(values.data as ArrayLike<number>, expected.real, 0);
  close(parseNpy(fixture("real_f2.npy"), "").data as ArrayLike<number>, expected.real_f2, 0);
});
npy("turns column-major into row-major", () => close(parseNpy(fixture("real_f8_fortran.npy"), "").data as ArrayLike<number>, expected.real, 0));
npy("reads big-endian", () => {
  const values = parseNpy(fixture("stored_i2_big_endian.npy"), "");
  assert.equal([...(values.data as Int16Array)], expected.stored.map((value) => value * 7));
});
npy("refuses what is cut, foreign or made of objects", () => {
  const bytes = fixture("real_f4.npy");
  for (let length = 0; length < bytes.length; length++) refusal("INPUT_FORMAT", () => parseNpy(bytes.slice(0, length), ""));
  refusal("INPUT_FORMAT", () => parseNpy(fixture("rgb.png"), ""));
  const objects = bytes.slice();
  objects.set(new TextEncoder().encode("|O8"), new TextDecoder("latin1").decode(bytes).indexOf("<f4"));
  refusal("INPUT_FORMAT", () => parseNpy(objects, ""));
});
npy("finds the entry of an archive by the input's name, or takes the only one", () => {
  assert.equal(parseNpz(fixture("two.npz"), ["first"], "").data, Int8Array.from(expected.stored));
  assert.equal(parseNpz(fixture("one.npz"), ["whatever"], "").data, Int8Array.from(expected.stored));
  assert.match(refusal("INPUT_FORMAT", () => parseNpz(fixture("two.npz"), ["firts"], "")).hint, "'first'");
  refusal("INPUT_FORMAT", () => parseNpz(fixture("rgb.png"), ["x"], ""));
});
npy.run();

const meaning = suite("what a number means");
meaning("an array of the tensor's own type is stored values, without a note", () => {
  const decoded = decode("stored_i1.npy", tensor("int8", [1, 2, 3, 4], 0.5, 3));
  assert.equal(int8(decoded), expected.stored);
  assert.equal(decoded.notes, []);
});
meaning("floats are quantized, and the note says so", () => {
  const decoded = decode("real_f4.npy", tensor("int8", [2, 3, 4], 0.5847029, 83));
  assert.is(decoded.notes[0], "quantized 24 real values with scale 0.5847029, zero point 83");
});
meaning("rounds half away from zero and counts what it clips", () => {
  // scale 2, zero point 1: 1 -> 0.5 -> 1 + 1; -1 -> -0.5 -> -1 + 1; 3 -> 1.5 -> 2 + 1; 300 -> 151 -> 127
  const decoded = quantizeValues([1, -1, 3, 300, -300], tensor("int8", [5], 2, 1), "");
  assert.equal(int8(decoded), [2, 0, 3, 127, -128]);
  assert.match(decoded.notes[1], "2 of 5 values lie outside -258 to 252");
});
meaning("integers of another type are refused with both ways out", () => {
  const error = refusal("INPUT_TYPE", () => decode("stored_i8.npy", tensor("int8", [2, 3, 4], 0.5, 3)));
  assert.match(error.hint, "astype(numpy.int8)");
  assert.match(error.hint, "astype(numpy.float32)");
});
meaning("float tensors take floats of any width, and no integers", () => {
  close(float32(decode("real_f8_fortran.npy", tensor("float32", [2, 3, 4]))), expected.real, 0);
  refusal("INPUT_TYPE", () => decode("stored_i1.npy", tensor("float32", [2, 3, 4])));
});
meaning("real values for a tensor without a scale are refused", () => {
  refusal("INPUT_TYPE", () => decode("real_f4.npy", tensor("int32", [2, 3, 4])));
});
meaning("NaN is refused with its place", () => {
  const error = refusal("INPUT_VALUE", () => quantizeValues([0, 0, 0, 0, NaN, 0], tensor("int8", [1, 2, 3], 1, 0), ""));
  assert.match(error.message, "[0, 1, 1] is NaN");
});
meaning("shapes may differ in axes of length 1, or be flat; nothing else", () => {
  const decodes = (shape: number[]) => decode("stored_i1.npy", tensor("int8", shape, 1, 0));
  decodes([2, 3, 4]); decodes([1, 2, 3, 4, 1]);
  assert.match(refusal("INPUT_SHAPE", () => decodes([2, 4, 3])).hint, "transpose");
  assert.match(refusal("INPUT_SHAPE", () => decodes([6, 4])).hint, "reshape");
  assert.match(refusal("INPUT_SHAPE", () => decodes([1, 3, 4])).hint, "2 samples");
  const error = refusal("INPUT_SHAPE", () => decodes([7]));
  assert.match(error.message, "[2, 3, 4]");
  assert.match(error.message, "int8 [7]");
});
meaning("coordinates are row-major", () => assert.is(coordinates(23, [2, 3, 4]), "[1, 2, 3]"));
meaning.run();

const raw = suite(".bin");
const decodeRaw = (bytes: Uint8Array, into: InputTensor) => decodeFile("bin", bytes, into, [], plain, "x.bin");
raw("is the stored bytes, exactly as many as the tensor takes", () => {
  assert.equal(decodeRaw(Uint8Array.of(1, 2, 255, 4), tensor("int8", [1, 4])).bytes, Uint8Array.of(1, 2, 255, 4));
  assert.match(refusal("INPUT_LENGTH", () => decodeRaw(new Uint8Array(3), tensor("int16", [4]))).message, "3 bytes");
});
raw("guesses what a file of another length is", () => {
  assert.match(refusal("INPUT_LENGTH", () => decodeRaw(new Uint8Array(16), tensor("int8", [4]))).hint, "float32");
  assert.match(refusal("INPUT_LENGTH", () => decodeRaw(new Uint8Array(12), tensor("int8", [4]))).hint, "3 samples");
});
raw("checks float32 for NaN", () => {
  refusal("INPUT_VALUE", () => decodeRaw(new Uint8Array(new Float32Array([1, NaN]).buffer), tensor("float32", [2])));
});
raw.run();

const json = suite(".json");
const fromJson = (text: string, into = tensor("int8", [2, 2], 0.5, 0)) => int8(decodeFile("json", new TextEncoder().encode(text), into, [], plain, "x.json"));
json("a bare list is real, nested or flat", () => {
  assert.equal(fromJson("[[1, -1], [0.5, 2]]"), [2, -2, 1, 4]);
  assert.equal(fromJson('{"real": [1, -1, 0.5, 2]}'), [2, -2, 1, 4]);
});
json("stored values stay as they are", () => assert.equal(fromJson('{"stored": [[1, -128], [127, 0]]}'), [1, -128, 127, 0]));
json("refuses what the type cannot hold, with its place", () => {
  assert.match(refusal("INPUT_VALUE", () => fromJson('{"stored": [[1, 2], [128, 0]]}')).message, "128 at [1, 0]");
  refusal("INPUT_VALUE", () => fromJson('{"stored": [[1, 2.5], [3, 0]]}'));
  refusal("INPUT_VALUE", () => fromJson("[[1, NaN], [3, 0]]"));
  refusal("INPUT_VALUE", () => fromJson("[[1, null], [3, 0]]"));
  refusal("INPUT_VALUE", () => fromJson("[[1, 1e999], [3, 0]]"));
});
json("refuses what is no array of numbers", () => {
  for (const text of ["", "{", '"x"', "null", "{}", '{"values": [1]}', '{"stored": [1], "real": [1]}', "[[1, 2], [3]]", "[1, [2]]", "[[1], 2]", '[["1"]]', "[[], [1]]"]) refusal("INPUT_FORMAT", () => fromJson(text));
});
json("refuses lists nested deeper than an array can be", () => {
  refusal("INPUT_FORMAT", () => fromJson("[".repeat(100_000) + "]".repeat(100_000)));
});
json("takes a number for a scalar", () => assert.equal(parseJsonValues("3", "int8", "").shape, []));
json.run();

const image = suite("images");
const pixels = (name: string) => { const { pixels, ...rest } = parseImage(fixture(name), name); return { pixels: [...pixels], ...rest }; };
image("reads every kind of PNG", () => {
  assert.equal(pixels("rgb.png"), { width: 7, height: 5, channels: 3, pixels: expected.rgb });
  assert.equal(pixels("rgba.png").pixels, expected.rgb);
  assert.equal(pixels("grey.png").pixels, expected.rgb_as_grey);
  assert.equal(pixels("palette.png").pixels, expected.palette);
  assert.equal(pixels("bits.png").pixels, expected.bits);
  close(pixels("grey16.png").pixels, expected.grey16, 1e-4);
});
image("reads JPEG", () => {
  const { width, height, channels, pixels: values } = pixels("smooth.jpg");
  assert.equal([width, height, channels], [24, 16, 3]);
  close(values.filter((_, i) => i % 3 === 0), expected.smooth, 4); // quality 95
});
image("refuses other files and damaged ones", () => {
  refusal("INPUT_FORMAT", () => parseImage(fixture("mono.wav"), ""));
  for (const name of ["rgb.png", "smooth.jpg"]) {
    const bytes = fixture(name);
    for (const length of [2, 20, bytes.length >> 1]) refusal("INPUT_FORMAT", () => parseImage(bytes.slice(0, length), ""));
  }
});
image("makes grey as Pillow does", () => assert.equal([...convertChannels(parseImage(fixture("rgb.png"), ""), 1).pixels], expected.rgb_as_grey));
image("resizes as Pillow does, in both directions", () => {
  const rgb = parseImage(fixture("rgb.png"), "");
  close(resize(rgb, 3, 2).pixels, expected.shrunk, 1e-3);
  close(resize(rgb, 11, 9).pixels, expected.grown, 1e-3);
});
image("becomes (pixel - mean) / std, then codes", () => {
  // scale 1/255, zero point -128: pixel p is code p - 128
  const decoded = decode("rgb.png", tensor("int8", [1, 5, 7, 3], 1 / 255, -128), scaled(0, 255));
  assert.equal(int8(decoded), expected.rgb.map((p) => p - 128));
});
image("is converted to the channels of the input, and the note says so", () => {
  const decoded = decode("rgb.png", tensor("uint8", [1, 5, 7, 1], 1, 0), scaled(0, 1));
  assert.equal([...decoded.bytes], expected.rgb_as_grey);
  assert.ok(decoded.notes.includes("colour to grey"));
  assert.equal([...decode("grey.png", tensor("uint8", [1, 5, 7, 3], 1, 0), scaled(0, 1)).bytes], expected.rgb_as_grey.flatMap((p) => [p, p, p]));
});
image("goes in channels first where the input is so, and per-channel scaling follows the channel", () => {
  const options = { scaling: { mean: [0, 1, 2], std: [1] }, fit: false };
  const last = imageToReal(parseImage(fixture("rgb.png"), ""), tensor("float32", [1, 5, 7, 3]), options, "").real;
  const first = imageToReal(parseImage(fixture("rgb.png"), ""), tensor("float32", [1, 3, 5, 7]), options, "").real;
  assert.is(last[1], expected.rgb[1] - 1);
  assert.equal([...first.slice(35, 70)], [...last].filter((_, i) => i % 3 === 1));
});
image("of another size is refused with both sizes, unless --fit", () => {
  const into = tensor("uint8", [1, 8, 9, 3], 1, 0);
  const error = refusal("INPUT_SHAPE", () => decode("rgb.png", into, scaled(0, 1)));
  assert.match(error.message, "7x5 RGB");
  assert.match(error.message, "9x8 RGB");
  assert.match(error.hint, "--fit");
  assert.match(decode("rgb.png", into, { ...scaled(0, 1), fit: true }).notes[0], "resized from 7x5 to 9x8");
});
image("into an input that is no image is refused", () => {
  refusal("INPUT_SHAPE", () => decode("rgb.png", tensor("int8", [1, 640], 1, 0), scaled(0, 1)));
});
image("without a scaling is refused with the likeliest one", () => {
  const hint = (type: InputTensor["type"], scale: number | null, zeroPoint: number | null) => refusal("INPUT_SCALING", () => decode("rgb.png", tensor(type, [1, 5, 7, 3], scale, zeroPoint))).hint;
  assert.match(hint("int8", 0.003921569, -128), "--mean 0 --std 255");
  assert.match(hint("int8", 0.0078125, 0), "--mean 127.5 --std 127.5");
  assert.match(hint("int8", 0.007843138, -1), "--mean 127.5 --std 127.5");
  assert.match(hint("uint8", 0.0078125, 128), "--mean 127.5 --std 127.5");
  assert.match(hint("int8", 1, -128), "--mean 0 --std 1");
  assert.match(hint("int8", 1, 0), "--mean 128 --std 1");
  assert.match(hint("float32", null, null), "--mean 0 --std 255");
  const symmetric = hint("int16", 1 / 32767, 0);
  assert.match(symmetric, "--mean 0 --std 255");
  assert.match(symmetric, "--mean 127.5 --std 127.5");
  // -2.1179 to 2.64 is ImageNet's red: mean 113.5 (of 123.7 by its own statistics), std 53.6
  assert.match(likelyScalings(tensor("int8", [1, 5, 7, 3], 4.7579 / 255, -14)), /--mean 11\d(\.\d)? --std 53\.\d+/);
});
image("takes the model's own scaling where none is given", () => {
  const decoded = decode("rgb.png", tensor("uint8", [1, 5, 7, 3], 1, 0), { ...plain, modelScaling: { mean: [0], std: [1] } });
  assert.equal([...decoded.bytes], expected.rgb);
  assert.ok(decoded.notes.includes("mean and std come from the model's metadata"));
});
image.run();

const metadata = suite("TFLITE_METADATA");
/** A table with one field. The ids are those of metadata_schema.fbs. */
function tableOf(builder: Builder, fields: number, set: () => void): number {
  builder.startObject(fields);
  set();
  return builder.endObject();
}
metadata("holds mean and std of an input in NormalizationOptions", () => {
  const builder = new Builder(256);
  const floats = (values: number[]) => {
    builder.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) builder.addFloat32(value);
    return builder.endVector();
  };
  const tables = (offsets: number[]) => {
    builder.startVector(4, offsets.length, 4);
    for (const offset of [...offsets].reverse()) builder.addOffset(offset);
    return builder.endVector();
  };
  const mean = floats([103.5, 116.25, 123.75]), std = floats([57.5, 57, 58]);
  const options = tableOf(builder, 2, () => { builder.addFieldOffset(0, mean, 0); builder.addFieldOffset(1, std, 0); });
  const unit = tableOf(builder, 2, () => { builder.addFieldInt8(0, 1, 0); builder.addFieldOffset(1, options, 0); }); // ProcessUnit: options_type, options
  const units = tables([unit]);
  const silent = tableOf(builder, 7, () => {}), spoken = tableOf(builder, 7, () => builder.addFieldOffset(4, units, 0)); // TensorMetadata.process_units
  const inputs = tables([silent, spoken]);
  const subgraph = tableOf(builder, 6, () => builder.addFieldOffset(2, inputs, 0)); // SubGraphMetadata.input_tensor_metadata
  const subgraphs = tables([subgraph]);
  builder.finish(tableOf(builder, 8, () => builder.addFieldOffset(3, subgraphs, 0)), "M001"); // ModelMetadata.subgraph_metadata
  const data = builder.asUint8Array();
  assert.equal(normalizations([{ name: "TFLITE_METADATA", data }]), [null, { mean: [103.5, 116.25, 123.75], std: [57.5, 57, 58] }]);
  for (let length = 0; length < data.length; length++) normalizations([{ name: "TFLITE_METADATA", data: data.slice(0, length) }]);
});
metadata("says nothing where it is absent or damaged", () => {
  assert.equal(normalizations([]), []);
  for (let seed = 0; seed < 200; seed++) {
    const lcg = new Lcg(seed);
    const data = Uint8Array.from({ length: 64 }, () => lcg.byte() & 31);
    normalizations([{ name: "TFLITE_METADATA", data }]);
  }
});
metadata.run();

const sound = suite("sound");
sound("is -1 to 1, channels mixed", () => {
  const mono = parseWave(fixture("mono.wav"), "");
  assert.equal([mono.rate, mono.channels, mono.samples.length], [16000, 1, 5000]);
  close(mono.samples.slice(0, 8), expected.pcm.map((v) => v / 32768), 0);
  const stereo = parseWave(fixture("stereo.wav"), "");
  assert.is(stereo.samples.length, 2500);
  close(stereo.samples.slice(0, 4), [0, 1, 2, 3].map((i) => (expected.pcm[2 * i] + expected.pcm[2 * i + 1]) / 65536), 1e-12);
  close(parseWave(fixture("bytes.wav"), "").samples, Array.from({ length: 256 }, (_, i) => (i - 128) / 128), 0);
});
sound("goes into a waveform: PCM where the tensor is plain int16, reals elsewhere", () => {
  const pcm = new Int16Array(decode("mono.wav", tensor("int16", [1, 5000])).bytes.buffer);
  assert.equal([...pcm.slice(0, 8)], expected.pcm);
  close(float32(decode("mono.wav", tensor("float32", [5000]))).slice(0, 8), expected.pcm.map((v) => v / 32768), 1e-7);
});
sound("is refused by features, and by another length", () => {
  assert.match(refusal("INPUT_SHAPE", () => decode("mono.wav", tensor("int8", [1, 49, 10, 1], 0.5, 83))).hint, "features");
  refusal("INPUT_SHAPE", () => decode("mono.wav", tensor("int8", [1, 1960], 0.1, -128)));
  assert.match(refusal("INPUT_LENGTH", () => decode("mono.wav", tensor("float32", [1, 16000]))).message, "5000 samples");
  refusal("INPUT_FORMAT", () => decodeFile("wav", fixture("rgb.png"), tensor("float32", [1, 16000]), [], plain, ""));
});
sound.run();

const specifications = suite("specifications");
const named = (name: string, type: InputTensor["type"], shape: number[], aliases: string[] = []): NamedInput => ({ name, type, shape, scale: 1, zeroPoint: 0, aliases, scaling: null });
const two = [named("first", "int8", [2, 3, 4], ["a"]), named("second", "float32", [2, 3, 4])];
const files: Record<string, string> = { "stored.npy": "stored_i1.npy", "real.npy": "real_f4.npy", "both.npz": "two.npz" };
const read = async (path: string): Promise<Uint8Array> => {
  if (!files[path]) throw new ArenulaError("FILE_NOT_FOUND", path);
  return fixture(files[path]);
};
const resolve = (...list: string[]) => decodeInputs(list, two, { scaling: null, fit: false, frontEnd: null }, read);
const refused = async (code: ErrorCode, ...list: string[]): Promise<ArenulaError> => {
  const error = await resolve(...list).then(() => null, (thrown: unknown) => thrown as ArenulaError);
  assert.is(error?.code, code, `${list.join(" ")}: ${error?.message}`);
  return error as ArenulaError;
};
specifications("feed inputs in order, or by name", async () => {
  const inOrder = await resolve("stored.npy", "real.npy");
  assert.equal(int8(inOrder[0]), expected.stored);
  assert.equal(await resolve("second=real.npy", "stored.npy"), inOrder);
  assert.equal(await resolve("stored.npy", "second=real.npy"), inOrder);
  assert.equal(await resolve("second=real.npy", "a=stored.npy"), inOrder);
});
specifications("an archive last feeds all that is left", async () => assert.equal(await resolve("both.npz"), await resolve("stored.npy", "real.npy")));
specifications("one generator runs on over all inputs", async () => {
  const [first, second] = await resolve("lcg:1");
  // state = 1664525 * 1 + 1013904223 = 1015568748 = 0x3c88596c
  assert.is(first.bytes[0], 0x3c);
  const lcg = new Lcg(1);
  assert.equal([...first.bytes], Array.from({ length: 24 }, () => lcg.byte()));
  assert.equal(float32(second), Array.from({ length: 24 }, () => ((lcg.byte() | (lcg.byte() << 8)) - 32768) / 16384));
  assert.equal(await resolve("lcg:1", "lcg:1"), [first, second]);
});
specifications("zeros are stored zeros", async () => assert.equal((await resolve("zeros"))[0].bytes, new Uint8Array(24)));
specifications("are refused where they do not add up", async () => {
  assert.match((await refused("INPUT_MISSING")).hint, "--input zeros");
  assert.match((await refused("INPUT_MISSING", "stored.npy")).message, "'second'");
  assert.match((await refused("INPUT_MISSING", "secnd=real.npy")).hint, "'second'");
  await refused("USAGE", "stored.npy", "real.npy", "zeros");
  await refused("USAGE", "first=zeros", "a=zeros", "zeros");
  const noImage = await decodeInputs(["zeros"], two, { scaling: { mean: [0], std: [1] }, fit: false, frontEnd: null }, read).then(() => null, (thrown: unknown) => thrown as ArenulaError);
  assert.is(noImage?.code, "USAGE");
  await refused("USAGE", "lcg:x");
  await refused("USAGE", "lcg:4294967296");
  await refused("INPUT_FORMAT", "picture.gif", "zeros");
  await refused("INPUT_FORMAT", "zero", "zeros");
  await refused("FILE_NOT_FOUND", "missing.npy", "zeros");
});
specifications.run();
