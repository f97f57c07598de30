// The page of `arenula serve` as a visitor uses it, against what the command line says here.
import { spawn, type ChildProcess } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { buildModel } from "../support/build_model";
import "../support/cores";
import { launch } from "./chromium";

const DIGITS = "models/digits/digits_int8.tflite", FOUR = "models/digits/samples/digit_4.png", SCREENS = "build/screens";
const SHARED = path.resolve("../shared");

const folder = mkdtempSync(path.join(tmpdir(), "arenula-page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const inFolder = (name: string, content: Uint8Array): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};

interface Dropped { name: string; mimeType: string; buffer: Buffer }
const dropped = (file: string, name = path.basename(file)): Dropped => ({ name, mimeType: "", buffer: readFileSync(file) });

async function json(...argv: string[]): Promise<any> {
  let out = "", err = "";
  const colors = pc.createColors(false);
  await main([...argv, "--json"], { out: (text) => void (out += text), err: (text) => void (err += text), outColors: colors, errColors: colors, columns: 100, terminal: null });
  return { ...JSON.parse(out), err };
}

let server: ChildProcess, browser: Browser, context: BrowserContext, page: Page;
let address = "";

async function serve(...argv: string[]): Promise<{ process: ChildProcess; url: string }> {
  const process_ = spawn(process.execPath, ["dist/cli.js", "serve", "--port", "0", "--json", ...argv], { stdio: ["ignore", "pipe", "ignore"] });
  const { url } = JSON.parse(await new Promise<string>((resolve) => process_.stdout.once("data", (data: Buffer) => resolve(String(data))))) as { url: string };
  return { process: process_, url };
}

const pages = suite("the page in Chromium");
pages.before(async () => {
  rmSync(SCREENS, { recursive: true, force: true });
  mkdirSync(SCREENS, { recursive: true });
  ({ process: server, url: address } = await serve());
  browser = await launch();
});
pages.after(async () => {
  await browser.close();
  server.kill("SIGINT");
});
/** A test in a browser window of its own, which may complain of nothing, and ask nobody but the server. */
function visit(name: string, act: () => Promise<void>): void {
  pages(name, async () => {
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    page = await context.newPage();
    const complaints: string[] = [], asked: string[] = [];
    page.on("console", (message) => { if (message.type() !== "log") complaints.push(message.text()); });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
    try {
      await page.goto(address);
      await act();
      const { origin } = new URL(page.url());
      const elsewhere = asked.filter((request) => !request.startsWith("GET http://127.0.0.1:") && !request.startsWith(`GET blob:${origin}/`) && !request.startsWith("GET data:"));
      assert.equal({ complaints, elsewhere }, { complaints: [], elsewhere: [] });
    } finally {
      await context.close();
    }
  });
}

/** Drops files onto the window, as a mouse does. */
async function drop(...files: Dropped[]): Promise<void> {
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name));
    return data;
  }, files.map(({ name, buffer }) => ({ name, base64: buffer.toString("base64") })));
  await page.dispatchEvent("#feed", "drop", { dataTransfer: transfer });
}

/** Waits for the words of the status line. */
async function settled(words: RegExp): Promise<void> {
  await page.locator("#status").filter({ hasText: words }).waitFor({ timeout: 60_000 });
  assert.is(await page.getAttribute("#results", "aria-busy"), "false");
}

/** Checksums of the outputs that are shown. */
async function shownCrcs(): Promise<string[]> {
  return [...((await page.textContent("#prediction"))!.matchAll(/crc32 ([0-9a-f]{8})/g))].map((match) => match[1]!);
}

async function sameAsRun(...argv: string[]): Promise<void> {
  const { outputs, error } = await json("run", ...argv);
  assert.ok(outputs, error?.message);
  assert.equal(await shownCrcs(), outputs.map(({ crc32 }: { crc32: string }) => crc32));
}

