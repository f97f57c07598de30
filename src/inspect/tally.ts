// One sample's values of one tensor, counted: the only pass over the values. What it leaves behind is added to the tensor's statistics.
import type { TypedArray } from "../runtime/tensor_view";
import { binOfUpperHalf, upperHalfOf } from "./bins";
import type { Counts } from "./counts";
import type { ExactSums } from "./exact_sum";

/** What single values of one sample amount to. */
export interface Tally {
  /** Finite values. */
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  /** Of the finite values; both NaN where there is none. Of codes: the codes themselves. */
  readonly min: number;
  readonly max: number;
  /** Bins that are not empty, in rising order. */
  readonly bins: Uint16Array;
  readonly counts: Uint32Array;
  /** Of finite float32 values; null for codes. */
  readonly sums: ExactSums | null;
}

const UPPER_HALVES = 65536;
const EXPONENT_OF_NO_NUMBER = 255;
/** Partial sums of parts below 2^24 are exact doubles for up to 2^29 values, and linear memory ends at 2^31 bytes. */
const LOW_PART = 2 ** 24;

/** Working memory for tallies, used over and over: one per worker. */
export class Tallier {
  private readonly counters = new Uint32Array(UPPER_HALVES);
  private readonly touched = new Uint16Array(UPPER_HALVES);
  /** By sign and exponent: sums of mantissas; by exponent: sums of their squares, upper and lower 24 bits apart. */
  private readonly sums = new Float64Array(512);
  private readonly squaresHigh = new Float64Array(256);
  private readonly squaresLow = new Float64Array(256);

  /** @param bytes float32 values, aligned */
  floats(bytes: Uint8Array): Tally {
    const { counters, touched, sums, squaresHigh, squaresLow } = this;
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), bits = new Uint32Array(bytes.buffer, bytes.byteOffset, values.length);
    let min = Infinity, max = -Infinity, used = 0;
    for (let i = 0; i < values.length; i++) {
      const word = bits[i]!, half = word >>> 16;
      if (counters[half]!++ === 0) touched[used++] = half;
      const value = values[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      const exponent = (word >>> 23) & 255;
      const mantissa = exponent === 0 ? word & 0x7fffff : (word & 0x7fffff) | 0x800000; // value = +-mantissa * 2^(max(exponent, 1) - 150)
      sums[word >>> 23]! += mantissa;
      const square = mantissa * mantissa, high = Math.floor(square / LOW_PART);
      squaresHigh[exponent]! += high;
      squaresLow[exponent]! += square - high * LOW_PART;
    }
    const halves = touched.subarray(0, used), tally = { count: values.length, nan: 0, infinite: 0, min, max, sums: this.takeSums(halves) };
    if (halves.every(isNumber)) return this.take(halves, binOfUpperHalf, upperHalfOf, tally);
    for (const half of halves) if (!isNumber(half)) counters[half] = 0;
    return this.take(halves.filter(isNumber), binOfUpperHalf, upperHalfOf, { ...tally, ...numbersApart(values) });
  }

  /** @param offset from a code to its bin */
  codes(codes: TypedArray, offset: number): Tally {
    const { counters, touched } = this;
    let min = Infinity, max = -Infinity, used = 0;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number, bin = code + offset;
      if (counters[bin]!++ === 0) touched[used++] = bin;
      if (code < min) min = code;
      if (code > max) max = code;
    }
    return this.take(touched.subarray(0, used), same, same, { count: codes.length, nan: 0, infinite: 0, min, max, sums: null });
  }

  /** Takes the counters out, as counts of rising bins, and clears them. */
  private take(keys: Uint16Array, binOf: (key: number) => number, keyOf: (bin: number) => number, values: Omit<Tally, "bins" | "counts">): Tally {
    const bins = new Uint16Array(keys.length), counts = new Uint32Array(keys.length);
    for (let i = 0; i < keys.length; i++) bins[i] = binOf(keys[i]!);
    bins.sort();
    for (let i = 0; i < bins.length; i++) {
      const key = keyOf(bins[i]!);
      counts[i] = this.counters[key]!;
      this.counters[key] = 0;
    }
    if (values.count === 0) return { ...values, min: NaN, max: NaN, bins, counts };
    return { ...values, min: values.min + 0, max: values.max + 0, bins, counts }; // + 0: there is one zero
  }

  /** Takes the partial sums out, exactly, and clears them. */
  private takeSums(halves: Uint16Array): ExactSums {
    const { sums, squaresHigh, squaresLow } = this;
    let sum = 0n, squares = 0n;
    for (const half of halves) {
      const signed = half >>> 7, exponent = signed & 255;
      if (sums[signed] === 0) continue; // taken before, or zero
      if (exponent !== EXPONENT_OF_NO_NUMBER) {
        const shift = BigInt(Math.max(exponent, 1) - 1), mantissas = BigInt(sums[signed]!) << shift;
        sum += signed < 256 ? mantissas : -mantissas;
        squares += ((BigInt(squaresHigh[exponent]!) << 24n) + BigInt(squaresLow[exponent]!)) << (2n * shift);
      }
      sums[signed] = squaresHigh[exponent] = squaresLow[exponent] = 0; // squares are of both signs: the second finds zero
    }
    return { sum, squares };
  }
}

const same = (bin: number): number => bin;

/** Whether float32 values of these upper 16 bits are finite. */
function isNumber(half: number): boolean {
  return ((half >>> 7) & 255) !== EXPONENT_OF_NO_NUMBER;
}

/** The slow way, for tensors in which not everything is a number. */
function numbersApart(values: Float32Array): Pick<Tally, "count" | "nan" | "infinite" | "min" | "max"> {
  let min = Infinity, max = -Infinity, nan = 0, infinite = 0;
  for (const value of values) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return { count: values.length - nan - infinite, nan, infinite, min, max };
}

/** The lowest bin up to which at least this share of a tally lies. */
export function quantileBin({ bins, counts, count }: Pick<Tally, "bins" | "counts" | "count">, share: number): number {
  const wanted = share * count;
  let below = 0;
  for (let i = 0; i < bins.length; i++) if ((below += counts[i]!) >= wanted) return bins[i]!;
  return bins[bins.length - 1]!;
}

/** Adds a tally's bins to a histogram. */
export function addTally(histogram: Counts, { bins, counts }: Tally): void {
  for (let i = 0; i < bins.length; i++) histogram.add(bins[i]!, counts[i]!);
}
