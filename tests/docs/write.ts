// What scripts/docs.mjs runs.
import { writeFileSync } from "node:fs";
import { operatorsPage } from "./operators_page";

writeFileSync("docs/operators.md", operatorsPage());
