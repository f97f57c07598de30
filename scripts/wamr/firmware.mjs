// Builds the firmware ELF for a board, an engine and the modules it runs, and runs it in QEMU.
//
//   const firmware = await buildFirmware({ board: "mps2-an386", engine: "wamr-fast", module: wasmBytes, inputs: sampleBytes });
//   const { jobs } = await runFirmware(firmware);
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { filesBelow, ROOT } from "../support.mjs";
import { compileAot } from "./aotc.mjs";
import { operatorCount } from "./module.mjs";
import { engineByName, firmwareBoard } from "./targets.mjs";
import { build, CACHE, inParallel, forgetOld, intoCache, keyOf, runProgram, ToolError, toolVersion } from "./tools.mjs";
import { findWamr } from "./wamr.mjs";

const HOST = path.join(ROOT, "boards/wamr");
const HOST_SOURCES = ["arenula_host.c", "module_file.c", "crc32.c", "report.c", "neighbours.c", "main.c", "platform/platform.c", "port/semihosting.c", "port/stack.c"];
/** A limit that no inference needs, under emulation 1 ns per instruction: 10 seconds are 10,000,000,000 instructions. */
const DEFAULT_BUDGET_MS = 10_000;

/** WAMR's sources for an engine, relative to core/. */
function wamrSources(core, engine, root) {
  const all = (folder) => readdirSync(path.join(root, "core", folder)).filter((file) => file.endsWith(".c")).sort().map((file) => `${folder}/${file}`);
  const iwasm = ["wasm_runtime_common.c", "wasm_native.c", "wasm_exec_env.c", "wasm_memory.c", "wasm_loader_common.c", "wasm_c_api.c", "wasm_blocking_op.c", `arch/${core.nativeCalls}`];
  return [
    ...iwasm.map((file) => `iwasm/common/${file}`),
    ...engine.sources.map((file) => `iwasm/${file}`),
    ...(engine.aot ? [`iwasm/aot/arch/${core.relocation}`] : []),
    ...all("shared/mem-alloc"), ...all("shared/mem-alloc/ems"), ...all("shared/utils"),
    "shared/platform/common/math/math.c",
  ];
}

function wamrFlags(core, engine, root) {
  const at = (folder) => `-I${path.join(root, "core", folder)}`;
  return [
    ...["", "shared/include", "shared/utils", "shared/mem-alloc", "shared/platform/include", "iwasm/include", "iwasm/common", "iwasm/interpreter", "iwasm/aot"].map(at),
    `-I${HOST}/platform`, `-I${HOST}`,
    `-DBUILD_TARGET_${core.buildTarget}`, `-DBUILD_TARGET="${core.targetName}"`, "-DBH_PLATFORM_ARENULA",
    "-DBH_MALLOC=wasm_runtime_malloc", "-DBH_FREE=wasm_runtime_free",
    "-DWASM_DISABLE_HW_BOUND_CHECK=1", "-DWASM_DISABLE_STACK_HW_BOUND_CHECK=1", "-DWASM_HAVE_MREMAP=1", "-DWASM_ENABLE_LOG=0", "-DWASM_ENABLE_QUICK_AOT_ENTRY=0",
    // The guard region is the real limit; WAMR's own check only has to come before it.
    "-DWASM_STACK_GUARD_SIZE=256",
    ...["BULK_MEMORY", "BULK_MEMORY_OPT", "REF_TYPES", "SHRUNK_MEMORY", "CALL_INDIRECT_OVERLONG"].map((name) => `-DWASM_ENABLE_${name}=1`),
    ...engine.defines.map((define) => `-D${define}`),
  ];
}

/** -Os but for the interpreter itself, where half the speed would be lost. -O2 there: kws takes 103 M instructions on an M4, 116 M with -O3. */
const optimization = (source) => (/wasm_interp_(fast|classic)\.c$/.test(source) ? "-O2" : "-Os");

/**
 * The AOT loader moves code and data next to each other, for 64-bit targets whose relocations do not reach far: twice the code in RAM while
 * it loads, and a gap afterwards (kws needs a pool of 50,224 bytes with it). In this one file the name of WAMR's port for ESP-IDF leaves
 * that out, and nothing else.
 */
