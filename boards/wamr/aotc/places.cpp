#include "places.h"
#include <cstdio>
#include <cstdlib>
#include <llvm/ADT/DenseSet.h>
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <vector>

using namespace llvm;

/** What a condition is joined from, by or, and, not, and selects that stand for them: `joins`, and the comparisons at the ends. */
static void take_apart(Value *condition, SmallPtrSetImpl<Instruction *> &joins, SmallPtrSetImpl<Instruction *> &comparisons) {
  auto *instruction = dyn_cast<Instruction>(condition);
  if (!instruction || !instruction->getType()->isIntegerTy(1)) return;
  const unsigned opcode = instruction->getOpcode();
  const bool joined = opcode == Instruction::Or || opcode == Instruction::And || opcode == Instruction::Xor || opcode == Instruction::Select;
  (joined ? joins : comparisons).insert(instruction);
  if (joined)
    for (Value *operand : instruction->operands()) take_apart(operand, joins, comparisons);
}

/** The first of an access's two branches; `check_integer_overflow_end` is WAMR's name for the block behind it. */
static bool is_overflow_check(const BasicBlock &block) {
  const Instruction *last = block.getTerminator();
  for (unsigned i = 0; i < last->getNumSuccessors(); i++)
    if (last->getSuccessor(i)->getName().starts_with("check_integer_overflow_end")) return true;
  return false;
}

void mark_places(LLVMModuleRef ref, const LLVMBasicBlockRef *blocks, uint32_t count, accesses_of tell, void *context) {
  const DenseSet<LLVMBasicBlockRef> ends_in_check(blocks, blocks + count);
  Module &module = *unwrap(ref);
  DIBuilder builder(module);
  DIFile *file = builder.createFile("module.wasm", ".");
  builder.createCompileUnit(dwarf::DW_LANG_C, file, "aotc", true, "", 0, "", DICompileUnit::LineTablesOnly);
  DISubroutineType *type = builder.createSubroutineType(builder.getOrCreateTypeArray({}));
  for (Function &function : module) {
    if (function.isDeclaration()) continue;
    DISubprogram *program = builder.createFunction(file, function.getName(), function.getName(), file, 0, type, 0, DINode::FlagZero, DISubprogram::SPFlagDefinition);
    function.setSubprogram(program);
    const auto place = [&](unsigned line) { return DILocation::get(module.getContext(), line, 0, program); };
    unsigned accesses = 0;
    for (BasicBlock &block : function) {
      for (Instruction &instruction : block) instruction.setDebugLoc(place(0)); // calls have to have one
      auto *branch = dyn_cast<BranchInst>(block.getTerminator());
      if (!branch || !branch->isConditional() || !ends_in_check.contains(wrap(&block))) continue;
      if (!is_overflow_check(block)) accesses++;
      SmallPtrSet<Instruction *, 8> marked = {branch}; // passes that move a comparison keep its place where the branch has the same
      take_apart(branch->getCondition(), marked, marked);
      for (Instruction *instruction : marked) instruction->setDebugLoc(place(accesses + is_overflow_check(block)));
    }
    if (accesses > 0) tell(context, wrap(&function), accesses);
  }
  builder.finalize();
}

static bool take_place(const Instruction *instruction, check_place &place) {
  const DebugLoc &location = instruction->getDebugLoc();
  if (!location || location.getLine() == 0) return false;
  std::snprintf(place.function, sizeof place.function, "%s", cast<DILocalScope>(location.getScope())->getSubprogram()->getName().str().c_str());
  place.check = location.getLine();
  return true;
}

uint32_t places_of(LLVMValueRef function, const LLVMBasicBlockRef *blocks, uint32_t count, check_place **places) {
  DominatorTree tree(*unwrap<Function>(function));
  const LoopInfo loops(tree);
  std::vector<check_place> found;
  for (uint32_t i = 0; i < count; i++) {
    const BasicBlock *block = unwrap(blocks[i]);
    const auto *branch = dyn_cast<BranchInst>(block->getTerminator());
    SmallPtrSet<Instruction *, 8> joins, comparisons;
    if (branch && branch->isConditional()) take_apart(branch->getCondition(), joins, comparisons);
    const size_t before = found.size();
    check_place place = {};
    place.loop_depth = loops.getLoopDepth(block);
    for (const Instruction *comparison : comparisons) // one without a place is a condition of the program that a check was joined with
      if (take_place(comparison, place)) found.push_back(place);
    if (found.size() > before) continue;
    take_place(block->getTerminator(), place);
    found.push_back(place);
  }
  *places = static_cast<check_place *>(std::calloc(found.size() + 1, sizeof(check_place)));
  if (!*places) std::abort();
  std::copy(found.begin(), found.end(), *places);
  return static_cast<uint32_t>(found.size());
}

void forget_places(LLVMModuleRef module) { StripDebugInfo(*unwrap(module)); }
