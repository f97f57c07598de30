// Where a kernel's weights come from. On the desktop they lie in linear memory, and a slice is used where it lies. A device keeps
// them in a passive segment, in flash: the linker compiles the kernels with ARENULA_DEVICE defined and turns `from_flash` into
// memory.init (src/link), so that only one slice at a time takes RAM.

// @ts-ignore: decorator
@external("arenula", "from_flash")
declare function from_flash(buffer: usize, source: usize, bytes: i32): void;

/**
 * The address of a slice of weights.
 * @param source where the slice lies: an address on the desktop, an offset into the segment on a device
 * @param buffer where a device puts it
 */
// @ts-ignore: decorator
@inline
export function stage(source: usize, bytes: i32, buffer: usize): usize {
  if (isDefined(ARENULA_DEVICE)) {
    from_flash(buffer, source, bytes);
    return buffer;
  }
  return source;
}
