// Start-up, faults, time and the guarded call of a Cortex-M (v7-M and v8-M mainline). The program runs in thread mode on the process
// stack, exceptions run on a stack of their own: a handler works even where the process stack overflowed.
#include "arenula_port.h"
#include "board.h"
#include "board_port.h"
#include "semihosting.h"
#include <setjmp.h>
#include <stdbool.h>

int main(void);
extern uint32_t __guard[], __stack_limit[], __stack_top[], __unwind_top[], __handler_top[];
extern uint32_t __data_load[], __data_start[], __data_stop[], __bss_start[], __bss_stop[], __flash_start[];

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define SYST_CVR REGISTER(0xE000E018)
#define SCB_SHCSR REGISTER(0xE000ED24)
#define SCB_CFSR REGISTER(0xE000ED28)
#define SCB_HFSR REGISTER(0xE000ED2C)
#define SCB_MMFAR REGISTER(0xE000ED34)
#define SCB_BFAR REGISTER(0xE000ED38)
#define MPU_CTRL REGISTER(0xE000ED94)
#define MPU_RNR REGISTER(0xE000ED98)
#define MPU_RBAR REGISTER(0xE000ED9C)
#define MPU_RASR REGISTER(0xE000EDA0) /* v7-M */
#define MPU_RLAR REGISTER(0xE000EDA0) /* v8-M */
#define FPU_FPCCR REGISTER(0xE000EF34)

#define GUARD_BYTES 256
#define CFSR_MSTKERR (1u << 4)
#define CFSR_MMARVALID (1u << 7)
#define CFSR_STKERR (1u << 12)
#define CFSR_BFARVALID (1u << 15)
#define CFSR_STKOF (1u << 20) /* v8-M: the process stack went below PSPLIM */

/* ---- Time: SysTick counts down at the core's clock; its interrupt counts the periods and watches the budget ---- */

#define PERIOD (1u << 20)
#define MILLISECONDS_TO_PERIODS(ms) (((uint64_t)(ms) * (BOARD_SYSTICK_HZ / 1000) + PERIOD - 1) / PERIOD)

static volatile uint32_t periods, periods_left;

static void time_start(void) {
  SYST_RVR = PERIOD - 1;
  SYST_CVR = 0;
  SYST_CSR = 7; // core clock, interrupt, enable
}

static uint64_t steps_now(void) {
  uint32_t before, value;
  do {
    before = periods;
    value = SYST_CVR;
  } while (before != periods);
  return (uint64_t)before * PERIOD + (PERIOD - 1 - value);
}

uint32_t instructions_per_step_x100(void) { return (uint32_t)(100000000000ull / BOARD_SYSTICK_HZ); }
uint64_t instructions_now(void) { return steps_now() * 1000000000ull / BOARD_SYSTICK_HZ; } // -icount shift=0: 1 ns each
void instructions_align(void) {
  uint32_t value = SYST_CVR;
  while (SYST_CVR == value) {}
}

/* ---- The guarded call ---- */

static jmp_buf return_point;
static volatile bool guarded;
static volatile arenula_port_outcome outcome;

arenula_port_outcome arenula_port_call(void (*function)(void *), void *argument, uint32_t budget_ms) {
  outcome = ARENULA_PORT_RETURNED;
  if (setjmp(return_point) == 0) {
    periods_left = budget_ms == 0 ? 0 : (uint32_t)MILLISECONDS_TO_PERIODS(budget_ms) + 1;
    guarded = true;
    function(argument);
  }
  guarded = false;
  periods_left = 0;
  return outcome;
}

static void leave_call(void) { longjmp(return_point, 1); }

/** In a handler: makes the exception return to leave_call, on a few words above the process stack, whatever the interrupted frame was. */
static void unwind(arenula_port_outcome why) {
  guarded = false;
  outcome = why;
  uint32_t *frame = __unwind_top - 8; // r0 to r3, r12, lr, pc, xpsr
  frame[5] = 0xffffffff;
  frame[6] = (uint32_t)leave_call & ~1u;
  frame[7] = 1u << 24;
  __asm__ volatile("msr psp, %0" : : "r"(frame));
}

/** Returns whether the handler has to return to leave_call. */
__attribute__((used)) static bool systick(void) {
  periods++;
  if (!guarded || periods_left == 0 || --periods_left > 0) return false;
  unwind(ARENULA_PORT_TIMEOUT);
  return true;
}

