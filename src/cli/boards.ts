import { boardByName, boards as allBoards, boardToJson, largestRegion, type Board } from "../device/boards";
import { jsonOption, type CommandFile } from "./command";
import * as format from "./format";
import type { Io } from "./io";
import { openBoard } from "./model";
import { facts, table } from "./table";

export const boards: CommandFile = {
  name: "boards",
  summary: "list the boards that --board knows, or show one",
  examples: ["arenula boards", "arenula boards nrf52840dk"],
  declare(command, act) {
    command.argument("[name]", "a board, or ./my-board.json to check one of your own").addOption(jsonOption())
      .action((name: string | undefined, flags: { json?: boolean }) => act((io) => show(name, flags, io)));
  },
};

async function show(name: string | undefined, { json }: { json?: boolean }, io: Io): Promise<0> {
  const shown = name === undefined ? await allBoards() : [/[/\\]|\.json$/.test(name) ? await openBoard(name) : await boardByName(name)];
  io.out(json ? `${JSON.stringify({ boards: shown.map(boardToJson) })}\n` : name === undefined ? drawList(shown, io) : drawOne(shown[0], io));
  return 0;
}

function drawList(boards: readonly Board[], { outColors: colors, columns }: Io): string {
  const rows = [...boards].sort((a, b) => Number(a.emulated) - Number(b.emulated)).map((board) => [
    { text: board.name, paint: colors.bold }, board.chip, board.core, board.clockHz === null ? "?" : format.short(board.clockHz / 1e6), format.size(largestRegion(board).bytes),
    board.flashBytes === null ? "?" : format.size(board.flashBytes), { text: board.emulated ? "QEMU" : "", paint: colors.dim },
  ]);
  return `${table(
    [{ title: "board" }, { title: "chip", shrinks: true }, { title: "core", shrinks: true }, { title: "MHz", align: "right" }, { title: "RAM", align: "right" }, { title: "flash", align: "right" }, { title: "" }],
    rows, { columns, colors },
  )}${colors.dim("RAM is the largest region: an arena lies in one. See `arenula boards NAME`.")}\n`;
}

function drawOne(board: Board, { outColors: colors, columns }: Io): string {
  const known = (value: number | null, text: (value: number) => string) => (value === null ? "not known" : text(value));
  return [
    `${colors.bold(board.name)}  ${board.title}\n\n`,
    facts([
      ["chip", board.chip], ["core", board.core], ["clock", format.frequency(board.clockHz)], ["flash", known(board.flashBytes, format.bytes)],
      ...(board.qemu ? [["emulated", `qemu-system-arm -M ${board.qemu.machine} -cpu ${board.qemu.cpu}`] as const] : []),
    ], colors),
    "\n",
    table(
      [{ title: "RAM" }, { title: "bytes", align: "right" }, { title: "", align: "right" }, { title: "DMA" }],
      board.ram.map((region) => [region.name, format.count(region.bytes), format.size(region.bytes), region.dma === null ? "not known" : region.dma ? "yes" : "no"]),
      { columns, colors },
    ),
    `\n${colors.bold("sources")}\n`,
    ...Object.entries(board.sources).map(([figure, source]) => `${colors.dim(figure)}\n  ${format.wrap(source, Math.min(columns, 100) - 2).join("\n  ")}\n`),
  ].join("");
}
