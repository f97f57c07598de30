// Start-up, traps, time and the guarded call of a RISC-V core in machine mode. Traps run on a stack of their own (mscratch).
#include "arenula_port.h"
#include "board.h"
#include "board_port.h"
#include "semihosting.h"
#include <setjmp.h>
#include <stdbool.h>

int main(void);
extern uint32_t __guard[], __stack_limit[], __stack_top[], __unwind_top[];
extern uint32_t __data_load[], __data_start[], __data_stop[], __bss_start[], __bss_stop[], __flash_start[];

#define CSR_READ(name) ({ uint32_t value; __asm__ volatile("csrr %0, " #name : "=r"(value)); value; })
#define CSR_WRITE(name, value) __asm__ volatile("csrw " #name ", %0" : : "r"(value) : "memory")
#define MCAUSE_TIMER 0x80000007u
#define MIE_TIMER 0x80
#define MSTATUS_VS_INITIAL 0x200

/* ---- Time: minstret counts instructions, the machine timer watches the budget ---- */

#define CLINT_MTIMECMP ((volatile uint32_t *)(BOARD_CLINT + 0x4000))
#define CLINT_MTIME ((volatile uint32_t *)(BOARD_CLINT + 0xBFF8))

uint64_t instructions_now(void) {
  uint32_t high, low;
  do {
    high = CSR_READ(minstreth);
    low = CSR_READ(minstret);
  } while (high != CSR_READ(minstreth));
  return (uint64_t)high << 32 | low;
}
uint32_t instructions_per_step_x100(void) { return 100; }
void instructions_align(void) {}

static uint64_t time_now(void) {
  uint32_t high, low;
  do {
    high = CLINT_MTIME[1];
    low = CLINT_MTIME[0];
  } while (high != CLINT_MTIME[1]);
  return (uint64_t)high << 32 | low;
}

static void timer_set(uint64_t at) {
  CLINT_MTIMECMP[1] = 0xffffffff; // no interrupt between the two halves
  CLINT_MTIMECMP[0] = (uint32_t)at;
  CLINT_MTIMECMP[1] = (uint32_t)(at >> 32);
}

/* ---- The guarded call ---- */

static jmp_buf return_point;
static volatile bool guarded;
static volatile arenula_port_outcome outcome;

arenula_port_outcome arenula_port_call(void (*function)(void *), void *argument, uint32_t budget_ms) {
  outcome = ARENULA_PORT_RETURNED;
  if (setjmp(return_point) == 0) {
    if (budget_ms > 0) timer_set(time_now() + (uint64_t)budget_ms * (BOARD_MTIME_HZ / 1000));
    guarded = true;
    function(argument);
  }
  guarded = false;
  timer_set(UINT64_MAX);
  return outcome;
}

static void leave_call(void) { longjmp(return_point, 1); }

static void print_word(const char *name, uint32_t value) {
  char text[9] = {0};
  for (int i = 0; i < 8; i++) text[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  semihosting_print(name);
  semihosting_print(text);
}

/** Every trap ends the guarded call: nothing else raises one. mret then goes to leave_call, on a few words above the stack. */
__attribute__((used)) static void trap(uint32_t stack) {
  uint32_t cause = CSR_READ(mcause), address = CSR_READ(mtval);
  timer_set(UINT64_MAX);
  if (!guarded) {
    print_word("trap outside of a call: mcause ", cause);
    print_word(", mepc ", CSR_READ(mepc));
    print_word(", mtval ", address);
    semihosting_print("\n");
    semihosting_exit(99);
  }
  guarded = false;
  bool below = stack < (uint32_t)__stack_limit || (cause == 7 && address >= (uint32_t)__guard - 4096 && address < (uint32_t)__stack_limit);
  outcome = cause == MCAUSE_TIMER ? ARENULA_PORT_TIMEOUT : below ? ARENULA_PORT_STACK_OVERFLOW : ARENULA_PORT_FAULT;
  CSR_WRITE(mepc, (uint32_t)leave_call);
}

__attribute__((naked, aligned(4))) static void Trap_Handler(void) {
  __asm__("csrrw sp, mscratch, sp\n csrr a0, mscratch\n call trap\n"
          "csrw mscratch, sp\n la sp, __unwind_top\n mret\n");
}

/* ---- Memory protection: flash read-only, a guard below the stack; locked, so that machine mode obeys ---- */

static void protect(void) {
  CSR_WRITE(pmpaddr0, (uint32_t)__guard >> 2 | (256 / 8 - 1));
  CSR_WRITE(pmpaddr1, (uint32_t)__flash_start >> 2 | (BOARD_FLASH_BYTES / 8 - 1));
  CSR_WRITE(pmpcfg0, (0x80 | 3 << 3 | 5) << 8 | (0x80 | 3 << 3)); // NAPOT; 5: read and execute
}

void arenula_port_code_written(void) { __asm__ volatile("fence.i" : : : "memory"); }

/* ---- Start ---- */

__attribute__((used)) static _Noreturn void start(void) {
  uint32_t *from = __data_load;
  for (uint32_t *to = __data_start; to < __data_stop;) *to++ = *from++;
  for (uint32_t *to = __bss_start; to < __bss_stop;) *to++ = 0;
  protect();
  timer_set(UINT64_MAX);
  CSR_WRITE(mtvec, (uint32_t)Trap_Handler);
  CSR_WRITE(mie, MIE_TIMER);
  __asm__ volatile("csrs mstatus, %0" : : "r"(MSTATUS_VS_INITIAL)); // vectors, where there are any
  __asm__ volatile("csrsi mstatus, 8");
  semihosting_exit(main());
}

__attribute__((naked, used, section(".start"))) void _start(void) {
  __asm__(".option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n"
          "la tp, __tls_base\n la sp, __handler_top\n csrw mscratch, sp\n la sp, __stack_top\n j start\n");
}