const loaderFlags = (source) => (source.endsWith("aot_loader.c") ? ["-DBH_PLATFORM_ESP_IDF"] : []);

/** The compiler would see a memcpy in memcpy's own loop, and call it. */
const LOOPS_STAY = ["-O2", "-fno-tree-loop-distribute-patterns"];

/** One archive per board and engine, in the cache. */
async function buildLibrary(board, engineName) {
  const engine = engineByName(engineName), { core } = board;
  const { root, version } = await findWamr();
  const gcc = `${core.prefix}gcc`;
  const compiler = toolVersion(gcc);
  const defines = [`-DARENULA_ENGINE="${engineName}"`, `-DARENULA_POOL_BYTES=${board.poolBytes}`];
  const flags = [...core.flags, ...core.libraries, "-std=gnu11", "-ffunction-sections", "-fdata-sections", ...wamrFlags(core, engine, root), ...defines];
  const ownFlags = ["-Wall", "-Wextra", "-Os", `-I${board.folder}`, `-I${HOST}/port`];
  const own = [...filesBelow(HOST).filter((file) => !file.includes(`${path.sep}aotc${path.sep}`) && /\.[chS]$/.test(file)), path.join(board.folder, "board.h")];
  const commands = [
    ...wamrSources(core, engine, root).map((source) => [path.join(root, "core", source), [...flags, optimization(source), ...loaderFlags(source), "-w"]]),
    ...[...HOST_SOURCES, ...core.port.map((file) => `port/${file}`)].map((source) => [path.join(HOST, source), [...flags, ...ownFlags, ...(source.endsWith("_memory.c") ? LOOPS_STAY : [])]]),
  ];
  const key = keyOf(compiler, version, JSON.stringify(commands), ...own.flatMap((file) => [file, readFileSync(file)]));
  const folder = path.join(CACHE, "firmware", `${board.name}-${engineName}-${key}`);
  const archive = path.join(folder, "libarenula.a");
  if (existsSync(archive)) return { archive, folder, key };
  await intoCache(folder, async (temporary) => {
    const objects = [];
    await inParallel(commands.map(([source, options], i) => async () => {
      objects[i] = path.join(temporary, `${i}-${path.basename(source)}.o`);
      await build(gcc, [...options, "-c", source, "-o", objects[i]]);
    }));
    await build(`${core.prefix}ar`, ["rcs", path.join(temporary, "libarenula.a"), ...objects]);
  });
  return { archive, folder, key };
}

/** The table that main.c runs: modules and inputs as they are, at multiples of 16. */
function jobsSource(jobs, folder) {
  const blobs = jobs.flatMap(({ module, inputs }, i) => [["module", i, module], ["inputs", i, inputs]].map(([kind, index, bytes]) => {
    const file = path.join(folder, `${kind}_${index}.bin`);
    writeFileSync(file, bytes);
    return `.balign 16\n${kind}_${index}: .incbin "${file}"\n`;
  }));
  const rows = jobs.map((job, i) => `.word module_${i}, ${job.module.length}, inputs_${i}, ${job.inputs.length}, ${job.operators}, ${job.poolBytes}, ${job.budgetMs}, ${job.wasmStackBytes}, ${job.checkNeighbours}\n`);
  return `.section .jobs,"a"\n.balign 16\n.global arenula_jobs, arenula_jobs_end\narenula_jobs:\n${rows.join("")}arenula_jobs_end:\n.section .jobs.data,"a"\n${blobs.join("")}`;
}

async function prepareJob(job, board, engine, checks) {
  let module = job.module;
  const operators = job.operators ?? (isWasm(module) ? operatorCount(module) : 0);
  let aot = null;
  if (engine.aot && isWasm(module)) {
    aot = await compileAot(module, { ...board.core.aot, xip: engine.aot.xip, checks: job.checks ?? checks });
    module = aot.aot;
  }
  if (job.damage) module = job.damage(Buffer.from(module));
  return {
    aot, operators, module, inputs: job.inputs ?? new Uint8Array(0),
    poolBytes: job.poolBytes ?? 0, budgetMs: job.budgetMs ?? DEFAULT_BUDGET_MS, wasmStackBytes: job.wasmStackBytes ?? 0, checkNeighbours: job.checkNeighbours ? 1 : 0,
  };
}

