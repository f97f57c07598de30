// TFLM's custom operators from energies to features: SignalFilterBank, its square root, spectral subtraction, gain control (PCAN) and logarithm.
import * as abi from "../../assembly/abi/filter_bank";
import { elementCount, type Tensor } from "../graph/tensor";
import { customBoolean, customInteger } from "./custom_options";
import type { Lowering } from "./lowering";
import { describe, type Op } from "./op";
import { stateOf } from "./signal_stream";

const MOST = 2 ** 31 - 1;
/** Entries of PCAN's table of gains: 4 * 32 - 6, and two behind it. */
const GAINS = 125;

/** Refuses inputs and outputs that are not [channels]. */
function checkChannels(op: Op, tensors: readonly Tensor[]): void {
  const [first, ...others] = tensors as [Tensor, ...Tensor[]];
  if (first.shape.length !== 1) op.invalid(`${describe(first)} has shape [${first.shape}], not one dimension`);
  for (const tensor of others) op.expectShape(first.shape, tensor);
}

/** A constant int16 input. */
function codes(op: Op, i: number): number[] {
  const { data } = op.input(i);
  if (!data) return op.refuse(`${describe(op.input(i))} is computed while the model runs`, "make the bands constants: nothing else keeps the kernel inside its tables");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: elementCount(op.input(i).shape) }, (_, k) => view.getInt16(2 * k, true));
}

const filterBank: Lowering = {
  operator: "SignalFilterBank", custom: true,
  signatures: [{ inputs: ["uint32", "int16", "int16", "int16", "int16", "int16"], outputs: ["uint64"] }],
  options: "any bands; starts and widths constant",
  check(op) {
    const channels = customInteger(op, "num_channels", 1, 32767), bins = elementCount(op.input(0).shape);
    const weights = Math.min(elementCount(op.input(1).shape), elementCount(op.input(2).shape));
    const [frequencies, starts, widths] = [3, 4, 5].map((i) => codes(op, i)) as [number[], number[], number[]];
    for (const i of [3, 4, 5]) op.expectShape([channels + 1], op.input(i));
    widths.forEach((width, band) => {
      const begins = frequencies[band]!, weight = starts[band]!;
      if (width > 0 && (begins < 0 || begins + width > bins || weight < 0 || weight + width > weights))
        op.invalid(`band ${band} takes bins ${begins} to ${begins + width} of ${bins}, weights ${weight} to ${weight + width} of ${weights}`);
    });
    op.expectShape([channels]);
  },
  lower(op, emit) {
    emit.step("filter_bank", abi.FILTER_BANK_SIZE, (r) => {
      [abi.FILTER_BANK_INPUT, abi.FILTER_BANK_WEIGHTS, abi.FILTER_BANK_UNWEIGHTS, abi.FILTER_BANK_FREQUENCY_STARTS, abi.FILTER_BANK_WEIGHT_STARTS, abi.FILTER_BANK_WIDTHS]
        .forEach((at, i) => r.input(at, op.input(i)));
      r.output(abi.FILTER_BANK_OUTPUT, op.output());
      r.i32(abi.FILTER_BANK_CHANNELS, elementCount(op.output().shape));
    });
  },
};

const squareRoot: Lowering = {
  operator: "SignalFilterBankSquareRoot", custom: true,
  signatures: [{ inputs: ["uint64", "int32"], outputs: ["uint32"] }],
  options: "",
  check(op) {
    checkChannels(op, [op.input(0), op.output()]);
    op.expectShape([], op.input(1));
  },
  lower(op, emit) {
    emit.step("filter_bank_square_root", abi.SQUARE_ROOT_SIZE, (r) => {
      r.input(abi.SQUARE_ROOT_INPUT, op.input(0));
      r.input(abi.SQUARE_ROOT_BITS, op.input(1));
      r.output(abi.SQUARE_ROOT_OUTPUT, op.output());
      r.i32(abi.SQUARE_ROOT_CHANNELS, elementCount(op.output().shape));
    });
  },
};

/** Record fields that are options by their names: address, name, most. */
const SUBTRACTION_FIELDS = [
  [abi.SUBTRACTION_SMOOTHING, "smoothing", MOST], [abi.SUBTRACTION_ONE_MINUS_SMOOTHING, "one_minus_smoothing", MOST],
  [abi.SUBTRACTION_ALTERNATE_SMOOTHING, "alternate_smoothing", MOST], [abi.SUBTRACTION_ALTERNATE_ONE_MINUS_SMOOTHING, "alternate_one_minus_smoothing", MOST],
  [abi.SUBTRACTION_REMAINING, "min_signal_remaining", MOST], [abi.SUBTRACTION_SMOOTHING_BITS, "smoothing_bits", 31], [abi.SUBTRACTION_BITS, "spectral_subtraction_bits", 63],
] as const;

