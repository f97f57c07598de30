// `arenula bench --board`: the same figures twice, outputs as on the desktop, comparison with an earlier run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { benchOnBoard } from "../../src/firmware/bench";
import * as modules from "./modules";

const DIGITS = "models/digits/digits_int8.tflite";
const folder = mkdtempSync(path.join(tmpdir(), "arenula-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function arenula(status: number, ...argv: string[]): Promise<string> {
  let out = "", err = "";
  const colors = pc.createColors(false);
  const ended = await main(argv, { out: (text) => { out += text; }, err: (text) => { err += text; }, outColors: colors, errColors: colors, columns: 80, terminal: null });
  assert.is(ended, status, out + err);
  return out;
}
const bench = (...argv: string[]) => arenula(0, "bench", DIGITS, "--board", ...argv);

const benches = suite("arenula bench --board");
for (const [board, engine] of [["mps2-an386", "wamr-fast"], ["mps2-an386", "wamr-xip"], ["riscv-virt", "wamr-aot"]] as const) {
  benches(`gives the same figures twice: ${board}, ${engine}`, async () => {
    const text = await bench(board, "--engine", engine, "--ram", "4096", "--json");
    assert.is(await bench(board, "--engine", engine, "--ram", "4096", "--json"), text);
    const result = JSON.parse(text);
    assert.equal([result.board, result.engine, result.wamr, result.checks], [board, engine, "2.4.3", engine === "wamr-fast" ? null : "proved"]);
    assert.is(result.macs, result.layers.reduce((sum: number, layer: { macs: number }) => sum + layer.macs, 0));
    assert.equal([result.instructions_per_mac, result.cycles_per_mac], [result.instructions / result.macs, result.cycles / result.macs]);
    assert.is(result.ms, (1000 * result.cycles) / result.clock_hz);
    assert.ok(result.cycles >= result.instructions && result.timing.source);
    assert.ok(result.linear_memory_bytes <= 4096);
    assert.ok(result.ram_bytes > result.linear_memory_bytes && result.flash_bytes > result.module_bytes);
    // Layers are counted one by one, an invoke as a whole: they differ by calls, and by what the first run of an interpreter sets up.
    const layers = result.layers.reduce((sum: number, layer: { instructions: number }) => sum + layer.instructions, 0);
    assert.ok(Math.abs(layers / result.instructions - 1) < 0.05, `${layers} and ${result.instructions}`);
    const [{ crc32 }] = JSON.parse(await arenula(0, "run", DIGITS, "--input", "lcg:1", "--json")).outputs;
    assert.is(result.outputs[0].crc32, crc32);
  });
}
benches("feeds the inputs it is given", async () => {
  const [output] = JSON.parse(await arenula(0, "run", DIGITS, "--input", "lcg:7", "--json")).outputs;
  assert.is(JSON.parse(await bench("mps2-an386", "--input", "lcg:7", "--json")).outputs[0].crc32, output.crc32);
});
benches("compares with an earlier run, layer by layer, in 80 columns", async () => {
  const file = path.join(folder, "fast.json");
  writeFileSync(file, await bench("mps2-an386", "--json"));
  const { baseline, layers } = JSON.parse(await bench("mps2-an386", "--engine", "wamr-classic", "--baseline", file, "--json"));
  assert.equal([baseline.board, baseline.engine, baseline.outputs_equal], ["mps2-an386", "wamr-fast", true]);
  assert.ok(baseline.change > 0);
  assert.is(baseline.layers.length, layers.length);
  const drawn = await bench("mps2-an386", "--engine", "wamr-classic", "--baseline", file);
  assert.match(drawn, /CONV_2D .*\+\d+\.\d %/);
  for (const line of drawn.split("\n").slice(-layers.length - 2)) assert.ok([...line].length <= 80, line);
  const { error } = JSON.parse(await arenula(1, "bench", "models/keywords/keywords_int8.tflite", "--board", "mps2-an386", "--baseline", file, "--json"));
  assert.is(error.code, "FILE_UNREADABLE");
});
benches("says in the firmware's words what was refused, and what would help", async () => {
  const error = await benchOnBoard({ board: "mps2-an386", engine: "wamr-fast", module: modules.add(), poolBytes: 2048 }).then(() => assert.unreachable("not refused"), (refusal) => refusal);
  assert.is(error.code, "FIRMWARE_FAILED");
  assert.match(error.message, "pool_too_small");
  assert.match(error.hint, "--ram");
});
benches.run();
