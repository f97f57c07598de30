// Constants of start-up and time (boards/wamr/port/cortex_m.c).
#ifndef ARENULA_BOARD_H
#define ARENULA_BOARD_H

#define ARENULA_BOARD "netduinoplus2"
#define BOARD_SYSTICK_HZ 168000000u
#define BOARD_FLASH_BYTES (1u << 20) /* what is protected from writes */

#endif
