// Rows of a table on a device: they come from flash one by one, and an index that leads out of the table stops the module.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { link } from "../../src/link/link";
import { graphOf } from "../support/graph";

const gathering = suite("link/gather");

const ROWS = 2000, COLUMNS = 50;
const table = Int8Array.from({ length: ROWS * COLUMNS }, (_, i) => (i * 7 + Math.floor(i / 251)) & 255);

gathering("a table of 100,000 bytes takes no RAM, and only rows of it are read", async () => {
  const q = { scale: 0.5 };
  const graph = graphOf({
    tensors: [
      { name: "words", type: "int32", shape: [3] }, { name: "table", type: "int8", shape: [ROWS, COLUMNS], ...q, data: new Uint8Array(table.buffer) }, { name: "rows", type: "int8", shape: [3, COLUMNS], ...q },
    ],
    operators: [{ op: "GATHER", inputs: ["words", "table"].reverse(), outputs: ["rows"], options: { axis: 0 } }],
    inputs: ["words"], outputs: ["rows"],
  });
  const { module, facts } = await link(graph, new Uint8Array(readFileSync("build/core/device.wasm")), { engine: "wamr-fast", name: "table", sha256: "", version: "0.0.0", sliceBytes: 512 });
  assert.ok(facts.linear_memory_bytes < 1024, `${facts.linear_memory_bytes} bytes`);
  const { exports } = (await WebAssembly.instantiate(module as BufferSource)).instance;
  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer), invoke = exports["invoke"] as () => void;
  const feed = (...words: number[]) => memory.set(new Uint8Array(Int32Array.from(words).buffer), facts.inputs[0]!.address);
  for (const words of [[0, ROWS - 1, 7], [1999, 1998, 0]]) {
    feed(...words);
    invoke();
    const { address, bytes } = facts.outputs[0]!;
    assert.equal(new Int8Array(memory.slice(address, address + bytes).buffer), Int8Array.from(words.flatMap((word) => [...table.slice(word * COLUMNS, (word + 1) * COLUMNS)])));
  }
  for (const bad of [ROWS, -1, 2 ** 31 - 1, -(2 ** 31)]) {
    feed(0, bad, 1);
    assert.throws(invoke, /unreachable/);
  }
});

gathering.run();
