// Why: LLVM selects SMLABB and SMLATT, one 16-bit product each, for halves of words, but SMLAD only where it sees 16-bit loads side by
// side that nothing else uses (its ARMParallelDSP pass): a block of a matrix product uses every word twice. Sums are modulo 2^32 on both
// sides, so the order of the terms is free.
#include "dual_multiply.h"
#include "aot_llvm.h"
#include <llvm-c/Core.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TERMS 64

/** The lower or upper 16 bits of a word, sign-extended. */
typedef struct {
  LLVMValueRef word;
  bool high;
} half;

typedef struct {
  LLVMValueRef terms[MOST_TERMS];
  uint32_t count;
} sum;

bool has_dual_multiply(const char *target, const char *cpu) {
  static const char *const cores[] = {"cortex-m4", "cortex-m7", "cortex-m33", "cortex-m35p", "cortex-m55", "cortex-m85"};
  if (strncmp(target, "thumb", 5) != 0) return false;
  for (size_t i = 0; i < sizeof cores / sizeof *cores; i++)
    if (strcmp(cpu, cores[i]) == 0) return true;
  return false;
}

static bool is(LLVMValueRef value, LLVMOpcode opcode) {
  return LLVMIsAInstruction(value) && LLVMGetInstructionOpcode(value) == opcode && LLVMTypeOf(value) == LLVMInt32TypeInContext(LLVMGetTypeContext(LLVMTypeOf(value)));
}

static bool shifts_by_16(LLVMValueRef value, LLVMOpcode opcode) {
  if (!is(value, opcode)) return false;
  LLVMValueRef by = LLVMGetOperand(value, 1);
  return LLVMIsAConstantInt(by) && LLVMConstIntGetZExtValue(by) == 16;
}

static bool half_of(LLVMValueRef value, half *to) {
  if (!shifts_by_16(value, LLVMAShr)) return false;
  LLVMValueRef shifted = LLVMGetOperand(value, 0);
  *to = shifts_by_16(shifted, LLVMShl) ? (half){LLVMGetOperand(shifted, 0), false} : (half){shifted, true};
  return true;
}

/** Whether both are products of halves of the same two words, one of the lower halves, the other of the upper ones. */
static bool are_pair(LLVMValueRef first, LLVMValueRef second, LLVMValueRef words[2]) {
  half a, b, c, d;
  if (!is(first, LLVMMul) || !is(second, LLVMMul)) return false;
  if (!half_of(LLVMGetOperand(first, 0), &a) || !half_of(LLVMGetOperand(first, 1), &b)) return false;
  if (!half_of(LLVMGetOperand(second, 0), &c) || !half_of(LLVMGetOperand(second, 1), &d)) return false;
  if (a.high != b.high || c.high != d.high || a.high == c.high) return false;
  if (!((a.word == c.word && b.word == d.word) || (a.word == d.word && b.word == c.word))) return false;
  words[0] = a.word;
  words[1] = b.word;
  return true;
}

static bool used_once(LLVMValueRef value) {
  LLVMUseRef use = LLVMGetFirstUse(value);
  return use && !LLVMGetNextUse(use);
}

/** An addition whose only use is another one of its block: an inner node of a sum. */
static bool is_inner(LLVMValueRef value, LLVMBasicBlockRef block) {
  return is(value, LLVMAdd) && LLVMGetInstructionParent(value) == block && used_once(value);
}

static bool is_root(LLVMValueRef value, LLVMBasicBlockRef block) {
  if (!is(value, LLVMAdd) || !LLVMGetFirstUse(value)) return false;
  LLVMValueRef user = LLVMGetUser(LLVMGetFirstUse(value));
  return !(used_once(value) && is(user, LLVMAdd) && LLVMGetInstructionParent(user) == block);
}

/** Collects what `node` adds up; false where there are too many terms. */
static bool collect(LLVMValueRef node, LLVMBasicBlockRef block, sum *to) {
  for (unsigned i = 0; i < 2; i++) {
    LLVMValueRef operand = LLVMGetOperand(node, i);
    if (is_inner(operand, block)) {
      if (!collect(operand, block, to)) return false;
    } else {
      if (to->count == MOST_TERMS) return false;
      to->terms[to->count++] = operand;
    }
  }
  return true;
}

static void erase_unused(LLVMValueRef value) {
  if (!(is(value, LLVMAdd) || is(value, LLVMMul) || is(value, LLVMAShr) || is(value, LLVMShl)) || LLVMGetFirstUse(value)) return;
  LLVMValueRef operands[2] = {LLVMGetOperand(value, 0), LLVMGetOperand(value, 1)};
  LLVMInstructionEraseFromParent(value);
  erase_unused(operands[0]);
  if (operands[1] != operands[0]) erase_unused(operands[1]);
}

static void join(struct AOTCompContext *context, LLVMValueRef root) {
  sum all = {.count = 0};
  LLVMValueRef pairs[MOST_TERMS / 2][2];
  uint32_t joined = 0;
  if (!collect(root, LLVMGetInstructionParent(root), &all)) return;
  for (uint32_t i = 0; i < all.count; i++)
    for (uint32_t j = i + 1; all.terms[i] && j < all.count; j++)
      if (all.terms[j] && are_pair(all.terms[i], all.terms[j], pairs[joined])) {
        joined++;
        all.terms[i] = all.terms[j] = NULL;
      }
  if (joined == 0) return;

  unsigned smlad = LLVMLookupIntrinsicID("llvm.arm.smlad", strlen("llvm.arm.smlad"));
  LLVMTypeRef type = LLVMIntrinsicGetType(context->context, smlad, NULL, 0);
  LLVMValueRef function = LLVMGetIntrinsicDeclaration(context->module, smlad, NULL, 0), total = NULL;
  LLVMPositionBuilderBefore(context->builder, root);
  for (uint32_t i = 0; i < all.count; i++)
    if (all.terms[i]) total = total ? LLVMBuildAdd(context->builder, total, all.terms[i], "") : all.terms[i];
  if (!total) total = LLVMConstInt(LLVMTypeOf(root), 0, 0);
  for (uint32_t i = 0; i < joined; i++) {
    LLVMValueRef arguments[3] = {pairs[i][0], pairs[i][1], total};
    total = LLVMBuildCall2(context->builder, type, function, arguments, 3, "");
  }
  LLVMReplaceAllUsesWith(root, total);
  erase_unused(root);
}

void join_products(struct AOTCompContext *context) {
  LLVMValueRef *roots = NULL;
  size_t count = 0, capacity = 0;
  for (LLVMValueRef function = LLVMGetFirstFunction(context->module); function; function = LLVMGetNextFunction(function))
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block; block = LLVMGetNextBasicBlock(block))
      for (LLVMValueRef at = LLVMGetFirstInstruction(block); at; at = LLVMGetNextInstruction(at)) {
        if (!is_root(at, block)) continue;
        if (count == capacity) {
          capacity = capacity ? capacity * 2 : 256;
          roots = realloc(roots, capacity * sizeof *roots);
          if (!roots) abort();
        }
        roots[count++] = at;
      }
  // Rewriting a sum erases its own additions and products only, never the root of another.
  for (size_t i = 0; i < count; i++) join(context, roots[i]);
  free(roots);
}
