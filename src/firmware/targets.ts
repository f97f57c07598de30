// The cores that firmware is built for, and WAMR's engines.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Board, BoardJson } from "../device/boards";
import { ArenulaError } from "../errors";
import type { Engine } from "../device/machine";
import { inPackage } from "./package_root";

/** What a compiler is told of a core, in LLVM's words. */
export interface AotTarget {
  readonly target: string;
  readonly cpu: string;
  /** "+m,+a"; "" for what the cpu has. */
  readonly features: string;
  /**
   * What XIP code has to call instead of computing: what LLVM would turn into a call of the compiler's library, or into a constant beside
   * the code, both relocations that code in flash cannot take. WAMR's own lists hold more: 32-bit constants become loads from a table, so
   * that no address is known and no check can be proved, and on cores but the M4 and M7 every 64-bit multiplication and shift becomes a call.
   */
  readonly xipCalls: string;
  /** LLVM's link-time passes, or its plain ones, which alone turn loops until the vectorizer takes them whole. */
  readonly pipeline: "lto" | "default";
}

const XIP_CALLS = "i64.div_s,i64.div_u,i64.rem_s,i64.rem_u,fp.common,fpxint,f32_demote_f64,f64_promote_f32,f32.const,f64.const";
const thumb = (target: string, cpu: string, features = ""): AotTarget => ({ target, cpu, features, xipCalls: XIP_CALLS, pipeline: "lto" });
const vector = (target: AotTarget): AotTarget => ({ ...target, pipeline: "default" });
const riscv = (features: string): AotTarget => ({ target: "riscv32", cpu: "generic-rv32", features, xipCalls: `${XIP_CALLS},llvm.cttz.i32,llvm.cttz.i64`, pipeline: "lto" });

/** By a board's `core`. LLVM's cores have a floating-point unit where a part may do without: its registers are then left alone. WAMR's compiler knows no thumbv7m (Cortex-M3). */
const AOT_TARGETS: Readonly<Record<string, AotTarget>> = {
  "cortex-m4": thumb("thumbv7em", "cortex-m4", "-fpregs"),
  "cortex-m4f": thumb("thumbv7em", "cortex-m4"),
  "cortex-m7": thumb("thumbv7em", "cortex-m7", "-fpregs"),
  "cortex-m7f": thumb("thumbv7em", "cortex-m7"),
  "cortex-m33": thumb("thumbv8m.main", "cortex-m33", "-fpregs"),
  "cortex-m33f": thumb("thumbv8m.main", "cortex-m33"),
  "cortex-m55": vector(thumb("thumbv8.1m.main", "cortex-m55")),
  "cortex-m85": vector(thumb("thumbv8.1m.main", "cortex-m85")),
  rv32imc: riscv("+m,+c"),
  rv32imac: riscv("+m,+a,+c"),
  rv32imafc: riscv("+m,+a,+c"), // without F: the firmware passes floats in integer registers
  "rv32imac_zve32x_zvl64b": vector(riscv("+m,+a,+c,+zve32x,+zvl64b")), // LLVM makes no vectors of registers that may have 32 bits only
};

/** Cores that code is compiled for, as boards name them. */
export const AOT_CORES: readonly string[] = Object.keys(AOT_TARGETS);

/** @throws ArenulaError AOT_TARGET */
export function aotTarget({ name, core }: Pick<Board, "name" | "core">): AotTarget {
  if (Object.hasOwn(AOT_TARGETS, core)) return AOT_TARGETS[core]!;
  throw new ArenulaError("AOT_TARGET", `no code is compiled ahead of time for the ${core} of ${name}`, { hint: `cores: ${AOT_CORES.join(", ")}; the interpreters (--engine wamr-fast) run everywhere` });
}

/** A core with the tools that build for it and emulate it. */
export interface FirmwareCore {
  /** Of the GNU tools: "arm-none-eabi-". */
  readonly prefix: string;
  readonly qemu: string;
  /** Files of boards/wamr/port. */
  readonly port: readonly string[];
  readonly flags: readonly string[];
  readonly libraries: readonly string[];
  /** WAMR's words for it: BUILD_TARGET_<buildTarget>, what an .aot file has to say, assembly and relocations. */
  readonly buildTarget: string;
  readonly targetName: string;
  readonly nativeCalls: string;
  readonly relocation: string;
}

const arm = (cpu: string, target: string): FirmwareCore => ({
  prefix: "arm-none-eabi-", qemu: "qemu-system-arm", port: ["cortex_m.c"],
  flags: [`-mcpu=${cpu}`, "-mthumb", "-mfloat-abi=soft"], libraries: ["--specs=nano.specs", "--specs=nosys.specs"],
  buildTarget: "THUMB", targetName: target.toUpperCase(), nativeCalls: "invokeNative_thumb.s", relocation: "aot_reloc_thumb.c",
});