const isWasm = (bytes) => bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;

/**
 * @typedef {object} Job
 * @property {Uint8Array} module A linked .wasm, which the AOT engines compile first, or an .aot file.
 * @property {Uint8Array} [inputs] Samples one after the other, each all inputs of the model in order. Without: one run without inputs.
 * @property {number} [operators] How many to measure one by one. Defaults to what the module's section says.
 * @property {number} [poolBytes] Defaults to all that the board has for it.
 * @property {number} [budgetMs] Of each call. Defaults to 10,000.
 * @property {number} [wasmStackBytes] Defaults to 3,072 (fast) and 4,096 (classic).
 * @property {boolean} [checkNeighbours] Fills the free pool and bands around it before the model runs, and counts afterwards what changed.
 * @property {(module: Buffer) => Uint8Array} [damage] For tests: what becomes of the file that is linked in.
 */

/**
 * Builds the firmware; everything that did not change comes from the cache (~/.cache/arenula/firmware).
 * @param {{ board: string, engine: string, checks?: "proved" | "runtime", jobs?: Job[] } & Partial<Job>} options One job, or `jobs`.
 * @returns {Promise<{ elf: string, board: string, engine: string, wamr: string, sizes: { text: number, code: number, data: number, bss: number }, jobs: object[] }>}
 *   `sizes` in bytes: `text` holds the modules and inputs, `code` is text without them; pool and stacks are no part of `bss`. `jobs[i].aot` is the compiler's report.
 * @throws ToolError
 */
export async function buildFirmware({ board: boardName, engine: engineName, checks = "proved", jobs, ...job }) {
  const board = firmwareBoard(boardName), engine = engineByName(engineName), { core } = board;
  const prepared = [];
  for (const each of jobs ?? [job]) prepared.push(await prepareJob(each, board, engine, checks));
  const library = await buildLibrary(board, engineName);
  const scripts = [path.join(board.folder, "board.ld"), path.join(HOST, "port/cortex_m.ld"), path.join(HOST, "port/riscv.ld")];
  const linkFlags = [
    ...core.flags, ...core.libraries, "-nostartfiles", `-L${HOST}/port`, "-T", scripts[0],
    "-Wl,--gc-sections", "-Wl,--strip-debug", "-Wl,--no-warn-rwx-segments", `-Wl,--undefined=${core.prefix.startsWith("arm") ? "Reset_Handler" : "_start"}`,
  ];
  const key = keyOf(library.key, ...linkFlags, ...scripts.map((file) => readFileSync(file)), ...prepared.flatMap((each) => [each.module, each.inputs, JSON.stringify([each.operators, each.poolBytes, each.budgetMs, each.wasmStackBytes, each.checkNeighbours])]));
  const folder = path.join(CACHE, "firmware", "linked", `${boardName}-${engineName}-${key}`);
  const elf = path.join(folder, "firmware.elf");
  if (!existsSync(elf)) {
    forgetOld(path.dirname(folder));
    await intoCache(folder, async (temporary) => {
      const table = path.join(temporary, "jobs.S");
      writeFileSync(table, jobsSource(prepared, temporary));
      await build(`${core.prefix}gcc`, [...linkFlags, table, "-Wl,--whole-archive", library.archive, "-Wl,--no-whole-archive", "-lm", "-o", path.join(temporary, "firmware.elf")]);
      for (const file of readdirSync(temporary)) if (file !== "firmware.elf") rmSync(path.join(temporary, file));
    });
  }
  const sizes = readSizes(await build(`${core.prefix}size`, ["-A", elf]));
  const linked = prepared.reduce((sum, { module, inputs }) => sum + module.length + inputs.length, 0);
  const { version } = await findWamr();
  return { elf, board: boardName, engine: engineName, wamr: version, sizes: { ...sizes, code: sizes.text - linked }, jobs: prepared };
}

