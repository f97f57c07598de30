// The firmware host on emulated boards: outputs, counts, named errors, and that a good module runs after every error.
// Every suite builds one firmware per configuration with several modules in it, so that an error and what follows share a memory.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError } from "../../src/errors";
import { runFirmware, type JobRun } from "../../src/firmware/emulator";
import { buildFirmware, type FirmwareOptions, type Job } from "../../src/firmware/firmware";
import type { Engine } from "../../src/device/machine";
import * as modules from "./modules";

/** Both interpreters, AOT in RAM and in flash on the M4; one other instruction set; v8-M with its own stack limit and vector unit; real memory sizes. */
const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-classic"], ["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"],
  ["riscv-virt", "wamr-fast"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-xip"],
  ["mps2-an500", "wamr-xip"], ["mps2-an505", "wamr-aot"], ["mps3-an547", "wamr-aot"], ["mps3-an547", "wamr-xip"], ["netduinoplus2", "wamr-fast"], ["netduinoplus2", "wamr-xip"],
];

// 0 .. 31: input 0 is 0 .. 15, input 1 is 16 .. 31, so output i of `add` is 16 + 2 i.
const INPUTS = Uint8Array.from({ length: 32 }, (_, i) => i);
const SUMS = hex((i) => 16 + 2 * i);
// `staged` adds the weights 32000 .. 32015 of a segment of i % 100: 0 .. 15.
const STAGED_SUMS = hex((i) => 16 + 3 * i);
function hex(value: (i: number) => number): string {
  return Buffer.from(Array.from({ length: 16 }, (_, i) => value(i))).toString("hex");
}

/** Flips one bit in the middle, behind every header. */
const flip = (module: Buffer) => { module[module.length >> 1]! ^= 1; return module; };

const output = (job: JobRun) => job.samples.map((sample) => sample.outputs[0]!.hex);
const named = (job: JobRun) => job.error && [job.error.stage, job.error.error, job.error.operator ?? null, job.error.reason];

