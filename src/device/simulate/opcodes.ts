// The instructions that a device module may hold: WebAssembly 1.0, sign extension, saturating conversions, bulk memory.

/**
 * What a cost model can tell apart. `load64`, `store64` and `compare64` are about all 64 bits. `block`, `loop`, `else` and `end` are in none:
 * they mark structure, and counting them makes no fit better.
 */
export const OPCODE_CLASSES = [
  "const", "local_get", "local_set", "local_tee", "global", "load", "load64", "store", "store64", "compare", "compare64", "alu32", "mul32", "div32",
  "alu64", "shift64", "mul64", "div64", "convert", "float", "select", "branch", "branch_if", "branch_table", "call", "bulk_memory", "other",
] as const;
export type OpcodeClass = (typeof OPCODE_CLASSES)[number];

export const BLOCK = 0x02, LOOP = 0x03, IF = 0x04, ELSE = 0x05, END = 0x0b, BR = 0x0c, BR_IF = 0x0d, BR_TABLE = 0x0e, UNREACHABLE = 0x00;
export const FIRST_LOAD = 0x28, FIRST_STORE = 0x36, LAST_STORE = 0x3e, I32_STORE = 0x36, PREFIX = 0xfc;
/** Behind `PREFIX`. */
export const MEMORY_INIT = 8, DATA_DROP = 9, MEMORY_COPY = 10, MEMORY_FILL = 11;

export type ValueType = 0x7f | 0x7e | 0x7d | 0x7c;
export const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c;

export interface MemoryAccess {
  readonly name: string;
  readonly bytes: number;
  /** Of the value that is loaded or stored. */
  readonly type: ValueType;
}

/** From `FIRST_LOAD` to `LAST_STORE`. */
const ACCESSES: readonly MemoryAccess[] = [
  ["i32.load", 4], ["i64.load", 8], ["f32.load", 4], ["f64.load", 8], ["i32.load8_s", 1], ["i32.load8_u", 1], ["i32.load16_s", 2], ["i32.load16_u", 2],
  ["i64.load8_s", 1], ["i64.load8_u", 1], ["i64.load16_s", 2], ["i64.load16_u", 2], ["i64.load32_s", 4], ["i64.load32_u", 4],
  ["i32.store", 4], ["i64.store", 8], ["f32.store", 4], ["f64.store", 8], ["i32.store8", 1], ["i32.store16", 2], ["i64.store8", 1], ["i64.store16", 2], ["i64.store32", 4],
].map(([name, bytes]) => ({ name: name as string, bytes: bytes as number, type: ({ i32: I32, i64: I64, f32: F32, f64: F64 } as const)[(name as string).slice(0, 3) as "i32"] }));

export function memoryAccess(opcode: number): MemoryAccess | null {
  return ACCESSES[opcode - FIRST_LOAD] ?? null;
}

/** The class of a counted instruction; null for one that a device module may not hold. `sub` is the number behind `PREFIX`. */
export function classOf(opcode: number, sub: number): OpcodeClass | null {
  if (opcode === PREFIX) return sub < MEMORY_INIT ? "float" : sub <= MEMORY_FILL ? "bulk_memory" : null;
  if (SINGLES[opcode]) return SINGLES[opcode];
  return RANGES.find(([last]) => opcode <= last)?.[1] ?? null;
}

const SINGLES: Record<number, OpcodeClass> = {
  0x00: "other", 0x01: "other", 0x04: "branch_if", 0x0c: "branch", 0x0d: "branch_if", 0x0e: "branch_table", 0x0f: "branch", 0x10: "call", 0x11: "call",
  0x1a: "other", 0x1b: "select", 0x1c: "select", 0x20: "local_get", 0x21: "local_set", 0x22: "local_tee", 0x23: "global", 0x24: "global",
  0x29: "load64", 0x2b: "load64", 0x37: "store64", 0x39: "store64", 0x6c: "mul32", 0x7e: "mul64", 0xa7: "convert", 0xac: "convert", 0xad: "convert",
};

/** Last opcode of a run, and its class; what is not a single. */
const RANGES: readonly (readonly [number, OpcodeClass | null])[] = [
  [0x27, null], [0x35, "load"], [0x3e, "store"], [0x40, null], [0x44, "const"], [0x4f, "compare"], [0x5a, "compare64"], [0x66, "float"], [0x6c, "alu32"], [0x70, "div32"], [0x78, "alu32"],
  [0x7e, "alu64"], [0x82, "div64"], [0x85, "alu64"], [0x8a, "shift64"], [0xbf, "float"], [0xc4, "convert"],
];
