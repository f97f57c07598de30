import type { BlockKind, PlacedBlock } from "./blocks";
import { ellipsize, grouped, shortName, stepLabel, summary, tickLabel, tickStep, type StepName } from "./labels";
import type { ArenaPlan } from "./plan";

/**
 * A plan as a picture: time across, bytes upwards, one box per block. A pure string, for files and for HTML pages: it carries
 * its own styles (all below `.arenula-plan`), for light and dark.
 * @param options.stepNames What each step belongs to, as `Interpreter.steps` has it; a missing one is shown as its number.
 */
export function drawPlanSvg(plan: ArenaPlan, options: { title: string; stepNames: readonly StepName[] }): string {
  const frame = layOut(plan, options.stepNames);
  const { width, height } = frame;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="arenula-plan" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
      + ` role="img" aria-label="${escape(`${options.title}: ${summary(plan)}`)}">`,
    `<style>${STYLE}</style>`,
    HATCH,
    `<rect class="page" width="${width}" height="${height}"/>`,
    header(plan, options.title, frame),
    byteAxis(frame),
    stepAxis(frame, options.stepNames),
    peakBand(plan, frame),
    ...plan.blocks.filter((block) => block.bytes > 0).map((block) => box(block, plan, frame, options.stepNames)),
    levels(plan, frame),
    peakMark(plan, frame, options.stepNames),
    "</svg>",
    "",
  ].join("\n");
}

const LEGEND: Record<BlockKind, string> = {
  activation: "activation",
  scratch: "scratch of one kernel",
  staging: "weights on their way from flash",
};

/** Widths of a sans serif character, in parts of its size: generous, so that what is measured to fit does fit. */
const CHARACTER = 0.6;
const DIGIT = 0.64;
const LABEL_PX = 11;
const SMALL_PX = 10;
const TOP = 112;
const PLOT_HEIGHT = 380;
const RIGHT = 118;
const STEP_LABEL_LENGTH = 22;

/** Where things are, in pixels. */
interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  columns: number;
  /** Width of a step. */
  column: number;
  /** Bytes at the top edge. */
  bytes: number;
  /** Whether step names are written across, not slanted. */
  level: boolean;
  y(bytes: number): number;
}

function layOut(plan: ArenaPlan, stepNames: readonly StepName[]): Frame {
  const columns = Math.max(1, plan.steps, stepNames.length);
  // Wide enough for labels while that is affordable.
  const column = Math.max(840 / columns, Math.min(36, 1500 / columns), Math.min(14, 2800 / columns));
  const labels = Array.from({ length: columns }, (_, step) => ellipsize(stepLabel(step, stepNames), STEP_LABEL_LENGTH));
  const longest = Math.max(...labels.map((label) => textWidth(label, SMALL_PX)));
  const level = longest <= column - 6;
  const slanted = longest * Math.SQRT1_2;
  const left = Math.ceil(level ? 66 : Math.max(66, slanted - column / 2 + 14));
  const right = Math.ceil(left + column * columns);
  const bottom = TOP + PLOT_HEIGHT;
  const bytes = Math.max(plan.bytes, 16);
  return {
    left, right, top: TOP, bottom, columns, column, bytes, level,
    width: right + RIGHT,
    height: Math.ceil(bottom + (level ? 34 : slanted + 26)),
    y: (value) => bottom - value / bytes * PLOT_HEIGHT,
  };
}

function header(plan: ArenaPlan, title: string, frame: Frame): string {
  const room = Math.floor((frame.width - 40) / (18 * CHARACTER));
  const kinds = (Object.keys(LEGEND) as BlockKind[]).filter((kind) => plan.blocks.some((block) => block.kind === kind && block.bytes > 0));
  let x = 20;
  const legend = kinds.map((kind) => {
    const sample = `<rect class="${kind}" x="${x}" y="66" width="14" height="10" rx="2"/>${hatched(kind, x, 66, 14, 10)}`;
    const entry = sample + text(x + 20, 75, "small muted", LEGEND[kind]);
    x += 20 + textWidth(LEGEND[kind], SMALL_PX) + 14;
    return entry;
  });
  return [text(20, 32, "title", ellipsize(title, room)), text(20, 53, "label muted", summary(plan)), ...legend].join("");
}

function byteAxis({ left, right, bottom, bytes, y }: Frame): string {
  const step = tickStep(bytes, 8);
  const ticks: string[] = [];
  for (let value = 0; value <= bytes; value += step) {
    ticks.push(`<path class="grid" d="M${left} ${round(y(value))}H${right}"/>`);
    ticks.push(text(left - 8, y(value) + 3.5, "small muted end", tickLabel(value)));
  }
  return ticks.join("") + `<path class="axis" d="M${left} ${bottom}H${right}"/>`;
}

