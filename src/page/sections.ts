// The parts of the page that a report does not have, as HTML.
import { shortName } from "../arena/labels";
import { grouped, quantizationText, typesText, type BoardFitJson } from "../cli/describe";
import * as format from "../cli/format";
import { crc32 } from "../crc32";
import type { Board } from "../device/boards";
import type { ArenulaError } from "../errors";
import type { Model, OperatorCheck, TensorView } from "../index";
import { rankingOf } from "../inspect/ranking";
import { bar, htmlTable, text, type Section } from "../inspect/report/page";

/** Every output, the largest values first. @param sources what was fed: noise makes no prediction */
export function predictionSection(outputs: readonly TensorView[], labels: readonly string[] | null, sources: readonly string[]): Section {
  const noise = sources.every((source) => source === "zeros" || source.startsWith("lcg:"));
  const note = noise && sources.length > 0 ? `<p class="note">The model was fed with ${sources.includes("zeros") ? "zeros" : "noise"}: drop an input to see a prediction.</p>` : "";
  return { title: "Prediction", body: note + outputs.map((output) => outputHtml(output, labels, noise)).join("\n") };
}

function outputHtml(output: TensorView, labels: readonly string[] | null, noise: boolean): string {
  const real = output.dequantize(), { shown, areShares, least } = rankingOf(real), rest = real.length - shown.length;
  const named = labels?.length === real.length ? labels : null;
  const className = (index: number) => (named ? named[index]! : String(index));
  const [first] = shown;
  const answer = areShares && !noise && first !== undefined ? `<p class="answer"><strong>${text(className(first))}</strong> ${format.percent(real[first]!)}</p>` : "";
  const columns = [{ title: named ? "class" : "index" }, ...(named ? [{ title: "index", number: true }] : []), { title: "stored", number: true }, { title: areShares ? "share" : "real", number: !areShares }];
  const rows = shown.map((index) => [
    text(className(index)), ...(named ? [String(index)] : []), String(output.data[index]),
    areShares ? bar(real[index]!, format.percent(real[index]!)) : text(real[index]!.toPrecision(4)),
  ]);
  const about = [`${output.type} ${format.shape(output.shape)}`, quantizationText(output), `crc32 ${crc32(output.bytes)}`].filter(Boolean).join(", ");
  return `${answer}${htmlTable(columns, rows)}
${rest > 0 ? `<p class="quiet">${format.count(rest)} smaller values, down to ${least.toPrecision(4)}</p>` : ""}
<p class="quiet about">${text(shortName(output.name))}: ${text(about)}</p>`;
}

/** What stands above the layers. */
export function timingText(ms: number, runs: number, core: string): string {
  return `<p><strong>${format.duration(ms)}</strong> per inference on the ${text(core)} core, over ${format.plural(runs, "run")}. Shares below are measured with a clock around every layer.</p>`;
}

/** Which boards an arena and a model fit: the smallest first, then those that lack least. */
export function boardsSection(arenaBytes: number, fits: readonly { readonly board: Board; readonly fit: BoardFitJson }[]): Section {
  const missing = ({ fit }: (typeof fits)[number]) => fit.shortfall_bytes + fit.flash_shortfall_bytes;
  const sorted = [...fits].sort((a, b) => missing(a) - missing(b) || a.fit.region.bytes - b.fit.region.bytes);
  const share = (bytes: number, of: number | null) => (of === null ? '<span class="quiet">not known</span>' : bar(bytes / of, `${bytes > of ? "over" : format.percent(bytes / of)} of ${format.size(of)}`, bytes > of));
  const fitting = fits.filter(({ fit }) => fit.fits).length;
  return {
    title: "Boards",
    body: `<p>It fits <strong>${fitting} of ${fits.length}</strong> boards: an arena of ${format.bytes(arenaBytes)}, as kernels without SIMD need it, in one piece of RAM, and the model in flash. Runtime and stacks come on top; <code>arenula build --board</code> links it.</p>
${htmlTable([{ title: "board" }, { title: "" }, { title: "core" }, { title: "arena of RAM" }, { title: "model of flash" }], sorted.map(({ board, fit }) => [
    `<span title="${text(board.title)}">${text(board.name)}</span>`, verdict(fit.fits, fit.fits ? "fits" : `${format.count(missing({ board, fit }))} bytes too many`), text(board.core),
    share(fit.arena_bytes, fit.region.bytes), share(fit.model_bytes, fit.flash_bytes),
  ]))}`,
  };
}

function verdict(good: boolean, words: string): string {
  return `<span class="${good ? "good" : "bad"}">${words}</span>`;
}

/** What `arenula check` answers. @param arenaBytes null where it does not run */
export function operatorsSection(model: Model, checks: readonly OperatorCheck[], refusal: ArenulaError | null, arenaBytes: number | null): Section {
  const refused = checks.filter(({ ok }) => !ok);
  const reasons = grouped(refused).map(({ who, same: { reason, hint } }) => `<div class="finding"><code>${text(who)}</code> ${text(reason)}${hint ? `<br><span class="quiet">${text(hint)}</span>` : ""}</div>`);
  if (refusal) reasons.push(`<div class="finding"><code>${refusal.code}</code> ${text(refusal.message)}${refusal.hint ? `<br><span class="quiet">${text(refusal.hint)}</span>` : ""}</div>`);
  const answer = refused.length > 0 ? `<strong>No.</strong> ${format.plural(refused.length, "operator")} of ${checks.length} cannot run.`
    : refusal ? "<strong>No.</strong> Every operator can run, and the model cannot."
    : `<strong>Yes.</strong> All ${format.plural(checks.length, "operator")} run, in an arena of ${format.bytes(arenaBytes ?? 0)}.`;
  return {
    title: "Operators",
    body: `<p class="verdict">${answer}</p>${reasons.join("\n")}
${htmlTable([{ title: "#", number: true }, { title: "operator" }, { title: "" }, { title: "types" }], checks.map(({ index, op, ok }) => [
    String(index), text(op), verdict(ok, ok ? "ok" : "refused"), text(typesText(model, index)),
  ]))}`,
  };
}
