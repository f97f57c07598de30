// The cores that firmware is built for, and WAMR's engines.
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support.mjs";
import { ToolError } from "./tools.mjs";

const ARM = {
  prefix: "arm-none-eabi-", port: ["cortex_m.c"], qemu: "qemu-system-arm", libraries: ["--specs=nano.specs", "--specs=nosys.specs"],
  buildTarget: "THUMB", nativeCalls: "invokeNative_thumb.s", relocation: "aot_reloc_thumb.c",
};
const arm = (cpu, target) => ({
  ...ARM, flags: [`-mcpu=${cpu}`, "-mthumb", "-mfloat-abi=soft"], targetName: target.toUpperCase(), aot: { target, cpu },
});
const CORES = {
  "cortex-m4": arm("cortex-m4", "thumbv7em"),
  "cortex-m7": arm("cortex-m7", "thumbv7em"),
  "cortex-m33": arm("cortex-m33", "thumbv8m.main"),
  "cortex-m55": arm("cortex-m55", "thumbv8.1m.main"),
  rv32: {
    prefix: "riscv64-unknown-elf-", port: ["riscv.c", "riscv_memory.c"], qemu: "qemu-system-riscv32", libraries: ["--specs=picolibc.specs", "-DPICOLIBC_INTEGER_PRINTF_SCANF"],
    flags: ["-march=rv32imac", "-misa-spec=2.2", "-mabi=ilp32", "-mcmodel=medany"],
    buildTarget: "RISCV32_ILP32", targetName: "RISCV32_ILP32", nativeCalls: "invokeNative_riscv.S", relocation: "aot_reloc_riscv.c",
    aot: { target: "riscv32", cpu: "generic-rv32", features: "+m,+a,+c" },
  },
};

/** The most that a pool may have, where a board's RAM is smaller than the default. */
const POOL_BYTES = { default: 1 << 20, netduinoplus2: 112 << 10 };

const INTERPRETER = ["interpreter/wasm_mini_loader.c", "interpreter/wasm_runtime.c"];
export const ENGINES = {
  "wamr-fast": { aot: null, defines: ["WASM_ENABLE_INTERP=1", "WASM_ENABLE_FAST_INTERP=1", "WASM_ENABLE_MINI_LOADER=1"], sources: [...INTERPRETER, "interpreter/wasm_interp_fast.c"] },
  "wamr-classic": { aot: null, defines: ["WASM_ENABLE_INTERP=1", "WASM_ENABLE_FAST_INTERP=0", "WASM_ENABLE_MINI_LOADER=1"], sources: [...INTERPRETER, "interpreter/wasm_interp_classic.c"] },
  "wamr-aot": { aot: { xip: false }, defines: ["WASM_ENABLE_AOT=1", "WASM_ENABLE_INTERP=0"], sources: ["aot/aot_loader.c", "aot/aot_runtime.c", "aot/aot_intrinsic.c"] },
  "wamr-xip": { aot: { xip: true }, defines: ["WASM_ENABLE_AOT=1", "WASM_ENABLE_INTERP=0"], sources: ["aot/aot_loader.c", "aot/aot_runtime.c", "aot/aot_intrinsic.c"] },
};

/** Boards that have a folder with board.ld and board.h. */
export const FIRMWARE_BOARDS = ["mps2-an386", "mps2-an500", "mps2-an505", "mps3-an547", "netduinoplus2", "riscv-virt"];

export function engineByName(name) {
  const engine = ENGINES[name];
  if (!engine) throw new ToolError("ENGINE_UNKNOWN", `no engine is called '${name}': ${Object.keys(ENGINES).join(", ")}`);
  return engine;
}

/** A board with its core's tools: { name, folder, machine, core, poolBytes }. */
export function firmwareBoard(name) {
  if (!FIRMWARE_BOARDS.includes(name)) throw new ToolError("BOARD_WITHOUT_FIRMWARE", `no firmware is built for '${name}': ${FIRMWARE_BOARDS.join(", ")}`);
  const folder = path.join(ROOT, "boards", name);
  const board = JSON.parse(readFileSync(path.join(folder, "board.json"), "utf8"));
  return { name, folder, machine: board.qemu.machine, cpu: board.qemu.cpu, core: CORES[board.qemu.cpu], poolBytes: POOL_BYTES[name] ?? POOL_BYTES.default };
}
