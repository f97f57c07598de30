// TFLM's custom operators that join frames over time: SignalDelay, SignalFramer, SignalStacker, SignalOverlapAdd. What they keep are variables:
// samples in the order of time instead of TFLM's ring buffers, so that all but the last one only copy.
// Source of the semantics: TFLM signal/micro/kernels/delay.cc, framer.cc, stacker.cc, overlap_add.cc, signal/src/circular_buffer.cc.
import * as abi from "../../assembly/abi/signal_frame";
import { elementCount, type Tensor, type TensorType } from "../graph/tensor";
import { emitCopy, emitCopyAll, type BoxCopy } from "./copy";
import { checkCustomType, customBoolean, customInteger } from "./custom_options";
import type { Emitter, Lowering } from "./lowering";
import type { Op } from "./op";
import { denseStrides } from "./strides";

const MOST = 2 ** 24;

/** What an operator keeps between inferences, zero at first. */
export function stateOf(op: Op, emit: Emitter, what: string, type: TensorType, shape: readonly number[]): Tensor {
  return emit.resource(`${what} of ${op.where}`, { ...op.output(), type, shape, shapeSignature: null, quantization: null, data: null });
}

/** All rows of `input` but a part of their columns: [rows][from `at` on, `columns`] of [rows][all]. */
interface Columns {
  readonly tensor: Tensor;
  readonly all: number;
  readonly at?: number;
}

function copyColumns(op: Op, emit: Emitter, rows: number, columns: number, from: Columns, to: Columns): void {
  emitCopy(op, emit, { input: from.tensor, output: to.tensor, dims: [rows, columns], inputStrides: [from.all, 1], outputStrides: [to.all, 1], inputAt: from.at, outputAt: to.at });
}

const constantBools = (like: Tensor, values: readonly number[]): Tensor => ({ ...like, type: "bool", shape: [values.length], data: Uint8Array.from(values) });

/** Writes whether this inference gives a result: from the `first` on every `period`-th one. */
function emitValid(op: Op, emit: Emitter, output: Tensor, first: number, period: number): void {
  if (first === 0 && period === 1) {
    emitCopyAll(op, emit, constantBools(output, [1]), output);
    return;
  }
  // The answers of the inferences to come, as a queue whose end repeats what is a period ahead of it.
  const answers = Array.from({ length: first + period }, (_, i) => Number(i === first));
  const queue = stateOf(op, emit, "validity", "bool", [answers.length]), last = answers.length - 1;
  const one = (copy: Pick<BoxCopy, "input" | "output" | "inputAt" | "outputAt">, count = 1) => emitCopy(op, emit, { ...copy, dims: [count], inputStrides: [1], outputStrides: [1] });
  emit.once(() => emitCopyAll(op, emit, constantBools(output, answers), queue));
  one({ input: queue, output });
  one({ input: queue, output: queue, inputAt: 1 }, last); // one run of bytes, which may overlap
  if (first === 0) one({ input: output, output: queue, outputAt: last });
  else one({ input: queue, output: queue, inputAt: first - 1, outputAt: last });
}

const outerOf = (shape: readonly number[]): number => elementCount(shape.slice(0, -1));

const delayLength = (op: Op) => customInteger(op, "delay_length", 0, MOST);

const delay: Lowering = {
  operator: "SignalDelay", custom: true,
  signatures: [{ inputs: ["int16"], outputs: ["int16"] }],
  options: "any delay; samples are kept between inferences",
  check(op) {
    delayLength(op);
    if (op.input(0).shape.length < 1) op.invalid("the input is a scalar");
    op.expectShape(op.input(0).shape);
  },
  lower(op, emit) {
    const input = op.input(0), output = op.output(), kept = delayLength(op), rows = outerOf(input.shape), length = input.shape.at(-1)!;
    if (kept === 0) {
      emitCopyAll(op, emit, input, output);
      return;
    }
    const state = stateOf(op, emit, "samples", "int16", [rows, kept]);
    const old = Math.min(kept, length); // what leaves the state, and what enters it
    copyColumns(op, emit, rows, old, { tensor: state, all: kept }, { tensor: output, all: length });
    if (length > kept) copyColumns(op, emit, rows, length - kept, { tensor: input, all: length }, { tensor: output, all: length, at: kept });
    else if (kept > length) {
      // A row at a time: each is one run of bytes, which may overlap.
      for (let row = 0; row < rows; row++) copyColumns(op, emit, 1, kept - length, { tensor: state, all: kept, at: row * kept + length }, { tensor: state, all: kept, at: row * kept });
    }
    copyColumns(op, emit, rows, old, { tensor: input, all: length, at: length - old }, { tensor: state, all: kept, at: kept - old });
  },
};

/** A framer's options. `kept`: samples of a row that stay; `first`: the first inference whose frames are all full. */
function framing(op: Op) {
  const length = op.input(0).shape.at(-1) ?? op.invalid("the input is a scalar");
  const size = customInteger(op, "frame_size", 1, MOST), step = customInteger(op, "frame_step", 1, size), prefill = customBoolean(op, "prefill");
  const frames = length / step, stepsPerFrame = Math.ceil(size / step);
  return { length, size, step, frames, kept: prefill ? size - step : (stepsPerFrame - 1) * step, first: prefill ? 0 : Math.ceil((stepsPerFrame - 1) / frames) };
}

