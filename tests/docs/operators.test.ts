import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { operatorsPage, REFRESH } from "./operators_page";

const page = suite("docs/operators.md");

page("is what the lowering table and the test data say", () => {
  const stale = readFileSync("docs/operators.md", "utf8") !== operatorsPage();
  assert.not.ok(stale, `docs/operators.md is stale: \`${REFRESH}\` writes it again`);
});

page.run();
