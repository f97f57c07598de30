// One model in one memory of exactly the planned size: independent of others, of earlier inputs, and of how it is run.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, type ArenulaError } from "../../src/index";
import { crc32 } from "../../src/crc32";
import { loadCore } from "../../src/runtime/core";
import { CORES } from "../support/cores";
import { graphOf } from "../support/graph";
import { feed, infer, model, MODEL_NAMES, netOf, reluGraph } from "./nets";

const interpreter = suite("runtime/interpreter");

const PAGE = 65536;

/** The memories that `act` creates. */
async function memoriesOf(act: () => Promise<unknown>): Promise<WebAssembly.Memory[]> {
  const Memory = WebAssembly.Memory, made: WebAssembly.Memory[] = [];
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made.push(this);
    }
  };
  try {
    await act();
  } finally {
    WebAssembly.Memory = Memory;
  }
  return made;
}

interpreter("memory is exactly the plan, rounded up to pages", async () => {
  for (const name of MODEL_NAMES)
    for (const core of CORES) {
      const net = await netOf(name, { core }), { memory, arena } = net;
      assert.is(net.outputs[0]!.bytes.buffer.byteLength, Math.ceil(memory.totalBytes / PAGE) * PAGE);
      assert.is(memory.arenaBytes, arena.bytes);
      const ownBytes = memory.totalBytes - memory.arenaBytes - memory.constantBytes - memory.recordBytes;
      assert.is(ownBytes, Math.ceil((await loadCore(core)).heapBase / 16) * 16);
    }
});

interpreter("memory ends where signed addresses do: the largest tensor that an arena may hold leaves no room for records", async () => {
  const made = await memoriesOf(async () => {
    const error = await Interpreter.create(reluGraph([2 ** 31 - 1]), { core: "mcu" }).then(() => null, (thrown: unknown) => thrown);
    assert.is((error as ArenulaError | null)?.code, "ARENA_TOO_LARGE");
  });
  assert.is(made.filter(({ buffer }) => buffer.byteLength > PAGE).length, 0);
});

interpreter("memory cannot grow", async () => {
  for (const core of CORES) {
    await loadCore(core); // which makes a memory of its own to find out the core's size
    const made = await memoriesOf(() => Interpreter.create(reluGraph(), { core }));
    assert.is(made.length, 1);
    assert.throws(() => made[0]!.grow(1), RangeError as unknown as RegExp);
    assert.is(made[0]!.buffer.byteLength, PAGE);
  }
});

interpreter("the arena is at least what is alive at once, and blocks alive together do not overlap", async () => {
  for (const name of MODEL_NAMES) {
    const { arena } = await netOf(name);
    assert.ok(arena.bytes >= arena.wholeLowerBoundBytes);
    arena.blocks.forEach((a, i) => arena.blocks.slice(i + 1).forEach((b) => {
      const together = a.firstStep <= b.lastStep && b.firstStep <= a.lastStep, overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
      assert.not.ok(together && overlap, `${a.name} and ${b.name}`);
    }));
  }
});

interpreter("two runs on the same inputs are equal", async () => {
  for (const name of MODEL_NAMES) {
    const net = await netOf(name);
    assert.equal(infer(net, 3), infer(net, 3));
  }
});

interpreter("nothing of an invoke is left for the next: alternating inputs give what fresh instances give", async () => {
  for (const name of MODEL_NAMES) {
    const fresh: number[][][] = [];
    for (let seed = 1; seed <= 4; seed++) fresh.push(infer(await netOf(name), seed));
    assert.not.equal(fresh[0], fresh[1]);
    const net = await netOf(name);
    for (const seed of [1, 2, 1, 3, 4, 4, 2, 1]) assert.equal(infer(net, seed), fresh[seed - 1], `${name}, seed ${seed}`);
  }
});

interpreter("interpreters side by side do not disturb each other", async () => {
  const [a, b, c] = [await netOf("digits"), await netOf("keywords"), await netOf("digits")];
  const alone = { a: infer(await netOf("digits"), 1), b: infer(await netOf("keywords"), 2), c: infer(await netOf("digits"), 3) };
  // inputs of all are set before any runs, and outputs of all are read after all have run
  feed(a, 1);
  feed(b, 2);
  feed(c, 3);
  for (const net of [c, a, b]) net.invoke();
  assert.equal({ a: bytes(a), b: bytes(b), c: bytes(c) }, alone);
  const buffers = new Set([a, b, c].map((net) => net.outputs[0]!.bytes.buffer));
  assert.is(buffers.size, 3);
});

