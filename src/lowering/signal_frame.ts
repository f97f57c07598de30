// TFLM's custom operators on one frame of samples: SignalWindow, SignalFftAutoScale, SignalEnergy.
import * as abi from "../../assembly/abi/signal_frame";
import { elementCount } from "../graph/tensor";
import { customInteger } from "./custom_options";
import type { Lowering } from "./lowering";
import type { Op } from "./op";

const lastOf = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;

const windowShift = (op: Op) => customInteger(op, "shift", 0, 31);

const window: Lowering = {
  operator: "SignalWindow", custom: true,
  signatures: [{ inputs: ["int16", "int16"], outputs: ["int16"] }],
  options: "any shift",
  check(op) {
    const { shape } = op.input(0), length = lastOf(op.input(1).shape);
    windowShift(op);
    if (op.input(1).shape.length !== 1 || elementCount(shape) % length !== 0) op.invalid(`a window of [${op.input(1).shape}] does not divide an input of [${shape}]`);
    op.expectShape(shape);
  },
  lower(op, emit) {
    const [input, weights] = op.inputs, length = lastOf(weights!.shape);
    emit.step("signal_window", abi.WINDOW_SIZE, (r) => {
      r.input(abi.WINDOW_INPUT, input!);
      r.input(abi.WINDOW_WEIGHTS, weights!);
      r.output(abi.WINDOW_OUTPUT, op.output());
      r.i32(abi.WINDOW_ROWS, elementCount(input!.shape) / length);
      r.i32(abi.WINDOW_LENGTH, length);
      r.i32(abi.WINDOW_SHIFT, windowShift(op));
      r.inPlace(input!, op.output());
    });
  },
};

const autoScale: Lowering = {
  operator: "SignalFftAutoScale", custom: true,
  signatures: [{ inputs: ["int16"], outputs: ["int16", "int32"] }],
  options: "",
  check(op) {
    if (op.input(0).shape.length !== 1) op.invalid(`the input has shape [${op.input(0).shape}], not one dimension`);
    op.expectShape(op.input(0).shape);
    op.expectShape([], op.output(1));
  },
  lower(op, emit) {
    emit.step("signal_fft_auto_scale", abi.AUTO_SCALE_SIZE, (r) => {
      r.input(abi.AUTO_SCALE_INPUT, op.input(0));
      r.output(abi.AUTO_SCALE_OUTPUT, op.output());
      r.output(abi.AUTO_SCALE_BITS, op.output(1));
      r.i32(abi.AUTO_SCALE_LENGTH, elementCount(op.input(0).shape));
      r.inPlace(op.input(0), op.output());
    });
  },
};

/** The bins that are computed. */
function energyRange(op: Op): { start: number; end: number; bins: number } {
  const bins = elementCount(op.output().shape);
  const end = customInteger(op, "end_index", 0, bins);
  return { start: customInteger(op, "start_index", 0, end), end, bins };
}

const energy: Lowering = {
  operator: "SignalEnergy", custom: true,
  signatures: [{ inputs: ["int16"], outputs: ["uint32"] }],
  options: "any range of bins; those outside are 0",
  check(op) {
    energyRange(op);
    const values = elementCount(op.input(0).shape);
    if (op.input(0).shape.length !== 1 || values % 2 !== 0) op.invalid(`the input has shape [${op.input(0).shape}], not pairs in one dimension`);
    op.expectShape([values / 2]);
  },
  lower(op, emit) {
    const { start, end, bins } = energyRange(op);
    emit.step("signal_energy", abi.ENERGY_SIZE, (r) => {
      r.input(abi.ENERGY_INPUT, op.input(0));
      r.output(abi.ENERGY_OUTPUT, op.output());
      r.i32(abi.ENERGY_BINS, bins);
      r.i32(abi.ENERGY_START, start);
      r.i32(abi.ENERGY_END, end);
    });
  },
};

export const SIGNAL_FRAME: readonly Lowering[] = [window, autoScale, energy];
