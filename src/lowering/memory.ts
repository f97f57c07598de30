// From a program to addresses: the arena is planned, constants and records are laid out before it, records get their addresses.
import { alignUp } from "../arena/blocks";
import { planArena, type ArenaPlan, type PlanOptions } from "../arena/plan";
import type { Program, Step, Target } from "./program";
import { assignStorage, blocksOf, type StorageMap } from "./storage";

/** Every byte of an instance's linear memory: [core's own data][records][constants][arena]. */
export interface MemoryMap {
  readonly plan: ArenaPlan;
  /** Where each part begins. */
  readonly recordsAt: number;
  readonly constantsAt: number;
  readonly arenaAt: number;
  /** Bytes of the whole memory. */
  readonly bytes: number;
  /** Address of every step's record. */
  readonly records: readonly number[];
  /** Address of every constant. */
  readonly constants: readonly number[];
  /** Addresses of activations and variables, by tensor index. */
  readonly tensors: ReadonlyMap<number, number>;
  /** Where variables lie; 0 bytes for a model without. */
  readonly state: { readonly start: number; readonly bytes: number };
  /** Address of every scratch buffer, by step and number. */
  readonly scratch: readonly (readonly number[])[];
}

/** Everything starts at a multiple of this: the widest vector that a core loads. */
const ALIGNMENT = 16;

/** @param base first byte that the core does not use itself */
export function layOut(program: Program, base: number, options: PlanOptions = {}): MemoryMap {
  let at = alignUp(base, ALIGNMENT);
  const place = (bytes: number) => {
    const address = at;
    at = alignUp(at + bytes, ALIGNMENT);
    return address;
  };
  const recordsAt = at;
  const records = program.steps.map(({ record }) => place(record.length));
  const constantsAt = at;
  const constants = program.constants.map((bytes) => place(bytes.length));
  const arenaAt = at;

  const storage = assignStorage(program);
  const plan = planArena(blocksOf(program, storage), { ...options, alignment: ALIGNMENT });
  const { tensors, state } = placeTensors(storage, (i) => arenaAt + plan.blocks[i]!.offset);
  let block = storage.storages.length;
  const scratch = program.steps.map((step) => step.scratch.map(() => arenaAt + plan.blocks[block++]!.offset));
  return { plan, recordsAt, constantsAt, arenaAt, bytes: arenaAt + plan.bytes + (program.readBehind ?? 0), records, constants, tensors, state, scratch };
}

/** Addresses of tensors, and of the region of variables. @param addressOf a storage, by its number */
export function placeTensors({ storages, offsets }: StorageMap, addressOf: (storage: number) => number): { tensors: Map<number, number>; state: MemoryMap["state"] } {
  const tensors = new Map<number, number>();
  let state = { start: 0, bytes: 0 };
  storages.forEach(({ tensors: shared, bytes }, i) => {
    for (const tensor of shared) tensors.set(tensor, addressOf(i) + (offsets.get(tensor) ?? 0));
    if (shared.some((tensor) => offsets.has(tensor))) state = { start: addressOf(i), bytes };
  });
  return { tensors, state };
}

/** A step's record with its addresses filled in. */
export function relocate({ record, relocations }: Step, addressOf: (target: Target) => number): Uint8Array {
  const filled = record.slice();
  const view = new DataView(filled.buffer);
  for (const { at, target } of relocations) view.setUint32(at, addressOf(target), true);
  return filled;
}

/** Writes constants and relocated records into a memory. */
export function writeImage(program: Program, map: MemoryMap, memory: Uint8Array): void {
  program.constants.forEach((bytes, i) => memory.set(bytes, map.constants[i]!));
  program.steps.forEach((step, i) => {
    const record = relocate(step, (target) => {
      switch (target.kind) {
        case "tensor": return map.tensors.get(target.tensor)! + target.byteOffset;
        case "scratch": return map.scratch[i]![target.scratch]!;
        case "buffer": return 0;
        case "slices": return map.constants[target.constant]!;
        case "constant": return map.constants[target.constant]! + target.byteOffset;
      }
    });
    memory.set(record, map.records[i]!);
  });
}
