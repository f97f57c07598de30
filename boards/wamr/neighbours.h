// A module must not write outside of its linear memory: what lies around it is filled with a pattern, and checked afterwards.
#ifndef ARENULA_NEIGHBOURS_H
#define ARENULA_NEIGHBOURS_H

#include <stdint.h>

/** Size of each of the two bands around the pool. */
#define NEIGHBOUR_BAND_BYTES 256

/** Fills two bands and all of the pool that is free; of the latter, blocks stay allocated until the runtime ends. */
void neighbours_fill(uint8_t *before, uint8_t *after);

/** How many bytes no longer hold the pattern, of how many. */
uint32_t neighbours_changed(uint32_t *bytes);

#endif
