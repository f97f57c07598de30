#include "module_file.h"
#include "crc32.h"
#include <string.h>

#define WASM_TRAILER_BYTES 18

static uint32_t read_u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void inspect_wasm(const uint8_t *bytes, uint32_t size, arenula_file *file) {
  static const uint8_t HEAD[14] = {0, 16, 11, 'a', 'r', 'e', 'n', 'u', 'l', 'a', '.', 'c', 'r', 'c'};
  if (size < 8 + WASM_TRAILER_BYTES) return;
  const uint8_t *trailer = bytes + size - WASM_TRAILER_BYTES;
  file->has_checksum = memcmp(trailer, HEAD, sizeof HEAD) == 0;
  if (file->has_checksum) file->checksum_matches = crc32(bytes, size - WASM_TRAILER_BYTES) == read_u32(trailer + 14);
}

static void inspect_aot(const uint8_t *bytes, uint32_t size, arenula_file *file) {
  if (size < 8 + ARENULA_AOT_TRAILER_BYTES) return;
  const uint8_t *trailer = bytes + size - ARENULA_AOT_TRAILER_BYTES;
  file->has_checksum = read_u32(trailer) == ARENULA_AOT_CUSTOM_SECTION && read_u32(trailer + 4) == ARENULA_AOT_TRAILER_BYTES - 8 &&
                       read_u32(trailer + 8) == ARENULA_AOT_TRAILER_MAGIC;
  if (!file->has_checksum) return;
  file->abi = read_u32(trailer + 12);
  file->bound = read_u32(trailer + 16);
  file->checksum_matches = crc32(bytes, size - 4) == read_u32(trailer + 20);
}

arenula_file arenula_inspect(const uint8_t *bytes, uint32_t size) {
  arenula_file file = {ARENULA_FILE_UNKNOWN, false, false, 0, 0};
  if (size < 8) return file;
  if (memcmp(bytes, "\0asm", 4) == 0) {
    file.kind = ARENULA_FILE_WASM;
    inspect_wasm(bytes, size, &file);
  } else if (memcmp(bytes, "\0aot", 4) == 0) {
    file.kind = ARENULA_FILE_AOT;
    inspect_aot(bytes, size, &file);
  }
  return file;
}
