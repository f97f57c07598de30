#include "semihosting.h"
#include "arenula_port.h"
#include <stdint.h>

#define SYS_WRITE0 0x04
#define SYS_EXIT_EXTENDED 0x20
#define ADP_STOPPED_APPLICATION_EXIT 0x20026

static intptr_t request(intptr_t operation, const void *argument) {
#ifdef __riscv
  register intptr_t a0 __asm__("a0") = operation;
  register const void *a1 __asm__("a1") = argument;
  // The three instructions are the signature of a request: uncompressed, in one page.
  __asm__ volatile(".option push\n.option norvc\n.balign 16\nslli zero, zero, 0x1f\nebreak\nsrai zero, zero, 7\n.option pop" : "+r"(a0) : "r"(a1) : "memory");
  return a0;
#else
  register intptr_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
#endif
}

void semihosting_print(const char *text) { request(SYS_WRITE0, text); }

void semihosting_exit(int code) {
  const intptr_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, code};
  request(SYS_EXIT_EXTENDED, block);
  for (;;) {}
}

void arenula_port_print(const char *text) { semihosting_print(text); }
