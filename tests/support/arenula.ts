// The command line in this process, as a terminal without colours sees it.
import pc from "picocolors";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";

export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function arenula(...argv: string[]): Promise<Outcome> {
  let out = "", err = "";
  const colors = pc.createColors(false);
  const status = await main(argv, { out: (text) => void (out += text), err: (text) => void (err += text), outColors: colors, errColors: colors, columns: 100, terminal: null });
  return { status, out, err };
}

/** With --json: what is printed, which is one object. @param status what the command has to end with */
export async function arenulaJson(status: number, ...argv: string[]): Promise<any> {
  const outcome = await arenula(...argv, "--json");
  assert.is(outcome.status, status, outcome.out.slice(0, 500) + outcome.err);
  assert.is(outcome.out.trimEnd().split("\n").length, 1);
  return JSON.parse(outcome.out);
}
