// Drawn models with TFLM's results, checked in by tests/oracle/goldens.py, one file per family of draws.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = "tests/operators/goldens"; // tests run in the root

export interface OperatorGolden {
  readonly id: string;
  /** Where the expectation comes from: TFLM, or "recomputed" where TFLM has a named defect (tests/oracle/README.md). */
  readonly expectation: string;
  readonly model: Uint8Array;
  /** How far float32 results may lie from the expectation, in units in the last place. */
  readonly ulps: number;
  /** Invocations in a row, state kept: inputs and outputs hold one after another. Tensors are those of the last one. */
  readonly sequence: number;
  /** Raw little-endian bytes, in the model's order. */
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  /** CRC-32 of what operators write, by tensor index. */
  readonly tensors: ReadonlyMap<number, string>;
}

export interface Family {
  readonly name: string;
  readonly cases: readonly OperatorGolden[];
}

export function operatorGoldens(): Family[] {
  return readdirSync(FOLDER).sort().map((file) => ({
    name: path.basename(file, ".json"),
    cases: (JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as Encoded[]).map(decode),
  }));
}

interface Encoded {
  id: string;
  expectation: string;
  ulps?: number;
  sequence?: number;
  model: string;
  inputs: string[];
  outputs: string[];
  tensors: Record<string, string>;
}

function decode({ id, expectation, ulps = 0, sequence = 1, model, inputs, outputs, tensors }: Encoded): OperatorGolden {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));
  return {
    id, expectation, ulps, sequence, model: bytes(model), inputs: inputs.map(bytes), outputs: outputs.map(bytes),
    tensors: new Map(Object.entries(tensors).map(([tensor, crc]) => [Number(tensor), crc])),
  };
}
