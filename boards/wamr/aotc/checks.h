// How many bounds checks stand in the IR, per function, and where those that stay come from.
#ifndef ARENULA_AOTC_CHECKS_H
#define ARENULA_AOTC_CHECKS_H

#include "places.h"
#include <stdint.h>

// WAMR declares it in two headers that exclude each other: aot_export.h (main.c) and aot_llvm.h (bound.c, checks.c).
struct AOTCompContext;

typedef struct {
  char function[64]; /* aot_func#<index>, as WAMR names it */
  uint32_t before, after;
  check_place *kept; /* [after] */
} function_checks;

typedef struct {
  function_checks *functions;
  uint32_t count, capacity;
} check_report;

/** Counts the branches to every function's out-of-bounds exit, and marks their places for `count_kept_checks`. Checks that LLVM merged into one branch count as one. */
void count_checks(struct AOTCompContext *context, check_report *report);

/** Counts them again, after the passes, with their places, which leave the module. */
void count_kept_checks(struct AOTCompContext *context, check_report *report);

/** Prints the report as one JSON object: {"bound":bytes,"functions":[{"function","before","after","kept":[{"function","check","loop_depth"}]}]}. */
void print_checks(const check_report *report, uint32_t bound);

#endif
