#include "arenula_host.h"
#include "arenula_port.h"
#include "module_file.h"
#include <stdio.h>
#include <string.h>

#ifndef WASM_ENABLE_INTERP
#error "compile the host with the WASM_ENABLE_INTERP and WASM_ENABLE_FAST_INTERP that WAMR is compiled with"
#endif

// A call reserves room for all its locals and operands. kws runs with 2,048 bytes in the fast interpreter and not with 1,792, with 2,560
// in the classic one and not with 2,048.
#if WASM_ENABLE_INTERP == 0
#define DEFAULT_WASM_STACK_BYTES 16 /* compiled code uses the native stack */
#elif WASM_ENABLE_FAST_INTERP != 0
#define DEFAULT_WASM_STACK_BYTES 3072
#else
#define DEFAULT_WASM_STACK_BYTES 4096
#endif

const char *arenula_error_name(arenula_error error) {
  static const char *const NAMES[] = {
      "ok", "not_a_module", "checksum", "abi_mismatch", "pool_too_small", "load", "export_missing", "memory_below_bound",
      "trap", "stack_overflow", "timeout", "fault", "closed",
  };
  return (uint32_t)error < sizeof NAMES / sizeof *NAMES ? NAMES[error] : "unknown";
}

/** Keeps the reason and returns the error, so that a refusal is one statement. */
static arenula_error refuse(arenula_model *model, arenula_error error, const char *reason) {
  if (reason != model->reason) snprintf(model->reason, sizeof model->reason, "%s", reason);
  return error;
}

/** WAMR reports a full pool in words only. */
static bool is_out_of_memory(const char *reason) {
  return strstr(reason, "allocate") != NULL || strstr(reason, "allocation") != NULL || strstr(reason, "out of memory") != NULL;
}

static arenula_error refuse_load(arenula_model *model) {
  return refuse(model, is_out_of_memory(model->reason) ? ARENULA_POOL_TOO_SMALL : ARENULA_LOAD, model->reason);
}

/* ---- Loading ---- */

#if WASM_ENABLE_INTERP != 0

// Every known section occurs at most once, and custom sections are left out.
#define MAX_SECTIONS 13
#define SECTION_CUSTOM 0
#define SECTION_CODE 10

/** An unsigned LEB128 of at most 32 bits. Returns the address behind it, or NULL beyond `end`. */
static const uint8_t *read_leb(const uint8_t *at, const uint8_t *end, uint32_t *value) {
  *value = 0;
  for (uint32_t shift = 0; shift < 35 && at < end; shift += 7) {
    uint8_t byte = *at++;
    *value |= (uint32_t)(byte & 127) << shift;
    if ((byte & 128) == 0) return at;
  }
  return NULL;
}

/** Splits a module into WAMR's list of sections, in `sections`. Returns how many, 0 where the module is malformed. */
static uint32_t split_sections(const uint8_t *bytes, uint32_t size, wasm_section_t *sections) {
  const uint8_t *at = bytes + 8, *end = bytes + size;
  uint32_t count = 0;
  while (at < end) {
    uint8_t type = *at++;
    uint32_t length;
    at = read_leb(at, end, &length);
    if (!at || length > (uint32_t)(end - at)) return 0;
    if (type != SECTION_CUSTOM) {
      if (count == MAX_SECTIONS) return 0;
      sections[count] = (wasm_section_t){NULL, type, (uint8_t *)at, length};
      if (count > 0) sections[count - 1].next = &sections[count];
      count++;
    }
    at += length;
  }
  return count;
}

/**
 * Loads bytecode from flash. wasm_runtime_load writes into the file (strings are moved by one byte), so it cannot be const;
 * loading section by section copies the few strings, reads code in place and leaves passive data segments where they are.
 */
static arenula_error load_bytecode(arenula_model *model, const uint8_t *bytes, uint32_t size) {
  wasm_section_t sections[MAX_SECTIONS];
  uint32_t count = split_sections(bytes, size, sections);
  if (count == 0) return refuse(model, ARENULA_NOT_A_MODULE, "the sections do not fill the file");
#if WASM_ENABLE_FAST_INTERP == 0
  // The classic interpreter rewrites code in place: its section lives in RAM.
  for (uint32_t i = 0; i < count; i++) {
    if (sections[i].section_type != SECTION_CODE) continue;
    model->code = wasm_runtime_malloc(sections[i].section_body_size);
    if (!model->code) return refuse(model, ARENULA_POOL_TOO_SMALL, "no room for the code section");
    memcpy(model->code, sections[i].section_body, sections[i].section_body_size);
    sections[i].section_body = model->code;
  }
#endif
  model->module = wasm_runtime_load_from_sections(sections, false, model->reason, sizeof model->reason);
  return model->module ? ARENULA_OK : refuse_load(model);
}