visit("runs the example at one click", async () => {
  await page.click("#example");
  await settled(/ran on digit_4.png/);
  assert.match((await page.textContent(".answer"))!, /^4 94\.1 %$/);
  await sameAsRun(DIGITS, "--input", FOUR, "--mean", "0", "--std", "255");
  for (const id of ["prediction", "findings", "layers", "memory", "boards", "operators", "model"]) assert.ok(await page.isVisible(`#${id}`), id);
  assert.match((await page.textContent("#findings"))!, "Nothing looks wrong");
  assert.is(await page.locator("#layers tbody tr").count(), 10);
  assert.is(await page.locator("#boards tbody tr").count(), (await json("boards")).boards.length);
  await page.selectOption("#core", "mcu"); // the command line's plan is of the core that it takes by itself: compare one that both have
  await settled(/ran on digit_4.png/);
  const svg = path.join(folder, "plan.svg");
  await json("plan", DIGITS, "--svg", svg);
  assert.match(readFileSync(svg, "utf8"), "activations 1,536");
  assert.match((await page.getAttribute("#memory svg", "aria-label"))!, "activations 1,536 (proven minimal)");
  assert.ok(await page.evaluate(() => crossOriginIsolated), "clocks are fine only in isolation");
});

visit("gives the same bytes on every core", async () => {
  await page.click("#example");
  const found: string[][] = [];
  for (const core of ["mcu", "simd", "relaxed", "auto"]) {
    await page.selectOption("#core", core);
    await page.locator("#layers").filter({ hasText: core === "auto" ? /on the \w+ core/ : `on the ${core} core` }).waitFor();
    await settled(/ran on/);
    found.push(await shownCrcs());
  }
  assert.equal(new Set(found.flat()).size, 1);
});

visit("takes a model and inputs that are dropped, together or one by one, in any order", async () => {
  await drop(dropped("models/keywords/samples/go.npy"));
  await settled(/drop a model/);
  await drop(dropped("models/keywords/keywords_int8.tflite"), dropped("models/keywords/labels.txt"));
  await settled(/ran on go.npy/);
  await sameAsRun("models/keywords/keywords_int8.tflite", "--input", "models/keywords/samples/go.npy");
  assert.match((await page.textContent(".answer"))!, /^unknown 65\.6 %/);
  await drop(dropped("models/keywords/samples/yes.npy"));
  await settled(/ran on yes.npy/);
  await sameAsRun("models/keywords/keywords_int8.tflite", "--input", "models/keywords/samples/yes.npy");
  // another version of the model meets the same input
  await drop(dropped("models/keywords/keywords_float.tflite"));
  await settled(/keywords_float.tflite ran on/);
  assert.is((await page.locator("#given dd").allTextContents())[0], "keywords_float.tflite");
});

visit("decodes pictures as the command line does: PNG of all kinds, JPEG, resized, in grey and colour", async () => {
  const colour = buildModel({
    tensors: [{ name: "x", type: "int8", shape: [1, 5, 7, 3], scale: 1 / 127.5, zeroPoint: 0 }, { name: "y", type: "int8", shape: [1, 5, 7, 3], scale: 1 / 127.5, zeroPoint: 0 }],
    operators: [{ op: "RELU", inputs: ["x"], outputs: ["y"] }],
  });
  const model = inFolder("colour.tflite", colour);
  await drop(dropped(model), dropped("tests/cli/fixtures/rgb.png"));
  await settled(/did not run/);
  await page.fill("#mean", "120,127.5,130");
  await page.fill("#std", "127.5");
  await page.locator("#std").blur();
  await page.check("#fit");
  await settled(/ran on rgb.png/);
  for (const name of ["rgb.png", "rgba.png", "grey.png", "grey16.png", "palette.png", "bits.png", "smooth.jpg"]) {
    await drop(dropped(`tests/cli/fixtures/${name}`));
    await settled(new RegExp(`ran on ${name}`));
    await sameAsRun(model, "--input", `tests/cli/fixtures/${name}`, "--mean", "120,127.5,130", "--std", "127.5", "--fit");
    assert.ok(await page.locator(".input img").evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth > 0)), name);
  }
});

visit("hears a sound through a front end", async () => {
  const frontEnd = path.join(SHARED, "models/audio_preprocessor_int8.tflite"), speech = path.join(SHARED, "models/micro_speech_quantized.tflite");
  const yes = "models/keywords/samples/yes.wav";
  if (!existsSync(frontEnd)) return console.log("\n    ../shared is not there: not heard");
  await drop(dropped(speech), dropped(yes));
  await settled(/did not run/);
  assert.match((await page.textContent("#error"))!, "INPUT_SHAPE");
  await page.setInputFiles("#front-end", frontEnd);
  await settled(/ran on yes.wav/);
  await sameAsRun(speech, "--input", yes, "--front-end", frontEnd);
});

