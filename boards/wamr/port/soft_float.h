// Included before WAMR's aot_reloc_<instruction set>.c: its tables of the functions that compiled code may call leave some of the compiler's
// library out, and code with float32 would not load on a core without floating point. These are all that LLVM calls for WebAssembly's
// instructions and WAMR 2.4.3 does not name (tests/wamr/symbols.test.ts). Each table names what WAMR is configured to have; where it would
// name garbage collection, which is off, it names these.
#ifndef ARENULA_SOFT_FLOAT_H
#define ARENULA_SOFT_FLOAT_H

#include "aot_reloc.h"

#undef REG_GC_SYM
#if defined(__riscv) && !defined(__riscv_flen)
void __fixsfsi(void);
void __floatdisf(void);
void __floatsisf(void);
void __floatundisf(void);
void __floatunsisf(void);
void __ltsf2(void);
#define REG_GC_SYM() REG_SYM(__fixsfsi), REG_SYM(__floatdisf), REG_SYM(__floatsisf), REG_SYM(__floatundisf), REG_SYM(__floatunsisf), REG_SYM(__ltsf2),
#elif defined(__thumb__)
void __divsf3(void);
void __fixsfsi(void);
void __fixunssfsi(void);
#define REG_GC_SYM() REG_SYM(__divsf3), REG_SYM(__fixsfsi), REG_SYM(__fixunssfsi),
#else
#define REG_GC_SYM()
#endif

#endif
