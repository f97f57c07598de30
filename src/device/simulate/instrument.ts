// A copy of a module that counts and checks as it runs, made on the bytes of its code section: what is counted are the instructions of
// the file, not those of a tree that a compiler library makes of it (which adds scratch locals).
//
// Counters lie in linear memory behind the module's own pages, where no checked access reaches them; the module has no memory.size to
// notice. One row of counters per operator, "no operator" first, interleaved: counter c of row r lies at rows + 8 * (c * rowCount + r),
// where counter 0 is for the bytes of bulk instructions and c - 1 is a basic block. A store to the operator word moves the base to its row.
//
//   pages * 64 KiB   fuel (i64)  base (i32)  site (i32)  address (i32)  size (i32)  |  rows
//
// Per basic block: fuel -= n; counter += 1. Fuel is tested where a loop or a function begins.
// Per access: address > limit - offset - width traps, after its site and address have been written down.

import { append, ByteReader, CODE, FUNCTION, HEADER_BYTES, MEMORY, signed, TYPE, u32, type Section } from "../../link/wasm_bytes";
import type { DeviceModule } from "./device_module";
import {
  BLOCK, BR, BR_IF, BR_TABLE, classOf, ELSE, END, F32, F64, I32, I32_STORE, I64, IF, LOOP, memoryAccess, MEMORY_COPY, MEMORY_FILL, MEMORY_INIT, DATA_DROP, PREFIX, UNREACHABLE,
  type OpcodeClass, type ValueType,
} from "./opcodes";
import { breaksAbi } from "./read_facts";

const PAGE_BYTES = 65536;
const MOST_PAGES = 65536;

/** Offsets of the state, from the first byte behind the module's own pages. */
export const STATE = { fuel: 0, base: 8, site: 12, address: 16, size: 20, rows: 64 } as const;

/** The site that running out of fuel writes down; no access, and no instruction, is this one. */
export const OUT_OF_FUEL = 1;

/** An access to memory, where the copy checks it. The copy writes its index in `Instrumented.sites` plus 2. */
export interface AccessSite {
  readonly instruction: string;
  readonly does: "reads" | "writes";
  /** Added to the address operand. */
  readonly offset: number;
  /** null: an operand decides. */
  readonly bytes: number | null;
  /** What ends at `limit`: linear memory, or a data segment. */
  readonly segment: number | null;
  readonly limit: number;
  readonly functionIndex: number;
  /** In the file. */
  readonly at: number;
}

/** Instructions that run one after the other, or not at all. */
export interface BasicBlock {
  readonly instructions: number;
  readonly classes: Readonly<Partial<Record<OpcodeClass, number>>>;
}

export interface Instrumented {
  readonly bytes: Uint8Array;
  /** Where the state begins, an address. */
  readonly state: number;
  /** 1 + the largest operator index + 1. */
  readonly rowCount: number;
  /** Counter 0 counts the bytes of bulk instructions; block b has counter b + 1. */
  readonly blocks: readonly BasicBlock[];
  readonly sites: readonly AccessSite[];
}

/** @throws ArenulaError DEVICE_MODULE_ABI for an instruction that a device module may not hold. */
export function instrument(module: DeviceModule): Instrumented {
  const { bytes, sections } = module;
  const state = module.pages * PAGE_BYTES;
  const rowCount = module.facts.operators.reduce((most, { index }) => Math.max(most, index + 2), 1);
  const copy: Copy = { module, state, rowCount, blocks: [], sites: [] };
  const code = rewriteCode(copy);
  const stateBytes = STATE.rows + 8 * rowCount * (copy.blocks.length + 1);
  const pages = module.pages + Math.ceil(stateBytes / PAGE_BYTES);
  if (pages > MOST_PAGES) throw breaksAbi(`memory of ${module.pages} pages and operators up to ${rowCount - 2} leave no room to count`);
  const out: number[] = [];
  append(out, bytes, 0, HEADER_BYTES);
  for (const section of sections) {
    if (section.id === 0) continue;
    if (section.id === CODE) writeSection(out, CODE, code);
    else if (section.id === MEMORY) writeSection(out, MEMORY, [1, 1, ...u32(pages), ...u32(pages)]);
    else append(out, bytes, section.at, section.end);
  }
  return { bytes: Uint8Array.from(out), state, rowCount, blocks: copy.blocks, sites: copy.sites };
}

