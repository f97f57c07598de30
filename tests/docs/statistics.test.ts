// The two lines of docs/statistics.md that spread a data set run as they stand there.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const page = suite("docs/statistics.md");

page("its example merges to the bytes of a single run", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "arenula-docs-"));
  try {
    const [, example] = /```sh\n([^]*?)```/.exec(readFileSync("docs/statistics.md", "utf8"))!;
    copyFileSync("models/keywords/keywords_float.tflite", path.join(folder, "float.tflite"));
    copyFileSync("models/keywords/samples/test_features.npy", path.join(folder, "samples.npy"));
    mkdirSync(path.join(folder, "bin"));
    const command = path.join(folder, "bin/arenula"); // as npm puts it into PATH
    writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${path.resolve("dist/cli.js")}" "$@"\n`);
    chmodSync(command, 0o755);
    const options = { cwd: folder, stdio: "pipe" as const, env: { ...process.env, PATH: `${path.join(folder, "bin")}:${process.env.PATH}` } };
    execFileSync("sh", ["-e", "-c", example!], options);
    execFileSync(command, ["stats", "float.tflite", "--data", "samples.npy", "-o", "single.stats"], options);
    assert.equal(readFileSync(path.join(folder, "all.stats")), readFileSync(path.join(folder, "single.stats")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

page.run();