function stepAxis({ left, bottom, column, columns, level }: Frame, stepNames: readonly StepName[]): string {
  const every = level ? 1 : Math.ceil(15 / column); // slanted lines of text need 15 pixels each
  const marks: string[] = [];
  for (let step = 0; step < columns; step++) {
    const x = left + (step + 0.5) * column;
    if (step % every !== 0) continue;
    const label = ellipsize(stepLabel(step, stepNames), STEP_LABEL_LENGTH);
    marks.push(`<path class="axis" d="M${round(x)} ${bottom}v4"/>`);
    marks.push(level ? text(x, bottom + 18, "small muted middle", label)
      : `<text class="small muted end" transform="translate(${round(x + 3)} ${bottom + 13}) rotate(-45)">${escape(label)}</text>`);
  }
  return marks.join("");
}

function peakBand(plan: ArenaPlan, { left, top, column }: Frame): string {
  if (plan.bytes === 0) return "";
  return `<rect class="band" x="${round(left + plan.peakStep * column)}" y="${top - 6}" width="${round(column)}" height="${PLOT_HEIGHT + 6}"/>`;
}

/** Drawn last, so that no box covers it. */
function peakMark(plan: ArenaPlan, { left, right, top, column }: Frame, stepNames: readonly StepName[]): string {
  if (plan.bytes === 0) return "";
  const x = left + (plan.peakStep + 0.5) * column;
  const label = `peak: ${grouped(plan.wholeLowerBoundBytes)} bytes live at operator ${stepLabel(plan.peakStep, stepNames)}`;
  const half = textWidth(label, LABEL_PX) / 2;
  const at = Math.max(left + half - 40, Math.min(x, right + RIGHT - 10 - half));
  return `<path class="mark" d="M${round(x - 4)} ${top - 13}h8l-4 6z"/>${text(at, top - 18, "label strong middle", label)}`;
}

function box(block: PlacedBlock, plan: ArenaPlan, { left, column, y }: Frame, stepNames: readonly StepName[]): string {
  const x = left + block.firstStep * column + 0.75;
  const width = Math.max(1, (block.lastStep - block.firstStep + 1) * column - 1.5);
  const height = Math.max(1, y(block.offset) - y(block.offset + block.bytes) - 1.5);
  const top = Math.min(y(block.offset + block.bytes) + 0.75, y(block.offset) - height); // a sliver stands on its floor
  const atPeak = block.firstStep <= plan.peakStep && plan.peakStep <= block.lastStep;
  const radius = Math.min(3, width / 4, height / 4);
  const steps = block.firstStep === block.lastStep ? `operator ${stepLabel(block.firstStep, stepNames)}`
    : `operators ${stepLabel(block.firstStep, stepNames)} to ${stepLabel(block.lastStep, stepNames)}`;
  const detail = `${block.name}\n${block.kind}, ${grouped(block.bytes)} bytes at ${grouped(block.offset)}\n${steps}`;
  // A nested svg clips what it holds, without an id that could collide in a page with two plans.
  const w = Math.max(0.5, width - 1), h = Math.max(0.5, height - 1); // half a pixel of stroke on every side
  return `<svg x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(height)}"><title>${escape(detail)}</title>`
    + `<rect class="${block.kind}${atPeak ? " live" : ""}" x="0.5" y="0.5" width="${round(w)}" height="${round(h)}" rx="${round(radius)}"/>`
    + hatched(block.kind, 0.5, 0.5, w, h, radius)
    + boxLabel(block, width, height) + "</svg>";
}

/** Name and bytes, as far as they fit; written upwards where a high box leaves more room for the name. */
function boxLabel(block: PlacedBlock, width: number, height: number): string {
  const bytes = grouped(block.bytes);
  const full = block.kind === "activation" ? shortName(block.name) : bytes; // the others' names are their steps
  const upright = height > width && textWidth(full, LABEL_PX) > width - 8;
  const along = (upright ? height : width) - 8, across = upright ? width : height;
  if (across < LABEL_PX + 1) return "";
  const name = fit(full, along, LABEL_PX), size = fit(bytes, along, SMALL_PX) === bytes ? bytes : "";
  const place = (dy: number) => upright ? `transform="translate(${round(width / 2 + dy)} ${round(height / 2)}) rotate(-90)"`
    : `x="${round(width / 2)}" y="${round(height / 2 + dy)}"`;
  const line = (dy: number, style: string, content: string) =>
    content && `<text class="${style} middle on" ${place(dy)}>${escape(content)}</text>`;
  if (full === bytes) return line(4, "small", size);
  if (across >= 30 && size && name) return line(-2, "label", name) + line(11, "small soft", size);
  const both = `${full}  ${bytes}`;
  if (fit(both, along, LABEL_PX) === both) return line(4, "label", both);
  return name ? line(4, "label", name) : line(4, "small soft", size);
}

function fit(content: string, width: number, px: number): string {
  let length = Math.min(Array.from(content).length, Math.floor(width / (px * CHARACTER)));
  while (length > 2 && textWidth(ellipsize(content, length), px) > width) length--;
  return length < 5 && Array.from(content).length > length ? "" : ellipsize(content, length); // "a…1" tells nothing
}

