// The table of docs/stories/accuracy.md is what the checked-in models give. With the converter's ranges nothing is lost against it, with the recommended command at most 0.1 dB.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import "../support/cores";
import { accuracyTable, marked, NETWORKS, scoresOf, TABLE, type Score } from "./accuracy";

const accuracy = suite("stories/accuracy");
const scores: Score[] = [];

/** Decibels below the converter. */
const MOST_BELOW = 0.1;

for (const network of NETWORKS) {
  accuracy(`${network.name}: SQNR against the converter's`, async () => {
    const found = await scoresOf(network);
    scores.push(...found);
    const [converter, transferred, ours] = (["converter", "transferred", "recommended"] as const).map((variant) => found.find((score) => score.variant === variant)!.sqnrDb) as [number, number, number];
    assert.ok(Math.abs(transferred - converter) < 0.01, `${transferred} dB with the converter's ranges, the converter ${converter} dB`);
    assert.ok(ours > converter - MOST_BELOW, `${ours} dB, the converter ${converter} dB`);
  });
}

accuracy("docs/stories/accuracy.md has the table", () => assert.is(TABLE.exec(readFileSync("docs/stories/accuracy.md", "utf8"))?.[0], marked(accuracyTable(scores)), "run `npm run docs`"));

accuracy.run();
