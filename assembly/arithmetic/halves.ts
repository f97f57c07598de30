// Pairs of 16-bit numbers in a word. Cores with the DSP extension multiply halves of words where they lie: LLVM makes one SMLABB or SMLATT
// of `sum += low_half(a) * low_half(b)`, and one UXTB16 of a mask.

// @ts-ignore: decorator
@inline
export function low_half(pair: i32): i32 {
  return (pair << 16) >> 16;
}

// @ts-ignore: decorator
@inline
export function high_half(pair: i32): i32 {
  return pair >> 16;
}

/** Bytes 0 and 2 of a word, unsigned. */
// @ts-ignore: decorator
@inline
export function even_bytes(word: i32): i32 {
  return word & 0x00ff00ff;
}

/** Bytes 1 and 3. */
// @ts-ignore: decorator
@inline
export function odd_bytes(word: i32): i32 {
  return (word >>> 8) & 0x00ff00ff;
}