/** The arena's end and the activations' lower bound, written beside the plot. */
function levels(plan: ArenaPlan, { left, right, y }: Frame): string {
  if (plan.bytes === 0) return "";
  const tight = plan.activationBytes === plan.lowerBoundBytes;
  const end = { bytes: plan.bytes, names: ["arena"], style: "end-line" };
  const bound = { bytes: plan.lowerBoundBytes, names: tight ? ["activations,", "at the bound"] : ["lower bound of", "activations"], style: "bound" };
  const lines = plan.bytes === plan.lowerBoundBytes ? [{ ...bound, names: ["arena, at the bound"] }] : plan.lowerBoundBytes > 0 ? [end, bound] : [end];
  let free = 0;
  return lines.map(({ bytes, names, style }) => {
    const at = Math.max(y(bytes), free); // labels keep their distance, lines stay where they belong
    free = at + 30;
    return `<path class="${style}" d="M${left} ${round(y(bytes))}H${right + 4}"/>`
      + text(right + 8, at + 1, "label strong", grouped(bytes))
      + names.map((name, k) => text(right + 8, at + 13 + 12 * k, "small muted", name)).join("");
  }).join("");
}

/** Hatching is a second rectangle: a pattern cannot carry the colour below it in both themes. */
function hatched(kind: BlockKind, x: number, y: number, width: number, height: number, radius = 2): string {
  if (kind !== "scratch") return "";
  return `<rect fill="url(#arenula-hatch)" x="${x}" y="${y}" width="${round(width)}" height="${round(height)}" rx="${round(radius)}"/>`;
}

function text(x: number, y: number, style: string, content: string): string {
  return `<text class="${style}" x="${round(x)}" y="${round(y)}">${escape(content)}</text>`;
}

function textWidth(content: string, px: number): number {
  let width = 0;
  for (const character of content) width += px * (character >= "\u1100" ? 1.1 : /[\dA-Z_]/.test(character) ? DIGIT : CHARACTER);
  return width;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Text for XML: markup is escaped, characters that XML 1.0 forbids become U+FFFD. */
function escape(content: string): string {
  const allowed = content.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, "\ufffd"); // Cs: half a character
  return allowed.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

const HATCH = '<defs><pattern id="arenula-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
  + '<path class="hatch" d="M0 0V5"/></pattern></defs>';

interface Theme {
  page: string; ink: string; muted: string; grid: string; axis: string; end: string; bound: string; hatch: string;
  /** Fill, fill at the peak, edge. */
  activation: readonly [string, string, string];
  scratch: readonly [string, string, string];
  staging: readonly [string, string, string];
}

const LIGHT: Theme = {
  page: "#ffffff", ink: "#1b2430", muted: "#647082", grid: "#e8ebf0", axis: "#a9b2bf", end: "#1b2430", bound: "#c8372d", hatch: "#d9a440",
  activation: ["#d3e6f6", "#a9cfee", "#6aa5d4"],
  scratch: ["#fbeccb", "#f7dca0", "#d9a440"],
  staging: ["#e5ddf5", "#d2c4ee", "#9b82cc"],
};

const DARK: Theme = {
  page: "#11161d", ink: "#e6eaf0", muted: "#98a4b5", grid: "#222a35", axis: "#4a5666", end: "#e6eaf0", bound: "#ff8b7d", hatch: "#a87f30",
  activation: ["#1d4160", "#28608f", "#4f93c8"],
  scratch: ["#4a3915", "#6a511c", "#b98d38"],
  staging: ["#372d59", "#4d3f7c", "#8b76c8"],
};

/** Every rule below the drawing's own class: a style element in a page applies to the whole page. */
function rules(list: readonly string[]): string {
  return list.map((rule) => `.arenula-plan ${rule}`).join("");
}

function themeRules(theme: Theme): string {
  const kinds = (["activation", "scratch", "staging"] as const).flatMap((kind) => {
    const [fill, live, edge] = theme[kind];
    return [`.${kind}{fill:${fill};stroke:${edge}}`, `.${kind}.live{fill:${live}}`];
  });
  return rules([
    `.page{fill:${theme.page}}`, `text{fill:${theme.ink}}`, `.muted{fill:${theme.muted}}`, `.grid{stroke:${theme.grid}}`, `.axis{stroke:${theme.axis}}`,
    `.end-line{stroke:${theme.end}}`, `.bound{stroke:${theme.bound}}`, `.band,.arenula-plan .mark{fill:${theme.bound}}`, `.hatch{stroke:${theme.hatch}}`,
    ...kinds,
  ]);
}

const STYLE = rules([
  "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}",
  ".title{font-size:18px;font-weight:600}", `.label{font-size:${LABEL_PX}px}`, `.small{font-size:${SMALL_PX}px}`, ".strong{font-weight:600}",
  ".end{text-anchor:end}", ".middle{text-anchor:middle}", ".soft{opacity:.75}", ".on{pointer-events:none}",
  "path{stroke-width:1}", "path.grid,.arenula-plan path.axis,.arenula-plan path.end-line,.arenula-plan path.bound{fill:none}",
  ".bound{stroke-dasharray:5 4}", "path.bound{stroke-width:1.5}", ".band{opacity:.1}", "path.hatch{fill:none;stroke-width:1.2;opacity:.6}",
]) + `${themeRules(LIGHT)}@media (prefers-color-scheme:dark){${themeRules(DARK)}}`;
