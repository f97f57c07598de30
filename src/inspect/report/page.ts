// One self-contained page: no script, no link, no font from elsewhere. Light and dark follow the reader's system.

export interface Section {
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

/** Text as HTML. */
export function text(content: string): string {
  return content.replace(/[\p{Cc}\p{Cs}]/gu, "\ufffd").replace(/[&<>"]/g, (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character]!);
}

export interface TableColumn {
  readonly title: string;
  readonly number?: boolean;
  /** Long names are cut, and whole where the pointer rests. */
  readonly shrinks?: boolean;
}

/** Cells are HTML. */
export function htmlTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const kind = (i: number, cell: string) => (columns[i]!.number ? ' class="number"' : columns[i]!.shrinks ? ` class="name" title="${cell}"` : "");
  const line = (cells: readonly string[], tag: string) => `<tr>${cells.map((cell, i) => `<${tag}${kind(i, cell)}>${cell}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table><thead>${line(columns.map(({ title }) => text(title)), "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("\n")}</tbody></table></div>`;
}

/** A bar within a cell. @param share of the widest, 0 to 1 */
export function bar(share: number, label: string, bad = false): string {
  return `<span class="bar${bad ? " bad" : ""}" style="--share:${Math.max(0, Math.min(1, share)).toFixed(4)}">${text(label)}</span>`;
}

export function facts(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>${pairs.map(([label, value]) => `<div><dt>${text(label)}</dt><dd>${value}</dd></div>`).join("")}</dl>`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #fbfaf7; --card: #ffffff; --ink: #20242a; --quiet: #6d7580; --line: #e2e0da; --accent: #2f6f9f; --bad: #c0392b; --good: #2d7d46; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2026; --ink: #e6e4df; --quiet: #98a0ab; --line: #343a43; --accent: #6fb1e0; --bad: #ef7a6d; --good: #6cc08b; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 1.7rem; margin: 8px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 0 0 12px; }
h3 { font-size: 0.95rem; margin: 20px 0 4px; overflow-wrap: anywhere; }
p { margin: 0 0 12px; max-width: 90ch; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 16px 0; }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 12px 0; }
a { color: var(--accent); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 12px; margin: 0 0 12px; }
dt { color: var(--quiet); font-size: 0.85rem; overflow-wrap: anywhere; }
dd { margin: 0; font-size: 1rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th { text-align: left; vertical-align: bottom; color: var(--quiet); font-weight: 500; }
th, td { padding: 4px 7px; border-bottom: 1px solid var(--line); white-space: nowrap; }
.name { max-width: 22ch; overflow: hidden; text-overflow: ellipsis; }
.number { text-align: right; }
.bar { display: block; padding: 0 4px; background: linear-gradient(to right, color-mix(in srgb, var(--accent) 35%, transparent) calc(var(--share) * 100%), transparent 0); min-width: 70px; }
.bar.bad { background: linear-gradient(to right, color-mix(in srgb, var(--bad) 35%, transparent) calc(var(--share) * 100%), transparent 0); }
.finding { border-left: 4px solid var(--bad); padding: 4px 12px; margin: 0 0 12px; }
.finding code { font-weight: 600; color: var(--bad); }
.sound { border-left: 4px solid var(--good); padding: 4px 12px; margin: 0; }
svg { display: block; max-width: 100%; min-width: 560px; height: auto; }
figure { margin: 0; overflow-x: auto; }
figure .arenula-plan .page { fill: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 4px 24px; }
.figures svg { width: 100%; min-width: 320px; }
figcaption { color: var(--quiet); font-size: 0.85rem; }
@media print { section { break-inside: avoid; } }
`;

/** The whole page. */
export function page(title: string, subtitle: string, sections: readonly Section[]): string {
  const anchor = (i: number) => `s${i}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>
<h1>${text(title)}</h1>
<p class="quiet">${text(subtitle)}</p>
<nav>${sections.map((section, i) => `<a href="#${anchor(i)}">${text(section.title)}</a>`).join("")}</nav>
${sections.map((section, i) => `<section id="${anchor(i)}"><h2>${text(section.title)}</h2>\n${section.body}\n</section>`).join("\n")}
</main></body>
</html>
`;
}
