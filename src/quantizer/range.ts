/** The real values that the codes of a tensor shall span. Zero need not lie within: quantizing widens a range to it. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Where it is from, in words: "percentile 99.99 over 100 samples". */
  readonly source: string;
}

/** By tensor index in subgraph 0 of the float model. */
export type Ranges = ReadonlyMap<number, Range>;
