export type Padding = "SAME" | "VALID";
export type Pair = readonly [number, number];

/** Output extent of one axis. */
export function extent(padding: Padding, input: number, kernel: number, stride: number, dilation = 1): number {
  const window = (kernel - 1) * dilation + 1;
  return padding === "SAME" ? Math.ceil(input / stride) : Math.ceil((input - window + 1) / stride);
}

/** Elements in front of the first one; the odd one of an odd padding lies behind. */
export function before(padding: Padding, input: number, kernel: number, stride: number, dilation = 1): number {
  if (padding === "VALID") return 0;
  const window = (kernel - 1) * dilation + 1;
  return Math.floor(Math.max((Math.ceil(input / stride) - 1) * stride + window - input, 0) / 2);
}
