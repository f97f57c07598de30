// The server behind `arenula serve`: files of the package and one model, read only. It knows every path beforehand, so that none can lead elsewhere.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { readFile, readdir } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { ArenulaError } from "../errors";

export interface PageServerOptions {
  /** The folder that holds page/ and the chunks that its scripts import: the package's dist. */
  readonly folder: string;
  /** A model that the page opens by itself; null: none. */
  readonly model: string | null;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".txt": "text/plain; charset=utf-8",
  ".png": "image/png", ".tflite": "application/octet-stream", ".wasm": "application/wasm",
};

/**
 * No script but the package's own, no request to anywhere else: the browser itself keeps what is dropped here. Isolation gives clocks that tick in 5 microseconds
 * instead of 100. Styles are within the drawing of a plan and in bars.
 */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-cache",
};

const PAGE = "/page/";

/** @throws ArenulaError ADDRESS_UNAVAILABLE, FILE_NOT_FOUND where the package is incomplete */
export async function startPageServer({ folder, model, host, port }: PageServerOptions): Promise<PageServer> {
  const files = await filesOf(folder);
  const modelPath = model === null ? null : `/model/${encodeURIComponent(path.basename(model))}`;
  if (modelPath) files.set(modelPath, model!); // read at every request: a model that was converted again is a reload away
  const local = isLoopback(host);
  const server = createServer((request, response) => void answer(request, response, files, local));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(unavailable(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  const url = `http://${family === "IPv6" ? `[${address}]` : address}:${bound}${PAGE}${modelPath ? `?model=${modelPath}` : ""}`;
  return {
    url,
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

/** What is served, by path: all of page/, and the chunks. */
async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const part of ["page", "chunks"]) {
    const entries = await readdir(path.join(folder, part), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      files.set(`/${path.relative(folder, file).split(path.sep).join("/")}`, file);
    }
  }
  const index = files.get(`${PAGE}index.html`);
  if (!index) throw new ArenulaError("FILE_NOT_FOUND", "the page is not in the package", { where: path.join(folder, "page/index.html"), hint: "install the package again; in a clone: npm run build" });
  files.set(PAGE, index);
  return files;
}

async function answer(request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, string>, local: boolean): Promise<void> {
  const refuse = (status: number, words: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { ...HEADERS, "content-type": "text/plain; charset=utf-8", ...headers });
    response.end(`${words}\n`);
  };
  // A name of elsewhere that was pointed at this machine (DNS rebinding) must not read the model.
  if (local && !isLoopback(hostName(request.headers.host))) return refuse(403, "this server answers to localhost alone");
  if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "only GET: nothing is taken here", { allow: "GET, HEAD" });
  const asked = request.url!.split("?", 1)[0]!;
  if (asked === "/" || asked === PAGE.slice(0, -1)) return refuse(308, `the page is at ${PAGE}`, { location: PAGE });
  const file = files.get(asked);
  const bytes = file === undefined ? null : await readFile(file).catch(() => null);
  if (!bytes) return refuse(404, "no such file");
  const type = TYPES[path.extname(file!).toLowerCase()] ?? "application/octet-stream";
  response.writeHead(200, { ...HEADERS, "content-type": type, "content-length": bytes.length });
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** "localhost:8420" -> "localhost", "[::1]:8420" -> "::1" */
function hostName(header: string | undefined): string {
  return (header ?? "").replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1").toLowerCase();
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

function unavailable(error: NodeJS.ErrnoException, host: string, port: number): ArenulaError {
  const [message, hint] = error.code === "EADDRINUSE" ? [`port ${port} is in use`, "--port 0 takes any that is free; another `arenula serve` may still run"]
    : error.code === "EACCES" ? [`no permission to listen on port ${port}`, "ports from 1024 are open to all: --port 8420"]
    : [`this machine cannot listen there: ${error.message}`, "--host 127.0.0.1 is this machine alone, --host 0.0.0.0 every address that it has"];
  return new ArenulaError("ADDRESS_UNAVAILABLE", message, { where: `${host}:${port}`, hint });
}
