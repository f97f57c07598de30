import type { CoreTiming } from "./timing";

/** What ran in a section, in numbers that can be subtracted from each other. */
export interface Counts {
  readonly instructions: number;
  /** Modelled: CoreTiming says by what. */
  readonly cycles: number;
  /** Jumps, calls, returns and taken branches. */
  readonly taken: number;
  /** Instructions by mnemonic. */
  readonly opcodes: Readonly<Record<string, number>>;
}

interface BlockLine {
  readonly block: number;
  readonly instructions: readonly string[];
}

interface SectionLine {
  readonly section: number;
  /** Block, how often it ran, and how often it led elsewhere than to the next instruction. */
  readonly runs: readonly (readonly [number, number, number])[];
}

/** Counts per section from what the plugin wrote. */
export function readSections(text: string, timing: CoreTiming): Counts[] {
  const blocks = new Map<number, { cycles: number; refill: number; mnemonics: readonly string[] }>(), sections: Counts[] = [];
  for (const line of text.split("\n").filter(Boolean).map((json) => JSON.parse(json) as BlockLine | SectionLine)) {
    if ("block" in line)
      blocks.set(line.block, { cycles: timing.blockCycles(line.instructions), refill: timing.refillCycles(line.instructions.at(-1)!), mnemonics: line.instructions.map(timing.mnemonic) });
    else {
      let instructions = 0, cycles = 0, taken = 0;
      const opcodes: Record<string, number> = {};
      for (const [number, runs, jumps] of line.runs) {
        const block = blocks.get(number)!;
        instructions += runs * block.mnemonics.length;
        cycles += runs * block.cycles + jumps * block.refill;
        taken += jumps;
        for (const name of block.mnemonics) opcodes[name] = (opcodes[name] ?? 0) + runs;
      }
      sections[line.section] = { instructions, cycles, taken, opcodes };
    }
  }
  return sections;
}

const NOTHING: Counts = { instructions: 0, cycles: 0, taken: 0, opcodes: {} };

/** a - b; nothing where b is more: a call that finds an operator without steps is some instructions shorter than one that finds none. */
export function less(a: Counts, b: Counts): Counts {
  if (a.instructions <= b.instructions) return NOTHING;
  const opcodes = Object.entries(a.opcodes).map(([name, n]) => [name, n - (b.opcodes[name] ?? 0)] as const).filter(([, n]) => n > 0);
  return { instructions: a.instructions - b.instructions, cycles: a.cycles - b.cycles, taken: a.taken - b.taken, opcodes: Object.fromEntries(opcodes) };
}
