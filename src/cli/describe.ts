// What several commands print of tensors and plans.
import type { ArenaPlan } from "../arena/plan";
import { crc32 } from "../crc32";
import type { Board } from "../device/boards";
import { fitArena } from "../device/boards";
import type { Interpreter, Model, OperatorCheck, TensorView, TypedArray } from "../index";
import * as format from "./format";

/** An input or output as `--json` has it. */
export interface TensorJson {
  name: string;
  dtype: string;
  shape: readonly number[];
  scale: number | null;
  zero_point: number | null;
  crc32: string;
}

export function tensorJson(view: TensorView, bytes: Uint8Array): TensorJson {
  return { name: view.name, dtype: view.type, shape: view.shape, scale: view.scale, zero_point: view.zeroPoint, crc32: crc32(bytes) };
}

/** Stored values for JSON. int64 beyond 2^53 becomes the nearest double: JSON has nothing better that every reader takes. */
export function storedValues(data: TypedArray): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** "real = (q + 128) * 0.00390625" */
export function quantizationText({ scale, zeroPoint }: { scale: number | null; zeroPoint: number | null }): string {
  if (scale === null) return "";
  const zero = zeroPoint ?? 0;
  const code = zero === 0 ? "q" : `(q ${zero < 0 ? "+" : "-"} ${Math.abs(zero)})`;
  return `real = ${code} * ${format.scale(scale)}`;
}

/** How a model fits a board, as `--json` has it. Runtime and stacks come on top. */
export interface BoardFitJson {
  name: string;
  fits: boolean;
  arena_bytes: number;
  /** The largest region of RAM. */
  region: { name: string; bytes: number };
  shortfall_bytes: number;
  model_bytes: number;
  /** null: not known. */
  flash_bytes: number | null;
  flash_shortfall_bytes: number;
}

export function boardFit(board: Board, { arena, model }: Pick<Interpreter, "arena" | "model">): BoardFitJson {
  const { fits, region, shortfall } = fitArena(board, arena.bytes);
  const flashShortfall = Math.max(0, model.bytes - (board.flashBytes ?? Infinity));
  return {
    name: board.name, fits: fits && flashShortfall === 0, arena_bytes: arena.bytes, region: { name: region.name, bytes: region.bytes }, shortfall_bytes: shortfall,
    model_bytes: model.bytes, flash_bytes: board.flashBytes, flash_shortfall_bytes: flashShortfall,
  };
}

/** "nucleo-f446re: the arena takes 22,880 of 131,072 bytes of SRAM1+SRAM2 (17.5 %), the model 53,936 of 524,288 of flash (10.3 %)", or what is missing. */
export function fitText(fit: BoardFitJson): string {
  const share = (bytes: number, of: number, place: string, shortfall: number) =>
    `${format.count(bytes)} of ${format.count(of)} bytes of ${place} (${shortfall > 0 ? `${format.count(shortfall)} too many` : format.percent(bytes / of)})`;
  const arena = share(fit.arena_bytes, fit.region.bytes, fit.region.name, fit.shortfall_bytes);
  const flash = fit.flash_bytes === null ? "" : `, the model ${share(fit.model_bytes, fit.flash_bytes, "flash", fit.flash_shortfall_bytes)}`;
  return `${fit.name}: the arena takes ${arena}${flash}`;
}

/** Blocks that are alive where the arena is fullest, largest first. */
export function blocksAtPeak(plan: ArenaPlan): ArenaPlan["blocks"] {
  return plan.blocks.filter((block) => block.bytes > 0 && block.firstStep <= plan.peakStep && plan.peakStep <= block.lastStep).sort((a, b) => b.bytes - a.bytes);
}

/** Operators of which the same is to be said, because of the same words: "operators 3, 5 and 9". */
export function grouped(checks: readonly OperatorCheck[]): { who: string; same: OperatorCheck }[] {
  const groups = new Map<string, OperatorCheck[]>();
  for (const check of checks) {
    const key = JSON.stringify([check.reason, check.hint, check.others && check.op, check.others]);
    groups.set(key, [...(groups.get(key) ?? []), check]);
  }
  return [...groups.values()].map((same) => ({ who: `operator${same.length > 1 ? "s" : ""} ${format.list(same.map(({ index }) => String(index)))}`, same: same[0]! }));
}

/** "int8, int8, int32 -> int8" */
export function typesText(model: Model, index: number): string {
  const [{ operators, tensors }] = model.subgraphs;
  const types = (indices: readonly number[]) => indices.map((tensor) => (tensor < 0 ? "-" : tensors[tensor].type)).join(", ");
  return `${types(operators[index].inputs)} -> ${types(operators[index].outputs)}`;
}
