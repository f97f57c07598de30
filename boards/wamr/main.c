// The bench and test firmware: runs every job that was linked in and prints one JSON object per line. A job is a module with inputs;
// a module that is refused or traps ends its job, and the next one runs. src/firmware/firmware.ts generates the jobs, src/firmware/emulator.ts reads the lines.
#include "arenula_host.h"
#include "board.h"
#include "board_port.h"
#include "neighbours.h"
#include "report.h"
#include <string.h>

typedef struct {
  const uint8_t *module;
  uint32_t module_bytes;
  const uint8_t *inputs; /* samples one after the other, each the bytes of input 0, 1, ... */
  uint32_t inputs_bytes;
  uint32_t operators;    /* how many to measure one by one; 0: none */
  uint32_t pool_bytes;   /* 0: all of it */
  uint32_t budget_ms;
  uint32_t wasm_stack_bytes;
  uint32_t check_neighbours;
  uint32_t each; /* runs every operator by itself, whatever becomes of it, and no whole inference */
} job;

/** A job's budget is for its calls. */
#define LOADING_BUDGET_MS 10000

extern const job arenula_jobs[], arenula_jobs_end[];

static struct {
  uint8_t before[NEIGHBOUR_BAND_BYTES];
  uint8_t pool[ARENULA_POOL_BYTES];
  uint8_t after[NEIGHBOUR_BAND_BYTES];
} memory __attribute__((aligned(16), section(".pool")));

static arenula_error report_error(uint32_t index, const char *stage, const arenula_model *model, arenula_error error) {
  report_begin("error");
  report_number("job", index);
  report_string("stage", stage);
  report_string("error", arenula_error_name(error));
  if (model->failed_operator != ARENULA_NO_OPERATOR) report_number("operator", model->failed_operator);
  report_string("reason", model->reason);
  report_end();
  return error;
}

static uint32_t sample_bytes(arenula_model *model) {
  uint32_t total = 0, bytes;
  for (uint32_t i = 0; i < model->input_count; i++)
    if (arenula_input(model, i, &bytes)) total += bytes;
  return total;
}

static void write_inputs(arenula_model *model, const uint8_t *sample) {
  for (uint32_t i = 0; i < model->input_count; i++) {
    uint32_t bytes;
    uint8_t *to = arenula_input(model, i, &bytes);
    if (to) memcpy(to, sample, bytes);
    sample += bytes;
  }
}

/** Does nothing: where it is called, a section ends for the plugin that counts blocks (cycles/blocks.c). One instruction, so that no block begins inside of it. */
__attribute__((noipa)) void arenula_mark(void) {}

static uint32_t marks;

/** Begins or ends a section. */
static void mark(void) {
  marks++;
  arenula_mark();
}

/** The section that the last mark ended, by its number in what the plugin writes. */
static void report_section(void) { report_number("section", marks - 2); }

/** Instructions of invoke_range(first, end), the call of an empty range included. */
static arenula_error measure_range(arenula_model *model, uint32_t first, uint32_t end, uint64_t *instructions) {
  instructions_align();
  uint64_t before = instructions_now();
  mark();
  arenula_error error = arenula_invoke_range(model, first, end);
  mark();
  *instructions = instructions_now() - before;
  return error;
}

static arenula_error run_operators(uint32_t index, const job *at, arenula_model *model) {
  uint64_t empty = 0;
  if (at->operators == 0) return ARENULA_OK;
  arenula_error error = measure_range(model, 0, 0, &empty);
  if (error == ARENULA_OK) error = measure_range(model, 0, 0, &empty); // the second time: nothing happens for the first time
  if (error != ARENULA_OK) return report_error(index, "empty_range", model, error);
  report_begin("empty_range");
  report_number("job", index);
  report_number("instructions", empty);
  report_section();
  report_end();
  write_inputs(model, at->inputs);
  for (uint32_t i = 0; i < at->operators; i++) {
    uint64_t instructions;
    error = measure_range(model, i, i + 1, &instructions);
    if (error != ARENULA_OK) return report_error(index, "invoke_range", model, error);
    report_begin("operator");
    report_number("job", index);
    report_number("operator", i);
    report_number("instructions", instructions > empty ? instructions - empty : 0);
    report_section();
    report_end();
  }
  return ARENULA_OK;
}

static arenula_error run_sample(uint32_t index, uint32_t number, const uint8_t *sample, arenula_model *model) {
  write_inputs(model, sample);
  instructions_align();
  uint64_t before = instructions_now();
  mark();
  arenula_error error = arenula_invoke(model);
  mark();
  uint64_t instructions = instructions_now() - before;
  if (error != ARENULA_OK) return report_error(index, "invoke", model, error);
  report_begin("invoke");
  report_number("job", index);
  report_number("sample", number);
  report_number("instructions", instructions);
  report_section();
  report_end();
  for (uint32_t i = 0; i < model->output_count; i++) {
    uint32_t bytes;
    const uint8_t *output = arenula_output(model, i, &bytes);
    report_begin("output");
    report_number("job", index);
    report_number("sample", number);
    report_number("index", i);
    report_bytes(output, output ? bytes : 0);
    report_end();
  }
  return ARENULA_OK;
}