function readSizes(output) {
  const sections = new Map([...output.matchAll(/^(\.\S+)\s+(\d+)\s+\d+$/gm)].map(([, name, bytes]) => [name, Number(bytes)]));
  const sum = (...names) => names.reduce((total, name) => total + (sections.get(name) ?? 0), 0);
  // What lies in flash: code, constants, modules, and the first values of data.
  return { text: sum(".text", ".ARM.exidx", ".eh_frame", ".data"), data: sum(".data"), bss: sum(".bss", ".tdata", ".tbss", ".tbss_space") };
}

/** RAM that a job took: WAMR, module and linear memory (pool), the native stack, and the firmware's own variables. */
export function ramBytes(firmware, job) {
  return job.memory.pool_high_bytes + job.memory.stack_high_bytes + firmware.sizes.data + firmware.sizes.bss;
}

/**
 * The smallest pool that a module runs in, to 16 bytes: a few more than what WAMR counts as used, for its own bookkeeping and for gaps.
 * @param {object} options As for buildFirmware, one job.
 */
export async function smallestPool(options) {
  const runs = async (poolBytes) => (await runFirmware(await buildFirmware({ ...options, operators: 0, poolBytes }))).jobs[0];
  const whole = await runs(0);
  if (whole.error) throw new ToolError("FIRMWARE_FAILED", `${whole.error.stage}: ${whole.error.error}: ${whole.error.reason}`);
  let refused = Math.floor(whole.memory.pool_high_bytes / 16) - 1, enough = refused + 1024;
  while (enough - refused > 1) {
    const middle = (enough + refused) >> 1;
    if ((await runs(middle * 16)).error) refused = middle;
    else enough = middle;
  }
  return enough * 16;
}

/** QEMU's arguments for a board: instructions are counted, one per nanosecond of emulated time. */
export function emulatorCommand(firmware) {
  const { core, machine, cpu } = firmwareBoard(firmware.board);
  const args = ["-M", machine, "-cpu", cpu, "-display", "none", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=0", "-kernel", firmware.elf];
  return [core.qemu, core.qemu.includes("riscv") ? ["-bios", "none", ...args] : args];
}

/**
 * Runs a firmware to its end and reads its lines.
 * @param {{ timeoutMs?: number, plugins?: string[] }} [options] `plugins`: QEMU plugins, as -plugin takes them.
 * @returns {Promise<{ firmware: object, output: string, jobs: { error: object | null, model: object | null, emptyRange: number | null, operators: object[],
 *   samples: { instructions: number, outputs: { index: number, bytes: number, crc32: string, hex: string }[] }[], memory: object | null }[] }>}
 * @throws ToolError TIME_LIMIT, FIRMWARE_FAILED, MISSING_TOOL
 */
export async function runFirmware(firmware, { timeoutMs = 120_000, plugins = [] } = {}) {
  const [program, args] = emulatorCommand(firmware);
  const { output, timedOut, status } = await runProgram(program, [...args, ...plugins.flatMap((plugin) => ["-plugin", plugin])], { timeoutMs });
  const events = output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  if (timedOut) throw new ToolError("TIME_LIMIT", `${firmware.board}, ${firmware.engine}: the firmware did not end within ${timeoutMs / 1000} s; its last line: ${output.trim().split("\n").at(-1)}`);
  const done = events.find(({ event }) => event === "done");
  if (!done) throw new ToolError("FIRMWARE_FAILED", `${firmware.board}, ${firmware.engine}: the firmware ended with status ${status} before its last line:\n${output.trim().split("\n").slice(-10).join("\n")}`);
  const jobs = Array.from({ length: done.jobs }, (_, index) => collect(events.filter(({ job }) => job === index)));
  return { firmware: events.find(({ event }) => event === "firmware"), output, jobs };
}

function collect(events) {
  const only = (name) => events.find(({ event }) => event === name) ?? null;
  const all = (name) => events.filter(({ event }) => event === name);
  return {
    error: only("error"), model: only("model"), emptyRange: only("empty_range")?.instructions ?? null, operators: all("operator"), memory: only("memory"), neighbours: only("neighbours"),
    samples: all("invoke").map(({ sample, instructions }) => ({ instructions, outputs: all("output").filter((output) => output.sample === sample) })),
  };
}
