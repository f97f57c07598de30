// QEMU TCG plugin: how often each block of instructions ran, and how often the program then went elsewhere than to the next instruction,
// between calls of the empty function arenula_mark. It knows nothing of time: src/firmware/cycles/ makes cycles of the counts.
//
//   qemu-system-arm ... -icount shift=0 -plugin blocks.so,out=FILE
//
// FILE: one JSON object per line. {"block":n,"instructions":["ldr r0, [r1]",...]} before the first section that runs it;
// {"section":k,"runs":[[block,runs,taken],...]} for what ran from the k-th mark to the next one. Under -icount two runs write the same bytes.
//
// Plugin API version 1 (QEMU 7.2). Debian ships no header: the functions used are declared here.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
EXPORT int qemu_plugin_version = 1;

typedef uint64_t qemu_plugin_id_t;
typedef struct qemu_info_t qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), enum qemu_plugin_cb_flags, void *);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void *), void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *);
char *qemu_plugin_insn_disas(const struct qemu_plugin_insn *);
const char *qemu_plugin_insn_symbol(const struct qemu_plugin_insn *);

typedef struct block {
  uint64_t start, next; /* addresses of its first instruction and of what follows its last */
  char *instructions;   /* JSON: strings with commas between them */
  bool is_mark, is_written;
  uint32_t number;
  uint64_t runs, taken; /* since the last mark */
  struct block *same_slot, *older;
} block;

#define SLOTS 16384
static block *slots[SLOTS], *newest, *previous;
static uint32_t block_count, marks;
static FILE *out;

static char *append(char *text, const char *more) {
  size_t length = text ? strlen(text) : 0;
  text = realloc(text, length + strlen(more) + 1);
  strcpy(text + length, more);
  return text;
}

/** The instructions as JSON strings. Disassemblers print no quotes, control characters but tabs, or backslashes. */
static char *disassemble(const struct qemu_plugin_tb *tb) {
  char *text = NULL;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
    char *instruction = qemu_plugin_insn_disas(qemu_plugin_tb_get_insn(tb, i));
    for (char *at = instruction; *at; at++)
      if (*at < ' ' || *at == '"' || *at == '\\') *at = ' ';
    text = append(text, i ? ",\"" : "\"");
    text = append(text, instruction);
    text = append(text, "\"");
    free(instruction);
  }
  return text;
}

/** The one block with this code at this address: QEMU translates again what it threw away. */
static block *block_of(const struct qemu_plugin_tb *tb) {
  const struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0), *last = qemu_plugin_tb_get_insn(tb, qemu_plugin_tb_n_insns(tb) - 1);
  uint64_t start = qemu_plugin_insn_vaddr(first), next = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last);
  char *instructions = disassemble(tb);
  block **slot = &slots[(start >> 1) % SLOTS];
  for (block *at = *slot; at; at = at->same_slot)
    if (at->start == start && at->next == next && !strcmp(at->instructions, instructions)) {
      free(instructions);
      return at;
    }
  block *fresh = calloc(1, sizeof *fresh);
  const char *symbol = qemu_plugin_insn_symbol(first);
  *fresh = (block){.start = start, .next = next, .instructions = instructions, .is_mark = symbol && !strcmp(symbol, "arenula_mark"), .number = block_count++, .same_slot = *slot, .older = newest};
  return *slot = newest = fresh;
}

static void end_section(void) {
  const char *separator = "";
  if (marks > 0) {
    for (block *at = newest; at; at = at->older)
      if (at->runs && !at->is_written) {
        fprintf(out, "{\"block\":%" PRIu32 ",\"instructions\":[%s]}\n", at->number, at->instructions);
        at->is_written = true;
      }
    fprintf(out, "{\"section\":%" PRIu32 ",\"runs\":[", marks - 1);
    for (block *at = newest; at; at = at->older)
      if (at->runs) {
        fprintf(out, "%s[%" PRIu32 ",%" PRIu64 ",%" PRIu64 "]", separator, at->number, at->runs, at->taken);
        separator = ",";
      }
    fprintf(out, "]}\n");
  }
  for (block *at = newest; at; at = at->older) at->runs = at->taken = 0;
  marks++;
}

static void enter(unsigned cpu, void *data) {
  block *at = data;
  (void)cpu;
  if (previous && previous->next != at->start) previous->taken++;
  previous = at;
  if (at->is_mark) end_section();
  at->runs++;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
  (void)id;
  qemu_plugin_register_vcpu_tb_exec_cb(tb, enter, QEMU_PLUGIN_CB_NO_REGS, block_of(tb));
}

static void finish(qemu_plugin_id_t id, void *data) {
  (void)id;
  (void)data;
  if (fclose(out) != 0) perror("blocks.so");
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
  (void)info;
  if (argc != 1 || strncmp(argv[0], "out=", 4)) {
    fprintf(stderr, "blocks.so takes one argument, out=FILE\n");
    return -1;
  }
  out = fopen(argv[0] + 4, "w");
  if (!out) {
    perror(argv[0] + 4);
    return -1;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
