// How many accesses are checked in the IR, per function, and where the checks that stay come from.
#ifndef ARENULA_AOTC_CHECKS_H
#define ARENULA_AOTC_CHECKS_H

#include "places.h"
#include <stdint.h>

// WAMR declares it in two headers that exclude each other: aot_export.h (main.c) and aot_llvm.h (bound.c, checks.c).
struct AOTCompContext;

typedef struct {
  char function[64]; /* aot_func#<index>, as WAMR names it */
  uint32_t before; /* checked accesses */
  uint32_t after;  /* comparisons that stay: where a loop is copied, its accesses are compared more than once */
  check_place *kept; /* [after] */
} function_checks;

typedef struct {
  function_checks *functions;
  uint32_t count, capacity;
} check_report;

/** Counts the checked accesses of every function, and marks their places for `count_kept_checks`. */
void count_checks(struct AOTCompContext *context, check_report *report);

/** Counts, after the passes, the comparisons of the branches to out-of-bounds exits, with their places, which leave the module. */
void count_kept_checks(struct AOTCompContext *context, check_report *report);

/** Prints the report as one JSON object: {"bound":bytes,"functions":[{"function","before","after","kept":[{"function","check","loop_depth"}]}]}. */
void print_checks(const check_report *report, uint32_t bound);

#endif
