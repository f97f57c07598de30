import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { withErrors } from "../../bench/cost/page";

const page = suite("docs/device.md");

page("has the errors of the weights that `simulate` estimates with", () => {
  const text = readFileSync("docs/device.md", "utf8");
  assert.ok(withErrors(text) === text, "docs/device.md is stale: `npm run fit:cost` writes the table again");
});

page.run();
