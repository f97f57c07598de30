import stringWidth from "string-width";
import { printable } from "../arena/labels";
import type { Colors } from "./io";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Cut in the middle where the terminal is too narrow: columns with names. The first such column gives way first. */
  readonly shrinks?: boolean;
  /** Left out where shrinking is not enough, the smallest number first. */
  readonly drops?: number;
}

/** Text, or text with its colour: widths are those of the text. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = "  ";
/** A name of fewer characters tells nothing. */
const LEAST = 8;

/** Aligned columns, two spaces apart, the header dim; one line per row, each ended by a newline. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], terminal: { columns: number; colors: Colors }): string {
  const textOf = (cell: Cell) => printable(typeof cell === "string" ? cell : cell.text); // names come out of files
  const widths = columns.map(({ title }, i) => Math.max(stringWidth(title), ...rows.map((row) => stringWidth(textOf(row[i] ?? "")))));
  const wide = (width: (i: number) => number) => widths.reduce((sum, _, i) => sum + width(i) + GAP.length, -GAP.length);
  const dropped = columns.reduce((least, { drops = Infinity }, i) => (drops < (columns[least]?.drops ?? Infinity) ? i : least), -1);
  if (dropped >= 0 && wide((i) => (columns[i].shrinks ? Math.min(LEAST, widths[i]) : widths[i])) > terminal.columns) {
    const kept = <T>(list: readonly T[]) => list.filter((_, i) => i !== dropped);
    return table(kept(columns), rows.map(kept), terminal);
  }
  let excess = wide((i) => widths[i]) - terminal.columns;
  columns.forEach(({ shrinks }, i) => {
    const cut = shrinks ? Math.max(0, Math.min(excess, widths[i] - LEAST)) : 0;
    widths[i] -= cut;
    excess -= cut;
  });

  const line = (cells: readonly Cell[]) => cells.map((cell, i) => {
    const text = shorten(textOf(cell), widths[i]);
    const padding = " ".repeat(Math.max(0, widths[i] - stringWidth(text)));
    const painted = typeof cell === "string" || text === "" ? text : cell.paint(text);
    return columns[i].align === "right" ? padding + painted : i === columns.length - 1 ? painted : painted + padding;
  }).join(GAP).trimEnd();

  const header = columns.some(({ title }) => title !== "") ? [terminal.colors.dim(line(columns.map(({ title }) => title)))] : [];
  return [...header, ...rows.map(line)].map((text) => `${text}\n`).join("");
}

/** "model/block_12/conv2d/BiasAdd" -> "model/blo…BiasAdd": both ends of a tensor's name tell more than its middle. */
export function shorten(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const characters = [...text];
  const keep = Math.max(1, width - 1), head = Math.ceil(keep / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (keep - head)).join("")}`;
}

/** Label and value, one pair per line, the labels dim and aligned. */
export function facts(pairs: readonly (readonly [string, string])[], colors: Colors): string {
  const width = Math.max(...pairs.map(([label]) => stringWidth(label)));
  return pairs.map(([label, value]) => `${colors.dim(label.padEnd(width))}  ${value}\n`).join("");
}
