// WAMR's platform layer for bare metal: one thread, no operating system, no files. WAMR includes this header by name.
#ifndef _PLATFORM_INTERNAL_H
#define _PLATFORM_INTERNAL_H

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BH_PLATFORM_ARENULA
#define BH_PLATFORM_ARENULA
#endif

#define BH_APPLET_PRESERVED_STACK_SIZE (2 * BH_KB)
#define BH_THREAD_DEFAULT_PRIORITY 7

// WAMR names these types even where nothing uses them.
typedef int korp_thread, korp_tid, korp_mutex, korp_sem;
typedef struct { int unused; } korp_rwlock, korp_cond;
typedef int os_file_handle, os_raw_file_handle, os_poll_file_handle, os_timespec;
typedef void *os_dir_stream;
typedef unsigned int os_nfds_t;

static inline os_file_handle os_get_invalid_handle(void) { return -1; }

// Linear memory is rounded up to this. Modules end at a multiple of 16, so nothing is added.
static inline int os_getpagesize(void) { return 16; }

#endif
