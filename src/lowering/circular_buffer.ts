// CIRCULAR_BUFFER: the last frames of a stream, the newest behind the others. An inference ends there until enough frames are new: what stands behind
// it runs on every `cycles_max`-th inference only, as a convolution over time with a stride does.
// Source of the semantics: TFLM micro/kernels/circular_buffer.cc, circular_buffer_common.cc; micro_interpreter_graph.cc for what ends.
import * as abi from "../../assembly/abi/circular_buffer";
import { elementCount, type Tensor } from "../graph/tensor";
import { customInteger } from "./custom_options";
import type { Lowering } from "./lowering";
import { Op } from "./op";
import { stateOf } from "./signal_stream";

const NAME = "CIRCULAR_BUFFER";

/** The option as it is in the file: 0 where there is none. */
const cyclesInFile = (op: Op): number => (op.operator.customOptions?.length ? customInteger(op, "cycles_max", -(2 ** 31), 2 ** 31 - 1, 0) : 0);

/**
 * Every how many inferences one goes on. Files of before the option have none: TFLM then takes 2, and 1 for the last buffer of the two streaming models
 * that were made so, which it knows by its shape and by the fifth place among such buffers.
 */
function cyclesOf(op: Op): number {
  const cycles = cyclesInFile(op);
  if (cycles > 0) return cycles;
  let place = 0;
  for (const subgraph of op.graph.subgraphs)
    for (const operator of subgraph.operators) {
      if (!operator.custom || operator.name !== NAME) continue;
      const each = new Op(op.graph, subgraph, operator, new Map());
      if (cyclesInFile(each) > 0) continue;
      const [, slots, height, width] = each.output().shape;
      const last = [5, 13, 25].includes(slots!) || (++place === 5 && height === 2 && width === 96);
      if (operator.index === op.index && subgraph.name === op.subgraph.name) return last ? 1 : 2;
      if (last) place = 0;
    }
  return 2;
}

const circularBuffer: Lowering = {
  operator: NAME, custom: true,
  signatures: [{ inputs: ["int8"], outputs: ["int8"] }],
  options: "any cycles_max, and TFLM's guess without it; the inference ends there on all but every cycles_max-th one",
  check(op) {
    const { shape } = op.input(0), [batches, rows, height, width] = shape;
    if (shape.length !== 4 || rows !== 1) op.invalid(`the input has shape [${shape}], not [batches, 1, height, width]`);
    const slots = op.output().shape[1] ?? 0;
    if (slots < 1) op.invalid("the output has no slots");
    op.expectShape([batches!, slots, height!, width!]);
    cyclesOf(op);
  },
  lower(op, emit) {
    const output = op.output(), [batches, , height, width] = op.input(0).shape as [number, number, number, number];
    const slots = emit.resource(`slots of ${op.where}`, output), count = stateOf(op, emit, "count", "int32", [1]);
    const goesOn = emit.temporary({ ...output, type: "bool", shape: [1], quantization: null } satisfies Tensor);
    emit.step("circular_buffer", abi.CIRCULAR_BUFFER_SIZE, (r) => {
      r.input(abi.CIRCULAR_BUFFER_INPUT, op.input(0));
      r.output(abi.CIRCULAR_BUFFER_SLOTS, slots);
      r.output(abi.CIRCULAR_BUFFER_COUNT, count);
      r.output(abi.CIRCULAR_BUFFER_GOES_ON, goesOn);
      r.i32(abi.CIRCULAR_BUFFER_BATCHES, batches);
      r.i32(abi.CIRCULAR_BUFFER_SLOT_BYTES, elementCount(output.shape) / batches);
      r.i32(abi.CIRCULAR_BUFFER_DEPTH, height * width);
      r.i32(abi.CIRCULAR_BUFFER_CYCLES, cyclesOf(op));
    });
    emit.view(slots, output);
    emit.endUnless(goesOn);
  },
};

export const STREAMING: readonly Lowering[] = [circularBuffer];
