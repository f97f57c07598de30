import type { PlacedBlock } from "./blocks";
import { ellipsize, grouped, printable, shortName, stepLabel, stepNumber, summary, tickLabel, tickStep, type StepName } from "./labels";
import type { ArenaPlan } from "./plan";

export interface DrawTextOptions {
  /** Columns of the terminal. Defaults to 80. */
  width?: number;
  /** Lines of the drawing itself, without axis and figures. Defaults to 14. */
  height?: number;
  /** Whether to use ANSI colours; without them blocks are told apart by shades. Defaults to false. */
  colour?: boolean;
  /** What each step belongs to, as `Interpreter.steps` has it. Defaults to the steps' own numbers. */
  stepNames?: readonly StepName[];
}

/**
 * A plan for a terminal: time across, bytes upwards, two levels of bytes per line. Ends with a newline.
 *
 *      16 KiB ┤████▓▓▓▓
 *           0 ┼▓▓▓▓████████
 */
export function drawPlanText(plan: ArenaPlan, options: DrawTextOptions = {}): string {
  const { width = 80, height = 14, colour = false, stepNames = [] } = options;
  if (plan.bytes === 0) return "an empty arena: nothing to place\n";
  const grid = rasterize(plan, Math.max(16, width - AXIS - 1), Math.max(4, height) * 2);
  const paint = colour ? ansi : shades;
  const tones = chooseTones(plan);
  const labels = placeLabels(plan, grid);

  const lines: string[] = [];
  for (let line = 0; line < grid.rows / 2; line++) {
    let out = "";
    for (let x = 0; x < grid.columns; x++) {
      const upper = grid.cells[line * 2][x], lower = grid.cells[line * 2 + 1][x];
      out += paint(toneOf(tones, upper), toneOf(tones, lower), labels.get(line * grid.columns + x) ?? "");
    }
    lines.push(axisLabel(plan, grid, line, colour) + (colour ? `${out}\x1b[0m` : out.trimEnd()));
  }
  lines.push(stepAxis(grid, colour), ...stepNumbers(plan, grid, stepNames, colour), "", ...figures(plan, stepNames, width, colour));
  return `${lines.join("\n")}\n`;
}

/** Characters before the drawing: a tick label, a space, the axis. */
const AXIS = 10;

/** Which block each half cell shows: its index, or -1. Row 0 is the top. */
interface Grid {
  columns: number;
  rows: number;
  cells: Int32Array[];
  /** Columns per step; below 1 where a column shows several steps. */
  scale: number;
  /** Bytes per row. */
  unit: number;
}

function rasterize(plan: ArenaPlan, room: number, rows: number): Grid {
  const scale = plan.steps > room ? room / plan.steps : Math.min(12, Math.floor(room / plan.steps));
  const columns = Math.ceil(scale * plan.steps), unit = plan.bytes / rows;
  const cells = Array.from({ length: rows }, () => new Int32Array(columns).fill(-1));
  // Large blocks are drawn last: where a half cell holds several, it shows the largest.
  const order = plan.blocks.map((_, i) => i).filter((i) => plan.blocks[i].bytes > 0).sort((a, b) => plan.blocks[a].bytes - plan.blocks[b].bytes);
  for (const i of order) {
    const { firstStep, lastStep, offset, bytes } = plan.blocks[i];
    const left = Math.floor(firstStep * scale), right = Math.max(left + 1, Math.floor((lastStep + 1) * scale));
    const bottom = Math.round(offset / unit);
    const top = Math.max(Math.round((offset + bytes) / unit), bytes * 4 >= unit ? bottom + 1 : 0); // slivers would litter the drawing
    for (let y = bottom; y < Math.min(top, rows); y++) cells[rows - 1 - y].fill(i, left, Math.min(right, columns));
  }
  return { columns, rows, cells, scale, unit };
}

const ACTIVATION_TONES = 3;
const SCRATCH = 3, STAGING = 4, EMPTY = 5;

