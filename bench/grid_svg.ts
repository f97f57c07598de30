// A heat map of ratios per depth: pixels to the right, channels downwards.

export interface Panel {
  readonly title: string;
  /** [channels][pixels] */
  readonly ratios: readonly (readonly number[])[];
}

/** Upper ends of the classes and their colours; what exceeds the limit is red. */
const CLASSES: readonly (readonly [number, string])[] = [[1.02, "#f2f0e9"], [1.1, "#dbe7d3"], [1.2, "#b9d6b5"], [1.3, "#8fbf9f"], [1.4, "#5fa38b"], [1.5, "#3b8277"], [1.6, "#1f5c62"], [Infinity, "#d1495b"]];
const CELL = 5, GAP = 18, TOP = 16;

/** Cells of one class as one path; neighbours in a row are drawn together. */
function pathOf(ratios: Panel["ratios"], from: number, to: number): string {
  let path = "";
  ratios.forEach((row, y) => {
    for (let x = 0, run = 0; x < row.length; x += run || 1) {
      for (run = 0; x + run < row.length && row[x + run]! > from && row[x + run]! <= to; ) run++;
      if (run) path += `M${x} ${y}h${run}v1h-${run}z`;
    }
  });
  return path;
}

/** @param columns panels beside each other */
export function drawGrid(panels: readonly Panel[], columns: number): string {
  const [first] = panels, width = first!.ratios[0]!.length * CELL + GAP, height = first!.ratios.length * CELL + GAP + TOP;
  const total = columns * width + GAP, legend = Math.ceil(panels.length / columns) * height + TOP;
  const drawn = panels.map(({ title, ratios }, i) => {
    const paths = CLASSES.map(([to, color], k) => [pathOf(ratios, k ? CLASSES[k - 1]![0] : 0, to), color]).filter(([d]) => d);
    return `<g transform="translate(${GAP + (i % columns) * width} ${TOP + Math.floor(i / columns) * height})"><text y="-4">${title}</text><g transform="scale(${CELL})">${paths.map(([d, color]) => `<path fill="${color}" d="${d}"/>`).join("")}</g></g>`;
  });
  const keys = CLASSES.map(([to, color], k) => `<rect x="${GAP + k * 62}" y="${legend - 8}" width="10" height="10" fill="${color}"/><text x="${GAP + k * 62 + 14}" y="${legend}">${Number.isFinite(to) ? `to ${to}` : "above"}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${legend + TOP}" font-family="sans-serif" font-size="9"><rect width="100%" height="100%" fill="white"/>\n${[...drawn, ...keys].join("\n")}\n</svg>\n`;
}
