// What scripts/docs.mjs runs.
import { readFileSync, writeFileSync } from "node:fs";
import { accuracyTable, marked, NETWORKS, scoresOf, TABLE, type Score } from "../stories/accuracy";
import { operatorsPage } from "./operators_page";
import { withStart } from "./start_block";

writeFileSync("docs/operators.md", operatorsPage());
writeFileSync("README.md", withStart(readFileSync("README.md", "utf8")));
const scores: Score[] = [], accuracy = "docs/stories/accuracy.md";
for (const network of NETWORKS) scores.push(...(await scoresOf(network)));
writeFileSync(accuracy, readFileSync(accuracy, "utf8").replace(TABLE, () => marked(accuracyTable(scores))));
