import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import pc from "picocolors";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/cli";
import { startPageServer, type PageServer } from "../../src/cli/page_server";
import { ArenulaError } from "../../src/errors";

const folder = mkdtempSync(path.join(tmpdir(), "arenula-serve-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const put = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
put("dist/page/index.html", "<p>the page</p>");
put("dist/page/main.js", "import '../chunks/a.js'");
put("dist/page/example/labels.txt", "zero");
put("dist/chunks/a.js", "0");
put("dist/cli.js", "not of the page");
put("secret.txt", "secret");
const MODEL = path.join(folder, "a model.tflite");
copyFileSync("models/digits/digits_int8.tflite", MODEL);

/** The path goes out as it is written: `fetch` would tidy it up. */
function get(server: PageServer, path: string, options: { method?: string; host?: string } = {}): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { hostname, port, host } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname: hostname.replace(/[[\]]/g, ""), port, path, method: options.method ?? "GET", headers: { host: options.host ?? host } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    sent.on("error", reject).end();
  });
}

async function withServer(options: Partial<Parameters<typeof startPageServer>[0]>, use: (server: PageServer) => Promise<void>): Promise<void> {
  const server = await startPageServer({ folder: path.join(folder, "dist"), model: null, host: "127.0.0.1", port: 0, ...options });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

const server = suite("the server of the page");

server("gives the files of the page with their types, and tells browsers to ask nobody else", () => withServer({}, async (page) => {
  for (const [file, type, body] of [["/page/", "text/html", "<p>the page</p>"], ["/page/index.html", "text/html", "<p>the page</p>"], ["/page/main.js?v=1", "text/javascript", "import '../chunks/a.js'"], ["/chunks/a.js", "text/javascript", "0"], ["/page/example/labels.txt", "text/plain", "zero"]]) {
    const answer = await get(page, file!);
    assert.is(answer.status, 200, file);
    assert.ok(String(answer.headers["content-type"]).startsWith(type!), file);
    assert.is(answer.body, body);
    assert.match(String(answer.headers["content-security-policy"]), "connect-src 'self'");
    assert.is(answer.headers["cross-origin-opener-policy"], "same-origin");
  }
  for (const start of ["/", "/page"]) assert.is((await get(page, start)).headers["location"], "/page/");
  const head = await get(page, "/chunks/a.js", { method: "HEAD" });
  assert.equal([head.status, head.headers["content-length"], head.body], [200, "1", ""]);
}));

server("gives nothing else, however the path is written", () => withServer({}, async (page) => {
  for (const path of ["/cli.js", "/page/nothing.js", "/page/../cli.js", "/page/../../secret.txt", "/page/..%2f..%2fsecret.txt", "/page/%2e%2e/%2e%2e/secret.txt", "/page/..\\..\\secret.txt", "//secret.txt", "/page//index.html", "/page/index.html%00", "/model/a%20model.tflite", "/%", "/page/example/"]) {
    const answer = await get(page, path);
    assert.is(answer.status, 404, path);
    assert.not.match(answer.body, "secret\n");
  }
}));

server("takes nothing", () => withServer({}, async (page) => {
  for (const method of ["POST", "PUT", "DELETE"]) {
    const answer = await get(page, "/page/", { method });
    assert.is(answer.status, 405);
    assert.is(answer.headers["allow"], "GET, HEAD");
  }
}));

server("answers to the names of this machine alone while it listens there alone", async () => {
  await withServer({}, async (page) => {
    for (const host of ["localhost", "localhost:8420", "127.0.0.1:1", "[::1]:8420"]) assert.is((await get(page, "/page/", { host })).status, 200, host);
    for (const host of ["evil.example", "evil.example:8420", "127.0.0.1.evil.example"]) assert.is((await get(page, "/page/", { host })).status, 403, host);
  });
  await withServer({ host: "0.0.0.0" }, async (page) => assert.is((await get(page, "/page/", { host: "box.example" })).status, 200));
});

server("gives the model that was named as it is now, and no other file beside it", () => withServer({ model: MODEL }, async (page) => {
  const { pathname, searchParams } = new URL(page.url);
  assert.equal([pathname, searchParams.get("model")], ["/page/", "/model/a model.tflite"]);
  const answer = await get(page, "/model/a%20model.tflite");
  assert.equal([answer.status, answer.headers["content-type"]], [200, "application/octet-stream"]);
  assert.is((await get(page, "/model/secret.txt")).status, 404);
  rmSync(MODEL);
  assert.is((await get(page, "/model/a%20model.tflite")).status, 404);
  copyFileSync("models/digits/digits_int8.tflite", MODEL);
}));

server("refuses what it cannot listen on, with a way out", async () => {
  const refusal = (options: Partial<Parameters<typeof startPageServer>[0]>) => withServer(options, async () => {}).then(() => assert.unreachable(), (error: ArenulaError) => error);
  await withServer({}, async (page) => {
    const error = (await refusal({ port: Number(new URL(page.url).port) })) as ArenulaError;
    assert.is(error.code, "ADDRESS_UNAVAILABLE");
    assert.match(error.message, /^port \d+ is in use$/);
    assert.match(error.hint, "--port 0");
  });
  const elsewhere = (await refusal({ host: "192.0.2.1" })) as ArenulaError; // an address for documentation: nobody has it
  assert.equal([elsewhere.code, /--host/.test(elsewhere.hint)], ["ADDRESS_UNAVAILABLE", true]);
  const incomplete = (await refusal({ folder })) as ArenulaError;
  assert.equal([incomplete.code, /npm run build/.test(incomplete.hint)], ["FILE_NOT_FOUND", true]);
});
server.run();

const command = suite("arenula serve");

command("refuses a model that is none, and ports that are none", async () => {
  const run = async (...argv: string[]) => {
    let out = "";
    const colors = pc.createColors(false);
    const status = await main(["serve", ...argv, "--json"], { out: (text) => void (out += text), err: () => {}, outColors: colors, errColors: colors, columns: 100, terminal: null });
    return [status, JSON.parse(out).error.code];
  };
  assert.equal(await run("no_such.tflite"), [1, "FILE_NOT_FOUND"]);
  assert.equal(await run("package.json"), [1, "MODEL_FORMAT"]);
  for (const port of ["-1", "65536", "a", ""]) assert.equal(await run("--port", port), [2, "USAGE"], port);
});

command("prints its address, serves the built page, and ends on Ctrl-C", async () => {
  const child = spawn(process.execPath, ["dist/cli.js", "serve", "models/digits/digits_int8.tflite", "--port", "0", "--json"]);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const { url } = JSON.parse(await new Promise<string>((resolve) => child.stdout.once("data", (data: Buffer) => resolve(String(data))))) as { url: string };
  const page = { url, close: async () => {} };
  assert.match((await get(page, "/page/")).body, 'src="main.js"');
  for (const file of ["main.js", "worker.js", "style.css", "example/digits_int8.tflite", "example/digit_4.png", "example/labels.txt"]) assert.is((await get(page, `/page/${file}`)).status, 200, file);
  assert.is((await get(page, "/model/digits_int8.tflite")).status, 200);
  child.kill("SIGINT");
  assert.is(await ended, 0);
});
command.run();
