import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes, and what it knows of the terminal. Tests give their own. */
export interface Io {
  /** stdout: data. */
  readonly out: (text: string) => void;
  /** stderr: progress and messages. */
  readonly err: (text: string) => void;
  readonly outColors: Colors;
  readonly errColors: Colors;
  /** Columns of the terminal; Infinity where the output is no terminal, so that nothing is cut in a pipe. */
  readonly columns: number;
  /** The terminal that progress bars may be drawn on; null where stderr is none. */
  readonly terminal: NodeJS.WriteStream | null;
}

/** The streams of this process. NO_COLOR and FORCE_COLOR are respected. */
export function processIo(): Io {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    outColors: pc.createColors(hasColors(stdout)),
    errColors: pc.createColors(hasColors(stderr)),
    columns: stdout.isTTY ? stdout.columns || 80 : Infinity,
    terminal: stderr.isTTY ? stderr : null,
  };
}

function hasColors(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false; // https://no-color.org: any value but the empty one
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return Boolean(stream.isTTY) && TERM !== "dumb";
}
