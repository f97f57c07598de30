// The native stack's high-water mark, by paint.
#include "board_port.h"
#include "arenula_port.h"
#include <stddef.h>

extern uint32_t __stack_limit[], __stack_top[];

#define PAINT 0xdeadbeefu
// This function's own frame and the caller's red zone stay unpainted.
#define MARGIN_WORDS 64

void stack_paint(void) {
  uint32_t *end = (uint32_t *)__builtin_frame_address(0) - MARGIN_WORDS;
  for (volatile uint32_t *at = __stack_limit; at < end; at++) *at = PAINT;
}

uint32_t stack_high_bytes(void) {
  const uint32_t *at = __stack_limit;
  while (at < __stack_top && *at == PAINT) at++;
  return (uint32_t)((const char *)__stack_top - (const char *)at);
}

uint32_t stack_bytes(void) { return (uint32_t)((char *)__stack_top - (char *)__stack_limit); }

uint8_t *arenula_port_stack_limit(void) { return (uint8_t *)__stack_limit; }