interface Copy {
  readonly module: DeviceModule;
  readonly state: number;
  readonly rowCount: number;
  readonly blocks: BasicBlock[];
  readonly sites: AccessSite[];
}

function writeSection(out: number[], id: number, payload: readonly number[]): void {
  out.push(id, ...u32(payload.length));
  append(out, payload);
}

function rewriteCode(copy: Copy): number[] {
  const { bytes, sections } = copy.module;
  const code = sections.find(({ id }) => id === CODE)!;
  const parameters = parameterCounts(bytes, sections);
  const reader = new ByteReader(bytes, code.start, code.end);
  const count = reader.u32();
  const out = u32(count);
  for (let i = 0; i < count; i++) {
    const size = reader.u32();
    const body = new FunctionCopy(copy, i, parameters[i]!, new ByteReader(bytes, reader.at, reader.at + size)).run();
    reader.skip(size);
    append(out, u32(body.length));
    append(out, body);
  }
  return out;
}

/** How many parameters each function has: locals are numbered after them. */
function parameterCounts(bytes: Uint8Array, sections: readonly Section[]): number[] {
  const typeSection = sections.find(({ id }) => id === TYPE)!, functionSection = sections.find(({ id }) => id === FUNCTION)!;
  const types = new ByteReader(bytes, typeSection.start, typeSection.end);
  const perType = Array.from({ length: types.u32() }, () => {
    if (types.byte() !== 0x60) throw breaksAbi("a type that is no function's");
    const parameters = types.u32();
    types.skip(parameters);
    types.skip(types.u32());
    return parameters;
  });
  const functions = new ByteReader(bytes, functionSection.start, functionSection.end);
  return Array.from({ length: functions.u32() }, () => perType[functions.u32()]!);
}

/** A local of the copy per purpose, appended to the function's own. */
const ADDED_LOCALS: readonly ValueType[] = [I32, I32, I32, I32, I64, F32, F64];

/** One function, from its bytes to those of the copy. */
class FunctionCopy {
  /** Code up to the current basic block. */
  private readonly out: number[] = [];
  /** The current basic block: its counter is written before it, when its length is known. */
  private block: number[] = [];
  private instructions = 0;
  private classes: Partial<Record<OpcodeClass, number>> = {};
  private firstAdded = 0;
  /** Labels that are open, and whether a branch can arrive where they end. */
  private readonly labels: { readonly opcode: number; arrives: boolean }[] = [{ opcode: BLOCK, arrives: true }];

  constructor(private readonly copy: Copy, private readonly index: number, private readonly parameters: number, private readonly reader: ByteReader) {}

  run(): number[] {
    this.copyLocals();
    this.testFuel();
    while (this.labels.length > 0) this.copyInstruction();
    return this.out;
  }

  private copyLocals(): void {
    const { reader } = this;
    const groups = reader.u32(), start = reader.at;
    let locals = this.parameters;
    for (let i = 0; i < groups; i++) {
      locals += reader.u32();
      reader.byte();
    }
    this.firstAdded = locals;
    append(this.out, u32(groups + ADDED_LOCALS.length));
    append(this.out, reader.bytes, start, reader.at);
    for (const type of ADDED_LOCALS) this.out.push(1, type);
  }

  private copyInstruction(): void {
    const { reader, labels } = this;
    const at = reader.at, opcode = reader.byte();
    if (opcode === BLOCK || opcode === LOOP) {
      reader.skipLeb();
      labels.push({ opcode, arrives: false });
      if (opcode === LOOP) this.endBlock();
      this.keep(at);
      if (opcode === LOOP) {
        this.endBlock();
        this.testFuel();
      }
    } else if (opcode === ELSE) {
      this.endBlock();
      this.keep(at);
      this.endBlock();
    } else if (opcode === END) {
      const { arrives } = labels.pop()!;
      if (arrives) this.endBlock();
      this.keep(at);
      if (arrives) this.endBlock();
    } else {
      this.copyCounted(at, opcode);
    }
  }

