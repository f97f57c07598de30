// Tables that assembly/arithmetic/interpolate.ts reads: a function of int16 at every 128th code. Source: TFLM kernels/internal/common.h, LUTPopulate; every
// operation is rounded to float32, as there.
import { roundHalfAway } from "./activation";

const STEPS = 512;
const { fround } = Math;

/** A quantization of int16. */
interface Scale {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** int16 [513]. What interpolation makes of the middle of a step is set right by moving its ends half of the error. */
export function interpolationTable(of: (x: number) => number, input: Scale, output: Scale): Uint8Array {
  const real = ({ scale, zeroPoint }: Scale, code: number) => fround(fround(scale) * (code - zeroPoint));
  const least = real(input, -32768), most = real(input, 32767);
  const step = fround(fround(most - least) / STEPS), half = fround(step / 2);
  const codes = fround(65536 / fround(real(output, 32767) - real(output, -32768)));
  const at = (i: number) => fround(least + fround(i * step));
  const value = (x: number) => fround(fround(of(x)) * codes);
  const table = new DataView(new ArrayBuffer(2 * (STEPS + 1)));
  const put = (i: number, code: number) => table.setInt16(2 * i, Math.min(Math.max(code, -32768), 32767), true);
  for (let i = 0; i < STEPS; i++) {
    const sample = roundHalfAway(value(at(i)));
    const interpolated = roundHalfAway(fround(fround(value(at(i + 1)) + sample) / 2));
    const error = fround(interpolated - roundHalfAway(value(fround(at(i) + half))));
    put(i, sample - roundHalfAway(fround(error / 2)));
  }
  put(STEPS, roundHalfAway(value(most)));
  return new Uint8Array(table.buffer);
}
