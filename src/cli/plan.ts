import { Option } from "commander";
import { drawPlanText } from "../arena/draw_text";
import { shortName, stepNumber } from "../arena/labels";
import type { PlannerName } from "../arena/plan";
import { drawPlanSvg, type Interpreter } from "../index";
import { lower } from "../lowering/lower";
import { assignStorage } from "../lowering/storage";
import { boardOption, jsonOption, type CommandFile, type ExitStatus } from "./command";
import { blocksAtPeak, boardFit, fitText, type BoardFitJson } from "./describe";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { createInterpreter, openBoard, openModel } from "./model";
import { table } from "./table";

interface PlanFlags {
  board?: string;
  planner: PlannerName;
  svg?: string;
  json?: boolean;
}

export const plan: CommandFile = {
  name: "plan",
  summary: "plan the arena: how many bytes, and where every tensor lies",
  examples: ["arenula plan model.tflite", "arenula plan model.tflite --board nrf52840dk --svg arena.svg"],
  declare(command, act) {
    command.argument("<model>", "a .tflite file").addOption(boardOption("measure the arena against a board"))
      .addOption(new Option("--planner <planner>", "auto: greedy, then search where greedy misses the bound").choices(["auto", "greedy", "search"]).default("auto"))
      .option("--svg <file>", "draw the plan").addOption(jsonOption())
      .action((model: string, flags: PlanFlags) => act((io) => planFile(model, flags, io)));
  },
};

async function planFile(file: string, flags: PlanFlags, io: Io): Promise<ExitStatus> {
  const opened = await openModel(file);
  const board = flags.board === undefined ? null : await openBoard(flags.board);
  const net = await createInterpreter(opened, { core: "mcu", planner: flags.planner });
  const fit = board && boardFit(board, net);
  if (flags.svg !== undefined) {
    await writeFileAtomically(flags.svg, drawPlanSvg(net.arena, { title: opened.name, stepNames: net.steps }));
    io.err(`wrote ${flags.svg}\n`);
  }
  io.out(flags.json ? `${JSON.stringify(planJson(net, fit))}\n` : draw(opened.name, net, fit, io));
  return fit?.fits === false ? 1 : 0;
}

/** Tensors that share bytes (views, outputs computed in place) are one entry under the first one's name; `holds` lists all of them. */
function planJson({ arena, model, core }: Interpreter, fit: BoardFitJson | null): object {
  const { storages } = assignStorage(lower(model, { core }));
  const activations = arena.blocks.filter((block) => block.kind === "activation"); // as many, in the same order
  const place = ({ name, offset, bytes, firstStep, lastStep }: (typeof activations)[number]) => ({ name, offset, bytes, first_step: firstStep, last_step: lastStep });
  return {
    activation_bytes: arena.activationBytes, lower_bound_bytes: arena.lowerBoundBytes, optimal: arena.optimal, scratch_bytes: arena.scratchBytes,
    staging_bytes: arena.stagingBytes, arena_bytes: arena.bytes, planner: arena.planner, steps: arena.steps, peak_step: arena.peakStep,
    tensors: activations.map((block, i) => ({ index: storages[i].tensors[0], ...place(block), holds: storages[i].tensors })),
    scratch: arena.blocks.filter((block) => block.kind !== "activation").map((block) => ({ kind: block.kind, ...place(block) })),
    ...(fit && { board: fit }),
  };
}

function draw(name: string, net: Interpreter, fit: BoardFitJson | null, io: Io): string {
  const { outColors: colors, columns } = io;
  const { arena, steps } = net;
  const span = (first: number, last: number) => (first === last ? stepNumber(first, steps) : `${stepNumber(first, steps)}..${stepNumber(last, steps)}`);
  const atPeak = new Set(blocksAtPeak(arena));
  const activations = arena.blocks.filter((block) => block.kind === "activation").sort((a, b) => a.firstStep - b.firstStep || a.offset - b.offset);
  const verdict = fit && (fit.fits ? `${colors.green(colors.bold("fits"))} ` : `${colors.red(colors.bold("does not fit"))} `) + fitText(fit);
  return [
    `${colors.bold(name)}  ${format.plural(steps.length, "step")}, planned by ${arena.planner}\n\n`,
    drawPlanText(arena, { width: Math.min(columns, 100), colour: colors.isColorSupported, stepNames: steps }),
    "\n",
    table(
      [{ title: "offset", align: "right" }, { title: "bytes", align: "right" }, { title: "operators" }, { title: "" }, { title: "tensor", shrinks: true }],
      activations.map((block) => [
        format.count(block.offset), format.count(block.bytes), span(block.firstStep, block.lastStep),
        atPeak.has(block) ? { text: "peak", paint: colors.yellow } : "", shortName(block.name),
      ]),
      { columns, colors },
    ),
    verdict ? `\n${verdict}\n` : "",
  ].join("");
}
