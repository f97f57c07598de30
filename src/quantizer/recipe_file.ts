// A recipe's file: JSON, checked by a schema. Apart from recipe.ts, as the schema's compiler takes long to load.
import Ajv, { type ErrorObject } from "ajv";
import { ArenulaError } from "../errors";
import type { Recipe } from "./recipe";

const SCHEMA = {
  type: "object", additionalProperties: false, required: ["keep"],
  properties: {
    keep: {
      type: "array", minItems: 1,
      items: {
        type: "object", additionalProperties: false, required: ["as"], anyOf: [{ required: ["operator"] }, { required: ["name"] }, { required: ["op"] }],
        properties: { operator: { type: "integer", minimum: 0 }, name: { type: "string", minLength: 1 }, op: { type: "string", minLength: 1 }, as: { enum: ["float32", "int16"] } },
      },
    },
  },
};

const HINT = 'a recipe looks like {"keep": [{"name": "*/Softmax", "as": "float32"}, {"operator": 7, "as": "int16"}, {"op": "ADD", "as": "int16"}]}';
const validate = new Ajv({ allErrors: true }).compile(SCHEMA);

/** @throws ArenulaError RECIPE_INVALID naming every field that breaks the schema */
export function parseRecipe(text: string, where: string): Recipe {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ArenulaError("RECIPE_INVALID", `not JSON: ${(error as Error).message}`, { where, hint: HINT });
  }
  if (!validate(json)) throw new ArenulaError("RECIPE_INVALID", [...new Set((validate.errors ?? []).filter(({ schemaPath }) => !/anyOf\/\d/.test(schemaPath)).map(explain))].join("; "), { where, hint: HINT });
  return json as unknown as Recipe;
}

function explain(error: ErrorObject): string {
  const field = error.instancePath.slice(1).replaceAll("/", ".") || "the recipe";
  if (error.keyword === "additionalProperties") return `${field} has an unknown field '${error.params["additionalProperty"]}'`;
  if (error.keyword === "required") return `${field} lacks '${error.params["missingProperty"]}'`;
  if (error.keyword === "anyOf") return `${field} names no operator`;
  if (error.keyword === "enum") return `${field} must be one of ${(error.params["allowedValues"] as string[]).join(", ")}`;
  return `${field} ${error.message}`;
}