  private copyCounted(at: number, opcode: number): void {
    const { reader, labels } = this;
    const sub = opcode === PREFIX ? reader.u32() : 0;
    const kind = classOf(opcode, sub);
    if (kind === null) throw breaksAbi(`byte ${at} of the module holds ${opcodeText(opcode, sub)}, which no device module may hold`);
    this.instructions++;
    this.classes[kind] = (this.classes[kind] ?? 0) + 1;
    if (memoryAccess(opcode)) return this.copyAccess(at, opcode);
    if (kind === "bulk_memory") return this.copyBulk(at, sub);
    if (opcode === BR || opcode === BR_IF) this.arriveAt(reader.u32());
    else if (opcode === BR_TABLE) for (let left = reader.u32() + 1; left > 0; left--) this.arriveAt(reader.u32());
    else skipImmediates(reader, opcode, kind);
    if (opcode === IF) labels.push({ opcode, arrives: true });
    this.keep(at);
    if (kind === "branch" || kind === "branch_if" || kind === "branch_table" || opcode === UNREACHABLE) this.endBlock();
    if (kind === "call") this.endBlock(); // the callee may have gone on to another operator
  }

  private arriveAt(depth: number): void {
    const label = this.labels[this.labels.length - 1 - depth]!;
    if (label.opcode !== LOOP) label.arrives = true; // a loop's label is where it begins
  }

  private copyAccess(at: number, opcode: number): void {
    const { reader } = this;
    reader.skipLeb(); // alignment
    const offset = reader.u32();
    const access = memoryAccess(opcode)!;
    const { facts: { linear_memory_bytes: limit }, operatorAddress } = this.copy.module;
    const isStore = access.name.includes("store");
    const address = this.added(0), value = this.added(access.type === I32 ? 3 : access.type === I64 ? 4 : access.type === F32 ? 5 : 6);
    const site = this.site({ instruction: access.name, does: isStore ? "writes" : "reads", offset, bytes: access.bytes, segment: null, limit, at });
    if (isStore) this.emit(0x21, ...u32(value));
    this.emit(0x22, ...u32(address));
    const last = limit - offset - access.bytes;
    if (last < 0) this.emit(0x1a, 0x41, 1); // no address will do: drop, i32.const 1
    else this.emit(0x41, ...signed(last | 0), 0x4b); // i32.const last, i32.gt_u
    this.emit(IF, 0x40);
    this.report(site, address);
    this.emit(END, 0x20, ...u32(address));
    if (isStore) this.emit(0x20, ...u32(value));
    this.keep(at);
    if (opcode === I32_STORE && operatorAddress >= offset) {
      this.emit(0x20, ...u32(address), 0x41, ...signed((operatorAddress - offset) | 0), 0x46, IF, 0x40); // address == the word
      this.switchRow(value);
      this.emit(END);
      this.endBlock();
    }
  }

  /** base = rows + 8 * (value < rowCount - 1 ? value + 1 : 0) */
  private switchRow(value: number): void {
    const { state, rowCount } = this.copy;
    const rows = state + STATE.rows;
    this.emit(0x41, 0, 0x20, ...u32(value), 0x41, 3, 0x74, 0x41, ...signed((rows + 8) | 0), 0x6a); // (value << 3) + rows + 8
    this.emit(0x41, ...signed(rows | 0), 0x20, ...u32(value), 0x41, ...signed(rowCount - 1), 0x49, 0x1b); // rows; value < rowCount - 1; select
    this.emit(I32_STORE, 2, ...u32(state + STATE.base));
  }

  private copyBulk(at: number, sub: number): void {
    const { reader, copy } = this;
    if (sub === DATA_DROP) {
      reader.u32();
      return this.keep(at);
    }
    const segment = sub === MEMORY_INIT ? reader.u32() : null;
    reader.skip(sub === MEMORY_COPY ? 2 : 1);
    const [to, from, size] = [this.added(0), this.added(1), this.added(2)];
    const instruction = sub === MEMORY_INIT ? "memory.init" : sub === MEMORY_COPY ? "memory.copy" : "memory.fill";
    const limit = copy.module.facts.linear_memory_bytes;
    this.emit(0x21, ...u32(size), 0x21, ...u32(from), 0x21, ...u32(to));
    this.checkRange(this.site({ instruction, does: "writes", offset: 0, bytes: null, segment: null, limit, at }), to, size, limit);
    if (sub !== MEMORY_FILL) {
      const end = segment === null ? limit : copy.module.segments[segment]!;
      this.checkRange(this.site({ instruction, does: "reads", offset: 0, bytes: null, segment, limit: end, at }), from, size, end);
    }
    const counter = u32(0); // counter 0 of every row
    this.emit(0x41, 0, 0x28, 2, ...u32(copy.state + STATE.base), 0x22, ...u32(this.added(3)));
    this.emit(0x20, ...u32(this.added(3)), 0x29, 3, ...counter, 0x20, ...u32(size), 0xad, 0x7c, 0x37, 3, ...counter);
    this.emit(0x20, ...u32(to), 0x20, ...u32(from), 0x20, ...u32(size));
    this.keep(at);
  }

