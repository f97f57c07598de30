// The pictures of a report: SVG by Observable Plot, drawn into a document that the caller brings (a browser's, or linkedom's).
import * as Plot from "@observablehq/plot";
import type { Distribution } from "../statistics";
import type { LayerComparison } from "../compare";

/** Colours are variables of the page's style sheet, so that one picture serves light and dark. */
const INK = "var(--ink)", QUIET = "var(--quiet)", ACCENT = "var(--accent)", BAD = "var(--bad)";

/** "12 CONV_2D conv2d_3" */
function labelOf({ operator_b, op }: LayerComparison): string {
  return `${operator_b} ${op}`;
}

/** An error of nothing has no decibels: drawn at this end. */
const MOST_DB = 80;
const decibels = (value: number | null | undefined): number => Math.min(MOST_DB, Math.max(-10, value ?? MOST_DB));

/** Signal over error, layer by layer from the input down: as it is, and what each layer adds itself. @param faulty indices of layers to show in red */
export function sqnrLadder(layers: readonly LayerComparison[], faulty: readonly number[], document: Document): string {
  const rows = layers.map((layer, i) => ({ label: labelOf(layer), total: decibels(layer.sqnr_db), own: decibels(layer.own?.sqnr_db), hasOwn: layer.own !== null, faulty: faulty.includes(i) }));
  const plot = Plot.plot({
    document, width: 720, height: 60 + 20 * rows.length, marginLeft: 190, marginTop: 34, style: { background: "transparent", color: INK, fontSize: "12px" }, ariaLabel: "Signal over error of every layer, in decibels",
    x: { label: "SQNR, dB", domain: [Math.min(0, ...rows.map(({ total, own }) => Math.min(total, own))), Math.max(40, ...rows.map(({ total, own }) => Math.max(total, own)))], grid: true, axis: "top" },
    y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0 },
    marks: [
      Plot.barX(rows, { x: "total", y: "label", fill: (row: (typeof rows)[number]) => (row.faulty ? BAD : ACCENT), fillOpacity: 0.55, insetTop: 3, insetBottom: 3, title: (row: (typeof rows)[number]) => `${row.label}: ${row.total.toFixed(1)} dB` }),
      Plot.dot(rows.filter(({ hasOwn }) => hasOwn), { x: "own", y: "label", r: 3.5, stroke: INK, fill: "var(--page)", title: (row: (typeof rows)[number]) => `${row.label}, own: ${row.own.toFixed(1)} dB` }),
    ],
  });
  return (plot as unknown as Element).outerHTML;
}

/** How a quantized tensor divides the axis. */
export interface CodePoints {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly least: number;
  readonly most: number;
}

const COLUMNS = 96;

/** A distribution in columns of equal width: a piece that spans several is shared out by width. */
function columnsOf({ pieces }: Distribution, low: number, high: number): { x1: number; x2: number; count: number }[] {
  const width = (high - low) / COLUMNS;
  const columns = Array.from({ length: COLUMNS }, (_, i) => ({ x1: low + i * width, x2: low + (i + 1) * width, count: 0 }));
  const column = (value: number) => Math.min(COLUMNS - 1, Math.max(0, Math.floor((value - low) / width)));
  for (const piece of pieces) {
    const first = column(piece.low), last = column(piece.high);
    for (let i = first; i <= last; i++) {
      const overlap = Math.min(piece.high, columns[i]!.x2) - Math.max(piece.low, columns[i]!.x1);
      columns[i]!.count += first === last ? piece.count : (piece.count * Math.max(0, overlap)) / (piece.high - piece.low);
    }
  }
  return columns;
}

/** What a tensor holds, with the values that its codes stand for drawn below, and red where it has none. Counts are shown by their square root, so that tails are seen. */
export function histogram(distribution: Distribution, codes: CodePoints | null, document: Document): string {
  const from = codes && (codes.least - codes.zeroPoint) * codes.scale, to = codes && (codes.most - codes.zeroPoint) * codes.scale;
  const low = Math.min(distribution.min, from ?? Infinity), high = Math.max(distribution.max, to ?? -Infinity);
  const span = high > low ? [low, high] as const : [low - 0.5, low + 0.5] as const;
  const columns = columnsOf(distribution, span[0], span[1]).filter(({ count }) => count > 0);
  const outside = ({ x1, x2 }: { x1: number; x2: number }) => from !== null && to !== null && (x2 <= from || x1 >= to);
  const points = codes ? Array.from({ length: Math.min(256, codes.most - codes.least + 1) }, (_, i) => (codes.least + i * Math.ceil((codes.most - codes.least + 1) / 256) - codes.zeroPoint) * codes.scale) : [];
  const plot = Plot.plot({
    document, width: 480, height: 150, marginLeft: 44, marginBottom: 36, style: { background: "transparent", color: INK, fontSize: "12px" }, ariaLabel: "Distribution of values and quantization points",
    x: { domain: [...span], label: null, ticks: 6 }, y: { type: "sqrt", label: "values", ticks: 3, grid: true, tickFormat: "~s" },
    marks: [
      Plot.rectY(columns, { x1: "x1", x2: "x2", y: "count", fill: (column: (typeof columns)[number]) => (outside(column) ? BAD : ACCENT), inset: 0.3 }),
      Plot.ruleY([0], { stroke: QUIET }),
      ...(codes ? [Plot.tickX(points, { x: (value: number) => value, stroke: INK, strokeOpacity: 0.35, strokeWidth: 0.6, insetTop: 106, insetBottom: -4 })] : []),
      ...(codes ? [Plot.ruleX([from!, to!], { stroke: QUIET, strokeDasharray: "3,3" })] : []),
    ],
  });
  return (plot as unknown as Element).outerHTML;
}
