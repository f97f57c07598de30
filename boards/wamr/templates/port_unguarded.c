// arenula_port.h where an operating system watches the thread: nothing is left in its middle. A call that does not end is the
// watchdog's, a stack overflow the system's; both end in a reset, after which the application starts afresh.
#include "arenula_port.h"
#include <stddef.h>
#include <stdio.h>

arenula_port_outcome arenula_port_call(void (*function)(void *), void *argument, uint32_t budget_ms) {
  (void)budget_ms;
  function(argument);
  return ARENULA_PORT_RETURNED;
}

uint8_t *arenula_port_stack_limit(void) { return NULL; }
void arenula_port_code_written(void) {}
void arenula_port_print(const char *text) { fputs(text, stdout); }
