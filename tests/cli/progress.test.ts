import { PassThrough } from "node:stream";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Io } from "../../src/cli/io";
import { progressBar } from "../../src/cli/progress";

const SHOWN_AFTER_MS = 400;

const progress = suite("progress");
progress("a bar that is shown leaves Ctrl-C, the cursor and wrapping alone, and fits the terminal", async () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 40, cursorTo() {}, clearLine() {} }), plain = pc.createColors(false);
  const io: Io = { out() {}, err() {}, outColors: plain, errColors: plain, columns: 40, terminal: terminal as unknown as NodeJS.WriteStream };
  const listeners = process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");
  const bar = progressBar(io, "statistics, 2 workers");
  await new Promise((resolve) => setTimeout(resolve, SHOWN_AFTER_MS + 50));
  bar.update(0.5);
  assert.is(process.listenerCount("SIGINT") + process.listenerCount("SIGTERM"), listeners);
  bar.stop();
  const written = String(terminal.read());
  assert.match(written, "statistics, 2 workers ━");
  assert.match(written, "50 %");
  assert.not.match(written, /\u001b\[\?(25l|7l)/);
  assert.ok(written.replace(/\u001b\[[\d?]*[a-zA-Z]/g, "\n").split("\n").every((line) => line.length <= 40), JSON.stringify(written));
});
progress.run();
