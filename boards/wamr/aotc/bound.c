// Why: WAMR loads the bound of linear memory at the entry of every function, because memory may grow. A linked module exports
// no way to grow and contains no memory.grow, so the bound is known here; as a constant it lets LLVM prove accesses in range and
// delete their checks. Nothing is trusted but the compiler: an access that is not proved keeps its check.
#include "bound.h"
#include "aot_llvm.h"
#include <llvm-c/Core.h>
#include <stdio.h>

uint32_t memory_bytes(const struct AOTCompData *data) {
  if (data->memory_count + data->import_memory_count == 0) return 0;
  return data->memories[0].num_bytes_per_page * data->memories[0].init_page_count;
}

void defer_passes(struct AOTCompContext *context) {
  context->optimize = false;
}

/** The access width that a load named bound_check_<width>byte(s) guards, or 0 for any other instruction. */
static uint32_t guarded_width(LLVMValueRef instruction) {
  size_t length;
  uint32_t width = 0;
  if (LLVMGetInstructionOpcode(instruction) != LLVMLoad) return 0;
  if (sscanf(LLVMGetValueName2(instruction, &length), "bound_check_%ubyte", &width) != 1) return 0;
  return width;
}

uint32_t bind_memory_bound(struct AOTCompContext *context, uint32_t bytes) {
  uint32_t replaced = 0;
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function))
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
      for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at)) {
        uint32_t width = guarded_width(at);
        if (width == 0 || width > bytes) continue; // a memory smaller than the access: the load stays, and so does the check
        LLVMReplaceAllUsesWith(at, LLVMConstInt(LLVMTypeOf(at), bytes - width, 0));
        replaced++;
      }
  return replaced;
}

void run_passes(struct AOTCompContext *context) {
  aot_apply_llvm_new_pass_manager(context, context->module);
}
