// SMLAD: two 16-bit products and their sum in one instruction, on Arm cores with the DSP extension.
#ifndef ARENULA_AOTC_DUAL_MULTIPLY_H
#define ARENULA_AOTC_DUAL_MULTIPLY_H

#include <stdbool.h>

struct AOTCompContext;

/** Whether LLVM selects SMLAD for the core. */
bool has_dual_multiply(const char *target, const char *cpu);

/**
 * Makes one llvm.arm.smlad of every pair of products low(a) * low(b) + high(a) * high(b) in a sum, where low and high are the halves of
 * 32-bit words. Behind the passes: they would take the pair apart no more, and see through no intrinsic.
 */
void join_products(struct AOTCompContext *context);

#endif
