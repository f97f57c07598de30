// How many bounds checks stand in the IR, per function.
#ifndef ARENULA_AOTC_CHECKS_H
#define ARENULA_AOTC_CHECKS_H

#include <stdint.h>

// WAMR declares it in two headers that exclude each other: aot_export.h (main.c) and aot_llvm.h (bound.c, checks.c).
struct AOTCompContext;

typedef struct {
  char function[64]; /* aot_func#<index>, as WAMR names it */
  uint32_t before, after;
} function_checks;

typedef struct {
  function_checks *functions;
  uint32_t count, capacity;
} check_report;

typedef enum { BEFORE_PASSES, AFTER_PASSES } check_time;

/** Counts the branches to a function's out-of-bounds exit into `report`. Checks that LLVM merged into one branch count as one. */
void count_checks(struct AOTCompContext *context, check_time when, check_report *report);

/** Prints the report as one JSON object: {"bound":bytes,"functions":[{"function","before","after"}]}. */
void print_checks(const check_report *report, uint32_t bound);

#endif
