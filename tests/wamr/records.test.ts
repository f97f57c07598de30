// Damaged records: whatever addresses, counts, strides and sizes a kernel finds, it stays inside linear memory or ends in a named error.
// Every kernel of a machine runs with every field of its record damaged, alone and with others, while the memory around it holds a pattern.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { boardByName } from "../../src/device/boards";
import type { Engine } from "../../src/device/machine";
import type { Job } from "../../src/firmware/firmware";
import { linkLaidOut } from "../../src/link/link";
import { Random } from "../support/random";
import { runJobs } from "./batch";
import { expectedOutputs, samplesOf, smallestByKernel, type Drawn } from "./drawn";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"], ["mps2-an386", "wamr-fast"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-fast"], ["mps3-an547", "wamr-aot"],
];
/** Records for each field, where it is damaged first of one to three. */
const DAMAGES = 3;
/** Small, so that filling and checking it takes little; the band behind it is checked as well. */
const POOL_BYTES = 256 << 10;
/** 2 M instructions, enough for every undamaged record in an interpreter, and to walk through a linear memory of some KB and far beyond: a record whose counts are damaged may keep a kernel busy for longer, and ends in a timeout. */
const BUDGET_MS = 2;
/** For the interpreters: `invoke_range` of so many operators has as many constants. */
const WASM_STACK_BYTES = 32 << 10;

const core = new Uint8Array(readFileSync("build/core/device.wasm"));

/** A 32-bit number at which sums wrap, memory ends, or a loop gets long; or a neighbour of the right one. */
function hostile(random: Random, value: number, memoryBytes: number): number {
  const edges = [0, 1, -1, 0x7fffffff, -0x80000000, memoryBytes, memoryBytes - 1, memoryBytes + 1, memoryBytes - 1024, -memoryBytes, 65535, 65536, 0x10000000, 0x40000000];
  const choices = [() => random.pick(edges), () => value + random.between(-8, 8), () => value * random.between(-4, 4), () => value << random.between(1, 24), () => random.between(0, 2 * memoryBytes), () => random.between(-0x80000000, 0x7fffffff)];
  return random.pick(choices)() | 0;
}

/** A module whose operator 0 runs the kernel on its good record, and every other operator on a damaged one. */
async function damagedModule(kernel: string, { laidOut }: Drawn): Promise<{ module: Uint8Array; records: number }> {
  const { image, program, facts } = laidOut;
  const at = image.steps.findIndex((step) => step.kernel === kernel), good = image.steps[at]!, fields = program.steps[at]!.record.length >> 2;
  const random = new Random(crc(kernel)), records = 1 + DAMAGES * fields;
  const segment = new Uint8Array(image.segment.length + records * good.bytes);
  segment.set(image.segment);
  const steps = Array.from({ length: records }, (_, variant) => {
    const offset = image.segment.length + variant * good.bytes;
    segment.copyWithin(offset, good.offset, good.offset + good.bytes);
    const record = new DataView(segment.buffer, offset, good.bytes);
    const damaged = variant === 0 ? [] : [variant % fields, ...Array.from({ length: random.between(0, 2) }, () => random.between(0, fields - 1))];
    for (const field of damaged) record.setInt32(4 * field, hostile(random, record.getInt32(4 * field, true), image.bytes), true);
    return { ...good, offset };
  });
  const code = steps.map((_, step) => [{ kind: "step" as const, step }]);
  const operators = steps.map((_, index) => ({ index, op: kernel, tensor: "" }));
  const { module } = await linkLaidOut({ ...laidOut, image: { ...image, steps, code, segment, constantOutputs: [] }, facts: { ...facts, operators } }, core);
  return { module, records };
}

const crc = (text: string) => parseInt(crc32(new TextEncoder().encode(text)), 16);
const every = new Set<string>();

for (const [board, engine] of CONFIGURATIONS) {
  const damaged = suite(`damaged records, ${board}, ${engine}`), { core: boardCore } = await boardByName(board), chosen = [...smallestByKernel(engine, boardCore)];
  chosen.forEach(([kernel]) => every.add(kernel));
  damaged(`every field of the records of ${chosen.length} kernels ends in outputs, a trap or a timeout, and changes nothing around linear memory`, async () => {
    const [, next] = chosen.at(-1)!;
    let count = 0;
    async function* jobs(): AsyncIterable<Job> {
      for (const [kernel, drawn] of chosen) {
        const { module, records } = await damagedModule(kernel, drawn);
        count += records;
        yield { module, inputs: samplesOf(drawn), each: true, budgetMs: BUDGET_MS, poolBytes: POOL_BYTES, wasmStackBytes: WASM_STACK_BYTES, checkNeighbours: true };
      }
      yield { module: (await linkLaidOut(next.laidOut, core)).module, inputs: samplesOf(next) };
    }
    const runs = await runJobs(board, engine, jobs());
    const ends: Record<string, number> = {}, wrong: string[] = [];
    chosen.forEach(([kernel], i) => {
      const { errors, neighbours } = runs[i]!;
      for (const { error, stage, operator, reason } of errors) {
        if (operator === 0 || (error !== "trap" && error !== "timeout")) wrong.push(`${kernel}, ${operator === 0 ? "the good record" : `record ${operator}`}: ${stage}: ${error}: ${reason}`);
        ends[error] = (ends[error] ?? 0) + 1;
      }
      if (!neighbours || neighbours.bytes <= 8192) wrong.push(`${kernel}: ${neighbours?.bytes} bytes are looked at`);
      else if (neighbours.changed > 0) wrong.push(`${kernel}: ${neighbours.changed} bytes around linear memory changed`);
    });
    assert.equal(wrong, []);
    const good = runs.at(-1)!;
    assert.is(good.error, null);
    assert.equal(good.samples.map(({ outputs }) => outputs.map(({ crc32 }) => crc32)), await expectedOutputs(next), "the next good module");
    console.log(`${board}, ${engine}: ${chosen.length} kernels, ${count} records, ${JSON.stringify(ends)}`);
  });
  damaged.run();
}

const coverage = suite("damaged records");
coverage("every kernel of the device core was among them", async () => {
  const kernels = WebAssembly.Module.exports(await WebAssembly.compile(core)).filter(({ kind }) => kind === "function").map(({ name }) => name);
  assert.equal(kernels.filter((name) => !every.has(name)), []);
});
coverage.run();
