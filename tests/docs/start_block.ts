// What README.md shows of `npm start`. Times differ from run to run and are left alone.
import { execFileSync } from "node:child_process";

const BLOCK = /(```text\n)([^]*?)(\n```)/;
const timeless = (text: string) => text.replace(/\d+ µs/g, "# µs");

function start(): string {
  return execFileSync(process.execPath, ["scripts/start.mjs"], { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } }).trimEnd();
}

/** The page with the output of today; the page itself where nothing but times has changed. */
export function withStart(page: string): string {
  const out = start();
  return timeless(BLOCK.exec(page)![2]!) === timeless(out) ? page : page.replace(BLOCK, (_, open: string, __, close: string) => open + out + close);
}
