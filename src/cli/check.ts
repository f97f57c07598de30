import { printable } from "../arena/labels";
import { ArenulaError } from "../errors";
import { floatCost } from "../device/float_cost";
import { checkModel, type Interpreter, type Model, type OperatorCheck } from "../index";
import { boardOption, jsonOption, type CommandFile, type ExitStatus } from "./command";
import { boardFit, fitText, type BoardFitJson } from "./describe";
import * as format from "./format";
import type { Io } from "./io";
import { createInterpreter, openBoard, openModel, type OpenModel } from "./model";
import { table, type Cell } from "./table";

interface CheckFlags {
  board?: string;
  json?: boolean;
}

export const check: CommandFile = {
  name: "check",
  summary: "will it run, and on this board?",
  examples: ["arenula check model.tflite", "arenula check model.tflite --board nucleo-f446re"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(boardOption("also measure the arena")).addOption(jsonOption())
      .action((model: string, flags: CheckFlags) => act((io) => checkFile(model, flags, io)));
  },
};

async function checkFile(file: string, flags: CheckFlags, io: Io): Promise<ExitStatus> {
  const opened = await openModel(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const operators = checkModel(opened.model);
  const { net, refusal } = operators.every(({ ok }) => ok) ? await tryToCreate(opened) : { net: null, refusal: null };
  const fit = board && net ? boardFit(board, net) : null;
  const ok = net !== null && fit?.fits !== false;
  io.out(flags.json
    ? `${JSON.stringify({ ok, operators, board: fit, ...(net && { arena_bytes: net.arena.bytes }), ...(refusal && { refusal }) })}\n`
    : draw(opened, operators, { net, refusal, fit, cost: board && floatCost(opened.model, board.core) }, io));
  return ok ? 0 : 1;
}

/** Some refusals belong to no operator: an input of strings, a memory beyond 4 GB. */
async function tryToCreate(opened: OpenModel): Promise<{ net: Interpreter | null; refusal: ArenulaError | null }> {
  try {
    return { net: await createInterpreter(opened, {}), refusal: null };
  } catch (error) {
    if (!(error instanceof ArenulaError) || error.code === "INTERNAL") throw error;
    return { net: null, refusal: error };
  }
}

interface Verdict {
  net: Interpreter | null;
  refusal: ArenulaError | null;
  fit: BoardFitJson | null;
  /** What float32 costs on the board. */
  cost: string | null;
}

function draw({ name, model }: OpenModel, operators: readonly OperatorCheck[], { net, refusal, fit, cost }: Verdict, io: Io): string {
  const { outColors: colors, columns } = io;
  const refused = operators.filter(({ ok }) => !ok);
  const rows = operators.map(({ index, op, ok }): Cell[] => [
    String(index), op, typesText(model, index), ok ? { text: "ok", paint: colors.green } : { text: "refused", paint: colors.red },
  ]);
  const who = (same: readonly OperatorCheck[]) => `operator${same.length > 1 ? "s" : ""} ${format.list(same.map(({ index }) => String(index)))}`;
  const reasons = [...groupBy(refused, ({ reason, hint }) => JSON.stringify([reason, hint])).values()].map((same) => {
    const { reason, hint } = same[0];
    return `${colors.red(who(same))}  ${printable(reason)}\n${hint ? `  ${colors.dim("hint")} ${printable(hint)}\n` : ""}`;
  });
  const elsewhere = [...groupBy(operators.filter(({ others }) => others), ({ op, others }) => JSON.stringify([op, others])).values()]
    .map((same) => `${colors.yellow(who(same))} ${same[0].op}  ${same[0].others}\n`);
  const verdict = refused.length > 0 ? `${colors.red(colors.bold("no"))}  ${format.plural(refused.length, "operator")} of ${operators.length} cannot run`
    : refusal ? `${colors.red(colors.bold("no"))}  ${printable(refusal.message)}${refusal.hint ? `\n    ${colors.dim("hint")} ${printable(refusal.hint)}` : ""}`
    : `${colors.green(colors.bold("yes"))}  all ${format.plural(operators.length, "operator")} run, in an arena of ${format.bytes(net?.arena.bytes ?? 0)}`;
  return [
    `${colors.bold(name)}\n\n`,
    table([{ title: "#", align: "right" }, { title: "operator" }, { title: "types", shrinks: true }, { title: "" }], rows, { columns, colors }),
    "\n", ...reasons, ...elsewhere, reasons.length + elsewhere.length > 0 ? "\n" : "",
    `${verdict}\n`,
    fit ? `${fit.fits ? colors.green(colors.bold("yes")) : colors.red(colors.bold("no "))}  ${fitText(fit)}\n` : "",
    cost ? `${colors.dim("hint")} ${cost}\n` : "",
  ].join("");
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** "int8, int8, int32 -> int8" */
function typesText(model: Model, index: number): string {
  const [{ operators, tensors }] = model.subgraphs;
  const types = (indices: readonly number[]) => indices.map((tensor) => (tensor < 0 ? "-" : tensors[tensor].type)).join(", ");
  return `${types(operators[index].inputs)} -> ${types(operators[index].outputs)}`;
}
