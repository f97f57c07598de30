// What several commands print of tensors and plans.
import type { ArenaPlan } from "../arena/plan";
import { crc32 } from "../crc32";
import type { Board } from "../device/boards";
import { fitArena } from "../device/boards";
import type { TensorView, TypedArray } from "../index";
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

/** How a plan fits a board, as `--json` has it. */
export interface BoardFitJson {
  name: string;
  fits: boolean;
  arena_bytes: number;
  region: { name: string; bytes: number };
  shortfall_bytes: number;
}

export function boardFit(board: Board, plan: ArenaPlan): BoardFitJson {
  const { fits, region, shortfall } = fitArena(board, plan.bytes);
  return { name: board.name, fits, arena_bytes: plan.bytes, region: { name: region.name, bytes: region.bytes }, shortfall_bytes: shortfall };
}

/** "nucleo-f446re: the arena takes 22,880 of 131,072 bytes of SRAM1+SRAM2 (17.5 %)", or what is missing. */
export function fitText(fit: BoardFitJson): string {
  const of = `${format.count(fit.arena_bytes)} of ${format.count(fit.region.bytes)} bytes of ${fit.region.name}`;
  return fit.fits
    ? `${fit.name}: the arena takes ${of} (${format.percent(fit.arena_bytes / fit.region.bytes)})`
    : `${fit.name}: the arena needs ${of}, ${format.count(fit.shortfall_bytes)} too many`;
}

/** Blocks that are alive where the arena is fullest, largest first. */
export function blocksAtPeak(plan: ArenaPlan): ArenaPlan["blocks"] {
  return plan.blocks.filter((block) => block.bytes > 0 && block.firstStep <= plan.peakStep && plan.peakStep <= block.lastStep).sort((a, b) => b.bytes - a.bytes);
}
