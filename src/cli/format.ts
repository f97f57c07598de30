// Numbers as people read them. KB is 1,024 bytes.

/** 2656768 -> "2,656,768" */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** 22880 -> "22.3 KB"; below one KB "640 bytes". */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  const kb = bytes / 1024;
  return kb < 1024 ? `${short(kb)} KB` : `${short(kb / 1024)} MB`;
}

/** 22880 -> "22,880 bytes (22.3 KB)" */
export function bytes(n: number): string {
  return n < 1024 ? size(n) : `${count(n)} bytes (${size(n)})`;
}

/** Three significant digits, never an exponent: 1234.5 -> "1,235", 0.01234 -> "0.0123". */
export function short(n: number): string {
  if (n === 0) return "0";
  const digits = Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(n)))));
  return n.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** "7.12 µs", "0.712 ms", "12.3 ms", "1.42 s" */
export function duration(ms: number): string {
  if (ms < 0.1) return `${short(1000 * ms)} µs`;
  return ms < 1000 ? `${short(ms)} ms` : `${short(ms / 1000)} s`;
}

/** 180000000 -> "180 MHz" */
export function frequency(hz: number | null): string {
  return hz === null ? "?" : `${short(hz / 1e6)} MHz`;
}

/** 0.173 -> "17.3 %" */
export function percent(fraction: number): string {
  return `${short(100 * fraction)} %`;
}

const BAR_COLUMNS = 20;

/** 0.5 -> "██████████" */
export function bar(fraction: number): string {
  return "█".repeat(Math.round(BAR_COLUMNS * fraction));
}

/** "1 step", "3 steps" */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** "[1, 49, 10, 1]" */
export function shape(dims: readonly number[]): string {
  return `[${dims.join(", ")}]`;
}

/** float32 scales of a file come as doubles; the digits beyond float32 are noise. */
export function scale(value: number): string {
  return String(Number(value.toPrecision(7)));
}

/** "a, b and c" */
export function list(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}

/** Lines of at most `width` characters, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}
