// The firmware without a model: WAMR for one engine, the host and the port to one board, compiled into an archive.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inPackage } from "./package_root";
import { engineByName, type FirmwareBoard, type FirmwareCore, type FirmwareEngine } from "./targets";
import { CACHE, filesBelow, inParallel, intoCache, keyOf, runTool, toolVersion, type Progress } from "./tools";
import { findWamr } from "./wamr";

const HOST_SOURCES = ["arenula_host.c", "module_file.c", "crc32.c", "report.c", "neighbours.c", "main.c", "platform/platform.c", "port/semihosting.c", "port/stack.c"];

/** Folders of boards/wamr whose sources are programs of this machine. */
const ON_THE_HOST = ["aotc", "cycles"];

/** boards/wamr. */
export const hostFolder = (): string => inPackage("boards/wamr");

/** WAMR's sources for an engine, relative to core/. */
function wamrSources(core: FirmwareCore, engine: FirmwareEngine, root: string): string[] {
  const all = (folder: string) => readdirSync(path.join(root, "core", folder)).filter((file) => file.endsWith(".c")).sort().map((file) => `${folder}/${file}`);
  const iwasm = ["wasm_runtime_common.c", "wasm_native.c", "wasm_exec_env.c", "wasm_memory.c", "wasm_loader_common.c", "wasm_c_api.c", "wasm_blocking_op.c", `arch/${core.nativeCalls}`];
  return [
    ...iwasm.map((file) => `iwasm/common/${file}`),
    ...engine.sources.map((file) => `iwasm/${file}`),
    ...(engine.aot ? [`iwasm/aot/arch/${core.relocation}`] : []),
    ...all("shared/mem-alloc"), ...all("shared/mem-alloc/ems"), ...all("shared/utils"),
    "shared/platform/common/math/math.c",
  ];
}

function wamrFlags(core: FirmwareCore, engine: FirmwareEngine, root: string): string[] {
  const at = (folder: string) => `-I${path.join(root, "core", folder)}`;
  return [
    ...["", "shared/include", "shared/utils", "shared/mem-alloc", "shared/platform/include", "iwasm/include", "iwasm/common", "iwasm/interpreter", "iwasm/aot"].map(at),
    `-I${hostFolder()}/platform`, `-I${hostFolder()}`,
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
const optimization = (source: string) => (/wasm_interp_(fast|classic)\.c$/.test(source) ? "-O2" : "-Os");

/**
 * The AOT loader moves code and data next to each other, for 64-bit targets whose relocations do not reach far: twice the code in RAM while
 * it loads, and a gap afterwards (kws needs a pool of 50,224 bytes with it). In this one file the name of WAMR's port for ESP-IDF leaves
 * that out, and nothing else.
 */
const loaderFlags = (source: string) =>
  source.endsWith("aot_loader.c") ? ["-DBH_PLATFORM_ESP_IDF"] : /aot_reloc_(riscv|thumb)\.c$/.test(source) ? ["-include", `${hostFolder()}/port/soft_float.h`] : [];

/** The compiler would see a memcpy in memcpy's own loop, and call it. */
const LOOPS_STAY = ["-O2", "-fno-tree-loop-distribute-patterns"];

export interface Library {
  readonly archive: string;
  /** Changes with everything that goes into it. */
  readonly key: string;
}

/** One archive per board and engine, in the cache. @throws ArenulaError TOOL_MISSING, TOOL_FAILED, WAMR_* */
export async function buildLibrary(board: FirmwareBoard, engineName: string, progress?: Progress): Promise<Library> {
  const engine = engineByName(engineName), { core } = board;
  const { root, version } = await findWamr();
  const gcc = `${core.prefix}gcc`, host = hostFolder();
  const compiler = toolVersion(gcc);
  const defines = [`-DARENULA_ENGINE="${engineName}"`, `-DARENULA_POOL_BYTES=${board.poolBytes}`];
  const flags = [...core.flags, ...core.libraries, "-std=gnu11", "-ffunction-sections", "-fdata-sections", ...wamrFlags(core, engine, root), ...defines];
  const ownFlags = ["-Wall", "-Wextra", "-Os", `-I${board.folder}`, `-I${host}/port`];
  const own = [...filesBelow(host).filter((file) => !ON_THE_HOST.includes(path.relative(host, file).split(path.sep, 1)[0]!) && /\.[chS]$/.test(file)), path.join(board.folder, "board.h")];
  const commands: (readonly [string, readonly string[]])[] = [
    ...wamrSources(core, engine, root).map((source) => [path.join(root, "core", source), [...flags, optimization(source), ...loaderFlags(source), "-w"]] as const),
    ...[...HOST_SOURCES, ...core.port.map((file) => `port/${file}`)].map((source) => [path.join(host, source), [...flags, ...ownFlags, ...(source.endsWith("_memory.c") ? LOOPS_STAY : [])]] as const),
  ];
  const key = keyOf(compiler, version, JSON.stringify(commands), ...own.flatMap((file) => [file, readFileSync(file)]));
  const folder = path.join(CACHE, "firmware", `${board.name}-${engineName}-${key}`);
  const archive = path.join(folder, "libarenula.a");
  if (existsSync(archive)) return { archive, key };
  await intoCache(folder, async (temporary) => {
    const objects: string[] = [];
    await inParallel(commands.map(([source, options], i) => async () => {
      objects[i] = path.join(temporary, `${i}-${path.basename(source)}.o`);
      await runTool(gcc, [...options, "-c", source, "-o", objects[i]]);
    }), (done) => progress?.("compiling the firmware", done));
    await runTool(`${core.prefix}ar`, ["rcs", path.join(temporary, "libarenula.a"), ...objects]);
  });
  return { archive, key };
}
