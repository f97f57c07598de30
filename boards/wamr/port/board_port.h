// What the bench (main.c) asks of a board besides arenula_port.h.
#ifndef ARENULA_BOARD_PORT_H
#define ARENULA_BOARD_PORT_H

#include <stdint.h>

/** A free-running count of executed instructions, in steps of instruction_resolution(). Meaningful under `-icount shift=0` only. */
uint64_t instructions_now(void);

/** Waits for a step of the counter, so that a measurement always begins at the same phase. */
void instructions_align(void);

/** Instructions per step of the counter, times 100: 4,000 where the timer of a 25 MHz board is read. */
uint32_t instructions_per_step_x100(void);

/** Fills the unused stack with a pattern, for stack_high_bytes. */
void stack_paint(void);
/** The most bytes of stack in use since stack_paint. */
uint32_t stack_high_bytes(void);
/** Size of the stack. */
uint32_t stack_bytes(void);

#endif