visit("feeds several inputs, and says so where it feeds noise or zeros", async () => {
  const tensor = (name: string) => ({ name, type: "int8" as const, shape: [1, 6], scale: 0.5, zeroPoint: 3 });
  const model = inFolder("two.tflite", buildModel({ tensors: ["a", "b", "sum"].map(tensor), operators: [{ op: "ADD", inputs: ["a", "b"], outputs: ["sum"] }] }));
  await drop(dropped(model));
  await settled(/ran on noise/);
  await sameAsRun(model, "--input", "lcg:1");
  assert.match((await page.textContent("#prediction"))!, "fed with noise");
  await drop({ name: "b.bin", mimeType: "", buffer: Buffer.from([1, 2, 3, 4, 5, 250]) });
  await settled(/ran on noise, b.bin/);
  await page.locator(".input select").first().selectOption("zeros");
  await settled(/ran on zeros, b.bin/);
  const json = { name: "x.json", mimeType: "", buffer: Buffer.from('{"real": [0.5, 1, 1.5, -2, 40, -40]}') };
  await drop(json);
  await settled(/ran on x.json, b.bin/);
  assert.match((await page.textContent("#notes"))!, "quantized 6 real values");
});

visit("tells what is wrong with a file: code, place, hint", async () => {
  const refusal = async () => (await page.locator("#error > *").allTextContents());
  await drop(dropped(FOUR, "renamed.tflite"));
  await settled(/was not opened/);
  const [message, code, place, hint] = await refusal();
  assert.match(message!, "it looks like a PNG image");
  assert.is(code, "MODEL_FORMAT");
  assert.match(place!, "renamed.tflite, byte 4");
  assert.match(hint!, "images are inputs");
  await drop({ name: "cut.tflite", mimeType: "", buffer: readFileSync(DIGITS).subarray(0, 6000) });
  await settled(/cut.tflite was not opened/);
  assert.is((await refusal())[1], "MODEL_CORRUPT");
  await drop(dropped(DIGITS), dropped(FOUR));
  await settled(/did not run/);
  assert.is((await refusal())[1], "INPUT_SCALING");
  assert.ok(!(await page.isVisible("#prediction")), "no prediction of an input that was refused");
  assert.ok(await page.isVisible("#memory"));
  await page.fill("#std", "0");
  await page.locator("#std").blur();
  await settled(/did not run/);
  assert.match((await refusal())[0]!, "std is '0'");
  await page.selectOption("#preset", "0,255");
  await settled(/ran on digit_4.png/);
  assert.equal(await refusal(), []);
  await drop({ name: "short.bin", mimeType: "", buffer: Buffer.alloc(63) });
  await settled(/did not run/);
  assert.equal((await refusal()).slice(1, 3), ["INPUT_LENGTH", "in short.bin"]);
  await drop(dropped(FOUR));
  await settled(/ran on digit_4.png/);
});

/** A model with two operators of a kind that nothing runs. */
const refused = (): Dropped => ({
  name: "refused.tflite", mimeType: "", buffer: Buffer.from(buildModel({
    tensors: ["x", "a", "b", "y"].map((name) => ({ name, type: "int8" as const, shape: [1, 4], scale: 1 / 256, zeroPoint: -128 })),
    operators: [{ op: "Thing", inputs: ["x"], outputs: ["a"] }, { op: "LOGISTIC", inputs: ["a"], outputs: ["b"] }, { op: "Thing", inputs: ["b"], outputs: ["y"] }],
  })),
});

visit("shows what `check` says of a model that cannot run", async () => {
  const file = inFolder("refused.tflite", refused().buffer);
  await drop(refused());
  await settled(/cannot run/);
  const { operators } = await json("check", file);
  const rows = await page.locator("#operators tbody tr").evaluateAll((list) => list.map((row) => [...row.children].slice(0, 3).map((cell) => cell.textContent)));
  assert.equal(rows, operators.map(({ index, op, ok }: { index: number; op: string; ok: boolean }) => [String(index), op, ok ? "ok" : "refused"]));
  const finding = (await page.textContent("#operators .finding"))!;
  assert.match(finding, "operators 0 and 2");
  assert.match(finding, operators[0].reason);
  for (const id of ["prediction", "findings", "layers", "memory", "boards", "ways"]) assert.ok(!(await page.isVisible(`#${id}`)), id);
});