for (const [board, engine] of CONFIGURATIONS) {
  const firmware = suite(`firmware, ${board}, ${engine}`);
  const aot = engine === "wamr-aot" || engine === "wamr-xip";
  const good = { module: modules.add(), inputs: INPUTS };
  const run = async (jobs: readonly Job[]) => (await runFirmware(await buildFirmware({ board, engine, jobs }))).jobs;

  firmware("computes, stages weights from flash, and counts the same in every run", async () => {
    const built = await buildFirmware({ board, engine, jobs: [good, { module: modules.staged(), inputs: Buffer.concat([INPUTS, INPUTS]) }] });
    const first = await runFirmware(built), second = await runFirmware(built);
    assert.is(first.output, second.output);
    const [added, staged] = first.jobs as [JobRun, JobRun];
    assert.equal(output(added), [SUMS]);
    assert.equal(output(staged), [STAGED_SUMS, STAGED_SUMS]);
    assert.is(added.memory!.linear_memory_bytes, 1024); // shrunk to __heap_base
    assert.is(staged.operators.length, 2);
    assert.ok(staged.operators[1]!.instructions > 0);
    // 40,000 bytes of weights are no part of the pool: the two modules differ by structures only.
    const growth = staged.memory!.pool_high_bytes - added.memory!.pool_high_bytes;
    assert.ok(growth < 2048, `the module with 40,000 bytes of weights takes ${growth} bytes more`);
    assert.ok(added.memory!.stack_high_bytes > 500 && added.memory!.stack_high_bytes < 4096, `stack ${added.memory!.stack_high_bytes}`);
  });

  firmware("computes integers as V8 does", async () => {
    const inputs = Uint8Array.from({ length: 32 * 4 }, (_, i) => (i * i * 97 + i * 13 + 5) >> 1);
    const module = modules.arithmetic();
    const [job] = await run([{ module, inputs }]);
    assert.is(job.error, null);
    assert.equal(output(job), await Promise.all([0, 1, 2, 3].map((i) => modules.inV8(module, inputs.subarray(i * 32, i * 32 + 32)))));
  });

  firmware("computes floats as V8 does", async () => {
    // Bytes of every kind, and floats near each other whose operations neither overflow nor cancel to nothing.
    const near = Float32Array.from({ length: 8 }, (_, i) => (i % 2 ? -1 : 1) * (0.3 + i * 1.7)), doubles = Float64Array.from({ length: 4 }, (_, i) => (i - 1.5) * 1e5 / 7);
    const inputs = Buffer.concat([Uint8Array.from({ length: 32 * 4 }, (_, i) => (i * i * 97 + i * 13 + 5) >> 1), new Uint8Array(near.buffer), new Uint8Array(doubles.buffer), Buffer.alloc(32), Buffer.alloc(32, 255)]);
    const module = modules.floats();
    const [job] = await run([{ module, inputs }]);
    assert.is(job.error, null, JSON.stringify(job.error));
    assert.equal(output(job), await Promise.all(job.samples.map((_, i) => modules.inV8(module, inputs.subarray(i * 32, i * 32 + 32)))));
  });

  firmware("names a trap by operator and reason, and the next module runs", async () => {
    const jobs = await run([
      { module: modules.outOfBounds(), inputs: INPUTS }, good, { module: modules.unreachable(), inputs: INPUTS }, { module: modules.justBeyond() }, good,
    ]);
    assert.equal(named(jobs[0]), ["invoke_range", "trap", 3, "out of bounds memory access"]);
    assert.equal(named(jobs[2]), ["invoke_range", "trap", 1, "unreachable"]);
    assert.equal(named(jobs[3]), ["invoke_range", "trap", 0, "out of bounds memory access"]);
    assert.equal([output(jobs[1]), output(jobs[4])], [[SUMS], [SUMS]]);
  });

  firmware("writes nothing outside of linear memory, and traps", async () => {
    const jobs = await run([{ module: modules.justBeyond(), checkNeighbours: true }, { ...good, checkNeighbours: true }]);
    assert.is(jobs[0]!.error?.error, "trap");
    for (const { neighbours } of jobs) {
      assert.ok(neighbours!.bytes > 50_000, `${neighbours!.bytes} bytes of neighbourhood`);
      assert.is(neighbours!.changed, 0);
    }
    assert.equal(output(jobs[1]), [SUMS]);
  });

  firmware("names the operator of a trap inside invoke, too", async () => {
    const [job] = await run([{ module: modules.outOfBounds(), inputs: INPUTS, operators: 0 }]);
    assert.equal(named(job), ["invoke", "trap", 3, "out of bounds memory access"]);
  });

  firmware("leaves an invoke that never returns", async () => {
    const jobs = await run([{ module: modules.endless(), inputs: INPUTS, budgetMs: 100 }, good]);
    assert.equal(named(jobs[0]), ["invoke_range", "timeout", 1, "the call used up its time"]);
    assert.equal(output(jobs[1]), [SUMS]);
    assert.ok(jobs[1]!.memory!.stack_high_bytes < 4096); // the stack of the left call was given back
  });

  firmware("survives a stack overflow", async () => {
    const jobs = await run([{ module: modules.recursive(), inputs: INPUTS }, good]);
    assert.equal(named(jobs[0]), ["invoke_range", "stack_overflow", 1, aot ? "native stack overflow" : "wasm operand stack overflow"]);
    assert.equal(output(jobs[1]), [SUMS]);
  });

  firmware("refuses what is damaged, foreign or of another ABI", async () => {
    const jobs = await run([
      { ...good, damage: flip }, { ...good, damage: (module) => module.subarray(0, module.length - 5) }, { ...good, damage: (module) => module.subarray(0, 6) },
      { ...good, damage: () => Buffer.from("not a module at all, but long enough to look like one") },
      { module: modules.testModule({ operators: [modules.ADD], abi: 2 }) }, { module: modules.testModule({ operators: [modules.ADD], leaveOut: "arenula_operator" }) }, good,
    ]);
    assert.equal(jobs.slice(0, 6).map((job) => job.error?.error), ["checksum", "not_a_module", "not_a_module", "not_a_module", "abi_mismatch", "export_missing"]);
    assert.is(jobs[5]!.error?.reason, "arenula_operator");
    assert.equal(output(jobs[6]), [SUMS]);
  });

  firmware("says so when the pool is too small, whatever it was too small for", async () => {
    const pools = [64, 512, 1024, 2048, 3072, 4096, 5120];
    const jobs = await run([...pools.map((poolBytes) => ({ ...good, poolBytes })), good]);
    const refused = jobs.slice(0, -1).map((job) => job.error?.error ?? "ran");
    assert.is(refused[0], "pool_too_small");
    assert.equal([...new Set(refused)].filter((name) => name !== "ran"), ["pool_too_small"], refused.join(", "));
    assert.equal(output(jobs.at(-1)!), [SUMS]);
  });

  if (aot) {
    firmware("refuses an .aot whose memory is smaller than the bound it was compiled for", async () => {
      const jobs = await run([{ ...good, damage: raiseBound }, good]);
      assert.is(jobs[0].error?.error, "memory_below_bound");
      assert.is(jobs[0]!.error?.reason, "linear memory has 1024 bytes, the code assumes 2048");
      assert.equal(output(jobs[1]), [SUMS]);
    });
    firmware("keeps every check with --checks runtime", async () => {
      const jobs = await run([{ module: modules.outOfBounds(), inputs: INPUTS, checks: "runtime" }, { ...good, checks: "runtime" }]);
      assert.equal(named(jobs[0]), ["invoke_range", "trap", 3, "out of bounds memory access"]);
      assert.equal(output(jobs[1]), [SUMS]);
    });
  }

  if (board === "mps3-an547") {
    firmware("runs a plain loop on the vector unit", async () => {
      const [job] = await run([{ module: modules.dot(), inputs: INPUTS }]);
      const byte = (i: number) => ((i * 37 + 1) << 24) >> 24; // the byte at 65, input 0's second, is 1
      const sum = Array.from({ length: 256 }, (_, i) => byte(i) * byte(256 + i)).reduce((a, b) => a + b, 0);
      assert.is(Buffer.from(output(job)[0], "hex").readInt32LE(0), sum);
      assert.ok(job.operators[1].instructions < 256, `${job.operators[1].instructions} instructions for 256 products`);
    });
  }

  firmware.run();
}

