// Included before WAMR's aot_reloc_riscv.c: its table of the functions that compiled code may call leaves some of the compiler's library out,
// and code with float32 (QUANTIZE, DEQUANTIZE) would not load on a core without floating point. The table names what WAMR is configured to
// have; where it would name garbage collection, which is off, it names these.
#ifndef ARENULA_RISCV_SOFT_FLOAT_H
#define ARENULA_RISCV_SOFT_FLOAT_H

#include "aot_reloc.h"

#if defined(__riscv) && !defined(__riscv_flen)
void __fixsfsi(void);
void __floatsisf(void);
void __ltsf2(void);
#undef REG_GC_SYM
#define REG_GC_SYM() REG_SYM(__fixsfsi), REG_SYM(__floatsisf), REG_SYM(__ltsf2),
#endif

#endif
