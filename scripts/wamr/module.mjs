// What tools read from a linked module: its custom sections.

/** An unsigned LEB128 and the address behind it. Beyond the end every byte reads as 0: the callers' loops then end. */
function readLeb(bytes, at) {
  let value = 0, shift = 0, byte;
  do {
    byte = bytes[at++] ?? 0;
    value |= (byte & 127) << shift;
    shift += 7;
  } while (byte & 128);
  return [value >>> 0, at];
}

/** The payload of a custom section, or null. Damaged modules have none: that they are damaged is for the loader to say. */
export function customSection(wasm, wanted) {
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at++];
    let size;
    [size, at] = readLeb(wasm, at);
    const end = at + size;
    if (id === 0) {
      const [length, start] = readLeb(wasm, at);
      if (Buffer.from(wasm.subarray(start, start + length)).toString("utf8") === wanted) return wasm.subarray(start + length, end);
    }
    at = end;
  }
  return null;
}

/** How many operators a linked module has (by the section "arenula"); 0 where it does not say. */
export function operatorCount(wasm) {
  const section = customSection(wasm, "arenula");
  if (section === null) return 0;
  const { operators = [] } = JSON.parse(Buffer.from(section).toString("utf8"));
  return operators.reduce((count, { index }) => Math.max(count, index + 1), 0);
}
