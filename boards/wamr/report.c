#include "report.h"
#include "arenula_port.h"
#include "crc32.h"

// Text is collected: every print stops the emulator for a moment.
static char line[256];
static uint32_t used;

static void flush(void) {
  line[used] = 0;
  arenula_port_print(line);
  used = 0;
}

static void put(char character) {
  if (used == sizeof line - 1) flush();
  line[used++] = character;
}

static void put_text(const char *text) {
  while (*text) put(*text++);
}

static void put_hex(uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) put("0123456789abcdef"[(value >> shift) & 15]);
}

static void put_name(const char *name) {
  put_text(",\"");
  put_text(name);
  put_text("\":");
}

void report_begin(const char *event) {
  put_text("{\"event\":\"");
  put_text(event);
  put('"');
}

void report_number(const char *name, uint64_t value) {
  char digits[20]; // newlib-nano's printf knows no 64-bit numbers
  int count = 0;
  put_name(name);
  do digits[count++] = (char)('0' + value % 10);
  while ((value /= 10) != 0);
  while (count > 0) put(digits[--count]);
}

void report_string(const char *name, const char *value) {
  put_name(name);
  put('"');
  for (; *value; value++) {
    if (*value == '"' || *value == '\\') put('\\');
    put(*value < ' ' ? ' ' : *value);
  }
  put('"');
}

void report_bytes(const uint8_t *bytes, uint32_t count) {
  report_number("bytes", count);
  put_name("crc32");
  put('"');
  put_hex(crc32(bytes, count), 8);
  put('"');
  put_name("hex");
  put('"');
  for (uint32_t i = 0; i < count; i++) put_hex(bytes[i], 2);
  put('"');
}

void report_end(void) {
  put_text("}\n");
  flush();
}