static void report_memory(uint32_t index, const job *at, arenula_memory used) {
  report_begin("memory");
  report_number("job", index);
  report_number("linear_memory_bytes", used.linear_memory_bytes);
  report_number("pool_bytes", at->pool_bytes ? at->pool_bytes : sizeof memory.pool);
  report_number("pool_used_bytes", used.pool_used_bytes);
  report_number("pool_high_bytes", used.pool_high_bytes);
  report_number("wasm_stack_bytes", used.wasm_stack_bytes);
  report_number("stack_bytes", stack_bytes());
  report_number("stack_high_bytes", stack_high_bytes());
  report_end();
}

static void report_neighbours(uint32_t index) {
  uint32_t bytes, changed = neighbours_changed(&bytes);
  report_begin("neighbours");
  report_number("job", index);
  report_number("bytes", bytes);
  report_number("changed", changed);
  report_end();
}

static arenula_error open_job(uint32_t index, const job *at, arenula_model *model) {
  const arenula_options options = {memory.pool, at->pool_bytes && at->pool_bytes < sizeof memory.pool ? at->pool_bytes : sizeof memory.pool, at->wasm_stack_bytes, LOADING_BUDGET_MS};
  arenula_error error = arenula_open(model, &options, at->module, at->module_bytes);
  if (error != ARENULA_OK) return report_error(index, "open", model, error);
  model->options.budget_ms = at->budget_ms;
  return ARENULA_OK;
}

/** The bands lie on either side of what the pool really is. */
static void fill_neighbours(const arenula_model *model) {
  neighbours_fill(memory.before, memory.pool + model->options.pool_bytes);
}

/** Every operator by itself: an error is reported, and the next one runs, in a model that is opened anew where the call was left in its middle. */
static arenula_error run_each(uint32_t index, const job *at, arenula_model *model) {
  for (uint32_t i = 0; i < at->operators; i++) {
    write_inputs(model, at->inputs);
    arenula_error error = arenula_invoke_range(model, i, i + 1);
    if (error == ARENULA_OK) continue;
    model->failed_operator = i; // a kernel that goes astray may have written over the word that says so
    report_error(index, "invoke_range", model, error);
    if (model->usable) continue;
    if (at->check_neighbours) report_neighbours(index);
    arenula_close(model);
    error = open_job(index, at, model);
    if (error != ARENULA_OK) return error;
    if (at->check_neighbours) fill_neighbours(model);
  }
  return ARENULA_OK;
}

static arenula_error run_job(uint32_t index, const job *at) {
  arenula_model model;
  stack_paint();
  arenula_error error = open_job(index, at, &model);
  if (error != ARENULA_OK) return error;

  uint32_t sample = sample_bytes(&model), samples = sample ? at->inputs_bytes / sample : 1;
  report_begin("model");
  report_number("job", index);
  report_number("module_bytes", at->module_bytes);
  report_number("inputs", model.input_count);
  report_number("outputs", model.output_count);
  report_number("sample_bytes", sample);
  report_number("samples", samples);
  report_end();

  // Taken here: neighbours_fill allocates all that is left, and running allocates nothing.
  arenula_memory used = arenula_measure_memory(&model);
  if (at->check_neighbours) fill_neighbours(&model);
  error = at->each ? run_each(index, at, &model) : run_operators(index, at, &model);
  for (uint32_t i = 0; !at->each && error == ARENULA_OK && i < samples; i++) error = run_sample(index, i, at->inputs + i * sample, &model);
  if (error == ARENULA_OK) report_memory(index, at, used);
  if (at->check_neighbours) report_neighbours(index);
  arenula_close(&model);
  return error;
}

int main(void) {
  uint32_t failed = 0, count = (uint32_t)(arenula_jobs_end - arenula_jobs), major, minor, patch;
  wasm_runtime_get_version(&major, &minor, &patch);
  report_begin("firmware");
  report_string("board", ARENULA_BOARD);
  report_string("engine", ARENULA_ENGINE);
  report_number("wamr_major", major);
  report_number("wamr_minor", minor);
  report_number("wamr_patch", patch);
  report_number("instructions_per_step_x100", instructions_per_step_x100());
  report_end();
  for (uint32_t i = 0; i < count; i++)
    if (run_job(i, &arenula_jobs[i]) != ARENULA_OK) failed++;
  report_begin("done");
  report_number("jobs", count);
  report_number("failed", failed);
  report_end();
  return 0;
}
