// Builds the firmware ELF for a board, an engine and the modules it runs.
//
//   const firmware = await buildFirmware({ board: "mps2-an386", engine: "wamr-fast", jobs: [{ module: wasmBytes, inputs: sampleBytes }] });
//   const { jobs } = await runFirmware(firmware); // emulator.ts
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { FACTS_SECTION } from "../link/custom_sections";
import type { DeviceFacts } from "../link/device_facts";
import type { Engine } from "../device/machine";
import { readSections } from "../link/wasm_bytes";
import { compileAot, type Aot, type Checks } from "./aot";
import { buildLibrary, hostFolder } from "./library";
import { engineByName, firmwareBoard, type FirmwareBoard, type FirmwareEngine } from "./targets";
import { CACHE, forgetOld, inParallel, intoCache, keyOf, runTool, type Progress } from "./tools";
import { findWamr } from "./wamr";

/** A limit that no inference needs, under emulation 1 ns per instruction: 10 seconds are 10,000,000,000 instructions. */
const DEFAULT_BUDGET_MS = 10_000;

/** A module and what it is run with. */
export interface Job {
  /** A linked .wasm, which the AOT engines compile first, or an .aot file. */
  readonly module: Uint8Array;
  /** Samples one after the other, each all inputs of the model in order. Without: one run without inputs. */
  readonly inputs?: Uint8Array;
  /** How many to measure one by one. Defaults to what the module's section says. */
  readonly operators?: number;
  /** Defaults to all that the board has for it. */
  readonly poolBytes?: number;
  /** Of each call. Defaults to 10,000. */
  readonly budgetMs?: number;
  /** Defaults to 3,072 (fast) and 4,096 (classic). */
  readonly wasmStackBytes?: number;
  /** Fills the free pool and bands around it before the model runs, and counts afterwards what changed. */
  readonly checkNeighbours?: boolean;
  /** Runs every operator by itself, whatever becomes of those before it, and no whole inference. */
  readonly each?: boolean;
  /** Of the AOT engines. Defaults to "proved". */
  readonly checks?: Checks;
  /** Names of the module's functions, for the compiler's report. */
  readonly functions?: readonly string[];
  /** For tests: what becomes of the file that is linked in. */
  readonly damage?: (module: Buffer) => Uint8Array;
}

export interface FirmwareOptions {
  readonly board: string;
  readonly engine: Engine;
  /** Run one after the other in the same memory. */
  readonly jobs: readonly Job[];
  readonly progress?: Progress;
}

/** A job as it is linked in. */
interface PreparedJob extends Required<Omit<Job, "checks" | "functions" | "damage">> {
  /** What the compiler made and reports; null where nothing was compiled. */
  readonly aot: Aot | null;
}

export interface Firmware {
  readonly elf: string;
  readonly board: string;
  readonly engine: Engine;
  /** WAMR's version. */
  readonly wamr: string;
  /** Bytes: `text` is what lies in flash, modules and inputs included; pool and stacks are no part of `bss`. */
  readonly sizes: { readonly text: number; readonly data: number; readonly bss: number; readonly stacks: number };
  readonly jobs: readonly PreparedJob[];
}

/**
 * Builds the firmware; everything that did not change comes from the cache (~/.cache/arenula/firmware).
 * @throws ArenulaError BOARD_WITHOUT_FIRMWARE, ENGINE_UNKNOWN, AOT_REFUSED, TOOL_MISSING, TOOL_FAILED, WAMR_*
 */
