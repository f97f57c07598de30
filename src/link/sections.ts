/** What a module's bytes are: code and its tables, or data. Custom sections count as neither. */
export interface ModuleSizes {
  /** Header and every section but data and custom ones. */
  readonly codeBytes: number;
  readonly dataBytes: number;
  readonly customBytes: number;
}

const HEADER_BYTES = 8, CUSTOM = 0, DATA = 11;

/** @param module a valid module */
export function moduleSizes(module: Uint8Array): ModuleSizes {
  let code = HEADER_BYTES, data = 0, custom = 0;
  for (let at = HEADER_BYTES; at < module.length; ) {
    const id = module[at]!;
    let size = 0, next = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = module[next++]!;
      size += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    const bytes = next + size - at;
    if (id === DATA) data += bytes;
    else if (id === CUSTOM) custom += bytes;
    else code += bytes;
    at = next + size;
  }
  return { codeBytes: code, dataBytes: data, customBytes: custom };
}