#else

/** An .aot file is only read: code is copied to RAM, or runs in place (XIP). */
static arenula_error load_aot(arenula_model *model, const uint8_t *bytes, uint32_t size) {
  model->module = wasm_runtime_load((uint8_t *)bytes, size, model->reason, sizeof model->reason);
  return model->module ? ARENULA_OK : refuse_load(model);
}

#endif

static arenula_error load(arenula_model *model, const uint8_t *bytes, uint32_t size, const arenula_file *file) {
#if WASM_ENABLE_INTERP != 0
  if (file->kind != ARENULA_FILE_WASM) return refuse(model, ARENULA_NOT_A_MODULE, "this firmware runs .wasm files");
  return load_bytecode(model, bytes, size);
#else
  if (file->kind != ARENULA_FILE_AOT) return refuse(model, ARENULA_NOT_A_MODULE, "this firmware runs .aot files");
  return load_aot(model, bytes, size);
#endif
}

static arenula_error check_file(arenula_model *model, const arenula_file *file) {
  if (file->kind == ARENULA_FILE_UNKNOWN) return refuse(model, ARENULA_NOT_A_MODULE, "neither .wasm nor .aot");
  if (!file->has_checksum) return refuse(model, ARENULA_NOT_A_MODULE, "no checksum: not written by arenula build, or cut short");
  if (!file->checksum_matches) return refuse(model, ARENULA_CHECKSUM, "the checksum differs: the file is damaged");
  if (file->kind == ARENULA_FILE_AOT && file->abi != ARENULA_ABI) return refuse(model, ARENULA_ABI_MISMATCH, "the .aot file is of another device ABI");
  return ARENULA_OK;
}

/* ---- Exports ---- */

static bool global_value(arenula_model *model, const char *name, uint32_t *value) {
  wasm_global_inst_t global;
  if (!wasm_runtime_get_export_global_inst(model->instance, name, &global) || global.kind != WASM_I32) return false;
  memcpy(value, global.global_data, 4);
  return true;
}

static arenula_error require_exports(arenula_model *model) {
  uint32_t abi;
  if (!global_value(model, "arenula_abi", &abi)) return refuse(model, ARENULA_EXPORT_MISSING, "arenula_abi");
  if (abi != ARENULA_ABI) {
    snprintf(model->reason, sizeof model->reason, "the module has device ABI %u, this firmware %u", (unsigned)abi, ARENULA_ABI);
    return ARENULA_ABI_MISMATCH;
  }
  const struct { const char *name; uint32_t *value; } globals[] = {
      {"arenula_operator", &model->operator_word}, {"arenula_input_count", &model->input_count}, {"arenula_output_count", &model->output_count},
  };
  for (uint32_t i = 0; i < sizeof globals / sizeof *globals; i++)
    if (!global_value(model, globals[i].name, globals[i].value)) return refuse(model, ARENULA_EXPORT_MISSING, globals[i].name);
  if (!wasm_runtime_validate_app_addr(model->instance, model->operator_word, 4)) return refuse(model, ARENULA_EXPORT_MISSING, "arenula_operator is outside of memory");
  model->invoke = wasm_runtime_lookup_function(model->instance, "invoke");
  if (!model->invoke) return refuse(model, ARENULA_EXPORT_MISSING, "invoke");
  model->invoke_range = wasm_runtime_lookup_function(model->instance, "invoke_range");
  if (!model->invoke_range) return refuse(model, ARENULA_EXPORT_MISSING, "invoke_range");
  model->reset = wasm_runtime_lookup_function(model->instance, "reset"); // there where the model has variables
  return ARENULA_OK;
}

/** What the exports NAME and NAME_bytes describe; NULL where there are none. */
static uint8_t *region(arenula_model *model, const char *name, uint32_t *bytes) {
  char size[48];
  uint32_t address;
  *bytes = 0;
  if (!model->usable) return NULL;
  snprintf(size, sizeof size, "%s_bytes", name);
  if (!global_value(model, name, &address) || !global_value(model, size, bytes)) return NULL;
  if (!wasm_runtime_validate_app_addr(model->instance, address, *bytes)) return NULL;
  return wasm_runtime_addr_app_to_native(model->instance, address);
}

