// Constants of start-up and time (boards/wamr/port/cortex_m.c).
#ifndef ARENULA_BOARD_H
#define ARENULA_BOARD_H

#define ARENULA_BOARD "mps2-an500"
#define BOARD_SYSTICK_HZ 25000000u
#define BOARD_FLASH_BYTES (4u << 20) /* what is protected from writes */

#endif