const spectralSubtraction: Lowering = {
  operator: "SignalFilterBankSpectralSubtraction", custom: true,
  signatures: [{ inputs: ["uint32"], outputs: ["uint32", "uint32"] }],
  options: "the noise estimate is kept between inferences",
  check(op) {
    checkChannels(op, [op.input(0), op.output(), op.output(1)]);
    const channels = elementCount(op.input(0).shape);
    customInteger(op, "num_channels", channels, channels);
    for (const [, name, most] of SUBTRACTION_FIELDS) customInteger(op, name, 0, most);
    customBoolean(op, "clamping");
  },
  lower(op, emit) {
    const { shape } = op.input(0);
    emit.step("filter_bank_spectral_subtraction", abi.SUBTRACTION_SIZE, (r) => {
      r.input(abi.SUBTRACTION_INPUT, op.input(0));
      r.output(abi.SUBTRACTION_OUTPUT, op.output());
      r.output(abi.SUBTRACTION_NOISE, op.output(1));
      r.output(abi.SUBTRACTION_STATE, stateOf(op, emit, "noise estimate", "uint32", shape));
      r.i32(abi.SUBTRACTION_CHANNELS, elementCount(shape));
      for (const [at, name, most] of SUBTRACTION_FIELDS) r.i32(at, customInteger(op, name, 0, most));
      r.i32(abi.SUBTRACTION_CLAMPING, Number(customBoolean(op, "clamping")));
      r.inPlace(op.input(0), op.output());
    });
  },
};

const pcan: Lowering = {
  operator: "SignalPCAN", custom: true,
  signatures: [{ inputs: ["uint32", "uint32", "int16"], outputs: ["uint32"] }],
  options: `a table of ${GAINS} gains`,
  check(op) {
    checkChannels(op, [op.input(0), op.input(1), op.output()]);
    op.expectShape([GAINS], op.input(2));
    customInteger(op, "snr_shift", 0, 63);
  },
  lower(op, emit) {
    emit.step("filter_bank_pcan", abi.PCAN_SIZE, (r) => {
      r.input(abi.PCAN_INPUT, op.input(0));
      r.input(abi.PCAN_NOISE, op.input(1));
      r.input(abi.PCAN_GAINS, op.input(2));
      r.output(abi.PCAN_OUTPUT, op.output());
      r.i32(abi.PCAN_CHANNELS, elementCount(op.output().shape));
      r.i32(abi.PCAN_SHIFT, customInteger(op, "snr_shift", 0, 63));
      r.inPlace(op.input(0), op.output());
    });
  },
};

/** 2^16 (log2(1 + x) - x) at 128 steps from 0 to 1: signal/src/log.cc, kLogLut. */
const LOG_TABLE = new Uint8Array(Uint16Array.from({ length: 129 }, (_, i) => Math.round(65536 * (Math.log2(1 + i / 128) - i / 128))).buffer);

const log: Lowering = {
  operator: "SignalFilterBankLog", custom: true,
  signatures: [{ inputs: ["uint32"], outputs: ["int16"] }],
  options: "any scale",
  check(op) {
    checkChannels(op, [op.input(0), op.output()]);
    customInteger(op, "input_correction_bits", 0, 31);
    customInteger(op, "output_scale", 0, MOST);
  },
  lower(op, emit) {
    emit.step("filter_bank_log", abi.LOG_SIZE, (r) => {
      r.input(abi.LOG_INPUT, op.input(0));
      r.constant(abi.LOG_TABLE, LOG_TABLE);
      r.output(abi.LOG_OUTPUT, op.output());
      r.i32(abi.LOG_CHANNELS, elementCount(op.output().shape));
      r.i32(abi.LOG_CORRECTION_BITS, customInteger(op, "input_correction_bits", 0, 31));
      r.i32(abi.LOG_SCALE, customInteger(op, "output_scale", 0, MOST));
    });
  },
};

export const FILTER_BANK: readonly Lowering[] = [filterBank, squareRoot, spectralSubtraction, pcan, log];
