// TFLM's custom operators SignalRfft and SignalIrfft: their tables are made here, as KISS FFT makes them when it starts.
import * as abi from "../../assembly/abi/fft";
import { elementCount, type TensorType } from "../graph/tensor";
import { checkCustomType, customInteger } from "./custom_options";
import type { Lowering } from "./lowering";
import type { Op } from "./op";

type Sample = "int16" | "int32" | "float32";
const SAMPLES: readonly Sample[] = ["int16", "int32", "float32"];
/** The order of an element is a uint16. */
const MOST_LENGTH = 2 * 65536;

interface Stage {
  readonly radix: number;
  readonly points: number;
  readonly stride: number;
}

/** Radices 4, 2, 3 and 5, in the order of KISS FFT's kf_factor, outermost first; null where other primes are left. */
function stagesOf(n: number): Stage[] | null {
  const stages: Stage[] = [];
  let left = n;
  for (const radix of [4, 2, 3, 5]) {
    for (; left % radix === 0; left /= radix) stages.push({ radix, points: left / radix, stride: n / left });
  }
  return left === 1 && stages.length > 0 ? stages : null;
}

/** Where the points of the input are to begin with: digits reversed. */
function orderOf(n: number, stages: readonly Stage[]): Uint8Array {
  const order = new Uint16Array(n);
  for (let i = 0; i < n; i++) {
    let rest = i;
    for (const { points, stride } of stages) {
      order[i]! += Math.floor(rest / points) * stride;
      rest %= points;
    }
  }
  return new Uint8Array(order.buffer);
}

/** e^(i phase) for every phase, in T. */
function circle(type: Sample, phases: readonly number[]): Uint8Array {
  const parts = phases.flatMap((phase) => [Math.cos(phase), Math.sin(phase)]);
  if (type === "float32") return new Uint8Array(Float32Array.from(parts).buffer);
  const most = type === "int16" ? 32767 : 2147483647;
  const fixed = parts.map((part) => Math.floor(0.5 + most * part));
  return new Uint8Array((type === "int16" ? Int16Array.from(fixed) : Int32Array.from(fixed)).buffer);
}

const rowsOf = (shape: readonly number[]): number => elementCount(shape.slice(0, -1));

function transform(operator: string, kernel: string, inverse: boolean): Lowering {
  /** Samples of a transform, checked. */
  const lengthOf = (op: Op): number => {
    const length = customInteger(op, "fft_length", 2, MOST_LENGTH);
    if (length % 2 !== 0) op.invalid(`custom option 'fft_length' is ${length}, not even`);
    if (!stagesOf(length / 2)) op.refuse(`fft_length ${length} is not 2 times powers of 2, 3 and 5`, "take the next power of two: TFLM's transform crashes on other lengths");
    return length;
  };
  return {
    operator, custom: true,
    signatures: SAMPLES.map((type) => ({ inputs: [type], outputs: [type] })),
    options: "lengths 2 x 2^a 3^b 5^c up to 131,072; any number of rows",
    check(op) {
      const length = lengthOf(op), { shape } = op.input(0);
      checkCustomType(op);
      const last = shape.at(-1) ?? op.invalid("the input is a scalar");
      if (inverse ? last !== length + 2 : last < 1 || last > length) op.invalid(`rows of ${last} values for an fft_length of ${length}`);
      op.expectShape([...shape.slice(0, -1), inverse ? length : length + 2]);
    },
    lower(op, emit) {
      const type = op.input(0).type as Sample & TensorType, { shape } = op.input(0);
      const points = lengthOf(op) / 2, stages = stagesOf(points)!, sign = inverse ? -1 : 1;
      emit.step(`${kernel}_${type}`, abi.FFT_SIZE, (r) => {
        r.input(abi.FFT_INPUT, op.input(0));
        r.output(abi.FFT_OUTPUT, op.output());
        r.i32(abi.FFT_ROWS, rowsOf(shape));
        r.i32(abi.FFT_SAMPLES, shape.at(-1)!);
        r.i32(abi.FFT_POINTS, points);
        r.constant(abi.FFT_STAGES, new Uint8Array(Int32Array.from([...stages].reverse().flatMap((stage) => [stage.radix, stage.points, stage.stride])).buffer));
        r.i32(abi.FFT_STAGE_COUNT, stages.length);
        r.constant(abi.FFT_ORDER, orderOf(points, stages));
        // The phases are KISS FFT's own expressions, as their last bits may decide a rounding.
        r.constant(abi.FFT_TWIDDLES, circle(type, Array.from({ length: points }, (_, i) => (sign * (-2 * Math.PI * i)) / points)));
        r.constant(abi.FFT_REAL_TWIDDLES, circle(type, Array.from({ length: points >> 1 }, (_, i) => sign * -Math.PI * ((i + 1) / points + 0.5))));
        r.scratch(abi.FFT_SCRATCH, points * 2 * (type === "int16" ? 2 : 4));
      });
    },
  };
}

export const FFT: readonly Lowering[] = [transform("SignalRfft", "rfft", false), transform("SignalIrfft", "irfft", true)];
