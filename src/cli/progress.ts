import cliProgress from "cli-progress";
import type { Io } from "./io";

export interface Progress {
  /** @param done From 0 to 1. */
  update(done: number): void;
  stop(): void;
}

/** Work that ends sooner has no bar: it would only flicker. */
const SHOWN_AFTER_MS = 400;

/** A bar on stderr for work that takes its time; nothing where stderr is no terminal. */
export function progressBar(io: Io, label: string): Progress {
  if (!io.terminal) return { update() {}, stop() {} };
  const bar = new cliProgress.SingleBar({
    stream: io.terminal, format: `${label} ${io.errColors.cyan("{bar}")} {percentage} %`, barCompleteChar: "━", barIncompleteChar: " ", barsize: 32,
    clearOnComplete: true, hideCursor: true, gracefulExit: true,
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
