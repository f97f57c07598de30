// The page: files and options in, sections out. What computes is in the worker.
import { formatOf } from "../cli/inputs/formats";
import { FAMILIAR_SCALINGS } from "../cli/inputs/scalings";
import type { Scaling } from "../cli/inputs/types";
import type { CoreChoice } from "../runtime/core";
import { Client } from "./client";
import { assignFiles, kindOf, labelsIn, NOISE } from "./files";
import { SECTIONS, type ErrorInfo, type InputInfo, type NamedBytes, type Reply, type SectionId, type Sections } from "./protocol";

/** What comes along in the package: beside this file. */
const EXAMPLE = { files: ["example/digits_int8.tflite", "example/digit_4.png", "example/labels.txt"], mean: "0", std: "255" };

function element<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
const field = (id: string) => element<HTMLInputElement>(id);
const choice = (id: string) => element<HTMLSelectElement>(id);
const coreChoice = () => choice("core").value as CoreChoice;

const client = new Client();
let model: NamedBytes | null = null;
let inputs: readonly InputInfo[] = [];
/** One per input: the name of a file, "zeros" or noise. */
let sources: string[] = [];
/** Input files by name; they stay for the next model, which may be another version of this one. */
const files = new Map<string, NamedBytes>();
/** Addresses of those that are pictures. */
const pictures = new Map<string, string>();
let labels: { readonly name: string; readonly lines: readonly string[] } | null = null;
let frontEnd: NamedBytes | null = null;

// Files: dropped, chosen, or asked for by the address.

async function take(list: readonly NamedBytes[]): Promise<void> {
  const models = list.filter(({ name }) => kindOf(name) === "model"), fed = list.filter(({ name }) => kindOf(name) === "input");
  for (const file of list) if (kindOf(file.name) === "labels") labels = { name: file.name, lines: labelsIn(file.bytes) };
  for (const file of fed) keep(file);
  const newModel = models.at(-1);
  if (newModel) {
    model = newModel;
    open();
  } else if (model && inputs.length > 0) {
    sources = assignFiles(inputs, sources, fed.map(({ name }) => name));
    run();
  } else if (!model) say("Now drop a model: a .tflite file.");
}

function keep(file: NamedBytes): void {
  files.set(file.name, file);
  const format = formatOf(file.name), before = pictures.get(file.name);
  if (before) URL.revokeObjectURL(before);
  if (format === "png" || format === "jpg" || format === "jpeg")
    pictures.set(file.name, URL.createObjectURL(new Blob([file.bytes as BlobPart], { type: format === "png" ? "image/png" : "image/jpeg" })));
}

async function takeFiles(list: Iterable<File>): Promise<void> {
  const read = await Promise.all([...list].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }))).catch((error: unknown) => error as Error);
  if (Array.isArray(read)) await take(read);
  else showError({ code: "FILE_UNREADABLE", message: read.message, where: "", hint: "a folder? Drop the files within it" });
}

async function fetchFile(address: string): Promise<NamedBytes> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return { name: decodeURIComponent(address.split("/").at(-1)!), bytes: new Uint8Array(await response.arrayBuffer()) };
}

async function takeAddresses(addresses: readonly string[]): Promise<void> {
  try {
    await take(await Promise.all(addresses.map(fetchFile)));
  } catch (error) {
    showError({ code: "FILE_NOT_FOUND", message: (error as Error).message, where: "", hint: "is `arenula serve` still running?" });
  }
}

// Tasks for the worker.

/** @param again the model is the same, and so is what feeds it */
function open(again = false): void {
  const chosen = again ? sources : [];
  if (!again) {
    inputs = [];
    sources = [];
    showError(null);
    showSections({}, SECTIONS);
    element("notes").replaceChildren();
    showFed();
  }
  say(`Reading ${model!.name} ...`, true);
  client.ask({ model: model!, core: coreChoice(), feeding: null }, (reply) => {
    if (reply.kind !== "opened") return answered(reply);
    inputs = reply.runs ? reply.inputs : [];
    sources = chosen.length > 0 ? chosen : assignFiles(inputs, [], [...files.keys()]);
    showSections(reply.sections, SECTIONS.filter((id) => !again || (id !== "prediction" && id !== "layers")));
    showFed();
    element("ways").hidden = !reply.runs;
    if (reply.runs) run();
    else say(`${model!.name} cannot run: the operators say why.`);
  });
}

function run(): void {
  if (!model) return;
  showFed();
  const scaling = scalingOf();
  if (scaling instanceof Error) {
    client.stop();
    answered({ kind: "failed", during: "running", error: { code: "INPUT_SCALING", message: scaling.message, where: "mean and std", hint: "one number, or one per channel with commas; std above 0" } });
    return;
  }
  const stride = Number(field("stride").value) || null;
  say(`Running ${model.name} ...`, true);
  client.ask({
    model, core: coreChoice(),
    feeding: { sources, files: [...files.values()], scaling, fit: field("fit").checked, frontEnd, stride, labels: labels?.lines ?? null },
  }, answered);
}

function answered(reply: Reply): void {
  if (reply.kind === "failed") {
    showError(reply.error);
    const stale: readonly SectionId[] = reply.during === "opening" ? SECTIONS : ["prediction", "layers"];
    showSections({}, stale);
    element("notes").replaceChildren();
    say(reply.during === "opening" ? `${model!.name} was not opened.` : `${model!.name} did not run.`);
  } else if (reply.kind === "ran") {
    showError(null);
    showSections(reply.sections, ["prediction", "layers"]);
    element("notes").replaceChildren(...reply.notes.map((note) => tag("li", note)));
    say(`${model!.name} ran on ${[...new Set(sources)].map(sourceName).join(", ") || "no input"}.`);
  }
}

