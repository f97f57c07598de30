import cliProgress from "cli-progress";
import type { Io } from "./io";

export interface Progress {
  /** @param done From 0 to 1. */
  update(done: number): void;
  stop(): void;
}

/** Work that ends sooner has no bar: it would only flicker. */
const SHOWN_AFTER_MS = 400;

/** " 100 %", and two spaces around the bar. */
const PERCENTAGE_COLUMNS = 8;

/** A bar on stderr for work that takes its time; nothing where stderr is no terminal. */
export function progressBar(io: Io, label: string): Progress {
  if (!io.terminal) return { update() {}, stop() {} };
  const bar = new cliProgress.SingleBar({
    stream: io.terminal, format: `${label} ${io.errColors.cyan("{bar}")} {percentage} %`, barCompleteChar: "━", barIncompleteChar: " ",
    barsize: Math.max(4, Math.min(32, (io.terminal.columns || 80) - label.length - PERCENTAGE_COLUMNS)), clearOnComplete: true,
    // cursor and wrapping stay as they are: to restore them cli-progress would catch Ctrl-C, and the work would go on
    hideCursor: false, linewrap: true, gracefulExit: false,
  });
  const start = performance.now();
  let shown = false;
  return {
    update(done) {
      if (!shown && performance.now() - start > SHOWN_AFTER_MS) {
        bar.start(100, 0);
        shown = true;
      }
      if (shown) bar.update(Math.min(100, Math.floor(100 * done)));
    },
    stop() {
      if (shown) bar.stop();
    },
  };
}

/** One bar after the other, for work that says what it does. */
export function stageBars(io: Io): { update(what: string, done: number): void; stop(): void } {
  let label = "", bar: Progress | null = null;
  return {
    update(what, done) {
      if (what !== label) {
        bar?.stop();
        bar = progressBar(io, (label = what));
      }
      bar!.update(done);
    },
    stop() {
      bar?.stop();
    },
  };
}
