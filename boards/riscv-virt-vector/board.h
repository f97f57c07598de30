// Constants of start-up and time (boards/wamr/port/riscv.c).
#ifndef ARENULA_BOARD_H
#define ARENULA_BOARD_H

#define ARENULA_BOARD "riscv-virt-vector"
#define BOARD_CLINT 0x02000000u
#define BOARD_MTIME_HZ 10000000u
#define BOARD_FLASH_BYTES (16u << 20) /* what is protected from writes */

#endif
