// Bounds that a compiler can prove. WAMR checks every access against the end of linear memory; in a linked module that end is a constant,
// so a check disappears where the address is known to lie far enough below it. A kernel clamps an address once and then walks a
// constant number of bytes at most: long runs go in chunks. The linker turns `clamp_to_memory` into min(address, end - bytes) for code
// compiled ahead of time and leaves WITHIN_MOST bytes free behind everything, so that no address of a good record is moved; for
// interpreters, which check every access anyway, it is nothing at all. A bad record reads or writes elsewhere inside linear memory.

/** Elements of at most four bytes that loops walk behind one clamped address: few enough for `within`, enough to hide the clamping. */
export const CHUNK = 256;

// @ts-ignore: decorator
@external("arenula", "clamp_to_memory")
declare function clamp_to_memory(address: usize, bytes: i32): usize;

/**
 * `address`, with at least `bytes` of memory behind it.
 * @param bytes known at compile time, at most WITHIN_MOST (abi/within.ts)
 */
// @ts-ignore: decorator
@inline
export function within(address: usize, bytes: i32): usize {
  if (isDefined(ARENULA_DEVICE)) return clamp_to_memory(address, bytes);
  return address;
}

/** Elements of the next chunk: min(left, CHUNK). Assumes left > 0; written so that a compiler sees 1 to CHUNK without knowing that. */
// @ts-ignore: decorator
@inline
export function chunk_of(left: i32): i32 {
  return <i32>min<u32>(left - 1, CHUNK - 1) + 1;
}
