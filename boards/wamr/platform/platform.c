// The functions that WAMR asks of a platform. All memory comes from the pool that the host gave at start; there is one thread.
#include "platform_api_extension.h"
#include "platform_api_vmcore.h"
#include "arenula_port.h"

int bh_platform_init(void) { return 0; }
void bh_platform_destroy(void) {}

// The pool serves every request: the system's allocator is never asked.
void *os_malloc(unsigned size) { (void)size; return NULL; }
void *os_realloc(void *at, unsigned size) { (void)at; (void)size; return NULL; }
void os_free(void *at) { (void)at; }
int os_dumps_proc_mem_info(char *out, unsigned size) { (void)out; (void)size; return -1; }

int os_vprintf(const char *format, va_list arguments) {
  char line[128];
  int length = vsnprintf(line, sizeof line, format, arguments);
  arenula_port_print(line);
  return length;
}
int os_printf(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = os_vprintf(format, arguments);
  va_end(arguments);
  return length;
}

uint64 os_time_get_boot_us(void) { return 0; }
uint64 os_time_thread_cputime_us(void) { return 0; }

korp_tid os_self_thread(void) { return 1; }
uint8 *os_thread_get_stack_boundary(void) { return arenula_port_stack_limit(); }
void os_thread_jit_write_protect_np(bool enabled) { (void)enabled; }
int os_mutex_init(korp_mutex *mutex) { (void)mutex; return 0; }
int os_mutex_destroy(korp_mutex *mutex) { (void)mutex; return 0; }
int os_mutex_lock(korp_mutex *mutex) { (void)mutex; return 0; }
int os_mutex_unlock(korp_mutex *mutex) { (void)mutex; return 0; }

// Callers expect zeroed memory, as an operating system gives it.
void *os_mmap(void *hint, size_t size, int protection, int flags, os_file_handle file) {
  (void)hint; (void)protection; (void)flags; (void)file;
  void *at = BH_MALLOC((unsigned)size);
  if (at) memset(at, 0, size);
  return at;
}
void os_munmap(void *at, size_t size) { (void)size; BH_FREE(at); }
int os_mprotect(void *at, size_t size, int protection) { (void)at; (void)size; (void)protection; return 0; }
void *os_mremap(void *at, size_t old_size, size_t new_size) {
  void *moved = os_mmap(NULL, new_size, 0, 0, -1);
  if (!moved) return NULL;
  memcpy(moved, at, old_size < new_size ? old_size : new_size);
  BH_FREE(at);
  return moved;
}

// Code of a non-XIP .aot file is written to RAM and then run there.
void os_dcache_flush(void) { arenula_port_code_written(); }
void os_icache_flush(void *start, size_t size) { (void)start; (void)size; arenula_port_code_written(); }
