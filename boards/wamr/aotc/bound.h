// The memory bound of a module that never grows, as a constant in the LLVM IR.
#ifndef ARENULA_AOTC_BOUND_H
#define ARENULA_AOTC_BOUND_H

#include <stdint.h>

// WAMR declares these in two headers that exclude each other: aot_export.h (main.c) and aot_llvm.h (bound.c, checks.c).
struct AOTCompContext;
struct AOTCompData;

/** Bytes of linear memory 0 as the compiler itself sees it: pages times page size, shrinking included. */
uint32_t memory_bytes(const struct AOTCompData *data);

/** Keeps the passes back: aot_compile_wasm then leaves IR as it was emitted, for bind_memory_bound. */
void defer_passes(struct AOTCompContext *context);

/** Replaces every load of a memory bound by the constant `bytes - width`. Returns how many were replaced. */
uint32_t bind_memory_bound(struct AOTCompContext *context, uint32_t bytes);

/** The passes that defer_passes held back. */
void run_passes(struct AOTCompContext *context);

#endif