  /** Traps where address + size > limit, in 64 bits. */
  private checkRange(site: number, address: number, size: number, limit: number): void {
    this.emit(0x20, ...u32(address), 0xad, 0x20, ...u32(size), 0xad, 0x7c, 0x42, ...signed(limit), 0x56, IF, 0x40);
    this.emit(0x41, 0, 0x20, ...u32(size), I32_STORE, 2, ...u32(this.copy.state + STATE.size));
    this.report(site, address);
    this.emit(END);
  }

  /** Writes down where, and traps. */
  private report(site: number, address: number | null): void {
    const { state } = this.copy;
    if (address !== null) this.emit(0x41, 0, 0x20, ...u32(address), I32_STORE, 2, ...u32(state + STATE.address));
    this.emit(0x41, 0, 0x41, ...signed(site), I32_STORE, 2, ...u32(state + STATE.site), UNREACHABLE);
  }

  private testFuel(): void {
    this.emit(0x41, 0, 0x29, 3, ...u32(this.copy.state + STATE.fuel), 0x42, 0, 0x53, IF, 0x40); // fuel < 0
    this.report(OUT_OF_FUEL, null);
    this.emit(END);
    this.endBlock();
  }

  private site(site: Omit<AccessSite, "functionIndex">): number {
    return this.copy.sites.push({ ...site, functionIndex: this.index }) - 1 + OUT_OF_FUEL + 1;
  }

  private added(i: number): number {
    return this.firstAdded + i;
  }

  private emit(...bytes: number[]): void {
    append(this.block, bytes);
  }

  /** The bytes of the file from `at` to where the reader stands. */
  private keep(at: number): void {
    append(this.block, this.reader.bytes, at, this.reader.at);
  }

  /** What follows may run more or less often than what came before. */
  private endBlock(): void {
    const { out, copy, instructions } = this;
    if (instructions > 0) {
      const fuel = u32(copy.state + STATE.fuel);
      append(out, [0x41, 0, 0x41, 0, 0x29, 3, ...fuel, 0x42, ...signed(instructions), 0x7d, 0x37, 3, ...fuel]);
      const counter = u32(8 * copy.rowCount * (copy.blocks.length + 1)), base = u32(this.added(3));
      append(out, [0x41, 0, 0x28, 2, ...u32(copy.state + STATE.base), 0x22, ...base, 0x20, ...base, 0x29, 3, ...counter, 0x42, 1, 0x7c, 0x37, 3, ...counter]);
      copy.blocks.push({ instructions, classes: this.classes });
    }
    append(out, this.block);
    this.block = [];
    this.instructions = 0;
    this.classes = {};
  }
}

function skipImmediates(reader: ByteReader, opcode: number, kind: OpcodeClass): void {
  if (opcode === IF || opcode === 0x10 || kind === "local_get" || kind === "local_set" || kind === "local_tee" || kind === "global" || opcode === 0x41 || opcode === 0x42) reader.skipLeb();
  else if (opcode === 0x11) { // call_indirect
    reader.skipLeb();
    reader.skipLeb();
  } else if (opcode === 0x43) reader.skip(4);
  else if (opcode === 0x44) reader.skip(8);
  else if (opcode === 0x1c) reader.skip(reader.u32()); // select with types
}

function opcodeText(opcode: number, sub: number): string {
  if (opcode === 0x3f) return "memory.size";
  if (opcode === 0x40) return "memory.grow";
  if (opcode === 0xfd) return "a SIMD instruction";
  return `opcode 0x${opcode.toString(16)}${opcode === PREFIX ? ` ${sub}` : ""}`;
}
