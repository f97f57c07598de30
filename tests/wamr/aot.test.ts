// `arenula build -o FILE.aot`: the file that it writes is what the firmware runs, and its report tells which checks stay.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import type { FunctionChecks } from "../../src/firmware/aot";
import { compileAot } from "../../src/firmware/aot";
import { findAotc } from "../../src/firmware/aotc";
import { runFirmware } from "../../src/firmware/emulator";
import { buildFirmware } from "../../src/firmware/firmware";
import { firmwareBoard } from "../../src/firmware/targets";
import { Lcg } from "../../src/lcg";
import * as modules from "./modules";

const DIGITS = "models/digits/digits_int8.tflite";
const folder = mkdtempSync(path.join(tmpdir(), "arenula-aot-test-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function arenula(...argv: string[]): Promise<any> {
  let out = "";
  const colors = pc.createColors(false);
  const status = await main([...argv, "--json"], { out: (text) => { out += text; }, err: () => {}, outColors: colors, errColors: colors, columns: 80, terminal: null });
  assert.is(status, 0, out);
  return JSON.parse(out);
}

/** Builds the digits network, runs the file on the board, and gives what build said. */
async function buildAndRun(board: string, engine: "wamr-aot" | "wamr-xip", ...argv: string[]): Promise<any> {
  const file = path.join(folder, `${board}-${engine}.aot`);
  const built = await arenula("build", DIGITS, "--board", board, "--engine", engine, "--ram", "4096", "-o", file, ...argv);
  const module = readFileSync(file), inputs = new Lcg(1).fill({ type: "int8", shape: [1, 8, 8, 1] });
  assert.is(built.aot_bytes, module.length);
  const { jobs: [job] } = await runFirmware(await buildFirmware({ board, engine, jobs: [{ module, inputs }] }));
  assert.is(job.error, null);
  assert.is(job.samples[0].outputs[0].crc32, (await arenula("run", DIGITS, "--input", "lcg:1")).outputs[0].crc32);
  return built;
}

const aot = suite("arenula build -o FILE.aot");
for (const [board, engine] of [["mps2-an386", "wamr-aot"], ["mps2-an386", "wamr-xip"], ["riscv-virt", "wamr-xip"]] as const) {
  aot(`runs on ${board}, ${engine}, and its checks are counted by function`, async () => {
    const { checks, bound_bytes, linear_memory_bytes } = await buildAndRun(board, engine);
    assert.is(bound_bytes, linear_memory_bytes);
    assert.is(checks.mode, "proved");
    const kernels = checks.kernels as FunctionChecks[];
    const sum = (count: (each: FunctionChecks) => number) => kernels.reduce((total, each) => total + count(each), 0);
    assert.is(checks.emitted, sum(({ before }) => before));
    assert.is(checks.proved, sum(({ before, after }) => before - after));
    assert.ok(checks.proved > checks.emitted / 4, `${checks.proved} of ${checks.emitted}`);
    assert.ok(kernels.some(({ function: name }) => name === "softmax"), kernels.map((each) => each.function).join(" "));
    for (const { before, after, in_loops, kept } of kernels) {
      assert.is(kept.length, after);
      assert.is(kept.filter(({ loop_depth }) => loop_depth > 0).length, in_loops);
      for (const { check, copies } of kept) assert.ok(copies > 0 && (check === null || (check >= 1 && check <= before)));
    }
  });
}
aot("keeps every check with --checks runtime", async () => {
  const { checks, bound_bytes } = await buildAndRun("mps2-an386", "wamr-aot", "--checks", "runtime");
  assert.equal([checks.mode, bound_bytes], ["runtime", 0]);
  assert.ok(checks.proved < checks.emitted / 2, `${checks.proved} of ${checks.emitted}`); // of accesses near each other LLVM checks one
});

aot("tells the access that keeps its check, and the loop that it is in", async () => {
  // In a loop, operator 0 writes at addresses that the compiler knows the range of, and at one that it reads from memory. WAMR checks no constant ones.
  const module = modules.testModule({
    operators: [`(local $i i32)
      (loop $next
        (i32.store8 (i32.add (i32.const 256) (local.get $i)) (i32.const 1))
        (i32.store8 (i32.load (i32.const 64)) (local.get $i))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16))))`],
  });
  const { functions } = await compileAot(module, firmwareBoard("mps2-an386").aot, { xip: false, functions: ["first"] });
  const [first] = functions!;
  assert.is(first.function, "first");
  assert.equal([first.before, first.after, first.in_loops], [2, 1, 1]);
  assert.equal(first.kept.map(({ check, loop_depth }) => [check, loop_depth]), [[2, 1]]);
});

aot("takes WAMR's own compiler where WAMRC names it", async () => {
  // No wamrc is at hand: this one passes what it is given on to ours.
  const wamrc = path.join(folder, "wamrc");
  writeFileSync(wamrc, `#!/usr/bin/env node
    const { spawnSync } = require("node:child_process");
    const args = process.argv.slice(2);
    if (args[0] === "--version") { console.log("wamrc 2.4.3"); process.exit(0); }
    const value = (name) => args.find((arg) => arg.startsWith("--" + name + "="))?.slice(name.length + 3);
    const xip = args.includes("--enable-indirect-mode") ? ["--xip", value("enable-builtin-intrinsics")] : [];
    const { status } = spawnSync(${JSON.stringify(await findAotc())}, [args.at(-1), args[args.indexOf("-o") + 1], "--target", value("target"), "--cpu", value("cpu"), "--checks", "runtime", ...xip], { stdio: "inherit" });
    process.exit(status);`);
  chmodSync(wamrc, 0o755);
  process.env["WAMRC"] = wamrc;
  try {
    const { checks, bound_bytes } = await buildAndRun("mps2-an386", "wamr-xip");
    assert.equal([checks, bound_bytes], [{ mode: "runtime", emitted: null, proved: null, kernels: null }, 0]);
  } finally {
    delete process.env["WAMRC"];
  }
});
aot.run();
