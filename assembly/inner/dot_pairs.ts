// Two pixels x two channels of a matrix product, four terms (a quad) at a time, for compiled code.
// Wide operands are 16 bits each (inner/widen.ts). On a core with the DSP extension two of their products are one SMLAD: four words of
// activations and four of weights make eight of them (boards/wamr/aotc/dual_multiply.c). Cores without take bytes as they are.
import { high_half, low_half } from "../arithmetic/halves";
import { within } from "./within";

const CHUNK: u32 = 64; // quads behind one clamped address
const MOST: u32 = 64; // channels of a slice

/** `sum` and the products of four terms. */
// @ts-ignore: decorator
@inline
function add_quad(sum: i32, x: u64, w: u64): i32 {
  const x0 = <i32>x, w0 = <i32>w, x1 = <i32>(x >> 32), w1 = <i32>(w >> 32);
  return sum + low_half(x0) * low_half(w0) + high_half(x0) * high_half(w0) + low_half(x1) * low_half(w1) + high_half(x1) * high_half(w1);
}

/** `sum` and the products of four terms: int8 [4] each. A compiler loads a byte once that several sums take. */
// @ts-ignore: decorator
@inline
function add_bytes(sum: i32, x: usize, w: usize): i32 {
  return sum + load<i8>(x) * load<i8>(w) + load<i8>(x + 1) * load<i8>(w + 1) + load<i8>(x + 2) * load<i8>(w + 2) + load<i8>(x + 3) * load<i8>(w + 3);
}

/**
 * One pixel or two x one channel or two, wide or bytes, which is known at compile time.
 * @param x uint16 or int8 [count][2 pixels][4], a clamped address
 * @param w uint16 or int8 [count][channels][4]
 * @param count quads, at most CHUNK
 * @param sums int32 [channels][2], a clamped address: what is there is added to, unless these are the `first` quads
 * @param start what the sums of a pixel begin with
 */
// @ts-ignore: decorator
@inline
function tile(x: usize, w: usize, count: u32, sums: usize, first: bool, start0: i32, start1: i32, pixels: i32, channels: i32, wide: bool): void {
  let a0 = start0, a1 = start1, b0 = start0, b1 = start1; // channels a and b, pixels 0 and 1
  if (!first) {
    a0 = load<i32>(sums);
    if (pixels == 2) a1 = load<i32>(sums + 4);
    if (channels == 2) b0 = load<i32>(sums + 8);
    if (pixels == 2 && channels == 2) b1 = load<i32>(sums + 12);
  }
  const q = within(w, (wide ? 512 : 256) * channels);
  let i: u32 = 0;
  do {
    const xs = x + (i << (wide ? 4 : 3)), ws = q + (i << ((wide ? 2 : 1) + channels));
    if (wide) {
      const x1 = pixels == 2 ? load<u64>(xs + 8) : 0, x0 = load<u64>(xs);
      if (channels == 2) {
        const w1 = load<u64>(ws + 8);
        if (pixels == 2) b1 = add_quad(b1, x1, w1);
        b0 = add_quad(b0, x0, w1);
      }
      const w0 = load<u64>(ws);
      if (pixels == 2) a1 = add_quad(a1, x1, w0);
      a0 = add_quad(a0, x0, w0);
    } else {
      a0 = add_bytes(a0, xs, ws);
      if (channels == 2) b0 = add_bytes(b0, xs, ws + 4);
      if (pixels == 2) a1 = add_bytes(a1, xs + 4, ws);
      if (pixels == 2 && channels == 2) b1 = add_bytes(b1, xs + 4, ws + 4);
    }
  } while (++i < count);
  store<i32>(sums, a0);
  if (pixels == 2) store<i32>(sums + 4, a1);
  if (channels == 2) store<i32>(sums + 8, b0);
  if (pixels == 2 && channels == 2) store<i32>(sums + 12, b1);
}

// @ts-ignore: decorator
@inline
function tiles(x: usize, w: usize, quads: i32, channels: i32, start0: i32, start1: i32, sums: usize, pixels: i32, wide: bool): void {
  const shift = wide ? 4 : 3; // a quad of two pixels, or of two channels
  const to = within(sums, 512), last = min<u32>(channels, MOST);
  for (let done = 0; done < quads; done += CHUNK) {
    const count = min<u32>(quads - done, CHUNK), from = within(x + (done << shift), wide ? 1024 : 512), first = done == 0;
    let c: u32 = 0, at = w + (done << shift);
    for (; c + 1 < last; c += 2, at += quads << shift) tile(from, at, count, to + (c << 3), first, start0, start1, pixels, 2, wide);
    if (c < last) tile(from, at - (done << (shift - 1)), count, within(to + (c << 3), 8), first, start0, start1, pixels, 1, wide);
  }
}

/**
 * sums[c][p] = start of pixel p, and the dot product of channel c and pixel p.
 * @param x uint16 [quads][2 pixels][4]
 * @param w uint16 [channels / 2][quads][2][4], of an odd number the last channel as [quads][4]
 * @param channels at most 64
 * @param sums int32 [channels][2]
 */
export function dot_2_pixels(x: usize, w: usize, quads: i32, channels: i32, start0: i32, start1: i32, sums: usize): void {
  tiles(x, w, quads, channels, start0, start1, sums, 2, true);
}

/** The same for the first pixel alone. */
export function dot_1_pixel(x: usize, w: usize, quads: i32, channels: i32, start0: i32, sums: usize): void {
  tiles(x, w, quads, channels, start0, 0, sums, 1, true);
}

/** `dot_2_pixels` of int8. */
export function dot_2_pixels_bytes(x: usize, w: usize, quads: i32, channels: i32, sums: usize): void {
  tiles(x, w, quads, channels, 0, 0, sums, 2, false);
}

/** `dot_1_pixel` of int8. */
export function dot_1_pixel_bytes(x: usize, w: usize, quads: i32, channels: i32, sums: usize): void {
  tiles(x, w, quads, channels, 0, 0, sums, 1, false);
}
