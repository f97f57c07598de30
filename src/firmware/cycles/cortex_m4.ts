// Cycles of the Cortex-M4: Arm DDI 0439, Cortex-M4 Technical Reference Manual, section 3.3.1 (table 3-1) and 3.3.2 (load/store timings).
import type { CoreTiming } from "./timing";

/** Table 3-1: P, the refill of the pipeline, is 1 to 3 by the target's alignment and width, and by whether its address is known early. */
const REFILL = 2;
/** 3.3.2: "three cycles for the pipeline reload" after LDR PC, TBB and TBH. */
const REFILL_AFTER_LOAD = 3;
/** Table 3-1: 2 to 12, by the operands' leading bits, which are not known here. */
const DIVIDE = 12;
/** Both halves of a vector, one after the other. Of no M4: for cores that are modelled with its table. */
const VECTOR = 2;

/** Cycles of what takes other than 1; loads and stores are below. TBB and TBH: load and add. */
const CYCLES: Readonly<Record<string, number>> = { udiv: DIVIDE, sdiv: DIVIDE, tbb: 3, tbh: 3, mrs: 2, msr: 2 };

const LOADS = new Set(["ldr", "ldrb", "ldrh", "ldrsb", "ldrsh", "ldrt", "ldrbt", "ldrht", "ldrsbt", "ldrsht", "ldrex", "ldrexb", "ldrexh"]);
const STORES = new Set(["str", "strb", "strh", "strt", "strbt", "strht", "strex", "strexb", "strexh"]);
/** 1 + N for N registers. */
const MULTIPLE = new Set(["push", "pop", "ldm", "stm", "ldmdb", "stmdb", "ldmia", "stmia", "ldrd", "strd"]);
/** Their first operand is no result. */
const WITHOUT_RESULT = new Set(["cmp", "cmn", "tst", "teq", "bx", "blx", "cbz", "cbnz"]);
const TWO_RESULTS = new Set(["umull", "smull", "umlal", "smlal", "umaal", "smlald", "smlsld", "smlalbb", "smlalbt", "smlaltb", "smlaltt"]);

interface Instruction {
  readonly name: string;
  readonly operands: readonly string[];
  /** Registers that the address is made of; null: no access to memory by one register. */
  readonly address: readonly string[] | null;
}

/** "ldr.w r0, [r1, r2, lsl #2]!" */
function parse(text: string): Instruction {
  const space = text.search(/\s/), head = space < 0 ? text : text.slice(0, space), rest = space < 0 ? "" : text.slice(space);
  const name = head.replace(/\.[wn]$/, "");
  const address = LOADS.has(name) || STORES.has(name) ? registers(rest.slice(rest.indexOf("["))) : null;
  return { name, operands: registers(rest), address };
}

const registers = (text: string): string[] => text.match(/\b(?:r\d+|s[bpl]|fp|ip|lr|pc)\b/g) ?? [];

/** What the disassembler does not know, or knows as a coprocessor's: on cores with vectors, vectors and loop instructions. */
const isVector = (text: string) => /^(v|ldc|stc|mcr|mrc|cdp)/.test(text) || /^\.byte 0x..?, 0x[ef][c-f]/.test(text);
/** LE and LETP: F00F, F01F or F02F, low byte first. */
const isLoopEnd = (text: string) => /^\.byte 0x[012]f, 0xf0/.test(text);

/** What a data processing instruction computes: an address made of it waits for a cycle (3.3.2). */
function results({ name, operands, address }: Instruction): readonly string[] {
  if (address || MULTIPLE.has(name) || WITHOUT_RESULT.has(name)) return [];
  return operands.slice(0, TWO_RESULTS.has(name) ? 2 : 1);
}

function cycles(text: string, at: Instruction, before: Instruction | null): number {
  if (isVector(text)) return VECTOR;
  if (MULTIPLE.has(at.name)) return 1 + (at.name === "ldrd" || at.name === "strd" ? 2 : countListed(text));
  if (!at.address) return CYCLES[at.name] ?? 1;
  const stall = before && results(before).some((register) => at.address!.includes(register)) ? 1 : 0;
  const afterLoad = before !== null && LOADS.has(before.name) && !at.address.includes(before.operands[0]!);
  // STR [register, #immediate] is always one cycle; with an index two, or one behind a load. Nothing is pipelined behind a store.
  const once = afterLoad || (STORES.has(at.name) && at.address.length === 1);
  return (once ? 1 : 2) + stall;
}

/** Registers in braces; ranges are written out. */
const countListed = (text: string) => registers(text.slice(text.indexOf("{"))).length;

export const CORTEX_M4: CoreTiming = {
  source: "Arm DDI 0439, Cortex-M4 Technical Reference Manual, 3.3.1 table 3-1 and 3.3.2",
  assumptions: [
    `a taken branch refills the pipeline in ${REFILL} cycles (the table: 1 to 3), after LDR PC, TBB and TBH in ${REFILL_AFTER_LOAD}`,
    `a division takes ${DIVIDE} cycles (2 to 12), IT one (0 where it folds)`,
    "memory without wait states, no unaligned accesses, no contention of literals with fetches",
  ],
  blockCycles(instructions) {
    let before: Instruction | null = null, sum = 0;
    for (const text of instructions) {
      const at = parse(text);
      sum += cycles(text, at, before);
      before = at;
    }
    return sum;
  },
  refillCycles(last) {
    const { name, operands } = parse(last);
    if (isLoopEnd(last)) return 0;
    return name === "tbb" || name === "tbh" || (name === "ldr" && operands[0] === "pc") ? REFILL_AFTER_LOAD : REFILL;
  },
  mnemonic: (instruction) => (instruction.startsWith(".byte") ? "unknown" : parse(instruction).name),
};
