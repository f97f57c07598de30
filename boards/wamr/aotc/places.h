// Where in the program the bounds checks of the IR come from, and whether they stand in a loop. Places are debug locations: line n of a
// function is its n-th checked access, in the order of the blocks as WAMR emits them. The passes carry them along, through inlining and
// copies of loops. An access has two branches on a 32-bit core: one where address plus offset wraps around, one beyond the bound.
#ifndef ARENULA_AOTC_PLACES_H
#define ARENULA_AOTC_PLACES_H

#include <llvm-c/Core.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  char function[64];   /* the one that the access was written in; "" where the passes made one comparison of several */
  uint32_t check;      /* from 1; 0: not known */
  uint32_t loop_depth; /* 0: outside of every loop of the function that it stands in now */
} check_place;

/** Told how many checked accesses a function has. */
typedef void (*accesses_of)(void *context, LLVMValueRef function, uint32_t accesses);

/** Gives every bounds check of the module its place. `blocks`: those that end in a check. */
void mark_places(LLVMModuleRef module, const LLVMBasicBlockRef *blocks, uint32_t count, accesses_of tell, void *context);

/** The checks at the ends of a function's blocks: more than blocks, where the passes joined comparisons into one branch. The caller frees `places`. */
uint32_t places_of(LLVMValueRef function, const LLVMBasicBlockRef *blocks, uint32_t count, check_place **places);

/** Takes all places out of the module again. */
void forget_places(LLVMModuleRef module);

#ifdef __cplusplus
}
#endif
#endif