static uint8_t *tensor(arenula_model *model, const char *direction, uint32_t index, uint32_t *bytes) {
  char name[40];
  snprintf(name, sizeof name, "arenula_%s_%u", direction, (unsigned)index);
  return region(model, name, bytes);
}

uint8_t *arenula_input(arenula_model *model, uint32_t index, uint32_t *bytes) { return tensor(model, "input", index, bytes); }
const uint8_t *arenula_output(arenula_model *model, uint32_t index, uint32_t *bytes) { return tensor(model, "output", index, bytes); }

/* ---- Opening and closing ---- */

static uint32_t linear_memory_bytes(arenula_model *model) {
  wasm_memory_inst_t memory = model->instance ? wasm_runtime_get_default_memory(model->instance) : NULL;
  return memory ? (uint32_t)(wasm_memory_get_cur_page_count(memory) * wasm_memory_get_bytes_per_page(memory)) : 0;
}

static arenula_error start_runtime(arenula_model *model) {
  RuntimeInitArgs arguments;
  memset(&arguments, 0, sizeof arguments);
  arguments.mem_alloc_type = Alloc_With_Pool;
  arguments.mem_alloc_option.pool.heap_buf = model->options.pool;
  arguments.mem_alloc_option.pool.heap_size = model->options.pool_bytes;
  if (!wasm_runtime_full_init(&arguments)) return refuse(model, ARENULA_POOL_TOO_SMALL, "no room for the runtime");
  model->runtime_started = true;
  return ARENULA_OK;
}

static arenula_error instantiate(arenula_model *model, const arenula_file *file) {
  uint32_t stack = model->options.wasm_stack_bytes;
  model->instance = wasm_runtime_instantiate(model->module, stack, 0, model->reason, sizeof model->reason);
  if (!model->instance) return refuse_load(model);
  model->environment = wasm_runtime_create_exec_env(model->instance, stack);
  if (!model->environment) return refuse(model, ARENULA_POOL_TOO_SMALL, "no room for the WebAssembly stack");
  uint32_t memory = linear_memory_bytes(model);
  if (memory < file->bound) {
    snprintf(model->reason, sizeof model->reason, "linear memory has %u bytes, the code assumes %u", (unsigned)memory, (unsigned)file->bound);
    return ARENULA_MEMORY_BELOW_BOUND;
  }
  return ARENULA_OK;
}

/** WAMR's exception as an error. The model stays usable: the next invoke starts from its inputs. */
static arenula_error trapped(arenula_model *model) {
  const char *exception = wasm_runtime_get_exception(model->instance);
  const char *prefix = "Exception: ";
  if (exception && strncmp(exception, prefix, strlen(prefix)) == 0) exception += strlen(prefix);
  bool stack = exception && strstr(exception, "stack overflow") != NULL;
  refuse(model, ARENULA_TRAP, exception ? exception : "no reason given");
  wasm_runtime_clear_exception(model->instance);
  return stack ? ARENULA_STACK_OVERFLOW : ARENULA_TRAP;
}

typedef struct {
  arenula_model *model;
  const uint8_t *bytes;
  uint32_t size;
  arenula_error error;
} opening;

static void open_module(void *of) {
  opening *at = of;
  arenula_model *model = at->model;
  arenula_file file = arenula_inspect(at->bytes, at->size);
  at->error = check_file(model, &file);
  if (at->error == ARENULA_OK) at->error = start_runtime(model);
  if (at->error == ARENULA_OK) at->error = load(model, at->bytes, at->size, &file);
  if (at->error == ARENULA_OK) at->error = instantiate(model, &file);
  if (at->error == ARENULA_OK) at->error = require_exports(model);
  if (at->error == ARENULA_OK && model->reset && !wasm_runtime_call_wasm(model->environment, model->reset, 0, NULL)) at->error = trapped(model);
}

