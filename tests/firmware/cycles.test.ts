// Cycles against sums done by hand from Arm's document, and counts against a file as the plugin writes it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CORTEX_M4 } from "../../src/firmware/cycles/cortex_m4";
import { RV32 } from "../../src/firmware/cycles/rv32";
import { less, readSections } from "../../src/firmware/cycles/sections";
import { timingOf } from "../../src/firmware/cycles/timing";
import { FIRMWARE_BOARDS, firmwareBoard } from "../../src/firmware/targets";

const cycles = (...instructions: string[]) => CORTEX_M4.blockCycles(instructions);

const m4 = suite("firmware/cycles: Cortex-M4");
m4("the document's own examples of pipelined accesses", () => {
  assert.is(cycles("ldr r0, [r1]", "ldr r1, [r2]"), 3);
  assert.is(cycles("ldr.w r0, [r1, r2]", "str r0, [r3, #0x20]"), 3);
  assert.is(cycles("ldr.w r0, [r1, r2]", "str.w r1, [r3, r2]"), 3);
  assert.is(cycles("ldr.w r0, [r1, r5]", "ldr r1, [r2]", "ldr r2, [r3, #4]"), 4);
});
m4("no pipelining where the address is what was loaded, and none behind a store or another instruction", () => {
  assert.is(cycles("ldr r0, [r1]", "ldr r2, [r0]"), 4);
  assert.is(cycles("str r0, [r1]", "ldr r2, [r3]"), 1 + 2);
  assert.is(cycles("ldr r0, [r1]", "cmp r4, #3", "ldr r2, [r3]"), 2 + 1 + 2);
});
m4("stores: one cycle with an immediate, two with an index", () => {
  assert.is(cycles("str r0, [r1, #4]"), 1);
  assert.is(cycles("strb.w r0, [r1], #1"), 1);
  assert.is(cycles("str.w r0, [r1, r2, lsl #2]"), 2);
});
m4("an address that the instruction before computed waits for a cycle", () => {
  assert.is(cycles("adds r0, r0, #4", "ldr r1, [r0]"), 1 + 3);
  assert.is(cycles("umull r4, r5, r0, r1", "ldr.w r1, [r2, r5, lsl #2]"), 1 + 3);
  assert.is(cycles("adds r0, r0, #4", "ldr r1, [r2]"), 1 + 2);
  assert.is(cycles("cmp r0, #4", "ldr r1, [r0]"), 1 + 2); // a comparison writes no register
  assert.is(cycles("adds r0, r0, #4", "str r0, [r1]"), 1 + 1); // what is stored is no address
});
m4("several registers: 1 + N", () => {
  assert.is(cycles("push {r4, r5, r6, lr}"), 5);
  assert.is(cycles("pop.w {r4, pc}"), 3);
  assert.is(cycles("ldm.w r0, {r1, r2, r3}"), 4);
  assert.is(cycles("stmdb sp!, {r1, r2}"), 3);
  assert.is(cycles("ldrd r8, sl, [sp, #0x38]"), 3);
  assert.is(cycles("strd r2, r3, [r1]"), 3);
});
m4("multiplications take one cycle, divisions the most there is", () => {
  assert.is(cycles("mla r0, r1, r2, r3", "smlabb r0, r1, r2, r0", "smull r0, r1, r2, r3", "umlal r0, r1, r2, r3"), 4);
  assert.is(cycles("udiv r0, r1, r2"), 12);
});
m4("a branch that is taken refills the pipeline", () => {
  assert.is(cycles("subs r0, #1", "bne #0x100"), 2);
  assert.is(CORTEX_M4.refillCycles("bne #0x100"), 2);
  assert.is(CORTEX_M4.refillCycles("pop {r4, pc}"), 2);
  assert.is(CORTEX_M4.refillCycles("ldr pc, [r0, r1, lsl #2]"), 3);
  assert.is(cycles("tbb [pc, r0]") + CORTEX_M4.refillCycles("tbb [pc, r0]"), 6); // "at least six cycles"
});
m4("what the disassembler does not know: vectors, and loops without a refill", () => {
  assert.is(cycles(".byte 0x23, 0xee"), 2);
  assert.is(cycles("vmax.s32 q0, q1, q2"), 2);
  assert.is(CORTEX_M4.refillCycles(".byte 0x0f, 0xf0"), 0); // LE
  assert.is(CORTEX_M4.refillCycles(".byte 0x1f, 0xf0"), 0); // LETP
  assert.is(CORTEX_M4.mnemonic(".byte 0x0f, 0xf0"), "unknown");
});
m4.run();

const sections = suite("firmware/cycles: sections");
const FILE = [
  { block: 7, instructions: ["ldr r0, [r1]", "subs r2, #1", "bne #0x10"] }, { block: 9, instructions: ["bx lr"] },
  { section: 0, runs: [[9, 1, 1]] },
  { section: 1, runs: [[9, 1, 1], [7, 10, 9]] },
].map((line) => JSON.stringify(line)).join("\n");
sections("are what ran between two marks", () => {
  const [empty, work] = readSections(`${FILE}\n`, CORTEX_M4);
  assert.equal(empty, { instructions: 1, cycles: 1 + 2, taken: 1, opcodes: { bx: 1 } });
  assert.equal(work, { instructions: 31, cycles: 3 + 10 * 4 + 9 * 2, taken: 10, opcodes: { bx: 1, ldr: 10, subs: 10, bne: 10 } });
  assert.equal(less(work!, empty!), { instructions: 30, cycles: 58, taken: 9, opcodes: { ldr: 10, subs: 10, bne: 10 } });
  assert.equal(less(empty!, work!), { instructions: 0, cycles: 0, taken: 0, opcodes: {} });
});
sections("RISC-V: an instruction is a cycle, a jump three", () => {
  const text = "0585              addi                    a1,a1,1", jump = "8782              jr                      a5";
  assert.is(RV32.blockCycles([text, jump]) + RV32.refillCycles(jump), 4);
  assert.equal([text, jump].map(RV32.mnemonic), ["addi", "jr"]);
});
sections("every board with firmware has a timing table that says where it comes from", () => {
  for (const name of FIRMWARE_BOARDS) {
    const { source, assumptions } = timingOf(firmwareBoard(name).cpu);
    assert.ok(source.length > 0 && assumptions.length > 0, name);
  }
});
sections.run();
