import path from "node:path";
import { boardByName, type Board } from "../device/boards";
import { ArenulaError } from "../errors";
import { Interpreter, Model, type CreateOptions } from "../index";
import { readFile } from "./files";

/** A model with the file it came from. */
export interface OpenModel {
  readonly file: string;
  /** The file's name, without its folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly model: Model;
}

/** @throws ArenulaError FILE_*, MODEL_* with the file in `where` */
export async function openModel(file: string): Promise<OpenModel> {
  const bytes = await readFile(file);
  return { file, name: path.basename(file), bytes, model: await inFile(file, () => Model.parse(bytes)) };
}

/** @throws ArenulaError as Interpreter.create, with the file in `where` */
export function createInterpreter({ file, model }: OpenModel, options: CreateOptions): Promise<Interpreter> {
  return inFile(file, () => Interpreter.create(model, options));
}

/** Adds what only the command line knows to errors: the file. */
async function inFile<T>(file: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ArenulaError) error.where = error.where ? `${file}, ${error.where}` : file;
    throw error;
  }
}

/** The board that `--board` means: a name, or a file of the user's own, which has a slash or ends in .json. */
export async function openBoard(nameOrPath: string): Promise<Board> {
  if (!/[/\\]|\.json$/.test(nameOrPath)) return boardByName(nameOrPath);
  const { parseBoard } = await import("../device/board_file"); // the schema's compiler takes long to load
  return parseBoard(new TextDecoder().decode(await readFile(nameOrPath)), nameOrPath);
}
