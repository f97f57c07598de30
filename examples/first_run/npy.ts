import { readFile } from "node:fs/promises";

/** A NumPy array file: its shape, and its elements as stored. The samples hold uint8 ("|u1") and float32 ("<f4"). */
export async function readNpy(file: URL): Promise<{ shape: number[]; data: Uint8Array | Float32Array }> {
  const bytes = new Uint8Array(await readFile(file));
  const start = 10 + (bytes[8]! | (bytes[9]! << 8)); // magic, version, uint16 length of the header, header
  const header = new TextDecoder("latin1").decode(bytes.subarray(10, start));
  const shape = /'shape': \(([^)]*)\)/.exec(header)![1]!.split(",").filter((n) => n.trim() !== "").map(Number);
  const body = bytes.slice(start);
  return { shape, data: header.includes("<f4") ? new Float32Array(body.buffer) : body };
}
