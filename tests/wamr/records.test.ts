// Damaged records: whatever addresses, counts, strides and sizes a kernel finds, it stays inside linear memory or ends in a named error.
// Every kernel of a machine runs on hundreds of records, each damaged in one to three fields, while the memory around it holds a pattern.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { boardByName } from "../../src/device/boards";
import type { Engine } from "../../src/device/machine";
import type { Job } from "../../src/firmware/firmware";
import { Model } from "../../src/index";
import { layOutForDevice, linkLaidOut, type LaidOut } from "../../src/link/link";
import { lower } from "../../src/lowering/lower";
import { formsOf } from "../forms";
import type { OperatorGolden } from "../operators/goldens";
import { Random } from "../support/random";
import { runJobs } from "./batch";
import { integerGoldens } from "./integer_goldens";

const CONFIGURATIONS: readonly (readonly [string, Engine])[] = [
  ["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"], ["mps2-an386", "wamr-fast"], ["riscv-virt", "wamr-aot"], ["riscv-virt", "wamr-fast"], ["mps3-an547", "wamr-aot"],
];
const VARIANTS = 40;
/** Small, so that filling and checking it takes little; the band behind it is checked as well. */
const POOL_BYTES = 256 << 10;
/** 2 M instructions: a record whose counts are damaged may keep a kernel busy for longer, and ends in a timeout. */
const BUDGET_MS = 2;
/** For the interpreters: `invoke_range` of so many operators has as many constants. */
const WASM_STACK_BYTES = 32 << 10;

const core = new Uint8Array(readFileSync("build/core/device.wasm"));
const goldens = integerGoldens();

interface Chosen {
  readonly kernel: string;
  readonly golden: OperatorGolden;
  readonly laidOut: LaidOut;
}

/** The smallest drawn model for every kernel that a machine uses. */
async function kernelsOf(board: string, engine: Engine): Promise<Chosen[]> {
  const { core: boardCore } = await boardByName(board);
  const chosen = new Map<string, Chosen>();
  for (const golden of goldens) {
    const laidOut = layOutForDevice(Model.parse(golden.model), { engine, core: boardCore, sliceBytes: 512, name: golden.id, sha256: "", version: "0.0.0" });
    for (const kernel of laidOut.kernels) if ((chosen.get(kernel)?.laidOut.image.bytes ?? Infinity) > laidOut.image.bytes) chosen.set(kernel, { kernel, golden, laidOut });
  }
  return [...chosen.values()].sort((a, b) => (a.kernel < b.kernel ? -1 : 1));
}

/** A 32-bit number at which sums wrap, memory ends, or a loop gets long; or a neighbour of the right one. */
function hostile(random: Random, value: number, memoryBytes: number): number {
  const edges = [0, 1, -1, 0x7fffffff, -0x80000000, memoryBytes, memoryBytes - 1, memoryBytes + 1, memoryBytes - 1024, -memoryBytes, 65535, 65536, 0x10000000, 0x40000000];
  const choices = [() => random.pick(edges), () => value + random.between(-8, 8), () => value * random.between(-4, 4), () => value << random.between(1, 24), () => random.between(0, 2 * memoryBytes), () => random.between(-0x80000000, 0x7fffffff)];
  return random.pick(choices)() | 0;
}

/** A module whose operator 0 runs the kernel on its good record, and every other operator on a damaged one. */
async function damagedModule({ kernel, laidOut }: Chosen): Promise<Uint8Array> {
  const { image, program, facts } = laidOut;
  const at = image.steps.findIndex((step) => step.kernel === kernel), good = image.steps[at]!, fields = program.steps[at]!.record.length >> 2;
  const random = new Random(crc(kernel));
  const segment = new Uint8Array(image.segment.length + VARIANTS * good.bytes);
  segment.set(image.segment);
  const steps = Array.from({ length: VARIANTS }, (_, variant) => {
    const offset = image.segment.length + variant * good.bytes;
    segment.copyWithin(offset, good.offset, good.offset + good.bytes);
    const record = new DataView(segment.buffer, offset, good.bytes);
    for (let n = variant === 0 ? 0 : random.between(1, 3); n > 0; n--) {
      const field = 4 * random.between(0, fields - 1);
      record.setInt32(field, hostile(random, record.getInt32(field, true), image.bytes), true);
    }
    return { ...good, offset };
  });
  const code = steps.map((_, step) => [{ kind: "step" as const, step }]);
  const operators = steps.map((_, index) => ({ index, op: kernel, tensor: "" }));
  return (await linkLaidOut({ ...laidOut, image: { ...image, steps, code, segment, constantOutputs: [] }, facts: { ...facts, operators } }, core)).module;
}

const crc = (text: string) => parseInt(crc32(new TextEncoder().encode(text)), 16);
const every = new Set<string>();

for (const [board, engine] of CONFIGURATIONS) {
  const records = suite(`damaged records, ${board}, ${engine}`);
  records(`${VARIANTS} for every kernel end in outputs, a trap or a timeout, and change nothing around linear memory`, async () => {
    const chosen = await kernelsOf(board, engine);
    chosen.forEach(({ kernel }) => every.add(kernel));
    const { golden, laidOut } = chosen.at(-1)!;
    const jobs: Job[] = [];
    for (const one of chosen) jobs.push({ module: await damagedModule(one), inputs: Buffer.concat(one.golden.inputs), each: true, budgetMs: BUDGET_MS, poolBytes: POOL_BYTES, wasmStackBytes: WASM_STACK_BYTES, checkNeighbours: true });
    const runs = await runJobs(board, engine, [...jobs, { module: (await linkLaidOut(laidOut, core)).module, inputs: Buffer.concat(golden.inputs) }]);
    const ends: Record<string, number> = {};
    chosen.forEach(({ kernel }, i) => {
      const { errors, neighbours } = runs[i]!;
      for (const { error, stage, operator, reason } of errors) {
        assert.ok(error === "trap" || error === "timeout", `${kernel}, record ${operator}: ${stage}: ${error}: ${reason}`);
        assert.is.not(operator, 0, `${kernel}: the good record ends in ${error}: ${reason}`);
        ends[error] = (ends[error] ?? 0) + 1;
      }
      assert.ok(neighbours && neighbours.bytes > 8192, `${kernel}: ${neighbours?.bytes} bytes are looked at`);
      assert.is(neighbours.changed, 0, `${kernel}: bytes around linear memory changed`);
    });
    const good = runs.at(-1)!;
    assert.is(good.error, null);
    assert.equal(good.samples[0]!.outputs.map(({ crc32 }) => crc32), golden.outputs.map((bytes) => crc32(bytes)), "the next good module");
    console.log(`${board}, ${engine}: ${chosen.length} kernels, ${chosen.length * VARIANTS} records, ${JSON.stringify(ends)}`);
  });
  records.run();
}

const coverage = suite("damaged records");
coverage("every kernel that the drawn models without floats run on any of these machines was among them", () => {
  const machines = new Set<string>(["fast", "dsp", "scalar", "vector"]);
  const forms = formsOf("mcu").filter(({ machine, widened }) => machines.has(machine) && !widened);
  const kernels = new Set(goldens.flatMap(({ model }) => forms.flatMap((form) => lower(Model.parse(model), form).steps.map(({ kernel }) => kernel))));
  assert.equal([...kernels].filter((name) => !every.has(name)).sort(), []);
});
coverage.run();
