// What a core takes for a block of instructions, by a published table or by a stated assumption.
import { CORTEX_M4 } from "./cortex_m4";
import { RV32 } from "./rv32";

/** The timing table of a core. Memory without wait states, no caches, no interrupts: what the document counts. */
export interface CoreTiming {
  /** Document and section, or that there is none. */
  readonly source: string;
  /** What the document leaves open, and what was taken. */
  readonly assumptions: readonly string[];
  /** Cycles of a block whose instructions run one after the other, as a disassembler prints them; a branch at its end not taken. */
  blockCycles(instructions: readonly string[]): number;
  /** Cycles on top, where the block's last instruction led elsewhere than to the next one. */
  refillCycles(last: string): number;
  /** "ldr" of "ldr.w r0, [r1, #4]": what counts are listed by. */
  mnemonic(instruction: string): string;
}

const withNote = (...notes: string[]): CoreTiming => ({ ...CORTEX_M4, assumptions: [...notes, ...CORTEX_M4.assumptions] });

/** By QEMU's word for the processor (targets.ts). */
const TIMINGS: Readonly<Record<string, CoreTiming>> = {
  "cortex-m4": CORTEX_M4,
  "cortex-m7": withNote("the Cortex-M7's manual has no instruction timings: this is the Cortex-M4's table. The M7 issues two instructions at once where it can, predicts branches, and pays more for a wrong prediction"),
  "cortex-m33": withNote("the Cortex-M33's manual has no instruction timings: this is the Cortex-M4's table"),
  "cortex-m55": withNote(
    "this is the Cortex-M4's table, which knows no vectors; a vector instruction counts 2 cycles, as the Cortex-M55 works on 64 of its 128 bits at a time, and overlaps nothing",
    "LE and LETP jump without a refill (loop cache)",
  ),
  rv32: RV32,
};

/** @param cpu As QEMU calls it. */
export function timingOf(cpu: string): CoreTiming {
  return TIMINGS[cpu.split(",", 1)[0]!]!; // without its properties
}
