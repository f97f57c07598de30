import Ajv, { type ErrorObject } from "ajv";
import schema from "../../boards/board.schema.json";
import { ArenulaError } from "../errors";
import { boardFromJson, type Board, type BoardJson } from "./boards";

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/**
 * A board of the user's own: the text of a board.json.
 * @param where The file, for messages.
 * @throws ArenulaError BOARD_INVALID naming every field that breaks the schema.
 */
export function parseBoard(text: string, where: string): Board {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ArenulaError("BOARD_INVALID", `not JSON: ${(error as Error).message}`, { where, hint: HINT });
  }
  if (!validate(json)) {
    throw new ArenulaError("BOARD_INVALID", (validate.errors ?? []).map(explain).join("; "), { where, hint: HINT });
  }
  return boardFromJson(json as unknown as BoardJson);
}

const HINT = "`arenula boards nucleo-f446re --json` shows a board as an example; boards/board.schema.json explains every field";

function explain(error: ErrorObject): string {
  const field = error.instancePath.slice(1).replaceAll("/", ".") || "the file";
  if (error.keyword === "additionalProperties") return `${field} has an unknown field '${error.params["additionalProperty"]}'`;
  if (error.keyword === "required") return `${field} lacks '${error.params["missingProperty"]}'`;
  if (error.keyword === "enum") return `${field} must be one of ${(error.params["allowedValues"] as string[]).join(", ")}`;
  return `${field} ${error.message}`;
}
