// Runs modules that `arenula build` wrote, on WAMR, from memory that the caller gives. The module stays in flash.
//
//   static uint8_t pool[40 * 1024] __attribute__((aligned(8)));
//   arenula_model model;
//   if (arenula_open(&model, &(arenula_options){pool, sizeof pool}, module, module_bytes) != ARENULA_OK) fail(model.reason);
//   memcpy(arenula_input(&model, 0, &bytes), samples, bytes);
//   if (arenula_invoke(&model) != ARENULA_OK) fail(model.reason);   // model.failed_operator says where
//   const int8_t *scores = (const int8_t *)arenula_output(&model, 0, &bytes);
//
// One model is open at a time: WAMR has one pool.
#ifndef ARENULA_HOST_H
#define ARENULA_HOST_H

#include "wasm_export.h"
#include <stdint.h>

typedef enum {
  ARENULA_OK,
  ARENULA_NOT_A_MODULE,   /* no module of ours, or one that this firmware's engine does not run */
  ARENULA_CHECKSUM,       /* the file is damaged */
  ARENULA_ABI_MISMATCH,   /* built for another version of the device ABI */
  ARENULA_POOL_TOO_SMALL,
  ARENULA_LOAD,           /* WAMR refuses the module; `reason` is WAMR's */
  ARENULA_EXPORT_MISSING, /* `reason` names the export */
  ARENULA_MEMORY_BELOW_BOUND, /* an .aot file whose memory is smaller than the bound that its code assumes */
  ARENULA_TRAP,           /* `reason` is WAMR's, `failed_operator` says where */
  ARENULA_STACK_OVERFLOW,
  ARENULA_TIMEOUT,
  ARENULA_FAULT,
  ARENULA_CLOSED          /* the model is not open, or an error left it unusable: close it and open it again */
} arenula_error;

/** "pool_too_small" and so on: stable, for logs and tools. */
const char *arenula_error_name(arenula_error error);

#define ARENULA_NO_OPERATOR 0xffffffffu

typedef struct {
  void *pool;               /* aligned to 8; holds WAMR's structures, its stack and the linear memory */
  uint32_t pool_bytes;
  uint32_t wasm_stack_bytes; /* of the interpreters, inside the pool; 0: 3,072 (fast) or 4,096 (classic). Compiled code has none */
  uint32_t budget_ms;        /* of opening and of each invoke; 0: no limit */
} arenula_options;

typedef struct {
  uint32_t linear_memory_bytes; /* after WAMR's shrinking */
  uint32_t pool_used_bytes;     /* now */
  uint32_t pool_high_bytes;     /* the most since arenula_open, loading included */
  uint32_t wasm_stack_bytes;    /* part of the pool */
} arenula_memory;

typedef struct {
  /* Of the last error. */
  char reason[96];
  uint32_t failed_operator; /* index in the .tflite file, or ARENULA_NO_OPERATOR */
  /* Of the last invoke without an error: the operator that ended it early (a CIRCULAR_BUFFER that gathers input: other outputs are those of the last
     inference that ran to its end), or ARENULA_NO_OPERATOR. */
  uint32_t ended_early_at;
  /* Facts of an open model. */
  uint32_t input_count, output_count;
  /* Private. */
  bool runtime_started, usable, damaged;
  arenula_options options;
  uint8_t *code; /* the classic interpreter's copy of the code section */
  wasm_module_t module;
  wasm_module_inst_t instance;
  wasm_exec_env_t environment;
  wasm_function_inst_t invoke, invoke_range, reset;
  uint32_t operator_word;
} arenula_model;

/** Checks, loads and instantiates. `bytes` must stay where they are, aligned to 8, until arenula_close. On an error nothing is left open. */
arenula_error arenula_open(arenula_model *model, const arenula_options *options, const uint8_t *bytes, uint32_t size);

/** Where an input goes: write all of it before every invoke. NULL where there is no such input. */
uint8_t *arenula_input(arenula_model *model, uint32_t index, uint32_t *bytes);
/** Where an output lies after an invoke. */
const uint8_t *arenula_output(arenula_model *model, uint32_t index, uint32_t *bytes);

/** Runs every operator. */
arenula_error arenula_invoke(arenula_model *model);
/** Runs operators first .. end-1. */
arenula_error arenula_invoke_range(arenula_model *model, uint32_t first, uint32_t end);
/** Gives variables their first values, as opening does; nothing for a model without. Write the inputs afterwards. */
arenula_error arenula_reset(arenula_model *model);
/** The variables of a model that keeps a state, to be saved and restored as they are; NULL for a model without. */
uint8_t *arenula_state(arenula_model *model, uint32_t *bytes);

arenula_memory arenula_measure_memory(arenula_model *model);

/** Gives the pool back. Also after errors; twice does no harm. */
void arenula_close(arenula_model *model);

#endif