const framer: Lowering = {
  operator: "SignalFramer", custom: true,
  signatures: [{ inputs: ["int16"], outputs: ["int16", "bool"] }],
  options: "overlapping frames, with and without prefill; samples are kept between inferences",
  check(op) {
    const { frames, size, length, step } = framing(op);
    if (!Number.isInteger(frames)) op.invalid(`rows of ${length} samples are no multiple of frame_step ${step}`);
    op.expectShape([...op.input(0).shape.slice(0, -1), frames, size]);
    op.expectShape([], op.output(1));
  },
  lower(op, emit) {
    const input = op.input(0), rows = outerOf(input.shape);
    const { length, size, step, frames, kept, first } = framing(op);
    // Everything that the frames are cut from: what was kept, and what is new.
    const all = kept + length;
    const samples = kept === 0 ? input : emit.temporary({ ...input, shape: [rows, all] });
    const state = kept === 0 ? null : stateOf(op, emit, "samples", "int16", [rows, kept]);
    if (state) {
      copyColumns(op, emit, rows, kept, { tensor: state, all: kept }, { tensor: samples, all });
      copyColumns(op, emit, rows, length, { tensor: input, all: length }, { tensor: samples, all, at: kept });
    }
    emitCopy(op, emit, { input: samples, output: op.output(), dims: [rows, frames, size], inputStrides: [all, step, 1], outputStrides: denseStrides([rows, frames, size]) });
    if (state) copyColumns(op, emit, rows, kept, { tensor: samples, all, at: length }, { tensor: state, all: kept });
    emitValid(op, emit, op.output(1), first, 1);
  },
};

function stacking(op: Op) {
  const channels = customInteger(op, "num_channels", 1, MOST);
  const left = customInteger(op, "stacker_left_context", 0, MOST), right = customInteger(op, "stacker_right_context", 0, MOST);
  return { channels, left, right, step: customInteger(op, "stacker_step", 1, left + right + 1) };
}

const stacker: Lowering = {
  operator: "SignalStacker", custom: true,
  signatures: [{ inputs: ["int16"], outputs: ["int16", "bool"] }],
  options: "any context and step up to a stack; frames are kept between inferences",
  check(op) {
    const { channels, left, right } = stacking(op);
    op.expectShape([channels], op.input(0));
    op.expectShape([channels * (left + right + 1)]);
    op.expectShape([], op.output(1));
  },
  lower(op, emit) {
    const { channels, left, right, step } = stacking(op), input = op.input(0), output = op.output();
    const kept = (left + right) * channels;
    const run = (count: number, copy: Pick<BoxCopy, "input" | "output" | "inputAt" | "outputAt">) => emitCopy(op, emit, { ...copy, dims: [count], inputStrides: [1], outputStrides: [1] });
    if (kept > 0) {
      const state = stateOf(op, emit, "frames", "int16", [left + right, channels]), started = stateOf(op, emit, "start", "bool", [1]);
      // The first frame stands for those before it.
      emit.branch(started, () => {}, () => {
        emitCopy(op, emit, { input, output: state, dims: [left + right, channels], inputStrides: [0, 1], outputStrides: [channels, 1] });
        emitCopyAll(op, emit, constantBools(started, [1]), started);
      });
      run(kept, { input: state, output });
      run(channels, { input, output, outputAt: kept });
      run(kept, { input: output, output: state, inputAt: channels });
    } else emitCopyAll(op, emit, input, output);
    emitValid(op, emit, op.output(1), right, step);
  },
};

function overlap(op: Op) {
  const { shape } = op.input(0);
  if (shape.length < 2) op.invalid(`the input has shape [${shape}], not frames`);
  const [frames, length] = shape.slice(-2) as [number, number];
  return { frames, length, step: customInteger(op, "frame_step", 1, length), rows: elementCount(shape.slice(0, -2)) };
}

const overlapAdd: Lowering = {
  operator: "SignalOverlapAdd", custom: true,
  signatures: ["int16", "float32"].map((type) => ({ inputs: [type], outputs: [type] })),
  options: "any step up to a frame; sums are kept between inferences",
  check(op) {
    const { frames, step } = overlap(op), { shape } = op.input(0);
    checkCustomType(op);
    op.expectShape([...shape.slice(0, -2), frames * step]);
  },
  lower(op, emit) {
    const { frames, length, step, rows } = overlap(op), { type } = op.input(0);
    const state = stateOf(op, emit, "sums", type, [rows, length]);
    emit.step(`signal_overlap_add_${type}`, abi.OVERLAP_ADD_SIZE, (r) => {
      r.input(abi.OVERLAP_ADD_INPUT, op.input(0));
      r.output(abi.OVERLAP_ADD_OUTPUT, op.output());
      r.output(abi.OVERLAP_ADD_STATE, state);
      r.i32(abi.OVERLAP_ADD_ROWS, rows);
      r.i32(abi.OVERLAP_ADD_FRAMES, frames);
      r.i32(abi.OVERLAP_ADD_LENGTH, length);
      r.i32(abi.OVERLAP_ADD_STEP, step);
    });
  },
};

export const SIGNAL_STREAM: readonly Lowering[] = [delay, framer, stacker, overlapAdd];
