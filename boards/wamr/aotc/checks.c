// A failed bounds check goes to the block of its function that calls aot_set_exception_with_id(instance, id), where `id` is a phi
// over the reasons (WAMR: aot_emit_exception.c). So the edges that bring EXCE_OUT_OF_BOUNDS_MEMORY_ACCESS into that call are the
// checks. The passes may fold the phi to a constant, give an exit of its own to each reason, or lead edges through empty blocks; all
// are followed here.
#include "checks.h"
#include "aot_llvm.h"
#include "aot_runtime.h"
#include <llvm-c/Core.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Blocks that end in a check. */
typedef struct {
  LLVMBasicBlockRef *blocks;
  uint32_t count, capacity;
} block_list;

static void *grown(void *items, uint32_t count, uint32_t *capacity, size_t size) {
  if (count < *capacity) return items;
  *capacity = *capacity ? *capacity * 2 : 64;
  items = realloc(items, *capacity * size);
  if (!items) abort();
  return items;
}

static void add_block(block_list *list, LLVMBasicBlockRef block) {
  list->blocks = grown(list->blocks, list->count, &list->capacity, sizeof *list->blocks);
  list->blocks[list->count++] = block;
}

static void add_predecessors(block_list *list, LLVMBasicBlockRef target);

/** The check behind an edge out of `block`: its own, or those of the blocks before it, where it only leads on. */
static void add_edge(block_list *list, LLVMBasicBlockRef block) {
  LLVMValueRef first = LLVMGetFirstInstruction(block), last = LLVMGetBasicBlockTerminator(block);
  while (first != last && LLVMIsAPHINode(first)) first = LLVMGetNextInstruction(first);
  if (first == last && LLVMGetNumSuccessors(last) == 1) add_predecessors(list, block);
  else add_block(list, block);
}

static void add_predecessors(block_list *list, LLVMBasicBlockRef target) {
  for (LLVMUseRef use = LLVMGetFirstUse(LLVMBasicBlockAsValue(target)); use; use = LLVMGetNextUse(use))
    if (LLVMIsATerminatorInst(LLVMGetUser(use))) add_edge(list, LLVMGetInstructionParent(LLVMGetUser(use)));
}

static void add_edges_with(block_list *list, LLVMValueRef id, LLVMBasicBlockRef block, uint64_t reason) {
  if (LLVMIsAConstantInt(id)) {
    if (LLVMConstIntGetZExtValue(id) == reason) add_predecessors(list, block);
    return;
  }
  if (!LLVMIsAPHINode(id)) return;
  for (uint32_t i = 0; i < LLVMCountIncoming(id); i++) {
    LLVMValueRef value = LLVMGetIncomingValue(id, i);
    if (!LLVMIsAConstantInt(value)) add_edges_with(list, value, LLVMGetIncomingBlock(id, i), reason);
    else if (LLVMConstIntGetZExtValue(value) == reason) add_edge(list, LLVMGetIncomingBlock(id, i));
  }
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

static block_list checks_of(LLVMValueRef function) {
  block_list list = {0};
  for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
    for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at))
      if (LLVMIsACallInst(at) && sets_exception(at)) add_edges_with(&list, LLVMGetOperand(at, 1), block, EXCE_OUT_OF_BOUNDS_MEMORY_ACCESS);
  return list;
}

static function_checks *entry(check_report *report, LLVMValueRef function) {
  size_t length;
  const char *name = LLVMGetValueName2(function, &length);
  for (uint32_t i = 0; i < report->count; i++)
    if (strcmp(report->functions[i].function, name) == 0) return &report->functions[i];
  report->functions = grown(report->functions, report->count, &report->capacity, sizeof(function_checks));
  function_checks *added = &report->functions[report->count++];
  memset(added, 0, sizeof *added);
  snprintf(added->function, sizeof added->function, "%s", name);
  return added;
}

static void add_before(void *report, LLVMValueRef function, uint32_t accesses) { entry(report, function)->before = accesses; }

void count_checks(struct AOTCompContext *context, check_report *report) {
  block_list all = {0};
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function)) {
    block_list checks = checks_of(function);
    for (uint32_t i = 0; i < checks.count; i++) add_block(&all, checks.blocks[i]);
    free(checks.blocks);
  }
  mark_places(context->module, all.blocks, all.count, add_before, report);
  free(all.blocks);
}

void count_kept_checks(struct AOTCompContext *context, check_report *report) {
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function)) {
    block_list checks = checks_of(function);
    if (checks.count == 0) continue;
    function_checks *counted = entry(report, function);
    counted->after = places_of(function, checks.blocks, checks.count, &counted->kept);
    free(checks.blocks);
  }
  forget_places(context->module);
}

void print_checks(const check_report *report, uint32_t bound) {
  printf("{\"bound\":%u,\"functions\":[", bound);
  for (uint32_t i = 0; i < report->count; i++) {
    const function_checks *at = &report->functions[i];
    printf("%s{\"function\":\"%s\",\"before\":%u,\"after\":%u,\"kept\":[", i ? "," : "", at->function, at->before, at->after);
    for (uint32_t k = 0; k < at->after; k++)
      printf("%s{\"function\":\"%s\",\"check\":%u,\"loop_depth\":%u}", k ? "," : "", at->kept[k].function, at->kept[k].check, at->kept[k].loop_depth);
    printf("]}");
  }
  printf("]}\n");
}