/** null: as the model says. */
function scalingOf(): Scaling | Error | null {
  const numbers = (id: string, least: number) => {
    const content = field(id).value.trim();
    if (content === "") return null;
    const values = content.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
    return values.every((value) => Number.isFinite(value) && value > least) ? values : new Error(`${id} is '${content}'`);
  };
  const mean = numbers("mean", -Infinity), std = numbers("std", 0);
  if (mean instanceof Error || std instanceof Error) return mean instanceof Error ? mean : (std as Error);
  return mean || std ? { mean: mean ?? [0], std: std ?? [1] } : null;
}

// What is shown.

function tag<K extends keyof HTMLElementTagNameMap>(name: K, content: string, attributes: Partial<HTMLElementTagNameMap[K]> = {}): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), { textContent: content }, attributes);
}

function say(words: string, busy = false): void {
  element("status").textContent = words;
  element("results").ariaBusy = String(busy);
}

function showError(error: ErrorInfo | null): void {
  const lines = error ? [tag("p", error.message), tag("code", error.code)] : [];
  if (error?.where) lines.push(tag("p", `in ${error.where}`, { className: "quiet" }));
  if (error?.hint) lines.push(tag("p", error.hint, { className: "hint" }));
  element("error").replaceChildren(...lines);
}

/** Fills sections, and hides those of `expected` that have nothing to show. */
function showSections(sections: Sections, expected: readonly SectionId[]): void {
  for (const id of SECTIONS) {
    const html = sections[id];
    if (html !== undefined) element(id).querySelector("div")!.innerHTML = html; // names of a file are escaped where the HTML is made
    if (html !== undefined || expected.includes(id)) element(id).hidden = html === undefined;
  }
  element("hello").hidden = model !== null;
}

const sourceName = (source: string): string => (source === NOISE ? "noise" : source);

function showFed(): void {
  element("fed").hidden = model === null;
  if (!model) return;
  const pair = (label: string, value: string) => {
    const div = document.createElement("div");
    div.append(tag("dt", label), tag("dd", value));
    return div;
  };
  element("given").replaceChildren(pair("model", model.name), ...(labels ? [pair("labels", `${labels.name}, ${labels.lines.length}`)] : []));
  element("inputs").replaceChildren(...inputs.map((input, i) => inputRow(input, i)));
  const has = (...formats: string[]) => sources.some((source) => formats.includes(formatOf(source) ?? ""));
  element("pixels").hidden = !has("png", "jpg", "jpeg");
  element("sound").hidden = !has("wav");
  element("front-end-name").textContent = frontEnd?.name ?? "none: samples go in as they are";
}

/** An input with what feeds it. */
function inputRow({ name, tensor }: InputInfo, i: number): HTMLElement {
  const row = tag("div", "", { className: "input" }), label = tag("label", ""), select = document.createElement("select");
  for (const source of [...files.keys(), NOISE, "zeros"]) select.append(tag("option", sourceName(source), { value: source, selected: source === sources[i] }));
  select.addEventListener("change", () => {
    sources[i] = select.value;
    run();
  });
  label.append(tag("span", name, { className: "name" }), tag("span", ` ${tensor}`, { className: "quiet" }), select);
  row.append(label);
  const picture = pictures.get(sources[i]!);
  if (picture) row.append(Object.assign(document.createElement("img"), { src: picture, alt: `the picture ${sources[i]!}` }));
  return row;
}

// Wiring.

function wire(): void {
  const chooser = field("files");
  element("choose").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    void takeFiles(chooser.files!);
    chooser.value = ""; // the same file may come again, changed
  });
  element("example").addEventListener("click", () => {
    field("mean").value = EXAMPLE.mean;
    field("std").value = EXAMPLE.std;
    showPreset();
    void takeAddresses(EXAMPLE.files);
  });
  const frontEnds = field("front-end");
  element("choose-front-end").addEventListener("click", () => frontEnds.click());
  frontEnds.addEventListener("change", () => {
    const [file] = frontEnds.files!;
    if (file) void file.arrayBuffer().then((buffer) => {
      frontEnd = { name: file.name, bytes: new Uint8Array(buffer) };
      run();
    });
    frontEnds.value = "";
  });

  const preset = choice("preset");
  preset.append(tag("option", "as the model says", { value: "," }), ...FAMILIAR_SCALINGS.map(({ mean, std, low, high }) => tag("option", `${low} to ${high}`, { value: `${mean},${std}` })), tag("option", "what mean and std say", { value: "own" }));
  preset.addEventListener("change", () => {
    if (preset.value === "own") return field("mean").focus();
    [field("mean").value, field("std").value] = preset.value.split(",") as [string, string];
    run();
  });
  for (const id of ["mean", "std"]) field(id).addEventListener("change", () => {
    showPreset();
    run();
  });
  for (const id of ["fit", "stride"]) field(id).addEventListener("change", run);
  choice("core").addEventListener("change", () => {
    if (model) open(true);
  });

  addEventListener("dragover", (event) => {
    event.preventDefault();
    element("drop").classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) element("drop").classList.remove("over");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    element("drop").classList.remove("over");
    if (event.dataTransfer?.files.length) void takeFiles(event.dataTransfer.files);
  });
}

/** Names the scaling that mean and std are. */
function showPreset(): void {
  const value = `${field("mean").value.trim()},${field("std").value.trim()}`, preset = choice("preset");
  preset.value = [...preset.options].some((option) => option.value === value) ? value : "own";
}

wire();
const asked = new URLSearchParams(location.search).get("model");
if (asked) void takeAddresses([asked]);