visit("stops a model that does not end when another one comes", async () => {
  const bool = (name: string) => ({ name, type: "bool" as const, shape: [] }), int8 = (name: string) => ({ name, type: "int8" as const, shape: [1, 4], scale: 1 });
  const endless = buildModel({
    tensors: [bool("c"), int8("x"), bool("c1"), int8("y")], operators: [{ op: "WHILE", inputs: ["c", "x"], outputs: ["c1", "y"], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 } }], outputs: ["y"],
    others: [
      { name: "condition", tensors: [bool("c"), int8("x")], inputs: ["c", "x"], outputs: ["c"] },
      { name: "body", tensors: [bool("c"), int8("x"), int8("y")], operators: [{ op: "ADD", inputs: ["x", "x"], outputs: ["y"] }], inputs: ["c", "x"], outputs: ["c", "y"] },
    ],
  });
  await drop({ name: "endless.tflite", mimeType: "", buffer: Buffer.from(endless) });
  await page.locator("#status").filter({ hasText: "Running endless" }).waitFor();
  await page.click("#example");
  await settled(/digits_int8.tflite ran/);
});

visit("opens the model that the command line names", async () => {
  const named = await serve("models/keywords/keywords_int8.tflite");
  await page.goto(named.url);
  await settled(/keywords_int8.tflite ran on noise/);
  await page.reload();
  await settled(/keywords_int8.tflite ran on noise/);
  named.process.kill("SIGINT");
});

visit("is used with the keyboard alone", async () => {
  const focused = () => page.evaluate(() => document.activeElement?.id);
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Tab");
  assert.is(await focused(), "choose");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles([]);
  await page.keyboard.press("Tab");
  assert.is(await focused(), "example");
  await page.keyboard.press("Enter");
  await settled(/ran on digit_4.png/);
  const reached: (string | undefined)[] = [];
  for (let i = 0; i < 7; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
  }
  for (const id of ["SELECT", "preset", "mean", "std", "fit", "core"]) assert.ok(reached.includes(id), `${id} is not among ${reached}`);
  const unnamed = await page.evaluate(() => [...document.querySelectorAll("button, select, input:not([hidden])")].filter((control) => !control.textContent?.trim() && !(control as HTMLInputElement).labels?.length).map(({ id }) => id));
  assert.equal(unnamed, [], "controls without a name");
});

visit("works without a network", async () => {
  await page.click("#example");
  await settled(/ran on/);
  await context.setOffline(true); // everything that is needed once is here now
  await drop(dropped("models/keywords/keywords_int8.tflite"), dropped("models/keywords/samples/go.npy"));
  await settled(/keywords_int8.tflite ran/);
});

visit("is good to look at in light and dark, narrow and wide: build/screens", async () => {
  const states: Record<string, () => Promise<void>> = {
    empty: async () => {},
    example: async () => { await page.click("#example"); await settled(/ran on/); },
    refused: async () => { await drop(refused()); await settled(/cannot run/); },
    error: async () => { await drop(dropped(DIGITS), dropped(FOUR)); await settled(/did not run/); },
  };
  for (const [state, reach] of Object.entries(states)) {
    await page.goto(address);
    await page.setViewportSize({ width: 1400, height: 900 });
    await reach();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [360, 1400]) {
        await page.setViewportSize({ width, height: 900 });
        assert.is(await page.evaluate(() => document.documentElement.scrollWidth), width, `${state} scrolls sideways at ${width}`);
        await page.screenshot({ path: `${SCREENS}/${state}-${colorScheme}-${width}.png`, fullPage: true });
      }
    }
  }
  if (process.env["ARENULA_DOCS"]) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1100, height: 1180 });
    await page.goto(address);
    await page.click("#example");
    await settled(/ran on/);
    await page.screenshot({ path: `${SCREENS}/page.png` });
    copyFileSync(`${SCREENS}/page.png`, "docs/images/page.png");
  }
});
pages.run();
