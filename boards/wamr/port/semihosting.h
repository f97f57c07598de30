// Console and exit through the debugger (Arm semihosting; QEMU serves it on Arm and on RISC-V).
#ifndef ARENULA_SEMIHOSTING_H
#define ARENULA_SEMIHOSTING_H

void semihosting_print(const char *text);
_Noreturn void semihosting_exit(int code);

#endif
