import { ArenulaError } from "../errors";
import type { Parameters } from "./parameters";

/** What an activation was seen, trained or told to span, in real values. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Where it comes from, as people read it: "minmax of 100 samples", "FAKE_QUANT", "default (dummy)". */
  readonly source: string;
  /** The network was trained with it: the scale follows TensorFlow's rule for training, over all codes or all but the least, and nothing overrules the range. */
  readonly trained?: "full" | "narrow";
  /** Scale and zero point are known already: another model's. They are taken as they are. */
  readonly parameters?: Parameters;
}

/** By index of the tensor in the first subgraph of the float model. */
export type Ranges = ReadonlyMap<number, Range>;

/** Of a degenerate range with a value other than 0 nothing is wrong: 0 always belongs to it. */
export function checkRange({ min, max, source }: Pick<Range, "min" | "max" | "source">, tensor: string): void {
  const where = `tensor '${tensor}'`;
  if (Number.isNaN(min) || Number.isNaN(max))
    throw new ArenulaError("RANGE_INVALID", `its range is NaN (${source})`, { where, hint: "NaN comes out of the model itself, or of the data: `arenula run --trace` on one sample finds the operator" });
  if (!Number.isFinite(min) || !Number.isFinite(max))
    throw new ArenulaError("RANGE_INVALID", `its range ${min} to ${max} is not finite (${source})`, { where, hint: "look for a division by zero or a logarithm of 0 in front of it" });
  if (min > max) throw new ArenulaError("RANGE_INVALID", `its range is inverted: ${min} is above ${max} (${source})`, { where, hint: "give the minimum first" });
}
