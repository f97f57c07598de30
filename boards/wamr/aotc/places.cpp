#include "places.h"
#include <cstdio>
#include <llvm/ADT/DenseSet.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/IR/DIBuilder.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Module.h>

using namespace llvm;

void mark_places(LLVMModuleRef ref, const LLVMBasicBlockRef *blocks, uint32_t count) {
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
    unsigned checks = 0;
    for (BasicBlock &block : function) {
      checks += ends_in_check.contains(wrap(&block));
      for (Instruction &instruction : block) instruction.setDebugLoc(DILocation::get(module.getContext(), checks, 0, program));
    }
  }
  builder.finalize();
}

void places_of(LLVMValueRef function, const LLVMBasicBlockRef *blocks, uint32_t count, check_place *places) {
  DominatorTree tree(*unwrap<Function>(function));
  const LoopInfo loops(tree);
  for (uint32_t i = 0; i < count; i++) {
    const BasicBlock *block = unwrap(blocks[i]);
    places[i] = {};
    places[i].loop_depth = loops.getLoopDepth(block);
    const DebugLoc &location = block->getTerminator()->getDebugLoc();
    if (!location || location.getLine() == 0) continue;
    std::snprintf(places[i].function, sizeof places[i].function, "%s", cast<DILocalScope>(location.getScope())->getSubprogram()->getName().str().c_str());
    places[i].check = location.getLine();
  }
}

void forget_places(LLVMModuleRef module) { StripDebugInfo(*unwrap(module)); }