/** An .aot file that claims a bound of 2,048 bytes, with a checksum that matches. */
function raiseBound(aot: Buffer): Buffer {
  aot.writeUInt32LE(2048, aot.length - 8);
  aot.writeUInt32LE(modules.checksumOf(aot.subarray(0, aot.length - 4)), aot.length - 4);
  return aot;
}

const refusals = suite("buildFirmware refuses");
const refusal = (options: Partial<FirmwareOptions>): Promise<ArenulaError> =>
  buildFirmware({ board: "mps2-an386", engine: "wamr-fast", jobs: [{ module: modules.add() }], ...options }).then(() => assert.unreachable("not refused"), (error) => error);
refusals("an unknown board and an unknown engine, each by its name", async () => {
  const board = await refusal({ board: "nucleo-f446re" });
  assert.instance(board, ArenulaError);
  assert.is(board.code, "BOARD_WITHOUT_FIRMWARE");
  const engine = await refusal({ engine: "wasm3" as Engine });
  assert.is(engine.code, "ENGINE_UNKNOWN");
});
refusals("WAMR sources of another version", async () => {
  const before = process.env["WAMR_ROOT"];
  process.env["WAMR_ROOT"] = "/";
  try {
    assert.is((await refusal({})).code, "WAMR_MISSING");
  } finally {
    if (before === undefined) delete process.env["WAMR_ROOT"];
    else process.env["WAMR_ROOT"] = before;
  }
});
refusals("what the AOT compiler refuses, in its words", async () => {
  const error = await refusal({ engine: "wamr-xip", jobs: [{ module: Buffer.from("0061736d01000000ff", "hex") }] });
  assert.is(error.code, "AOT_REFUSED");
  assert.match(error.message, /aotc: load: /);
});
refusals.run();
