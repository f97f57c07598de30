// The taps of a window that lie inside the input, along one axis.

/** The first one. @param at where the window begins, negative outside */
// @ts-ignore: decorator
@inline
export function first_tap(at: i32, dilation: i32): i32 {
  return at < 0 ? (dilation - 1 - at) / dilation : 0;
}

/** The one behind the last; not above the first where all lie outside. */
// @ts-ignore: decorator
@inline
export function end_tap(at: i32, dilation: i32, taps: i32, extent: i32): i32 {
  return min(taps, (extent - at + dilation - 1) / dilation);
}
