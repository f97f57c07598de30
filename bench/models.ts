// What is measured: where the models lie, what they have to give, what they may cost.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export interface BenchModel {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Checksums of the outputs for input lcg:1, from the goldens: TFLM's own. */
  readonly outputs: readonly string[];
  /** What the issue allows: ns per MAC through the plain loop's, on the mcu core. Null where it says nothing. */
  readonly limit: number | null;
}

const SHARED = "../shared/models", SHARED_GOLDENS = "../shared/conformance/goldens";
const OURS_GOLDENS = "models/goldens";
const MODELS: readonly { name: string; folder: string; goldens: string; limit: number | null }[] = [
  { name: "kws_ref_model", folder: SHARED, goldens: SHARED_GOLDENS, limit: 0.33 },
  { name: "vww_96_int8", folder: SHARED, goldens: SHARED_GOLDENS, limit: 0.35 },
  { name: "pretrainedResnet_quant", folder: SHARED, goldens: SHARED_GOLDENS, limit: 0.32 },
  { name: "ad01_int8", folder: SHARED, goldens: SHARED_GOLDENS, limit: 0.34 },
  { name: "person_detect", folder: SHARED, goldens: SHARED_GOLDENS, limit: 0.36 },
  { name: "micro_speech_quantized", folder: SHARED, goldens: SHARED_GOLDENS, limit: null },
  { name: "hello_world_int8", folder: SHARED, goldens: SHARED_GOLDENS, limit: null },
  { name: "digits_int8", folder: "models/digits", goldens: OURS_GOLDENS, limit: null },
  { name: "keywords_int8", folder: "models/keywords", goldens: OURS_GOLDENS, limit: null },
];

interface Golden {
  readonly cases: readonly { readonly seed: number | null; readonly outputs: readonly { readonly crc32: string }[] }[];
}

/** The models whose name contains `name`; `absent` is told of those whose files are not there. */
export function openModels(root: string, name: string, absent: (name: string, file: string) => void): BenchModel[] {
  return MODELS.filter((model) => model.name.includes(name)).flatMap((model) => {
    const file = path.join(root, model.folder, `${model.name}.tflite`), golden = path.join(root, model.goldens, `${model.name}.json`);
    const missing = [file, golden].find((wanted) => !existsSync(wanted));
    if (missing) {
      absent(model.name, path.relative(root, missing));
      return [];
    }
    const { cases } = JSON.parse(readFileSync(golden, "utf8")) as Golden;
    const outputs = cases.find(({ seed }) => seed === 1)!.outputs.map(({ crc32 }) => crc32);
    return [{ name: model.name, bytes: new Uint8Array(readFileSync(file)), outputs, limit: model.limit }];
  });
}
