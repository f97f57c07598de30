// Why: LLVM optimizes a function before it moves it into its callers. A loop of 16 turns whose bounds checks are gone by then is small enough
// to be unrolled there, into single bytes, before the vectorizer comes; on its own it still has its checks, and stays a loop until it is
// taken whole. Kernels are inlined where they are written so (assembly/), nothing else has to be.
#include "calls.h"
#include "aot_llvm.h"
#include <llvm-c/Core.h>
#include <string.h>

void keep_calls(struct AOTCompContext *context) {
  static const char NAME[] = "noinline";
  LLVMAttributeRef attribute = LLVMCreateEnumAttribute(context->context, LLVMGetEnumAttributeKindForName(NAME, strlen(NAME)), 0);
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function))
    if (!LLVMIsDeclaration(function)) LLVMAddAttributeAtIndex(function, LLVMAttributeFunctionIndex, attribute);
}
