// Where in the program a branch of the IR comes from, and whether it stands in a loop. Places are debug locations: line n of a function is
// its n-th bounds check, in the order of the blocks as WAMR emits them. The passes carry them along, through inlining and copies of loops.
#ifndef ARENULA_AOTC_PLACES_H
#define ARENULA_AOTC_PLACES_H

#include <llvm-c/Core.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  char function[64]; /* the one that the access was written in; "" where the passes merged two places */
  uint32_t check;    /* from 1; 0: not known */
  uint32_t loop_depth; /* 0: outside of every loop of the function that it stands in now */
} check_place;

/** Gives every instruction of the module a place. `checks`: the blocks that end in a check. */
void mark_places(LLVMModuleRef module, const LLVMBasicBlockRef *checks, uint32_t count);

/** The places of the last instructions of a function's blocks. */
void places_of(LLVMValueRef function, const LLVMBasicBlockRef *blocks, uint32_t count, check_place *places);

/** Takes all places out of the module again. */
void forget_places(LLVMModuleRef module);

#ifdef __cplusplus
}
#endif
#endif