/** By QEMU's word for the processor, without its properties. */
const CORES: Readonly<Record<string, FirmwareCore>> = {
  "cortex-m4": arm("cortex-m4", "thumbv7em"),
  "cortex-m7": arm("cortex-m7", "thumbv7em"),
  "cortex-m33": arm("cortex-m33", "thumbv8m.main"),
  "cortex-m55": arm("cortex-m55", "thumbv8.1m.main"),
  rv32: {
    prefix: "riscv64-unknown-elf-", qemu: "qemu-system-riscv32", port: ["riscv.c", "riscv_memory.c"],
    flags: ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-mcmodel=medany"], libraries: ["--specs=picolibc.specs", "-DPICOLIBC_INTEGER_PRINTF_SCANF"],
    buildTarget: "RISCV32_ILP32", targetName: "RISCV32_ILP32", nativeCalls: "invokeNative_riscv.S", relocation: "aot_reloc_riscv.c",
  },
};

/** The most that a pool may have, where a board's RAM is smaller than the default. */
const POOL_BYTES: Readonly<Record<string, number>> = { netduinoplus2: 112 << 10 };
const DEFAULT_POOL_BYTES = 1 << 20;

/** How WAMR is built to be an engine. */
export interface FirmwareEngine {
  /** null: an interpreter, which takes the .wasm. */
  readonly aot: { readonly xip: boolean } | null;
  readonly defines: readonly string[];
  /** Relative to core/iwasm. */
  readonly sources: readonly string[];
}

const interpreter = (fast: boolean): FirmwareEngine => ({
  aot: null, defines: ["WASM_ENABLE_INTERP=1", `WASM_ENABLE_FAST_INTERP=${fast ? 1 : 0}`, "WASM_ENABLE_MINI_LOADER=1"],
  sources: ["interpreter/wasm_mini_loader.c", "interpreter/wasm_runtime.c", `interpreter/wasm_interp_${fast ? "fast" : "classic"}.c`],
});
const compiled = (xip: boolean): FirmwareEngine => ({
  aot: { xip }, defines: ["WASM_ENABLE_AOT=1", "WASM_ENABLE_INTERP=0"], sources: ["aot/aot_loader.c", "aot/aot_runtime.c", "aot/aot_intrinsic.c"],
});
const ENGINES: Readonly<Record<Engine, FirmwareEngine>> = { "wamr-fast": interpreter(true), "wamr-classic": interpreter(false), "wamr-aot": compiled(false), "wamr-xip": compiled(true) };

/** Boards that have a folder with board.ld and board.h. */
export const FIRMWARE_BOARDS = ["mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547", "netduinoplus2", "riscv-virt", "riscv-virt-vector"] as const;

/** @throws ArenulaError ENGINE_UNKNOWN */
export function engineByName(name: string): FirmwareEngine {
  if (Object.hasOwn(ENGINES, name)) return ENGINES[name as Engine];
  throw new ArenulaError("ENGINE_UNKNOWN", `no engine is called '${name}'`, { hint: `engines: ${Object.keys(ENGINES).join(", ")}` });
}

/** A board that firmware is built for. */
export interface FirmwareBoard {
  readonly name: string;
  /** Holds board.ld and board.h. */
  readonly folder: string;
  /** QEMU's words. */
  readonly machine: string;
  readonly cpu: string;
  readonly core: FirmwareCore;
  readonly aot: AotTarget;
  readonly poolBytes: number;
}

/** @throws ArenulaError BOARD_WITHOUT_FIRMWARE */
export function firmwareBoard(name: string): FirmwareBoard {
  if (!(FIRMWARE_BOARDS as readonly string[]).includes(name))
    throw new ArenulaError("BOARD_WITHOUT_FIRMWARE", `no firmware is built for '${name}'`, { hint: `boards with firmware, all of them emulated: ${FIRMWARE_BOARDS.join(", ")}` });
  const folder = inPackage("boards", name);
  const { qemu, core } = JSON.parse(readFileSync(path.join(folder, "board.json"), "utf8")) as BoardJson;
  return { name, folder, machine: qemu!.machine, cpu: qemu!.cpu, core: CORES[qemu!.cpu.split(",", 1)[0]!]!, aot: aotTarget({ name, core }), poolBytes: POOL_BYTES[name] ?? DEFAULT_POOL_BYTES };
}
