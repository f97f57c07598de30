// Structural damage, made by overwriting bytes whose meaning is known from the schema: the verifier says which byte and which path.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyModel } from "../../src/tflite/verify";
import { tableOf } from "../../src/tflite/schema";
import { writeModel } from "../../src/tflite/object";
import { buildModel, modelObject } from "../support/build_model";
import { modelNamed } from "../support/corpus";
import { refuses } from "../support/refusal";
import { CONV_MODEL } from "./fixtures";

const verify = suite("tflite/verify");

/** The position of a field by its path, reading the flatbuffer by hand: "subgraphs", 0, "tensors", 1, "name". */
function locate(bytes: Uint8Array, table: string, ...path: (string | number)[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const follow = (at: number) => at + view.getUint32(at, true);
  let at = 0, type = table;
  path.forEach((step, i) => {
    if (typeof step === "number") {
      at = follow(at) + 4 + 4 * step;
      return;
    }
    const position = follow(at), vtable = position - view.getInt32(position, true);
    const field = tableOf(type).fields.find(({ name }) => name === step)!;
    at = position + view.getUint16(vtable + 4 + 2 * field.slot, true);
    assert.ok(at > position, `${step} is absent`);
    const inner = field.type.kind === "vector" ? field.type.element : field.type;
    if (inner.kind === "table" && i < path.length - 1) type = inner.table;
  });
  return at;
}

/** A copy with one 32-bit word replaced. */
function withWord(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(at, value, true);
  return copy;
}

const wordAt = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
const model = buildModel(CONV_MODEL);

verify("a sound model passes", () => {
  assert.not.throws(() => verifyModel(model));
});

verify("a root offset beyond the file", () => {
  refuses(withWord(model, 0, 0x7fffffff), "MODEL_CORRUPT", "byte 0", "offset leads to byte");
  refuses(withWord(model, 0, 0), "MODEL_CORRUPT", "byte 0", "leads to itself");
  refuses(withWord(model, 0, 0xffffffff), "MODEL_CORRUPT", "byte 0");
});

verify("every truncation is refused, and says so", () => {
  for (let length = 8; length < model.length; length++) refuses(model.slice(0, length), "MODEL_CORRUPT");
  assert.match(refuses(model.slice(0, model.length - 4), "MODEL_CORRUPT").hint, "truncated");
});

verify("an offset inside a nested table names its path", () => {
  const at = locate(model, "Model", "subgraphs", 0, "tensors", 1, "name");
  refuses(withWord(model, at, 0x40000000), "MODEL_CORRUPT", `subgraphs[0].tensors[1].name, byte ${at}`);
});

verify("a vector that claims more elements than the file has bytes", () => {
  const at = locate(model, "Model", "subgraphs", 0, "operators", 0, "inputs"), vector = at + wordAt(model, at);
  for (const count of [0x10000000, 0x7fffffff, 0xffffffff]) {
    refuses(withWord(model, vector, count), "MODEL_CORRUPT", `subgraphs[0].operators[0].inputs, byte ${vector}`, `vector of ${count} elements`);
  }
});

verify("a buffer that claims 2 GB", () => {
  const at = locate(model, "Model", "buffers", 1, "data"), vector = at + wordAt(model, at);
  refuses(withWord(model, vector, 0x80000000), "MODEL_CORRUPT", "buffers[1].data", "2147483648");
});

verify("strings out of bounds and without their zero", () => {
  const at = locate(model, "Model", "description"), text = at + wordAt(model, at), length = wordAt(model, text);
  refuses(withWord(model, text, 0x7fffffff), "MODEL_CORRUPT", "description", "string of");
  const unterminated = model.slice();
  unterminated[text + 4 + length] = 65;
  refuses(unterminated, "MODEL_CORRUPT", `description, byte ${text + 4 + length}`, "terminating zero");
});

verify("vtables out of bounds, odd, or with fields outside their table", () => {
  const at = locate(model, "Model", "subgraphs", 0), table = at + wordAt(model, at), vtable = table - new DataView(model.buffer, model.byteOffset).getInt32(table, true);
  refuses(withWord(model, table, 0x7fffffff), "MODEL_CORRUPT", "subgraphs[0]", "vtable");
  refuses(withWord(model, table, 0x80000001), "MODEL_CORRUPT", "subgraphs[0]", "vtable");
  const view = (edit: (view: DataView) => void) => {
    const copy = model.slice();
    edit(new DataView(copy.buffer));
    return copy;
  };
  refuses(view((v) => v.setUint16(vtable, 3, true)), "MODEL_CORRUPT", "a vtable of 3 bytes");
  refuses(view((v) => v.setUint16(vtable, 0xfffe, true)), "MODEL_CORRUPT", "a vtable of 65534 bytes");
  refuses(view((v) => v.setUint16(vtable + 2, 0xffff, true)), "MODEL_CORRUPT", "SubGraph takes 65535 bytes");
  refuses(view((v) => v.setUint16(vtable + 4, 0x8000, true)), "MODEL_CORRUPT", "subgraphs[0].tensors", "field tensors");
  refuses(view((v) => v.setUint16(vtable + 4, 6, true)), "MODEL_CORRUPT", "aligned");
  refuses(view((v) => v.setUint16(vtable + 4, 2, true)), "MODEL_CORRUPT", "field tensors");
});

verify("misaligned targets", () => {
  const at = locate(model, "Model", "subgraphs", 0, "tensors", 0, "shape");
  refuses(withWord(model, at, wordAt(model, at) + 1), "MODEL_CORRUPT", "subgraphs[0].tensors[0].shape", "aligned to 4");
});

verify("a thousand subgraphs that are one are refused before they are walked a thousand times", () => {
  // 1,500 tensors in each of 1,500 subgraphs, all the same one: 2 million tables in a file of 150 KB
  const object = modelObject(CONV_MODEL);
  const [subgraph] = object.subgraphs;
  for (let i = 0; i < 1500; i++) {
    subgraph!.tensors.push({ name: `t${i}`, shape: [1], type: "INT8" });
    object.subgraphs.push({ tensors: [], operators: [], inputs: [], outputs: [] });
  }
  const bytes = writeModel(object), view = new DataView(bytes.buffer, bytes.byteOffset);
  const first = locate(bytes, "Model", "subgraphs", 0), target = first + wordAt(bytes, first);
  for (let i = 1; i <= 1500; i++) view.setUint32(first + 4 * i, target - (first + 4 * i), true);
  refuses(bytes, "MODEL_CORRUPT", "laid over each other");
});

verify("overlapping vectors of offsets are refused", () => {
  // every tensor's shape points at the one huge vector of 1 MB: 1,000 x 1 MB to read
  const object = modelObject(CONV_MODEL);
  object.subgraphs[0]!.tensors.push({ name: "wide", shape: new Array(250000).fill(1), type: "INT8" });
  for (let i = 0; i < 1000; i++) object.subgraphs[0]!.tensors.push({ name: "t", shape: [1], type: "INT8" });
  const bytes = writeModel(object), view = new DataView(bytes.buffer, bytes.byteOffset);
  const wide = locate(bytes, "Model", "subgraphs", 0, "tensors", 5, "shape"), target = wide + wordAt(bytes, wide);
  for (let i = 6; i < 1006; i++) {
    const at = locate(bytes, "Model", "subgraphs", 0, "tensors", i, "shape");
    view.setUint32(at, target - at, true);
  }
  refuses(bytes, "MODEL_CORRUPT", "laid over each other");
});

verify("offsets that run backwards", () => {
  const small = buildModel(CONV_MODEL), count = 1000, bytes = new Uint8Array(small.length + 4 + 4 * count), view = new DataView(bytes.buffer);
  bytes.set(small);
  const operators = locate(bytes, "Model", "subgraphs", 0, "operators"), first = locate(bytes, "Model", "subgraphs", 0, "operators", 0);
  const operator = first + wordAt(bytes, first), start = small.length; // the vector goes behind the model, its offsets run backwards: unsigned, so they wrap
  view.setUint32(operators, start - operators, true);
  view.setUint32(start, count, true);
  for (let i = 0; i < count; i++) view.setUint32(start + 4 + 4 * i, (operator - (start + 4 + 4 * i)) >>> 0, true);
  refuses(bytes, "MODEL_CORRUPT", "subgraphs[0].operators[0], byte", "an offset leads to byte");
});

verify("more tables than any model of a microcontroller has", () => {
  const object = modelObject(CONV_MODEL);
  for (let i = 0; i < 100_000; i++) object.buffers.push({});
  refuses(writeModel(object), "MODEL_UNSUPPORTED", "buffers[", "more than 100000");
});

verify("a real model of 300 KB, cut anywhere, is refused", () => {
  const person = modelNamed("person_detect.tflite");
  if (!person) return console.log("person_detect.tflite is not at hand");
  for (let length = 8; length < person.length; length += 1009) refuses(person.slice(0, length), "MODEL_CORRUPT");
});

verify.run();
