#include "application.h"
#include "arenula_host.h"
#include <stdio.h>
#include <string.h>

// From `arenula bench --board`: RAM of runtime and module, for the engine in use.
#ifndef ARENULA_POOL_BYTES
#define ARENULA_POOL_BYTES (64 * 1024)
#endif

static uint8_t pool[ARENULA_POOL_BYTES] __attribute__((aligned(8)));

static int failed(const char *what, const arenula_model *model, arenula_error error) {
  printf("%s: %s: %s", what, arenula_error_name(error), model->reason);
  if (model->failed_operator != ARENULA_NO_OPERATOR) printf(" (operator %u)", (unsigned)model->failed_operator);
  printf("\n");
  return 1;
}

int run_model(const uint8_t *module, uint32_t module_bytes) {
  arenula_model model;
  const arenula_options options = {.pool = pool, .pool_bytes = sizeof pool};
  arenula_error error = arenula_open(&model, &options, module, module_bytes);
  if (error != ARENULA_OK) return failed("open", &model, error);

  uint32_t bytes;
  uint8_t *input = arenula_input(&model, 0, &bytes);
  if (input) memset(input, 0, bytes); // your samples, quantized: `arenula inspect` shows scale and zero point

  error = arenula_invoke(&model);
  int status = error == ARENULA_OK ? 0 : failed("invoke", &model, error);
  if (status == 0) {
    const int8_t *scores = (const int8_t *)arenula_output(&model, 0, &bytes);
    for (uint32_t i = 0; scores && i < bytes; i++) printf("%u: %d\n", (unsigned)i, scores[i]);
  }
  arenula_close(&model);
  return status;
}
