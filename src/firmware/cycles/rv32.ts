import type { CoreTiming } from "./timing";

/** QEMU's `virt` is no chip, and makers of RV32 microcontrollers publish no common table. */
export const RV32: CoreTiming = {
  source: "no document: QEMU's RV32 board is no chip",
  assumptions: ["one cycle per instruction", "2 cycles more for a jump or a taken branch"],
  blockCycles: (instructions) => instructions.length,
  refillCycles: () => 2,
  /** QEMU's disassembler prints the code first: "8782   jr   a5". */
  mnemonic: (instruction) => instruction.trim().split(/\s+/)[1] ?? instruction,
};
