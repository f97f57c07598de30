import { clamp, roundHalfAway } from "./fixed_point";

/** real = (q - zeroPoint) * scale. */
export interface Affine { readonly scale: number; readonly zeroPoint: number }

export type Activation = "NONE" | "RELU" | "RELU_N1_TO_1" | "RELU6";
export const ACTIVATIONS: readonly Activation[] = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6"];

/** TFLM's CalculateActivationRangeQuantized: codes of the real bounds, rounded in float32, within int8. */
export function activationRange(activation: Activation, { scale, zeroPoint }: Affine): [number, number] {
  const code = (real: number) => clamp(zeroPoint + roundHalfAway(Math.fround(real / scale)), [-128, 127]);
  switch (activation) {
    case "NONE": return [-128, 127];
    case "RELU": return [code(0), 127];
    case "RELU_N1_TO_1": return [code(-1), code(1)];
    case "RELU6": return [code(0), code(6)];
  }
}
