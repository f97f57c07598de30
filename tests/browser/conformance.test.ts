// The conformance data in Chromium, on every core that it loads: outputs equal to the byte.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { casesBelow } from "../conformance/cases";
import type { Cases } from "../conformance/run_cases";
import { launch } from "./chromium";
import type { Tally } from "./conformance_worker";

/** Our own goldens, and those beside the repository. */
const FOLDERS = ["models", "../shared/conformance"];
const roots = ["models", "../shared"].map((folder) => path.resolve(folder));

const server = createServer((request, response) => {
  const asked = decodeURIComponent(request.url!), file = path.resolve(asked.slice("/files".length));
  const isServed = asked.startsWith("/files/") && roots.some((root) => file.startsWith(`${root}${path.sep}`)) && existsSync(file);
  if (asked === "/") response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>conformance</title>");
  else if (asked === "/worker.js") response.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync("build/browser/conformance_worker.js"));
  else if (isServed) response.writeHead(200).end(readFileSync(file));
  else response.writeHead(404).end();
});

const conformance = suite("conformance in Chromium");
let browser: Browser, page: Page;
conformance.before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  browser = await launch();
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
conformance.after(async () => {
  await browser.close();
  server.close();
});

const run = (cases: Cases, core: string): Promise<Tally> => page.evaluate((task) => new Promise<Tally>((resolve, reject) => {
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => { worker.terminate(); resolve(data as Tally); };
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(task);
}), { cases, core });

for (const folder of FOLDERS) {
  for (const core of ["mcu", "simd", "relaxed"]) {
    const name = `${folder} on ${core}`;
    if (!existsSync(folder)) {
      console.log(`${folder} is not there: skipped`);
      conformance.skip(name, () => {});
      continue;
    }
    conformance(name, async () => {
      const { passed, skipped, failures } = await run(casesBelow(path.resolve(folder)), core);
      console.log(`\n    ${name}: ${passed} cases alike, ${failures.length} not, ${skipped} skipped`);
      assert.equal(failures, []);
      assert.ok(passed > 0);
    });
  }
}
conformance.run();