/** One of three tones for each activation, so that blocks that touch differ where that is possible. */
function chooseTones(plan: ArenaPlan): number[] {
  const tones: number[] = [];
  plan.blocks.forEach((block, i) => {
    if (block.kind !== "activation") { tones.push(block.kind === "scratch" ? SCRATCH : STAGING); return; }
    const uses = new Array<number>(ACTIVATION_TONES).fill(0);
    for (let j = 0; j < i; j++) if (tones[j] < ACTIVATION_TONES && touch(block, plan.blocks[j])) uses[tones[j]]++;
    tones.push(uses.indexOf(Math.min(...uses)));
  });
  return tones;
}

/** Whether two boxes have a part of an edge in common, or nearly: a drawing has few pixels. */
function touch(a: PlacedBlock, b: PlacedBlock): boolean {
  const inTime = a.firstStep <= b.lastStep + 1 && b.firstStep <= a.lastStep + 1;
  const near = Math.max(a.bytes, b.bytes) / 8;
  return inTime && a.offset <= b.offset + b.bytes + near && b.offset <= a.offset + a.bytes + near;
}

function toneOf(tones: readonly number[], block: number): number {
  return block < 0 ? EMPTY : tones[block];
}

const NARROW = /^[\u0020-\u10ff…]*$/;

/** Names written into boxes that have room for them, by cell. */
function placeLabels(plan: ArenaPlan, { columns, rows, cells, scale, unit }: Grid): Map<number, string> {
  const labels = new Map<number, string>();
  plan.blocks.forEach(({ name, bytes, offset, firstStep, lastStep, kind }, i) => {
    if (kind !== "activation" || bytes < 2 * unit) return;
    const left = Math.floor(firstStep * scale), room = Math.floor((lastStep + 1) * scale) - left - 2;
    const text = Array.from(ellipsize(shortName(name), room));
    if (!NARROW.test(text.join(""))) return; // wide characters would shift the rest of the line
    if (text.length < Math.min(6, Array.from(shortName(name)).length)) return;
    const line = Math.floor((rows - 1 - (offset + bytes / 2) / unit) / 2 + 0.5);
    const start = left + 1 + Math.floor((room - text.length) / 2);
    // Only over cells that show this block, with one to spare on both sides.
    for (let x = start - 1; x <= start + text.length; x++) if (cells[line * 2]?.[x] !== i || cells[line * 2 + 1]?.[x] !== i) return;
    text.forEach((character, k) => labels.set(line * columns + start + k, character));
    if (start > left) labels.set(line * columns + start - 1, " ");
    labels.set(line * columns + start + text.length, " ");
  });
  return labels;
}

/** Fill characters by tone, for a cell that one block covers. */
const SHADES = ["█", "▓", "▒", "╱", "░", " "];

/** Without colours a cell shows one block; its upper half decides, unless that is empty. */
function shades(upper: number, lower: number, label: string): string {
  if (label) return label;
  if (upper === EMPTY && lower === 0) return "▄";
  if (lower === EMPTY && upper === 0) return "▀";
  return SHADES[upper === EMPTY ? lower : upper];
}

/** Colours by tone from the 256-colour palette: three blues, amber, violet. */
const COLOURS = [74, 110, 67, 179, 140];

function ansi(upper: number, lower: number, label: string): string {
  if (label) return `\x1b[0;38;5;16;48;5;${COLOURS[upper]}m${label}`;
  if (upper === EMPTY && lower === EMPTY) return "\x1b[0m ";
  if (upper === EMPTY) return `\x1b[0;38;5;${COLOURS[lower]}m▄`;
  if (lower === EMPTY) return `\x1b[0;38;5;${COLOURS[upper]}m▀`;
  if (upper === lower) return `\x1b[0;48;5;${COLOURS[upper]}m `; // fonts leave seams between half blocks
  return `\x1b[0;38;5;${COLOURS[upper]};48;5;${COLOURS[lower]}m▀`;
}

