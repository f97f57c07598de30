// State from one invocation to the next: TFLM's sequences (tests/operators/goldens), on the desktop and in linked modules, whole and
// interrupted by saving, by another sequence and by restoring.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Engine } from "../../src/device/machine";
import { Interpreter, Model } from "../../src/index";
import { link } from "../../src/link/link";
import { operatorGoldens, type OperatorGolden } from "../operators/goldens";
import { turnOf } from "../support/turns";
import { ulpsApart } from "../support/ulps";

const state = suite("link/state");
const core = new Uint8Array(readFileSync("build/core/device.wasm"));
/** Three of every family with state. */
const sequences = operatorGoldens().flatMap(({ cases }) => cases.filter(({ sequence }) => sequence > 1).slice(0, 3));

/** A model with state, wherever it runs. */
interface Stateful {
  invoke(inputs: readonly Uint8Array[]): Uint8Array[];
  save(): Uint8Array;
  restore(saved: Uint8Array): void;
  reset(): void;
}

async function onDesktop(model: Uint8Array): Promise<Stateful> {
  const net = await Interpreter.create(Model.parse(model));
  return {
    invoke(inputs) {
      inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(bytes));
      net.invoke();
      return net.outputs.map(({ bytes }) => bytes.slice());
    },
    save: () => net.saveState(), restore: (saved) => net.restoreState(saved), reset: () => net.resetState(),
  };
}

/** The module as a device has it, its small slices included. Memory but for the state is overwritten before every invocation. */
async function linkedFor(engine: Engine, model: Uint8Array): Promise<Stateful> {
  const { module, facts } = await link(Model.parse(model), core, { sliceBytes: 512, engine, name: "test", sha256: "", version: "0.0.0" });
  const { instance } = await WebAssembly.instantiate(module as BufferSource, {});
  const { memory, invoke, reset = () => {} } = instance.exports as unknown as { memory: WebAssembly.Memory; invoke(): void; reset?(): void };
  const { address, bytes } = facts.state ?? { address: 0, bytes: 0 }; // some sequences are drawn of operators that need no state
  const exported = (name: string) => (instance.exports[name] as WebAssembly.Global).value as number;
  if (facts.state) assert.equal([exported("arenula_state"), exported("arenula_state_bytes")], [address, bytes]);
  const all = new Uint8Array(memory.buffer, 0, facts.linear_memory_bytes), region = all.subarray(address, address + bytes);
  all.fill(0x5a); // a host resets first
  reset();
  return {
    invoke(inputs) {
      all.fill(0x5a, 0, address);
      all.fill(0x5a, address + bytes);
      inputs.forEach((values, i) => all.set(values, facts.inputs[i]!.address));
      invoke();
      return facts.outputs.map(({ address: at, bytes: length }) => all.slice(at, at + length));
    },
    save: () => region.slice(), restore: (saved) => region.set(saved), reset,
  };
}

/** The turn's outputs have to be TFLM's, as near as the golden says. */
function expectTurn(net: Stateful, { id, inputs, outputs, sequence, ulps }: OperatorGolden, turn: number): void {
  const given = net.invoke(inputs.map((bytes) => turnOf(bytes, turn, sequence)));
  outputs.forEach((bytes, i) => {
    const due = turnOf(bytes, turn, sequence), what = `${id}: output ${i} of invocation ${turn}`;
    if (ulps === 0) assert.equal(given[i], due, what);
    else assert.ok(ulpsApart(given[i]!, due) <= ulps, what);
  });
}

for (const [where, create] of [["the desktop", onDesktop], ...(["wamr-fast", "wamr-aot"] as const).map((engine) => [engine, (model: Uint8Array) => linkedFor(engine, model)] as const)] as const) {
  state(`${where}: ${sequences.length} sequences give TFLM's bits, from their start, after a reset, and from a saved state`, async () => {
    for (const golden of sequences) {
      const net = await create(golden.model), turns = Array.from({ length: golden.sequence }, (_, turn) => turn);
      const saved: Uint8Array[] = [];
      for (const turn of turns) {
        saved.push(net.save());
        expectTurn(net, golden, turn);
      }
      net.reset();
      for (const turn of turns) expectTurn(net, golden, turn);
      for (const turn of [...turns].reverse()) { // back in time
        net.restore(saved[turn]!);
        expectTurn(net, golden, turn);
      }
    }
  });
}

state.run();
