// memcpy, memmove and memset by words: picolibc's take six instructions per byte, and weights are staged with them.
// The byte loops at both ends also serve where source and destination are aligned differently.
#include <stddef.h>
#include <stdint.h>

static inline int aligned_alike(const void *a, const void *b) { return (((uintptr_t)a ^ (uintptr_t)b) & 3) == 0; }

static void *copy_up(uint8_t *to, const uint8_t *from, size_t count) {
  uint8_t *const start = to;
  if (count >= 16 && aligned_alike(to, from)) {
    for (; (uintptr_t)to & 3; count--) *to++ = *from++;
    for (; count >= 16; count -= 16, to += 16, from += 16) {
      const uint32_t *source = (const uint32_t *)from;
      uint32_t *target = (uint32_t *)to, a = source[0], b = source[1], c = source[2], d = source[3];
      target[0] = a, target[1] = b, target[2] = c, target[3] = d;
    }
    for (; count >= 4; count -= 4, to += 4, from += 4) *(uint32_t *)to = *(const uint32_t *)from;
  }
  for (; count > 0; count--) *to++ = *from++;
  return start;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) { return copy_up(to, from, count); }

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source || target >= source + count) return copy_up(target, source, count);
  target += count, source += count;
  if (count >= 16 && aligned_alike(target, source)) {
    for (; (uintptr_t)target & 3; count--) *--target = *--source;
    for (; count >= 4; count -= 4) target -= 4, source -= 4, *(uint32_t *)target = *(const uint32_t *)source;
  }
  for (; count > 0; count--) *--target = *--source;
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *at = to;
  if (count >= 16) {
    const uint32_t word = (uint8_t)value * 0x01010101u;
    for (; (uintptr_t)at & 3; count--) *at++ = (uint8_t)value;
    for (; count >= 4; count -= 4, at += 4) *(uint32_t *)at = word;
  }
  for (; count > 0; count--) *at++ = (uint8_t)value;
  return to;
}
