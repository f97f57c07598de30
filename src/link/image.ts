// What a device holds where: the arena with staging planned into it, and the bytes that stay in flash.
import { alignUp } from "../arena/blocks";
import { planArena, type ArenaPlan, type Block } from "../arena/plan";
import { byteLength } from "../graph/tensor";
import { placeTensors, relocate } from "../lowering/memory";
import type { Program, Step } from "../lowering/program";
import { assignStorage, blocksOf } from "../lowering/storage";

/** Bytes on their way from flash. */
export interface StagedBytes {
  /** Where they are put. */
  readonly address: number;
  /** Where they lie in the segment, and how many they are. */
  readonly offset: number;
  readonly bytes: number;
}

/** One kernel call on a device: its record and its small constants come from flash in one piece, the record first, then the kernel runs. */
export interface StagedStep extends StagedBytes {
  readonly kernel: string;
}

export interface DeviceImage {
  readonly plan: ArenaPlan;
  /** Address of the word that holds the running operator's index. */
  readonly operatorAt: number;
  /** Linear memory in bytes, a multiple of 16. */
  readonly bytes: number;
  /** Addresses of activations, by tensor index. */
  readonly tensors: ReadonlyMap<number, number>;
  /** In the program's order: nodes of `code` and `initial` name them by number. */
  readonly steps: readonly StagedStep[];
  /** What runs for every operator, behind the last one, and once, before the first inference. */
  readonly code: Program["code"];
  readonly final: Program["final"];
  readonly initial: Program["initial"];
  /** Whether an inference may end early. */
  readonly endsEarly: boolean;
  /** The region of all variables; 0 bytes for a model without. */
  readonly state: { readonly start: number; readonly bytes: number };
  /** Variables, and the byte that each is filled with at first. */
  readonly variables: readonly { readonly address: number; readonly bytes: number; readonly value: number }[];
  /** Outputs that were known before anything runs: their bytes follow the last step, or come before the first one where an inference may end early. */
  readonly constantOutputs: readonly StagedBytes[];
  /** The passive segment: everything that is staged. */
  readonly segment: Uint8Array;
  /** Bytes of the segment that are slices of weights, biases and multipliers. */
  readonly weightBytes: number;
}

/** How the blocks of constant operands are called. */
export const CONSTANT = "constant ";

const ALIGNMENT = 16;
/** Address 0 stays unused, so that no tensor has it. */
const OPERATOR_AT = ALIGNMENT;
const ARENA_AT = 2 * ALIGNMENT;
/** What the word holds while nothing runs. */
export const NO_OPERATOR = 0xffffffff;

/**
 * Lays out a program that was lowered for a device.
 * @param headroom bytes that stay free behind everything (assembly/inner/within.ts)
 */
