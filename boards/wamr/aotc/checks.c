// A failed bounds check goes to the block of its function that calls aot_set_exception_with_id(instance, id), where `id` is a phi
// over the reasons (WAMR: aot_emit_exception.c). So the edges that bring EXCE_OUT_OF_BOUNDS_MEMORY_ACCESS into that call are the
// checks. The passes may fold the phi to a constant, or give an exit of its own to each reason; both are followed here.
#include "checks.h"
#include "aot_llvm.h"
#include "aot_runtime.h"
#include <llvm-c/Core.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t predecessors(LLVMBasicBlockRef target) {
  uint32_t edges = 0;
  for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(target)); use; use = LLVMGetNextUse(use))
    if (LLVMIsATerminatorInst(LLVMGetUser(use))) edges++;
  return edges;
}

static uint32_t edges_with(LLVMValueRef id, LLVMBasicBlockRef block, uint64_t reason) {
  if (LLVMIsAConstantInt(id)) return LLVMConstIntGetZExtValue(id) == reason ? predecessors(block) : 0;
  if (!LLVMIsAPHINode(id)) return 0;
  uint32_t edges = 0;
  for (uint32_t i = 0; i < LLVMCountIncoming(id); i++) {
    LLVMValueRef value = LLVMGetIncomingValue(id, i);
    if (LLVMIsAConstantInt(value)) edges += LLVMConstIntGetZExtValue(value) == reason;
    else edges += edges_with(value, LLVMGetIncomingBlock(id, i), reason);
  }
  return edges;
}

/** Whether a call is to aot_set_exception_with_id: by name, or (XIP: through a table) by its shape, void (instance, i32 id). */
static bool sets_exception(LLVMValueRef call) {
  size_t length;
  LLVMValueRef callee = LLVMGetCalledValue(call);
  if (LLVMIsAFunction(callee)) return strcmp(LLVMGetValueName2(callee, &length), "aot_set_exception_with_id") == 0;
  if (LLVMGetNumArgOperands(call) != 2 || LLVMGetTypeKind(LLVMTypeOf(call)) != LLVMVoidTypeKind) return false;
  LLVMValueRef id = LLVMGetOperand(call, 1);
  return LLVMGetTypeKind(LLVMTypeOf(id)) == LLVMIntegerTypeKind && (LLVMIsAPHINode(id) || LLVMIsAConstantInt(id));
}

static uint32_t checks_of(LLVMValueRef function) {
  uint32_t checks = 0;
  for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
    for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
      if (LLVMIsACallInst(at) && sets_exception(at)) checks += edges_with(LLVMGetOperand(at, 1), block, EXCE_OUT_OF_BOUNDS_MEMORY_ACCESS);
  return checks;
}

static function_checks *entry(check_report *report, const char *name) {
  for (uint32_t i = 0; i < report->count; i++)
    if (strcmp(report->functions[i].function, name) == 0) return &report->functions[i];
  if (report->count == report->capacity) {
    report->capacity = report->capacity ? report->capacity * 2 : 64;
    report->functions = realloc(report->functions, report->capacity * sizeof(function_checks));
    if (!report->functions) abort();
  }
  function_checks *added = &report->functions[report->count++];
  memset(added, 0, sizeof *added);
  snprintf(added->function, sizeof added->function, "%s", name);
  return added;
}

void count_checks(struct AOTCompContext *context, check_time when, check_report *report) {
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function)) {
    size_t length;
    if (LLVMIsDeclaration(function)) continue;
    uint32_t checks = checks_of(function);
    if (checks == 0) continue;
    function_checks *counted = entry(report, LLVMGetValueName2(function, &length));
    if (when == BEFORE_PASSES) counted->before = checks;
    else counted->after = checks;
  }
}

void print_checks(const check_report *report, uint32_t bound) {
  printf("{\"bound\":%u,\"functions\":[", bound);
  for (uint32_t i = 0; i < report->count; i++) {
    const function_checks *at = &report->functions[i];
    printf("%s{\"function\":\"%s\",\"before\":%u,\"after\":%u}", i ? "," : "", at->function, at->before, at->after);
  }
  printf("]}\n");
}
