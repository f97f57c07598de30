// What the plugin counts on emulated boards: the same in every run, and as many instructions as the boards' own counters say.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Engine } from "../../src/device/machine";
import { costModelFor, estimate } from "../../src/device/simulate/cost";
import { simulate } from "../../src/device/simulate/simulate";
import { measureCycles } from "../../src/firmware/cycles/measure";
import { runFirmware } from "../../src/firmware/emulator";
import { buildFirmware } from "../../src/firmware/firmware";
import { inPackage } from "../../src/firmware/package_root";
import { linkedModel } from "../support/linked_model";
import * as modules from "./modules";

/** Board, engine, instructions per step of the board's counter. */
const CONFIGURATIONS: readonly (readonly [string, Engine, number])[] = [
  ["mps2-an386", "wamr-fast", 40], ["mps2-an386", "wamr-aot", 40], ["mps2-an505", "wamr-xip", 50], ["mps3-an547", "wamr-aot", 31.25], ["riscv-virt", "wamr-classic", 1],
];
/** The timer that limits a call is written three times; each time the emulator begins a block anew, which then counts twice. */
const RESTARTED = 40;

for (const [board, engine, step] of CONFIGURATIONS) {
  const cycles = suite(`cycles, ${board}, ${engine}`);
  const firmware = async () => buildFirmware({ board, engine, jobs: [{ module: await linkedModel(inPackage("models/digits/digits_int8.tflite")), inputs: new Uint8Array(64).fill(7) }] });

  cycles("two runs count the same instructions per operator, by opcode", async () => {
    const built = await firmware();
    const [first, second] = [await measureCycles(built), await measureCycles(built)];
    assert.equal(first, second);
    assert.ok(first.jobs[0]!.operators.length > 5);
  });

  cycles("counts agree with the board's own counter, and counting changes nothing", async () => {
    const built = await firmware();
    const { run, jobs: [counted] } = await measureCycles(built);
    assert.is(run.output, (await runFirmware(built)).output);
    const close = (counted: number, said: number, what: string) => assert.ok(Math.abs(counted - said) <= 2 * step + RESTARTED, `${what}: ${counted} counted, ${said} by the board`);
    const [job] = run.jobs;
    for (const { operator, instructions } of job!.operators) close(counted!.operators[operator]!.instructions, instructions, `operator ${operator}`);
    job!.samples.forEach(({ instructions }, i) => close(counted!.samples[i]!.instructions, instructions, "invoke"));
    for (const { instructions, cycles, opcodes } of counted!.samples) {
      assert.is(Object.values(opcodes).reduce((sum, n) => sum + n, 0), instructions);
      assert.ok(cycles >= instructions, `${cycles} cycles, ${instructions} instructions`);
    }
  });

  cycles("every job has its own sections, also behind one that traps", async () => {
    const { run, jobs } = await measureCycles(await buildFirmware({ board, engine, jobs: [{ module: modules.outOfBounds(), inputs: new Uint8Array(32) }, { module: modules.add(), inputs: new Uint8Array(32) }] }));
    assert.is(run.jobs[0]!.error?.error, "trap");
    const instructions = run.jobs[1]!.samples[0]!.instructions, [counts] = jobs[1]!.samples;
    assert.ok(Math.abs(counts!.instructions - instructions) <= 2 * step + RESTARTED, `${counts!.instructions} counted, ${instructions} by the board`);
  });

  cycles.run();
}

const estimates = suite("cycles that `simulate` estimates");
for (const [board, core] of [["mps2-an386", "cortex-m4"], ["riscv-virt", "rv32"]] as const) {
  estimates(`are what ${board} counts, within 5 % (if not: npm run fit:cost)`, async () => {
    const module = await linkedModel(inPackage("models/digits/digits_int8.tflite")), inputs = new Uint8Array(64).fill(7);
    const [{ layers }, { jobs: [counted] }] = [await simulate(module, [inputs]), await measureCycles(await buildFirmware({ board, engine: "wamr-fast", jobs: [{ module, inputs }] }))];
    const { model } = costModelFor("wamr-fast", core);
    for (const of of ["cycles", "instructions"] as const) {
      const estimated = layers.reduce((sum, layer) => sum + estimate(layer, model![of]), 0);
      assert.ok(Math.abs(estimated / counted!.samples[0]![of] - 1) < 0.05, `${estimated} ${of} estimated, ${counted!.samples[0]![of]} counted`);
    }
  });
}
estimates.run();
