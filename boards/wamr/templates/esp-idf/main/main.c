#include "application.h"
#include <pthread.h>
#include <stddef.h>

extern const uint8_t module[] asm("_binary_module_bin_start"), module_end[] asm("_binary_module_bin_end");

static void *run(void *unused) {
  (void)unused;
  run_model(module, (uint32_t)(module_end - module));
  return NULL;
}

// WAMR's port for ESP-IDF asks for a pthread, whose stack it knows.
void app_main(void) {
  pthread_t thread;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 6 * 1024);
  if (pthread_create(&thread, &attributes, run, NULL) == 0) pthread_join(thread, NULL);
}