function dim(text: string, colour: boolean): string {
  return colour ? `\x1b[2m${text}\x1b[0m` : text;
}

/** A tick's label on the line in which the tick falls. */
function axisLabel(plan: ArenaPlan, { rows, unit }: Grid, line: number, colour: boolean): string {
  const step = tickStep(plan.bytes, 5);
  const low = (rows - 2 * line - 2) * unit, high = low + 2 * unit;
  const tick = Math.ceil(low / step) * step;
  const here = tick > 0 && tick < high;
  return dim(here ? `${tickLabel(tick).padStart(AXIS - 2)} ┤` : `${" ".repeat(AXIS - 1)}│`, colour);
}

function stepAxis({ columns }: Grid, colour: boolean): string {
  return dim(`${"0".padStart(AXIS - 2)} └${"─".repeat(columns)}`, colour);
}

/** Operators' numbers below the axis, and a mark under the peak. */
function stepNumbers(plan: ArenaPlan, { columns, scale }: Grid, stepNames: readonly StepName[], colour: boolean): string[] {
  const center = (step: number) => Math.min(columns - 1, Math.floor((step + 0.5) * scale));
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((n) => n * scale >= 5) ?? 1000;
  const line = new Array<string>(columns + 4).fill(" ");
  const write = (step: number, text: string) => {
    const at = Math.max(0, center(step) - Math.floor((text.length - 1) / 2));
    for (let k = 0; k < text.length; k++) line[at + k] = text[k];
  };
  for (let step = 0; step < plan.steps; step += every) write(step, stepNumber(step, stepNames));
  const peak = `${" ".repeat(AXIS + center(plan.peakStep))}▲ peak`;
  return [dim(" ".repeat(AXIS) + line.join("").trimEnd(), colour), colour ? `\x1b[31m${peak}\x1b[0m` : peak];
}

/** What the drawing means, in words: the totals, the blocks of the peak, the tones. */
function figures(plan: ArenaPlan, stepNames: readonly StepName[], width: number, colour: boolean): string[] {
  const live = plan.blocks.filter((block) => block.bytes > 0 && block.firstStep <= plan.peakStep && plan.peakStep <= block.lastStep);
  live.sort((a, b) => b.bytes - a.bytes);
  const sample = (tone: number) => (colour ? `\x1b[38;5;${COLOURS[tone]}m█\x1b[0m` : SHADES[tone]);
  const kinds = [`${colour ? sample(0) : SHADES.slice(0, ACTIVATION_TONES).join("")} activations`];
  if (plan.scratchBytes > 0) kinds.push(`${sample(SCRATCH)} scratch`);
  if (plan.stagingBytes > 0) kinds.push(`${sample(STAGING)} staging`);
  const bytesWidth = grouped(plan.wholeLowerBoundBytes).length;
  const shown = live.length > 6 ? live.slice(0, 5) : live;
  const rows = shown.map((block) => {
    const name = block.kind === "activation" ? shortName(block.name) : block.kind;
    return `  ${grouped(block.bytes).padStart(bytesWidth)}  ${ellipsize(name, width - bytesWidth - 4)}`;
  });
  if (shown.length < live.length) {
    const rest = live.slice(5).reduce((sum, block) => sum + block.bytes, 0);
    rows.push(`  ${grouped(rest).padStart(bytesWidth)}  in ${live.length - 5} more`);
  }
  return [
    kinds.join("   "),
    ...wrap(summary(plan).split(" · "), width),
    ellipsize(`${grouped(plan.wholeLowerBoundBytes)} bytes live at operator ${printable(stepLabel(plan.peakStep, stepNames))}:`, width),
    ...rows,
  ];
}

/** Parts joined with " · ", in lines of at most `width`. */
function wrap(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.length - 1;
    if (last >= 0 && lines[last].length + 3 + part.length <= width) lines[last] += ` · ${part}`;
    else lines.push(part);
  }
  return lines;
}
