// The three cores: what they are built of, how they are chosen, and that they give the same.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError, Interpreter } from "../../src/index";
import { CORES } from "../support/cores";
import { runGolden } from "../conformance/run_case";
import { feed, MODEL_NAMES, netOf, reluGraph } from "./nets";

const cores = suite("runtime/cores");

const text = (core: string): string => readFileSync(`build/core/${core}.wat`, "utf8");
const module = (core: string): WebAssembly.Module => new WebAssembly.Module(readFileSync(`build/core/${core}.wasm`));

cores("the text that is looked at is the binary's: the same exports", () => {
  for (const core of CORES)
    assert.equal(WebAssembly.Module.exports(module(core)).map(({ name }) => name), [...text(core).matchAll(/^ \(export "([^"]+)"/gm)].map((match) => match[1]));
});

cores("no core can change the size of its memory, or imports anything but that", () => {
  for (const core of CORES) {
    assert.not.match(text(core), /memory\.(grow|size)/);
    assert.equal(WebAssembly.Module.imports(module(core)), [{ module: "env", name: "memory", kind: "memory" }]);
  }
});

cores("mcu has no vector, simd none that is relaxed", () => {
  assert.not.match(text("mcu"), /v128|\b[if]\d+x\d+\b/);
  for (const core of ["mcu", "simd"]) assert.not.match(text(core), /relaxed_/);
});

cores("no core has globals to write, so instances share nothing", () => {
  for (const core of CORES) {
    assert.not.match(text(core), /global\.set|\(mut /);
    assert.not.ok(WebAssembly.Module.exports(module(core)).some(({ kind }) => kind === "table"));
  }
});

cores("all cores have the kernels of microcontrollers, those with SIMD the same others", () => {
  const names = (core: string) => WebAssembly.Module.exports(module(core)).filter(({ kind }) => kind === "function").map(({ name }) => name).sort();
  assert.ok(names("mcu").includes("conv_2d"));
  const simd = new Set(names("simd"));
  assert.ok(simd.has("conv_2d_v128"));
  assert.equal(names("mcu").filter((name) => !simd.has(name)), []);
  assert.equal(names("relaxed"), names("simd"));
});

cores("the core that is asked for runs; auto takes the best one", async () => {
  for (const core of CORES) assert.is((await Interpreter.create(reluGraph(), { core })).core, core);
  assert.is((await Interpreter.create(reluGraph())).core, "relaxed");
});

cores("all cores give equal traces on the bundled models", async () => {
  for (const name of MODEL_NAMES)
    for (let seed = 1; seed <= 5; seed++) {
      const traces = [];
      for (const core of CORES) {
        const net = await netOf(name, { core });
        feed(net, seed);
        traces.push(net.trace());
      }
      assert.equal(traces[1], traces[0], `${name}, seed ${seed}, simd`);
      assert.equal(traces[2], traces[0], `${name}, seed ${seed}, relaxed`);
    }
});

for (const name of MODEL_NAMES)
  for (const core of CORES)
    for (const types of ["int8", "int16x8"]) cores(`TFLM's goldens of ${name} in ${types}, operator by operator, on ${core}`, async () => {
      const outcomes = await runGolden(`models/goldens/${name}_${types}.json`, [`models/${name}`], { core, machine: "desktop", widened: false });
      assert.ok(outcomes.length > 0);
      for (const { name: golden, outcome } of outcomes) assert.is(outcome.status === "passed" ? "" : `${golden}: ${outcome.status}: ${outcome.reason}`, "");
    });

/** Runs a program in a Node process of its own: a core is compiled once per process, and V8's flags stay set. Gives what it prints as JSON. */
function inNode(flags: readonly string[], program: string): unknown {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, "--input-type=module", "--eval", program], { encoding: "utf8" });
  assert.is(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Begins a program: `core(choice)` is the core that an interpreter gets, or the error, with the built library. */
const LIBRARY = `
  import { readFileSync } from "node:fs";
  import { Interpreter, Model } from "./dist/index.js";
  const model = Model.parse(new Uint8Array(readFileSync("models/digits/digits_int8.tflite")));
  const core = (choice) => Interpreter.create(model, { core: choice }).then((net) => net.core, (error) => error);
  const print = (value) => console.log(JSON.stringify(value));
`;

/** i8x16.relaxed_swizzle of two zeros, in the smallest module there is. */
const HAS_RELAXED = `
  const zero = [0xfd, 12, ...new Array(16).fill(0)], body = [0, ...zero, ...zero, 0xfd, 0x80, 0x02, 0x1a, 0x0b];
  console.log(WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, body.length + 2, 1, body.length, ...body)));
`;
const FLAG = "--experimental-wasm-relaxed-simd";

cores("the built library's errors keep their names, whatever its classes are called", () => {
  const refusals = inNode([], `${LIBRARY}
    const refusal = (act) => { try { act(); } catch ({ name, code, message, hint }) { return { name, code, message, hint }; } };
    const { name, code, hint } = await core("fastest");
    print([refusal(() => Model.parse(new Uint8Array(0))), refusal(() => Model.parse(new ArrayBuffer(8))), { name, code, hint }]);`) as ArenulaError[];
  assert.equal(refusals.map(({ name, code }) => [name, code]), [["ModelError", "MODEL_EMPTY"], ["ModelError", "MODEL_FORMAT"], ["ArenulaError", "CORE_UNAVAILABLE"]]);
  assert.is(refusals[1]!.hint, "new Uint8Array(buffer)");
  assert.is(refusals[2]!.hint, "there are auto, mcu, simd, relaxed");
});
cores("relaxed runs where the engine has relaxed SIMD, with a flag or without; elsewhere auto takes simd", () => {
  assert.is(inNode([FLAG], HAS_RELAXED), true);
  assert.equal(inNode([FLAG], `${LIBRARY} print([await core("relaxed"), await core("auto")])`), ["relaxed", "relaxed"]);
  const runs = inNode([], HAS_RELAXED) || !text("relaxed").includes("relaxed_");
  const [asked, auto] = inNode([], `${LIBRARY} print([await core("relaxed"), await core("auto")])`) as [ArenulaError | string, string];
  assert.is(auto, runs ? "relaxed" : "simd");
  if (runs) assert.is(asked, "relaxed");
  else {
    const { code, message, hint } = asked as ArenulaError;
    assert.is(code, "CORE_UNAVAILABLE");
    assert.ok(message.includes("'relaxed'"), message);
    assert.ok(hint.includes(FLAG), hint);
  }
});

cores("auto goes from relaxed over simd to mcu, and says so where the engine runs none", () => {
  const choices = inNode([FLAG], `${LIBRARY}
    const { compile } = WebAssembly;
    let refusals = 0;
    WebAssembly.compile = (bytes) => (refusals-- > 0 ? Promise.reject(new WebAssembly.CompileError("invalid opcode 0xfd")) : compile(bytes));
    const found = [];
    for (const count of [3, 2, 1, 0]) { refusals = count; found.push(await core("auto")); }
    print(found);
  `) as [ArenulaError, ...string[]];
  assert.is(choices[0].code, "CORE_UNAVAILABLE");
  assert.ok(choices[0].hint.includes("Node"));
  assert.equal(choices.slice(1), ["mcu", "simd", "relaxed"]);
});

cores("a core that does not compile is refused by name, with the engine's reason", () => {
  const errors = inNode([], `${LIBRARY}
    WebAssembly.compile = async () => { throw new WebAssembly.CompileError("invalid opcode 0xfd"); };
    print([await core("mcu"), await core("simd"), await core("relaxed")]);
  `) as ArenulaError[];
  assert.equal(errors.map(({ code }) => code), ["CORE_UNAVAILABLE", "CORE_UNAVAILABLE", "CORE_UNAVAILABLE"]);
  errors.forEach(({ message, hint }, i) => {
    assert.ok(message.includes(`'${CORES[i]}'`) && message.includes("invalid opcode 0xfd"), message);
    assert.ok(hint.includes("auto"), hint);
  });
});

cores.run();
