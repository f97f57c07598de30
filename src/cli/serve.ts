import { InvalidArgumentError } from "commander";
import { inPackage } from "../firmware/package_root";
import { jsonOption, type CommandFile } from "./command";
import type { Io } from "./io";
import { openModel } from "./model";
import { startPageServer } from "./page_server";

interface ServeFlags {
  port: number;
  host: string;
  json?: boolean;
}

export const serve: CommandFile = {
  name: "serve",
  summary: "a page for the browser: drop a model and an input; nothing is uploaded",
  examples: ["arenula serve", "arenula serve model.tflite", "arenula serve --port 0"],
  declare(command, act) {
    command.argument("[model]", "a .tflite file that the page opens; without it, drop one there")
      .option("--port <n>", "where it listens; 0: any port that is free", port, 8420)
      .option("--host <address>", "who may ask: 127.0.0.1 is this machine alone", "127.0.0.1")
      .addOption(jsonOption())
      .action((model: string | undefined, flags: ServeFlags) => act((io) => servePage(model, flags, io)));
  },
};

/** Serves until the process is told to stop. */
async function servePage(model: string | undefined, { port: wanted, host, json }: ServeFlags, io: Io): Promise<0> {
  if (model !== undefined) await openModel(model); // a file that is no model is refused here, where it was named
  const server = await startPageServer({ folder: inPackage("dist"), model: model ?? null, host, port: wanted });
  io.out(json ? `${JSON.stringify({ url: server.url })}\n` : `${io.outColors.bold(server.url)}\n`);
  io.err("Open it in a browser. Ctrl-C ends it.\n");
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await server.close();
  return 0;
}

function port(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < 0 || value > 65535) throw new InvalidArgumentError("A whole number from 0 to 65535.");
  return value;
}
