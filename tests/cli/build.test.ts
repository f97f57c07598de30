import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { buildModel } from "../support/build_model";

const DIGITS = "models/digits/digits_int8.tflite";
const folder = mkdtempSync(path.join(tmpdir(), "arenula-build-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

async function build(...argv: string[]): Promise<{ status: number; json: any }> {
  let out = "";
  const colors = pc.createColors(false);
  const status = await main(["build", ...argv, "--json"], { out: (text) => { out += text; }, err: () => {}, outColors: colors, errColors: colors, columns: Infinity, terminal: null });
  assert.is(out.trimEnd().split("\n").length, 1);
  return { status, json: JSON.parse(out) };
}

const building = suite("arenula build");

building("writes a module and says what it takes", async () => {
  const file = path.join(folder, "digits.wasm"), header = path.join(folder, "digits.h");
  const { status, json } = await build(DIGITS, "--ram", "4096", "-o", file, "--header", header);
  assert.is(status, 0);
  const bytes = readFileSync(file);
  assert.ok(WebAssembly.validate(bytes));
  assert.is(json.wasm_bytes, bytes.length);
  assert.ok(json.code_bytes + json.weight_bytes < json.wasm_bytes, "the description is neither");
  assert.ok(json.linear_memory_bytes <= 4096);
  assert.is(json.activation_bytes, 1536);
  for (const field of ["scratch_bytes", "staging_bytes", "slice_bytes"]) assert.type(json[field], "number");
  assert.ok(json.kernels.includes("conv_2d_12"));
  assert.match(readFileSync(header, "utf8"), `#define ARENULA_LINEAR_MEMORY_BYTES ${json.linear_memory_bytes}\n`);
});

building("refuses too little memory, and writes nothing", async () => {
  const file = path.join(folder, "tight.wasm");
  const { status, json } = await build(DIGITS, "--ram", "1000", "-o", file);
  assert.is(status, 1);
  assert.is(json.error.code, "ARENA_TOO_LARGE");
  assert.ok(json.error.hint);
  assert.not.ok(existsSync(file));
});

building("refuses a model that cannot run, and an unknown board", async () => {
  const file = path.join(folder, "never.wasm"), custom = path.join(folder, "custom.tflite");
  const tensor = { type: "int8" as const, shape: [4], scale: 1 };
  writeFileSync(custom, buildModel({ tensors: [{ ...tensor, name: "x" }, { ...tensor, name: "y" }], operators: [{ op: "MyOperator", inputs: ["x"], outputs: ["y"] }] }));
  assert.is((await build(custom, "-o", file)).json.error.code, "OPERATOR_UNSUPPORTED");
  assert.is((await build(DIGITS, "--board", "nucleo-f447re", "-o", file)).json.error.code, "BOARD_UNKNOWN");
  assert.is((await build(DIGITS, "-o", path.join(folder, "model.bin"))).status, 2);
  assert.is((await build(DIGITS)).status, 2);
  assert.not.ok(existsSync(file));
});

building("takes options that belong together, each refusal a message of its own, and writes nothing", async () => {
  const wasm = path.join(folder, "no.wasm"), aot = path.join(folder, "no.aot");
  const code = async (status: number, ...argv: string[]) => {
    const { status: ended, json } = await build(DIGITS, ...argv);
    assert.is(ended, status, argv.join(" "));
    return json.error as { code: string; message: string; hint: string };
  };
  assert.match((await code(2, "-o", wasm, "--checks", "runtime")).message, "--checks is about an .aot");
  assert.match((await code(2, "-o", aot, "--board", "mps2-an386")).message, "wamr-fast runs a .wasm");
  assert.match((await code(2, "-o", aot, "--engine", "wamr-aot")).message, "one core");
  for (const [board, core] of [["esp32-devkitc", "xtensa-lx6"], ["rpi-pico", "cortex-m0plus"]]) {
    const error = await code(1, "-o", aot, "--engine", "wamr-xip", "--board", board);
    assert.is(error.code, "AOT_TARGET");
    assert.match(error.message, core);
    assert.match(error.hint, "cortex-m4f");
  }
  assert.not.ok(existsSync(wasm) || existsSync(aot));
});

building("says what is wrong with WAMRC", async () => {
  const aot = path.join(folder, "never.aot");
  const refusal = async (program: string, ...argv: string[]) => {
    process.env["WAMRC"] = program;
    try {
      return (await build(DIGITS, "-o", aot, "--engine", "wamr-aot", "--board", "nrf52840dk", ...argv)).json.error as { code: string; hint: string };
    } finally {
      delete process.env["WAMRC"];
    }
  };
  assert.is((await refusal(path.join(folder, "wamrc"))).code, "TOOL_MISSING");
  assert.is((await refusal(process.execPath)).code, "WAMR_VERSION"); // node --version
  const proved = await refusal(process.execPath, "--checks", "proved");
  assert.is(proved.code, "AOT_REFUSED");
  assert.match(proved.hint, "--checks runtime");
  assert.not.ok(existsSync(aot));
});

building.run();
