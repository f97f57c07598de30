// What both templates run: one inference of the embedded module.
#ifndef ARENULA_APPLICATION_H
#define ARENULA_APPLICATION_H

#include <stdint.h>

/** Returns 0, or 1 after it printed what went wrong. */
int run_model(const uint8_t *module, uint32_t module_bytes);

#endif