const bytes = (net: Interpreter) => net.outputs.map((output) => [...output.bytes]);

interpreter("profile and trace compute what invoke computes", async () => {
  for (const name of MODEL_NAMES) {
    const net = await netOf(name), expected = infer(net, 5);
    net.outputs[0]!.bytes.fill(0x55);
    feed(net, 5);
    const profile = net.profile();
    assert.equal(bytes(net), expected);
    net.outputs[0]!.bytes.fill(0x55);
    feed(net, 5);
    const trace = net.trace();
    assert.equal(bytes(net), expected);

    assert.equal(profile.steps.map(({ ms: _, ...step }) => step), net.steps);
    assert.ok(profile.steps.every(({ ms }) => ms >= 0) && profile.ms > profile.steps.reduce((sum, { ms }) => sum + ms, 0) - 1e-6); // milliseconds; sums of doubles round
    const { operators, outputs } = model(name).subgraphs[0]!;
    assert.equal(trace.map(({ operator, op, tensor }) => [operator, op, tensor]), operators.flatMap((o) => o.outputs.map((tensor) => [o.index, o.name, tensor])));
    for (const [i, tensor] of outputs.entries()) assert.is(trace.find((entry) => entry.tensor === tensor)!.crc32, crc32(Uint8Array.from(expected[i]!)));
  }
});

interpreter("a trace says what was folded", async () => {
  const q = { type: "int8", scale: 1 } as const;
  const net = await Interpreter.create(
    graphOf({
      tensors: [{ ...q, name: "x", shape: [2, 3] }, { name: "shape", type: "int32", shape: [2] }, { ...q, name: "v", shape: [6] }, { ...q, name: "y", shape: [6] }],
      operators: [{ op: "SHAPE", inputs: ["x"], outputs: ["shape"] }, { op: "RESHAPE", inputs: ["x"], outputs: ["v"] }, { op: "RELU", inputs: ["v"], outputs: ["y"] }],
    }),
    { core: "mcu" },
  );
  net.inputs[0]!.set(Int8Array.of(-1, 2, -3, 4, -5, 6));
  const crcs = [Uint8Array.of(2, 0, 0, 0, 3, 0, 0, 0), Uint8Array.of(255, 2, 253, 4, 251, 6), Uint8Array.of(0, 2, 0, 4, 0, 6)].map(crc32);
  assert.equal(net.trace(), [
    { operator: 0, op: "SHAPE", tensor: 1, crc32: crcs[0], folded: true },
    { operator: 1, op: "RESHAPE", tensor: 2, crc32: crcs[1] },
    { operator: 2, op: "RELU", tensor: 3, crc32: crcs[2] },
  ]);
});

interpreter("constant outputs, inputs as outputs and views as outputs are readable", async () => {
  const q = { type: "int8", scale: 1 } as const;
  const net = await Interpreter.create(
    graphOf({
      tensors: [{ ...q, name: "x", shape: [2] }, { ...q, name: "v", shape: [1, 2] }, { ...q, name: "c", shape: [3], data: [7, 8, 9] }, { name: "s", type: "int32", shape: [1] }],
      operators: [{ op: "RESHAPE", inputs: ["x"], outputs: ["v"] }, { op: "SHAPE", inputs: ["x"], outputs: ["s"] }], outputs: ["c", "x", "v", "s"],
    }),
    { core: "mcu" },
  );
  net.inputs[0]!.set(Int8Array.of(5, -6));
  net.invoke();
  assert.equal(net.outputs.map(({ data }) => [...(data as Int8Array)]), [[7, 8, 9], [5, -6], [5, -6], [2]]);
});

interpreter("results do not depend on the planner", async () => {
  for (const name of MODEL_NAMES) {
    const expected = infer(await netOf(name), 6);
    for (const planner of ["greedy", "search"] as const) assert.equal(infer(await netOf(name, { core: "mcu", planner }), 6), expected);
  }
});

interpreter.run();