export function deviceImage(program: Program, headroom: number): DeviceImage {
  const storage = assignStorage(program);
  const pieces = program.steps.map((step) => pieceOf(program, step.record.length, step.relocations));
  const staging: Block[] = program.steps.flatMap((step, i) => [
    { name: pieceName(program, step), kind: "staging", bytes: pieces[i]!.bytes, firstStep: i, lastStep: i },
    { name: `${step.kernel} slice`, kind: "staging", bytes: step.sliceBytes, firstStep: i, lastStep: i },
  ]);
  const blocks = blocksOf(program, storage);
  const known = knownOutputs(program), last = Math.max(program.steps.length - 1, 0);
  const knownBlocks = [...known].map(([tensor, bytes]): Block => ({ name: program.subgraph.tensors[tensor]!.name, kind: "activation", bytes: bytes.length, firstStep: program.endsEarly ? 0 : last, lastStep: last }));
  const plan = planArena([...blocks, ...staging, ...knownBlocks], { alignment: ALIGNMENT });
  const addressOf = (block: number) => ARENA_AT + plan.blocks[block]!.offset;

  const { tensors, state } = placeTensors(storage, addressOf);
  [...known.keys()].forEach((tensor, i) => tensors.set(tensor, addressOf(blocks.length + staging.length + i)));
  const segment = new Segment();
  const constantOutputs = [...known].map(([tensor, bytes]): StagedBytes => ({ address: tensors.get(tensor)!, offset: segment.add(bytes), bytes: bytes.length }));
  let scratchAt = storage.storages.length;
  const steps = program.steps.map((step, i): StagedStep => {
    const scratch = step.scratch.map(() => addressOf(scratchAt++));
    const address = addressOf(blocks.length + 2 * i), buffer = addressOf(blocks.length + 2 * i + 1);
    const piece = new Uint8Array(pieces[i]!.bytes);
    piece.set(relocate(step, (target) => {
      switch (target.kind) {
        case "tensor": return tensors.get(target.tensor)! + target.byteOffset;
        case "scratch": return scratch[target.scratch]!;
        case "buffer": return buffer;
        case "slices": return segment.add(program.constants[target.constant]!);
        case "constant": return address + pieces[i]!.at.get(target.constant)! + target.byteOffset;
      }
    }));
    for (const [constant, at] of pieces[i]!.at) piece.set(program.constants[constant]!, at);
    return { kernel: step.kernel, address, offset: segment.add(piece), bytes: piece.length };
  });
  return {
    plan, operatorAt: OPERATOR_AT, bytes: alignUp(ARENA_AT + plan.bytes + headroom, ALIGNMENT), tensors, steps, constantOutputs, segment: segment.bytes(),
    code: program.code, final: program.final, initial: program.initial, endsEarly: program.endsEarly, state,
    variables: [...program.variables].map(([tensor, value]) => ({ address: tensors.get(tensor)!, bytes: byteLength(program.subgraph.tensors[tensor]!), value })),
    weightBytes: segment.length - [...steps, ...constantOutputs].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Outputs of the graph that are constants, or that lowering computed, with their bytes, by tensor index. */
function knownOutputs({ subgraph, folded }: Program): Map<number, Uint8Array> {
  return new Map(subgraph.outputs.flatMap((tensor) => {
    const bytes = folded.get(tensor) ?? subgraph.tensors[tensor]!.data;
    return bytes ? [[tensor, bytes.subarray(0, byteLength(subgraph.tensors[tensor]!))] as const] : [];
  }));
}

/** What a drawing or a refusal calls a record and the constants behind it: by the largest constant, where that is what takes the room. */
function pieceName({ subgraph, folded, constants }: Program, { kernel, record, relocations }: Step): string {
  const staged = relocations.flatMap(({ target }) => (target.kind === "constant" ? [constants[target.constant]!] : []));
  const [largest] = staged.sort((a, b) => b.length - a.length);
  if (largest === undefined || largest.length < record.length) return `${kernel} record`;
  const tensor = subgraph.tensors.find(({ index, data }) => largest === (folded.get(index) ?? data));
  return tensor ? `${CONSTANT}${tensor.name}` : `${kernel} constants`;
}

/** A record and the constants behind it: where each begins, and the length of all. */
function pieceOf(program: Program, recordBytes: number, relocations: Program["steps"][number]["relocations"]): { at: Map<number, number>; bytes: number } {
  const at = new Map<number, number>();
  let end = recordBytes;
  for (const { target } of relocations) {
    if (target.kind !== "constant" || at.has(target.constant)) continue;
    end = alignUp(end, 8);
    at.set(target.constant, end);
    end += program.constants[target.constant]!.length;
  }
  return { at, bytes: end };
}

/** Grows by pieces, each distinct array once. */
class Segment {
  length = 0;
  private readonly parts: { at: number; bytes: Uint8Array }[] = [];
  private readonly known = new Map<Uint8Array, number>();

  add(bytes: Uint8Array): number {
    const known = this.known.get(bytes);
    if (known !== undefined) return known;
    const at = this.length;
    this.parts.push({ at, bytes });
    this.known.set(bytes, at);
    this.length += bytes.length;
    return at;
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    for (const { at, bytes } of this.parts) all.set(bytes, at);
    return all;
  }
}
