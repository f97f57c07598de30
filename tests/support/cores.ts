import v8 from "node:v8";
import type { CoreName } from "../../src/lowering/lowering";

v8.setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has relaxed SIMD behind this flag

/** Every core: one that does not load is a failed test, not a skipped one. */
export const CORES: readonly CoreName[] = ["mcu", "simd", "relaxed"];
