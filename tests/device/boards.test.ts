import { readdirSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { boardByName, boards, boardToJson, fitArena, type Board } from "../../src/device/boards";
import { parseBoard } from "../../src/device/board_file";
import { ArenulaError } from "../../src/errors";

const files = suite("boards/*/board.json");
const names = readdirSync("boards", { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== "wamr").map((entry) => entry.name).sort();

files("keep to the schema, and are named as their folder", () => {
  assert.ok(names.length >= 15);
  for (const name of names) {
    const path = `boards/${name}/board.json`;
    assert.is(parseBoard(readFileSync(path, "utf8"), path).name, name);
  }
});

files("say where every figure comes from, and name a QEMU machine exactly where they are emulated", () => {
  for (const name of names) {
    const board = parseBoard(readFileSync(`boards/${name}/board.json`, "utf8"), name);
    for (const figure of ["ram", "flash_bytes", "clock_hz"]) assert.ok(board.sources[figure], `${name}: no source for ${figure}`);
    if (board.ram.some((region) => region.dma !== null)) assert.ok(board.sources["dma"], `${name}: no source for dma`);
    assert.is(board.qemu !== null, board.emulated, name);
  }
});

files("hold what the data sheets say", () => {
  const ram = (name: string) => parseBoard(readFileSync(`boards/${name}/board.json`, "utf8"), name).ram.map((region) => region.bytes / 1024);
  assert.equal(ram("nucleo-f446re"), [128]);
  assert.equal(ram("nrf52840dk"), [256]);
  assert.equal(ram("nucleo-l4r5zi"), [640]);
  assert.equal(ram("nucleo-f746zg"), [320, 16]); // DTCM 64, SRAM1 240 and SRAM2 16 follow each other; ITCM 16
  assert.equal(ram("netduinoplus2"), [128, 64]);
});
files.run();

const library = suite("boards()");
library("lists the collected boards by name", async () => {
  const all = (await boards()).map((board) => board.name);
  assert.equal(all, names);
});

library("finds one by name, whatever the case", async () => {
  assert.is((await boardByName("Nucleo-F446RE")).chip, "STM32F446RET6");
});

library("names what was meant when a name is unknown", async () => {
  for (const [wrong, meant] of [["nucleo-f446", "nucleo-f446re"], ["nrf52840", "nrf52840dk"], ["nucleo-f476zg", "nucleo-f746zg"]] as const) {
    const error = await boardByName(wrong).then(() => null, (thrown: ArenulaError) => thrown);
    assert.is(error?.code, "BOARD_UNKNOWN");
    assert.ok(error!.hint.includes(meant), `${wrong}: ${error!.hint}`);
  }
});
library.run();

const fit = suite("fitArena");
const twoRegions: Board = {
  name: "two", title: "two", chip: "x", core: "cortex-m4f", clockHz: null, flashBytes: null, emulated: false, qemu: null, sources: {},
  ram: [{ name: "CCM", bytes: 64, dma: false }, { name: "SRAM", bytes: 128, dma: true }],
};
fit("takes the largest region, never the sum", () => {
  assert.equal(fitArena(twoRegions, 128), { fits: true, region: twoRegions.ram[1], shortfall: 0 });
  assert.equal(fitArena(twoRegions, 129), { fits: false, region: twoRegions.ram[1], shortfall: 1 });
});
fit.run();

const own = suite("parseBoard");
const refusal = (text: string): ArenulaError => {
  try { parseBoard(text, "my.json"); } catch (error) { return error as ArenulaError; }
  throw new Error("accepted");
};
own("reads back what it writes", () => {
  const board = parseBoard(readFileSync("boards/netduinoplus2/board.json", "utf8"), "");
  assert.equal(parseBoard(JSON.stringify(boardToJson(board)), ""), board);
});
own("names every field that is wrong", () => {
  const error = refusal('{"name": "x", "chip": "c", "core": "z80", "clock_hz": 1.5, "ram": [{"name": "R", "bytes": 0, "dma": true}], "flash_bytes": null, "emulated": false, "sources": {}, "colour": 1}');
  assert.is(error.code, "BOARD_INVALID");
  assert.is(error.where, "my.json");
  for (const part of ["core", "cortex-m4f", "clock_hz", "ram.0.bytes", "colour"]) assert.ok(error.message.includes(part), `${part} in ${error.message}`);
});
own("refuses what is not JSON", () => assert.is(refusal("{").code, "BOARD_INVALID"));
own.run();
