// What the runner of conformance cases takes of node:fs, in a worker of a browser: files from the test's server, each fetched once.
const files = new Map<string, Uint8Array | null>();

function fetched(file: string): Uint8Array | null {
  let bytes = files.get(file);
  if (bytes === undefined) {
    const request = new XMLHttpRequest();
    request.open("GET", `/files${file}`, false);
    request.responseType = "arraybuffer";
    request.send();
    bytes = request.status === 200 ? new Uint8Array(request.response as ArrayBuffer) : null;
    files.set(file, bytes);
  }
  return bytes;
}

export function existsSync(file: string): boolean {
  return fetched(file) !== null;
}

export function readFileSync(file: string, encoding?: "utf8"): Uint8Array | string {
  const bytes = fetched(file);
  if (!bytes) throw new Error(`no file ${file}`);
  return encoding ? new TextDecoder().decode(bytes) : bytes;
}
