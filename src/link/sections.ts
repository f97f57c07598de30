import { CUSTOM, DATA, HEADER_BYTES, readSections } from "./wasm_bytes";

/** What a module's bytes are: code and its tables, or data. Custom sections count as neither. */
export interface ModuleSizes {
  /** Header and every section but data and custom ones. */
  readonly codeBytes: number;
  readonly dataBytes: number;
  readonly customBytes: number;
}

/** @param module a valid module */
export function moduleSizes(module: Uint8Array): ModuleSizes {
  const sizes = { codeBytes: HEADER_BYTES, dataBytes: 0, customBytes: 0 };
  for (const { id, at, end } of readSections(module)) sizes[id === DATA ? "dataBytes" : id === CUSTOM ? "customBytes" : "codeBytes"] += end - at;
  return sizes;
}
