/** How trainings feed pixels: real = (pixel - mean) / std. */
export interface FamiliarScaling {
  readonly mean: number;
  readonly std: number;
  /** What pixels become at the ends. */
  readonly low: number;
  readonly high: number;
}

export const FAMILIAR_SCALINGS: readonly FamiliarScaling[] = [
  { mean: 0, std: 255, low: 0, high: 1 }, { mean: 127.5, std: 127.5, low: -1, high: 1 }, { mean: 0, std: 1, low: 0, high: 255 }, { mean: 128, std: 1, low: -128, high: 127 },
];
