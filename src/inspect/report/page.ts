// One self-contained page: no script, no link, no font from elsewhere.
import STYLE from "./style.css";

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
