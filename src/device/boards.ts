import { ArenulaError } from "../errors";
import { didYouMean } from "../near_names";

/** One contiguous range of RAM. An arena lies in one of them. */
export interface RamRegion {
  /** The maker's name; adjacent banks are joined by "+". */
  readonly name: string;
  readonly bytes: number;
  /** Whether the general DMA controllers reach all of it; null: not known, or it depends on the controller. */
  readonly dma: boolean | null;
}

/** Facts of a board (boards/NAME/board.json); null is "not known". */
export interface Board {
  readonly name: string;
  readonly title: string;
  readonly chip: string;
  /** "cortex-m4f": the core that runs the model. */
  readonly core: string;
  readonly clockHz: number | null;
  readonly ram: readonly RamRegion[];
  /** Memory that is read in place: weights and code. */
  readonly flashBytes: number | null;
  readonly emulated: boolean;
  readonly qemu: { readonly machine: string; readonly cpu: string } | null;
  /** Document and section per figure. */
  readonly sources: Readonly<Record<string, string>>;
}

/** A board.json as it is written. */
export interface BoardJson {
  name: string;
  title?: string;
  chip: string;
  core: string;
  clock_hz: number | null;
  ram: { name: string; bytes: number; dma: boolean | null }[];
  flash_bytes: number | null;
  emulated: boolean;
  qemu?: { machine: string; cpu: string };
  sources: Record<string, string>;
}

/** Whether an arena fits. */
export interface ArenaFit {
  readonly fits: boolean;
  /** The largest region: the one that was measured against. */
  readonly region: RamRegion;
  /** Bytes missing; 0 where it fits. */
  readonly shortfall: number;
}

/** Every board that ships with Arenula, sorted by name. The same in Node and in a browser: the build collects them into one file. */
export async function boards(): Promise<Board[]> {
  const { default: collected } = await import("../../build/boards.json");
  return (collected as BoardJson[]).map(boardFromJson);
}

/** @throws ArenulaError BOARD_UNKNOWN, with near names in the hint. */
export async function boardByName(name: string): Promise<Board> {
  const all = await boards();
  const found = all.find((board) => board.name === name.toLowerCase());
  if (found) return found;
  const near = didYouMean(name, all.map((board) => board.name));
  throw new ArenulaError("BOARD_UNKNOWN", `no board is called '${name}'`, {
    hint: `${near ? `${near} ` : ""}\`arenula boards\` lists all ${all.length}; a board of your own: --board ./my-board.json`,
  });
}

/** The largest contiguous range of RAM: the most that an arena can have. */
export function largestRegion(board: Board): RamRegion {
  return board.ram.reduce((largest, region) => (region.bytes > largest.bytes ? region : largest));
}

/** Measures `bytes` of arena against the largest region: memory in two pieces is not one arena. */
export function fitArena(board: Board, bytes: number): ArenaFit {
  const region = largestRegion(board);
  const shortfall = Math.max(0, bytes - region.bytes);
  return { fits: shortfall === 0, region, shortfall };
}

export function boardFromJson(json: BoardJson): Board {
  return {
    name: json.name, title: json.title ?? json.name, chip: json.chip, core: json.core, clockHz: json.clock_hz, ram: json.ram,
    flashBytes: json.flash_bytes, emulated: json.emulated, qemu: json.qemu ?? null, sources: json.sources,
  };
}

export function boardToJson(board: Board): BoardJson {
  return {
    name: board.name, title: board.title, chip: board.chip, core: board.core, clock_hz: board.clockHz, ram: [...board.ram],
    flash_bytes: board.flashBytes, emulated: board.emulated, ...(board.qemu && { qemu: board.qemu }), sources: board.sources,
  };
}
