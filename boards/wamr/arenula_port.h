// What the host asks of the place it runs in: a bare board (port/), or an operating system (templates/).
#ifndef ARENULA_PORT_H
#define ARENULA_PORT_H

#include <stdint.h>

typedef enum {
  ARENULA_PORT_RETURNED,
  ARENULA_PORT_TIMEOUT,        /* the budget was used up: a timer interrupt left the call */
  ARENULA_PORT_STACK_OVERFLOW, /* the guard below the native stack was touched */
  ARENULA_PORT_FAULT           /* any other fault of the processor */
} arenula_port_outcome;

/**
 * Calls `function(argument)` and comes back, whatever it does. After anything but RETURNED the call was left where it stood: what it
 * was changing is in an unknown state.
 * @param budget_ms Time for the call; 0: no limit. The port rounds up to the period of its timer.
 */
arenula_port_outcome arenula_port_call(void (*function)(void *), void *argument, uint32_t budget_ms);

/** Lowest address that the native stack may use, or NULL where the port does not know. */
uint8_t *arenula_port_stack_limit(void);

/** Code was written to RAM: cleans data caches, invalidates instruction caches, and synchronizes. */
void arenula_port_code_written(void);

/** Prints text that ends with a zero byte. */
void arenula_port_print(const char *text);

#endif
