import { Option } from "commander";
import type { PlannerName } from "../arena/plan";
import { drawPlanSvg, type ArenaPlan, type Interpreter, type Model } from "../index";
import { boardOption, jsonOption, type CommandFile, type ExitStatus } from "./command";
import { blocksAtPeak, boardFit, fitText, peakText, type BoardFitJson } from "./describe";
import { writeFileAtomically } from "./files";
import * as format from "./format";
import type { Io } from "./io";
import { createInterpreter, openBoard, openModel } from "./model";
import { facts, table } from "./table";

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
  const net = await createInterpreter(opened, { planner: flags.planner });
  const fit = board && boardFit(board, net.arena);
  if (flags.svg !== undefined) {
    await writeFileAtomically(flags.svg, drawPlanSvg(net.arena, { title: opened.name, stepNames: net.steps.map((step) => step.name) }));
    io.err(`wrote ${flags.svg}\n`);
  }
  io.out(flags.json ? `${JSON.stringify(planJson(net.arena, opened.model, fit))}\n` : draw(opened.name, net, fit, io));
  return fit?.fits === false ? 1 : 0;
}

function planJson(arena: ArenaPlan, model: Model, fit: BoardFitJson | null): object {
  const indices = new Map(model.subgraphs[0].tensors.map(({ name, index }) => [name, index]));
  return {
    activation_bytes: arena.activationBytes, lower_bound_bytes: arena.lowerBoundBytes, optimal: arena.optimal, scratch_bytes: arena.scratchBytes,
    staging_bytes: arena.stagingBytes, arena_bytes: arena.bytes, planner: arena.planner, peak_step: arena.peakStep,
    tensors: arena.blocks.map((block) => ({
      index: block.kind === "activation" ? indices.get(block.name) ?? null : null, name: block.name, kind: block.kind, offset: block.offset, bytes: block.bytes,
      first_step: block.firstStep, last_step: block.lastStep,
    })),
    ...(fit && { board: fit }),
  };
}

function draw(name: string, net: Interpreter, fit: BoardFitJson | null, io: Io): string {
  const { outColors: colors, columns } = io;
  const { arena, steps } = net;
  const proof = arena.optimal ? colors.green("no plan is smaller") : `at least ${format.bytes(arena.lowerBoundBytes)}`;
  const atPeak = new Set(blocksAtPeak(arena));
  return [
    `${colors.bold(name)}  ${format.plural(steps.length, "step")}, ${format.plural(arena.blocks.length, "block")}\n\n`,
    facts([
      ["arena", colors.bold(format.bytes(arena.bytes))],
      ["activations", `${format.bytes(arena.activationBytes)}, ${proof} (${arena.planner})`],
      ...(arena.scratchBytes > 0 ? [["scratch", format.bytes(arena.scratchBytes)] as const] : []),
      ...(arena.stagingBytes > 0 ? [["staging", format.bytes(arena.stagingBytes)] as const] : []),
      ["fullest", peakText(arena, steps)],
      ...(fit ? [["board", fit.fits ? fitText(fit) : colors.red(fitText(fit))] as const] : []),
    ], colors),
    "\n",
    table(
      [{ title: "offset", align: "right" }, { title: "bytes", align: "right" }, { title: "steps" }, { title: "" }, { title: "kind" }, { title: "name", shrinks: true }],
      [...arena.blocks].sort((a, b) => a.firstStep - b.firstStep || a.offset - b.offset).map((block) => [
        format.count(block.offset), format.count(block.bytes), block.firstStep === block.lastStep ? String(block.firstStep) : `${block.firstStep}..${block.lastStep}`,
        atPeak.has(block) ? { text: "peak", paint: colors.yellow } : "", { text: block.kind, paint: colors.dim }, block.name,
      ]),
      { columns, colors },
    ),
  ].join("");
}
