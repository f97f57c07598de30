// Constants of start-up and time (boards/wamr/port/cortex_m.c).
#ifndef ARENULA_BOARD_H
#define ARENULA_BOARD_H

#define ARENULA_BOARD "mps3-an547"
#define BOARD_SYSTICK_HZ 32000000u
#define BOARD_FLASH_BYTES (512u << 10) /* what is protected from writes */

#endif
