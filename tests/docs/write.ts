// What scripts/docs.mjs runs.
import { readFileSync, writeFileSync } from "node:fs";
import { operatorsPage } from "./operators_page";
import { withStart } from "./start_block";

writeFileSync("docs/operators.md", operatorsPage());
writeFileSync("README.md", withStart(readFileSync("README.md", "utf8")));
