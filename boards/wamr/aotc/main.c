// aotc IN.wasm OUT.aot --target thumbv7em --cpu cortex-m4 [--features LIST] [--xip CALLS] [--checks proved|runtime] [--bound BYTES]
//   --xip CALLS       code that runs where it lies; CALLS: what it calls instead of computing, as wamrc --enable-builtin-intrinsics takes it
//   --checks proved   the memory bound is a constant, LLVM deletes the checks that it proves; the default
//   --checks runtime  as stock wamrc compiles
//   --bound BYTES     what the bound must be, where the caller knows it: another value is refused
//   --pipeline lto|default  LLVM's link-time passes (the default) or its plain ones
//   --emit aot|object|ir    an object file to disassemble, or optimized IR, instead of the .aot file
// Prints one JSON line: the bound, and the bounds checks of every function before and after optimization. The .aot file is WAMR's as it is:
// src/firmware/aotc.ts appends the section that our firmware asks for.
// Exit: 0 done, 1 refused or failed, 2 wrong usage.
#include "aot_export.h"
#include "bound.h"
#include "calls.h"
#include "checks.h"
#include "dual_multiply.h"
#include "wasm_export.h"
#include <llvm-c/Support.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const char *input, *output, *target, *cpu, *features, *xip_calls;
  bool proved, plain_pipeline;
  uint32_t expected_bound, format;
} options;

static int usage(const char *why) {
  fprintf(stderr, "aotc: %s\nusage: aotc IN.wasm OUT.aot --target thumbv7em --cpu cortex-m4 [--features LIST] [--xip CALLS] "
                  "[--checks proved|runtime] [--bound BYTES] [--pipeline lto|default] [--emit aot|object|ir]\n", why);
  return 2;
}

static int refuse(const char *stage, const char *why) {
  fprintf(stderr, "aotc: %s: %s\n", stage, why);
  return 1;
}

/** NULL, or what is wrong with the arguments. */
static const char *parse(int count, char **words, options *out) {
  *out = (options){.proved = true, .format = AOT_FORMAT_FILE};
  for (int i = 1; i < count; i++) {
    const char *word = words[i];
    if (word[0] != '-') {
      if (!out->input) out->input = word;
      else if (!out->output) out->output = word;
      else return "more than two files";
      continue;
    }
    if (i + 1 == count) return "an option without its value, or an unknown one";
    const char *value = words[++i];
    if (strcmp(word, "--target") == 0) out->target = value;
    else if (strcmp(word, "--cpu") == 0) out->cpu = value;
    else if (strcmp(word, "--features") == 0) out->features = value;
    else if (strcmp(word, "--xip") == 0) out->xip_calls = value;
    else if (strcmp(word, "--bound") == 0) out->expected_bound = (uint32_t)strtoul(value, NULL, 10);
    else if (strcmp(word, "--checks") == 0 && strcmp(value, "proved") == 0) out->proved = true;
    else if (strcmp(word, "--checks") == 0 && strcmp(value, "runtime") == 0) out->proved = false;
    else if (strcmp(word, "--pipeline") == 0 && strcmp(value, "lto") == 0) out->plain_pipeline = false;
    else if (strcmp(word, "--pipeline") == 0 && strcmp(value, "default") == 0) out->plain_pipeline = true;
    else if (strcmp(word, "--emit") == 0 && strcmp(value, "aot") == 0) out->format = AOT_FORMAT_FILE;
    else if (strcmp(word, "--emit") == 0 && strcmp(value, "object") == 0) out->format = AOT_OBJECT_FILE;
    else if (strcmp(word, "--emit") == 0 && strcmp(value, "ir") == 0) out->format = AOT_LLVMIR_OPT_FILE;
    else return word;
  }
  if (!out->output) return "two files are needed";
  if (!out->target || !out->cpu) return "--target and --cpu are needed";
  return NULL;
}

static uint8_t *read_file(const char *path, uint32_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  uint8_t *bytes = malloc((size_t)length + 1);
  if (bytes && fread(bytes, 1, (size_t)length, file) != (size_t)length) {
    free(bytes);
    bytes = NULL;
  }
  fclose(file);
  *size = (uint32_t)length;
  return bytes;
}

static AOTCompOption compiler_options(const options *chosen) {
  AOTCompOption to = {0};
  to.target_arch = (char *)chosen->target;
  to.target_cpu = (char *)chosen->cpu;
  to.target_abi = "gnu";
  to.cpu_features = (char *)chosen->features;
  to.output_format = chosen->format;
  to.opt_level = 3;
  to.size_level = 3;
  to.bounds_checks = 1;
  to.stack_bounds_checks = 0; // the firmware keeps a guard region below its stack
  to.aux_stack_frame_type = AOT_STACK_FRAME_OFF;
  to.enable_bulk_memory = to.enable_bulk_memory_opt = true;
  to.enable_ref_types = to.enable_call_indirect_overlong = true;
  to.disable_llvm_lto = chosen->plain_pipeline;
  to.is_indirect_mode = to.disable_llvm_intrinsics = chosen->xip_calls != NULL;
  to.builtin_intrinsics = (char *)chosen->xip_calls;
  aot_call_stack_features_init_default(&to.call_stack_features);
  return to;
}

int main(int count, char **words) {
  options chosen;
  const char *wrong = parse(count, words, &chosen);
  if (wrong) return usage(wrong);

  RuntimeInitArgs runtime = {.mem_alloc_type = Alloc_With_System_Allocator};
  if (!wasm_runtime_full_init(&runtime)) return refuse("start", "the runtime does not start");
  uint32_t size;
  uint8_t *bytes = read_file(chosen.input, &size);
  if (!bytes) return refuse("read", chosen.input);
  char error[160];
  wasm_module_t module = wasm_runtime_load(bytes, size, error, sizeof error);
  if (!module) return refuse("load", error);

  // Loops unrolled by a count that is known at run time only need more registers than there are, and a second copy for what is left.
  static const char *const llvm_options[] = {"aotc", "-unroll-runtime=false"};
  LLVMParseCommandLineOptions(2, llvm_options, NULL);
  AOTCompOption to = compiler_options(&chosen);
  aot_comp_data_t data = aot_create_comp_data(module, to.target_arch, false);
  if (!data) return refuse("prepare", aot_get_last_error());
  uint32_t bound = memory_bytes(data);
  if (chosen.expected_bound && chosen.expected_bound != bound) {
    snprintf(error, sizeof error, "the module's memory has %u bytes, %u were expected", bound, chosen.expected_bound);
    return refuse("bound", error);
  }
  aot_comp_context_t context = aot_create_comp_context(data, &to);
  if (!context) return refuse("prepare", aot_get_last_error());

  check_report checks = {0};
  defer_passes(context);
  if (!aot_compile_wasm(context)) return refuse("compile", aot_get_last_error());
  count_checks(context, &checks);
  if (chosen.proved) bind_memory_bound(context, bound);
  if (chosen.plain_pipeline) keep_calls(context);
  run_passes(context);
  if (has_dual_multiply(chosen.target, chosen.cpu)) join_products(context);
  count_kept_checks(context, &checks);

  bool emitted = chosen.format == AOT_OBJECT_FILE       ? aot_emit_object_file(context, (char *)chosen.output)
                 : chosen.format == AOT_LLVMIR_OPT_FILE ? aot_emit_llvm_file(context, chosen.output)
                                                        : aot_emit_aot_file(context, data, chosen.output);
  if (!emitted) return refuse("write", aot_get_last_error());
  print_checks(&checks, chosen.proved ? bound : 0);
  return 0;
}
