// Tiles of four channels of weights whose results are float32: what CONV_2D, FULLY_CONNECTED and TRANSPOSE_CONV multiply with.
// Of float32 weights a channel's products are added in the order of its weights, one after another, on every core; SIMD has four channels side by
// side. Of int8 weights (hybrid) sums are integers.
import { clamp_float32 } from "./clamp_float32";

// @ts-ignore: decorator
@inline
export function clear_tile(sums: usize): void {
  store<u64>(sums, 0);
  store<u64>(sums, 0, 8);
}

/**
 * sums[c] += x[i] * w[i][c], i in order.
 * @param x float32 [depth]
 * @param w float32 [depth][4]
 * @param depth at least 1
 * @param sums float32 [4]
 */
// @ts-ignore: decorator
@inline
export function dot_tile(x: usize, w: usize, depth: i32, sums: usize): void {
  if (ASC_FEATURE_SIMD) dot_tile__v128(x, w, depth, sums);
  else dot_tile__f32(x, w, depth, sums);
}

function dot_tile__f32(x: usize, w: usize, depth: i32, sums: usize): void {
  let s0 = load<f32>(sums), s1 = load<f32>(sums, 4), s2 = load<f32>(sums, 8), s3 = load<f32>(sums, 12);
  const end = x + (depth << 2);
  do {
    const v = load<f32>(x);
    s0 += v * load<f32>(w);
    s1 += v * load<f32>(w, 4);
    s2 += v * load<f32>(w, 8);
    s3 += v * load<f32>(w, 12);
    x += 4;
    w += 16;
  } while (x != end);
  store<f32>(sums, s0);
  store<f32>(sums, s1, 4);
  store<f32>(sums, s2, 8);
  store<f32>(sums, s3, 12);
}

function dot_tile__v128(x: usize, w: usize, depth: i32, sums: usize): void {
  let sum = v128.load(sums);
  const end = x + (depth << 2);
  do {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(x), v128.load(w)));
    x += 4;
    w += 16;
  } while (x != end);
  v128.store(sums, sum);
}

/**
 * Stores sums with their biases, clamped.
 * @param bias float32 [4]
 * @param channels that are there, at most 4
 */
export function store_tile_float32(sums: usize, bias: usize, channels: i32, out: usize, low: f32, high: f32): void {
  for (const end = sums + (channels << 2); sums != end; sums += 4, bias += 4, out += 4) store<f32>(out, clamp_float32(load<f32>(sums) + load<f32>(bias), low, high));
}

/**
 * sums[c] += (x[i] - offset) * w[i][c].
 * @param x int8 [depth]
 * @param w int8 [depth][4]
 * @param depth at least 1
 * @param sums int32 [4]
 */
export function dot_tile_int8(x: usize, offset: i32, w: usize, depth: i32, sums: usize): void {
  let s0 = load<i32>(sums), s1 = load<i32>(sums, 4), s2 = load<i32>(sums, 8), s3 = load<i32>(sums, 12);
  const end = x + depth;
  do {
    const v = <i32>load<i8>(x) - offset;
    s0 += v * <i32>load<i8>(w);
    s1 += v * <i32>load<i8>(w, 1);
    s2 += v * <i32>load<i8>(w, 2);
    s3 += v * <i32>load<i8>(w, 3);
    x++;
    w += 4;
  } while (x != end);
  store<i32>(sums, s0);
  store<i32>(sums, s1, 4);
  store<i32>(sums, s2, 8);
  store<i32>(sums, s3, 12);
}

/**
 * sums[c] += (x[i] - offset) * w[i][c] * scales[c] * input_scale, one product after another in float32.
 * @param x int8 [depth]
 * @param w int8 [depth][4]
 * @param depth at least 1
 * @param scales float32 [4]
 * @param sums float32 [4]
 */
export function dot_tile_scaled(x: usize, offset: i32, w: usize, depth: i32, scales: usize, input_scale: f32, sums: usize): void {
  const end = x + depth;
  do {
    const v = <i32>load<i8>(x) - offset;
    for (let c: usize = 0; c < 4; c++) {
      const at = sums + (c << 2);
      store<f32>(at, load<f32>(at) + <f32>(v * <i32>load<i8>(w + c)) * load<f32>(scales + (c << 2)) * input_scale);
    }
    x++;
    w += 4;
  } while (x != end);
}

/** An integer sum times both scales, with its bias. @param in_turn whether the sum meets one scale after the other, as in CONV_2D per channel */
// @ts-ignore: decorator
@inline
export function scaled(sum: i32, scale: f32, input_scale: f32, bias: f32, in_turn: bool): f32 {
  return (in_turn ? <f32>sum * scale * input_scale : <f32>sum * (scale * input_scale)) + bias;
}

/**
 * Stores integer sums with their scales and biases, clamped.
 * @param tile float32 biases [4], float32 scales [4]
 * @param channels that are there, at most 4
 */
export function store_tile_hybrid(sums: usize, tile: usize, input_scale: f32, in_turn: bool, channels: i32, out: usize, low: f32, high: f32): void {
  for (const end = sums + (channels << 2); sums != end; sums += 4, tile += 4, out += 4)
    store<f32>(out, clamp_float32(scaled(load<i32>(sums), load<f32>(tile, 16), input_scale, load<f32>(tile), in_turn), low, high));
}
