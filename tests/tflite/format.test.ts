import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readModel } from "../../src/tflite/read";
import { buildModel } from "../support/build_model";
import { refuses } from "../support/refusal";
import { RELU_MODEL } from "./fixtures";

const format = suite("tflite/format");
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

format("an empty file is called empty", () => {
  refuses(new Uint8Array(0), "MODEL_EMPTY", "byte 0");
});

format("files below the size of a header say how many bytes they have", () => {
  const model = buildModel(RELU_MODEL);
  for (let length = 1; length < 8; length++) refuses(model.subarray(0, length), "MODEL_FORMAT", `${length} bytes`);
});

format("a wrong identifier is shown", () => {
  const model = buildModel(RELU_MODEL);
  model.set(latin1("TFL9"), 4);
  assert.match(refuses(model, "MODEL_FORMAT", 'its identifier is "TFL9", expected "TFL3"').hint, "version");
  model.set(latin1("MNN0"), 4);
  refuses(model, "MODEL_FORMAT", '"MNN0"');
});

format("a file of another kind is named, with the way to a .tflite file", () => {
  const kinds: [string, string, string][] = [
    ["\x89HDF\r\n\x1a\n" + "\0".repeat(64), "HDF5", "from_keras_model"],
    ["PK\x03\x04" + "\0".repeat(64), "zip", "unpack"],
    ["\x1f\x8b\x08\0\0\0\0\0\0", "gzip", "unpack"],
    ["\x08\x07\x12\x07pytorch", "ONNX", "onnx2tf"],
    ["\x08\x01\x12\x80\x10saved", "saved_model.pb", "from_saved_model"],
    ["\0asm\x01\0\0\0", "WebAssembly", "simulate"],
    ["\x7fELF\x01\x01\x01\0", "ELF", ".tflite"],
    ["\x89PNG\r\n\x1a\n", "PNG", "--input"],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS", "git lfs pull"],
    ["\n<!DOCTYPE html><html>", "web page", "raw"],
    ['{ "version": 3 }', "JSON", "flatc"],
    ["#include <cstdint>\nalignas(16) const unsigned char g_model[]", "C source", "xxd"],
    ["const unsigned char g_model[] = {", "C source", "xxd"],
  ];
  for (const [start, name, hint] of kinds) assert.match(refuses(latin1(start), "MODEL_FORMAT", name).hint, hint);
});

format("a model behind a size prefix is recognized", () => {
  const model = buildModel(RELU_MODEL), prefixed = new Uint8Array(model.length + 4);
  prefixed.set(model, 4);
  assert.match(refuses(prefixed, "MODEL_FORMAT").hint, "first 4 bytes");
});

format("a model may lie at any address of a larger buffer", () => {
  const model = buildModel(RELU_MODEL);
  for (const at of [1, 2, 3, 7]) {
    const larger = new Uint8Array(model.length + at);
    larger.set(model, at);
    assert.equal(readModel(larger.subarray(at)), readModel(model));
  }
});

format.run();
