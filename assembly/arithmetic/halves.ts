// Pairs of 16-bit numbers in a word. Cores with the DSP extension multiply halves of words where they lie: LLVM makes one SMLABB or SMLATT
// of `sum += low_half(a) * low_half(b)`.

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

/**
 * Bytes 0 and 2 of a word, unsigned.
 * @param mask 0x00ff00ff, from memory: LLVM sees through a constant and extracts bytes one by one
 */
// @ts-ignore: decorator
@inline
export function even_bytes(word: i32, mask: i32): i32 {
  return word & mask;
}

/** Bytes 1 and 3. A rotation, as LLVM would merge a shift with that of `high_half`. */
// @ts-ignore: decorator
@inline
export function odd_bytes(word: i32, mask: i32): i32 {
  return rotr(word, 8) & mask;
}