static bool in_guard(uint32_t address) { return address >= (uint32_t)__guard - GUARD_BYTES && address < (uint32_t)__stack_limit; }

static void print_word(const char *name, uint32_t value) {
  char text[9] = {0};
  for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  semihosting_print(name);
  semihosting_print(text);
}

__attribute__((used)) static bool fault(uint32_t stack) {
  uint32_t status = SCB_CFSR;
  bool overflow = (status & (CFSR_MSTKERR | CFSR_STKERR | CFSR_STKOF)) != 0 || stack < (uint32_t)__stack_limit ||
                  ((status & CFSR_MMARVALID) && in_guard(SCB_MMFAR)) || ((status & CFSR_BFARVALID) && in_guard(SCB_BFAR));
  if (!guarded) {
    print_word("fault outside of a call: cfsr ", status);
    print_word(", pc ", stack >= (uint32_t)__stack_limit && stack < (uint32_t)__stack_top ? ((uint32_t *)stack)[6] : 0);
    semihosting_print("\n");
    semihosting_exit(99);
  }
  SCB_CFSR = status; // written ones clear
  SCB_HFSR = SCB_HFSR;
  unwind(overflow ? ARENULA_PORT_STACK_OVERFLOW : ARENULA_PORT_FAULT);
  return true;
}

// 0xfffffffd returns to thread mode on the process stack with a basic frame (in v8-M also: secure, as everything is here).
#define RETURN_FROM_HANDLER "pop {r4, lr}\n cbz r0, 1f\n mvn lr, #2\n 1: bx lr\n"
__attribute__((naked)) static void SysTick_Handler(void) { __asm__("push {r4, lr}\n bl systick\n" RETURN_FROM_HANDLER); }
__attribute__((naked)) static void Fault_Handler(void) { __asm__("push {r4, lr}\n mrs r0, psp\n bl fault\n" RETURN_FROM_HANDLER); }

/* ---- Memory protection: flash read-only, a guard below the stack ---- */

#if __ARM_ARCH >= 8
static void protect(void) {
  MPU_RNR = 0;
  MPU_RBAR = (uint32_t)__flash_start | 2u << 1; // read-only, privileged
  MPU_RLAR = ((uint32_t)__flash_start + BOARD_FLASH_BYTES - 32) | 1;
  // The guard is PSPLIM, set before the first push.
}
#else
static void protect(void) {
  MPU_RNR = 0;
  MPU_RBAR = (uint32_t)__flash_start;
  MPU_RASR = 6u << 24 | (uint32_t)(__builtin_ctz(BOARD_FLASH_BYTES) - 1) << 1 | 1; // read-only
  MPU_RNR = 1;
  MPU_RBAR = (uint32_t)__guard;
  MPU_RASR = 1u << 28 | 7u << 1 | 1; // 256 bytes, no access, no execution
}
#endif

void arenula_port_code_written(void) { __asm__ volatile("dsb\n isb" : : : "memory"); } // start-up enables no caches

/* ---- Start ---- */

__attribute__((used)) static _Noreturn void start(void) {
  uint32_t *from = __data_load;
  for (uint32_t *to = __data_start; to < __data_stop;) *to++ = *from++;
  for (uint32_t *to = __bss_start; to < __bss_stop;) *to++ = 0;
  FPU_FPCCR &= ~(1u << 30); // no lazy saving: unwind() drops frames
  protect();
  MPU_CTRL = 5; // everything else as without an MPU
  SCB_SHCSR |= 7u << 16;
  __asm__ volatile("dsb\n isb\n cpsie i");
  time_start();
  semihosting_exit(main());
}

// No C prologue may run before the stack is chosen and the vector unit is on.
__attribute__((naked, used)) void Reset_Handler(void) {
  __asm__("cpsid i\n"
          "ldr r0, =0xE000ED88\n ldr r1, [r0]\n orr r1, r1, #0xF00000\n str r1, [r0]\n dsb\n isb\n" // CPACR: FPU, MVE
          "ldr r0, =__stack_top\n msr psp, r0\n"
#if __ARM_ARCH >= 8
          "ldr r0, =__stack_limit\n msr psplim, r0\n"
#endif
          "movs r0, #2\n msr control, r0\n isb\n"
          "b start\n");
}

__attribute__((section(".vectors"), used)) static const void *const VECTORS[16] = {
    __handler_top, Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, [15] = SysTick_Handler,
};