/** What a call that did not return means; the model is of no use then. */
static arenula_error left(arenula_model *model, arenula_port_outcome outcome) {
  model->usable = false;
  model->damaged = true;
  if (outcome == ARENULA_PORT_TIMEOUT) return refuse(model, ARENULA_TIMEOUT, "the call used up its time");
  if (outcome == ARENULA_PORT_STACK_OVERFLOW) return refuse(model, ARENULA_STACK_OVERFLOW, "native stack overflow");
  return refuse(model, ARENULA_FAULT, "the processor reported a fault");
}

arenula_error arenula_open(arenula_model *model, const arenula_options *options, const uint8_t *bytes, uint32_t size) {
  memset(model, 0, sizeof *model);
  model->options = *options;
  model->failed_operator = ARENULA_NO_OPERATOR;
  if (model->options.wasm_stack_bytes == 0) model->options.wasm_stack_bytes = DEFAULT_WASM_STACK_BYTES;

  opening at = {.model = model, .bytes = bytes, .size = size};
  arenula_port_outcome outcome = arenula_port_call(open_module, &at, model->options.budget_ms);
  arenula_error error = outcome == ARENULA_PORT_RETURNED ? at.error : left(model, outcome);
  model->usable = error == ARENULA_OK;
  if (error != ARENULA_OK) arenula_close(model);
  return error;
}

void arenula_close(arenula_model *model) {
  if (!model->runtime_started) return;
  // After a call was left in its middle the pool is taken back as a whole, without looking into it.
  if (!model->damaged) {
    if (model->environment) wasm_runtime_destroy_exec_env(model->environment);
    if (model->instance) wasm_runtime_deinstantiate(model->instance);
    if (model->module) wasm_runtime_unload(model->module);
    if (model->code) wasm_runtime_free(model->code);
  }
  wasm_runtime_destroy();
  model->environment = NULL;
  model->instance = NULL;
  model->module = NULL;
  model->code = NULL;
  model->runtime_started = model->usable = false;
}

arenula_memory arenula_measure_memory(arenula_model *model) {
  arenula_memory memory = {0};
  mem_alloc_info_t pool;
  if (!model->runtime_started || !wasm_runtime_get_mem_alloc_info(&pool)) return memory;
  memory.linear_memory_bytes = linear_memory_bytes(model);
  memory.pool_used_bytes = pool.total_size - pool.total_free_size;
  memory.pool_high_bytes = pool.highmark_size;
  memory.wasm_stack_bytes = model->options.wasm_stack_bytes;
  return memory;
}

/* ---- Running ---- */

typedef struct {
  arenula_model *model;
  wasm_function_inst_t function;
  uint32_t argument_count;
  uint32_t arguments[2];
  bool completed;
} invocation;

static void run(void *of) {
  invocation *call = of;
  call->completed = wasm_runtime_call_wasm(call->model->environment, call->function, call->argument_count, call->arguments);
}

static uint32_t running_operator(arenula_model *model) {
  uint32_t index;
  memcpy(&index, wasm_runtime_addr_app_to_native(model->instance, model->operator_word), 4);
  return index;
}

static arenula_error call(arenula_model *model, invocation *of) {
  if (!model->usable) return refuse(model, ARENULA_CLOSED, "the model is not open, or an error left it unusable");
  uint32_t none = ARENULA_NO_OPERATOR;
  model->failed_operator = ARENULA_NO_OPERATOR;
  memcpy(wasm_runtime_addr_app_to_native(model->instance, model->operator_word), &none, 4);
  arenula_port_outcome outcome = arenula_port_call(run, of, model->options.budget_ms);
  uint32_t left_at = running_operator(model);
  if (outcome == ARENULA_PORT_RETURNED && of->completed) {
    model->ended_early_at = left_at;
    return ARENULA_OK;
  }

  model->failed_operator = left_at;
  if (outcome == ARENULA_PORT_RETURNED) return trapped(model);
  return left(model, outcome);
}

arenula_error arenula_invoke(arenula_model *model) {
  return call(model, &(invocation){.model = model, .function = model->invoke});
}

arenula_error arenula_reset(arenula_model *model) {
  return model->reset ? call(model, &(invocation){.model = model, .function = model->reset}) : ARENULA_OK;
}

uint8_t *arenula_state(arenula_model *model, uint32_t *bytes) { return region(model, "arenula_state", bytes); }

arenula_error arenula_invoke_range(arenula_model *model, uint32_t first, uint32_t end) {
  return call(model, &(invocation){.model = model, .function = model->invoke_range, .argument_count = 2, .arguments = {first, end}});
}
