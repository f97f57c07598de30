import * as abi from "../../assembly/abi/window";
import type { Op } from "./op";
import type { RecordWriter } from "./record";

/** One axis of a sliding window. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padded elements in front. */
  readonly pad: number;
  /** Whether a window reaches outside the input anywhere. */
  readonly touchesBorder: boolean;
}

/**
 * Output extent and padding of one axis. SAME: ceil(input / stride) outputs, an odd padding puts the extra element behind.
 * VALID: whole windows only. Source: TFLM kernels/padding.h, ComputeOutSize and ComputePaddingWithOffset.
 */
export function windowAxis(op: Op, axis: string, input: number, kernel: number, stride: number, dilation: number): WindowAxis {
  if (stride < 1 || dilation < 1 || kernel < 1) op.invalid(`${axis}: stride ${stride}, dilation ${dilation}, window ${kernel}: all have to be at least 1`);
  const extent = (kernel - 1) * dilation + 1;
  const padding = op.option("padding", "SAME");
  const same = padding === "SAME";
  if (!same && padding !== "VALID") op.invalid(`padding ${padding}`);
  const output = same ? Math.ceil(input / stride) : Math.floor((input - extent) / stride) + 1;
  if (output < 1) op.invalid(`${axis}: a window of ${extent} does not fit an input of ${input}`);
  const reach = (output - 1) * stride + extent;
  if (reach >= 2 ** 31) op.refuse(`${axis}: windows reach over ${reach} elements, 2^31 or more`, "kernels count with 32 bits: a smaller window or dilation does the same");
  const pad = same ? Math.floor(Math.max(reach - input, 0) / 2) : 0;
  return { input, output, kernel, stride, dilation, pad, touchesBorder: pad > 0 || reach - pad > input };
}

/** Whether patches, int8 [k_h][k_w][in_c / groups], have to be copied out of the input. */
export const copiesPatches = (groups: number, y: WindowAxis, x: WindowAxis): boolean => y.touchesBorder || x.touchesBorder || groups > 1 || x.dilation > 1;

/** The fields that records of sliding windows begin with. */
export function writeWindow(r: RecordWriter, batches: number, y: WindowAxis, x: WindowAxis): void {
  r.i32(abi.WINDOW_BATCHES, batches);
  r.i32(abi.WINDOW_IN_H, y.input);
  r.i32(abi.WINDOW_IN_W, x.input);
  r.i32(abi.WINDOW_OUT_H, y.output);
  r.i32(abi.WINDOW_OUT_W, x.output);
  r.i32(abi.WINDOW_K_H, y.kernel);
  r.i32(abi.WINDOW_K_W, x.kernel);
  r.i32(abi.WINDOW_STRIDE_H, y.stride);
  r.i32(abi.WINDOW_STRIDE_W, x.stride);
  r.i32(abi.WINDOW_DILATION_H, y.dilation);
  r.i32(abi.WINDOW_DILATION_W, x.dilation);
  r.i32(abi.WINDOW_PAD_TOP, y.pad);
  r.i32(abi.WINDOW_PAD_LEFT, x.pad);
}