export async function buildFirmware({ board: boardName, engine: engineName, jobs, progress }: FirmwareOptions): Promise<Firmware> {
  const board = firmwareBoard(boardName), engine = engineByName(engineName), { core } = board;
  const prepared: PreparedJob[] = [];
  await inParallel(jobs.map((job, i) => async () => void (prepared[i] = await prepareJob(job, board, engine, progress))), () => {});
  const library = await buildLibrary(board, engineName, progress);
  const host = hostFolder();
  const scripts = [path.join(board.folder, "board.ld"), path.join(host, "port/cortex_m.ld"), path.join(host, "port/riscv.ld")];
  const linkFlags = [
    ...core.flags, ...core.libraries, "-nostartfiles", `-L${host}/port`, "-T", scripts[0]!,
    "-Wl,--gc-sections", "-Wl,--strip-debug", "-Wl,--no-warn-rwx-segments", `-Wl,--undefined=${core.prefix.startsWith("arm") ? "Reset_Handler" : "_start"}`,
  ];
  const key = keyOf(library.key, ...linkFlags, ...scripts.map((file) => readFileSync(file)), ...prepared.flatMap((job) => [job.module, job.inputs, rowOf(job).join()]));
  const folder = path.join(CACHE, "firmware", "linked", `${boardName}-${engineName}-${key}`);
  const elf = path.join(folder, "firmware.elf");
  if (!existsSync(elf)) {
    forgetOld(path.dirname(folder));
    await intoCache(folder, async (temporary) => {
      const table = path.join(temporary, "jobs.S");
      writeFileSync(table, jobsSource(prepared, temporary));
      await runTool(`${core.prefix}gcc`, [...linkFlags, table, "-Wl,--whole-archive", library.archive, "-Wl,--no-whole-archive", "-lm", "-o", path.join(temporary, "firmware.elf")]);
      for (const file of readdirSync(temporary)) if (file !== "firmware.elf") rmSync(path.join(temporary, file));
    });
  }
  const sizes = readSizes(await runTool(`${core.prefix}size`, ["-A", elf]));
  const { version } = await findWamr();
  return { elf, board: boardName, engine: engineName, wamr: version, sizes, jobs: prepared };
}

async function prepareJob(job: Job, board: FirmwareBoard, engine: FirmwareEngine, progress?: Progress): Promise<PreparedJob> {
  const { inputs = new Uint8Array(0), poolBytes = 0, budgetMs = DEFAULT_BUDGET_MS, wasmStackBytes = 0, checkNeighbours = false, each = false } = job;
  const operators = job.operators ?? operatorCount(job.module);
  const aot = engine.aot && isWasm(job.module) ? await compileAot(job.module, board.aot, { xip: engine.aot.xip, checks: job.checks, functions: job.functions, progress }) : null;
  const module = aot?.aot ?? job.module;
  return { aot, operators, module: job.damage ? job.damage(Buffer.from(module)) : module, inputs, poolBytes, budgetMs, wasmStackBytes, checkNeighbours, each };
}

const isWasm = (bytes: Uint8Array) => bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;

/** How many operators a linked module has by its section; 0 where it has none. That a module is damaged is for the firmware to say. */
function operatorCount(module: Uint8Array): number {
  if (!isWasm(module)) return 0;
  try {
    const section = readSections(module).find(({ name }) => name === FACTS_SECTION);
    if (!section) return 0;
    const { operators } = JSON.parse(new TextDecoder().decode(module.subarray(section.start, section.end))) as Pick<DeviceFacts, "operators">;
    return operators.reduce((count, { index }) => Math.max(count, index + 1), 0);
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

/** What main.c reads of a job besides module and inputs. */
const rowOf = ({ operators, poolBytes, budgetMs, wasmStackBytes, checkNeighbours, each }: PreparedJob) => [operators, poolBytes, budgetMs, wasmStackBytes, checkNeighbours ? 1 : 0, each ? 1 : 0];

/** The table that main.c runs: modules and inputs as they are, at multiples of 16. */
function jobsSource(jobs: readonly PreparedJob[], folder: string): string {
  const blob = (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, `${name}.bin`);
    writeFileSync(file, bytes);
    return `.balign 16\n${name}: .incbin "${file}"\n`;
  };
  const blobs = jobs.flatMap(({ module, inputs }, i) => [blob(`module_${i}`, module), blob(`inputs_${i}`, inputs)]);
  const rows = jobs.map((job, i) => `.word module_${i}, ${job.module.length}, inputs_${i}, ${job.inputs.length}, ${rowOf(job).join(", ")}\n`);
  return `.section .jobs,"a"\n.balign 16\n.global arenula_jobs, arenula_jobs_end\narenula_jobs:\n${rows.join("")}arenula_jobs_end:\n.section .jobs.data,"a"\n${blobs.join("")}`;
}

function readSizes(output: string): Firmware["sizes"] {
  const sections = new Map([...output.matchAll(/^(\.\S+)\s+(\d+)\s+\d+$/gm)].map(([, name, bytes]) => [name!, Number(bytes)]));
  const sum = (...names: string[]) => names.reduce((total, name) => total + (sections.get(name) ?? 0), 0);
  // What lies in flash: code, constants, modules, and the first values of data.
  return { text: sum(".text", ".ARM.exidx", ".eh_frame", ".data"), data: sum(".data"), bss: sum(".bss", ".tdata", ".tbss", ".tbss_space"), stacks: sum(".stack") };
}
