#include "trailer.h"
#include "module_file.h"
#include "crc32.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_u32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (8 * i));
}

bool append_trailer(const char *path, uint32_t bound) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  fseek(file, 0, SEEK_END);
  size_t size = (size_t)ftell(file), padded = (size + 3) & ~(size_t)3; // sections of an .aot file start at multiples of 4
  rewind(file);
  uint8_t *bytes = calloc(1, padded + ARENULA_AOT_TRAILER_BYTES);
  bool read = bytes && fread(bytes, 1, size, file) == size;
  fclose(file);
  if (!read) return free(bytes), false;

  uint8_t *trailer = bytes + padded;
  put_u32(trailer, ARENULA_AOT_CUSTOM_SECTION);
  put_u32(trailer + 4, ARENULA_AOT_TRAILER_BYTES - 8);
  put_u32(trailer + 8, ARENULA_AOT_TRAILER_MAGIC);
  put_u32(trailer + 12, ARENULA_ABI);
  put_u32(trailer + 16, bound);
  put_u32(trailer + 20, crc32(bytes, padded + ARENULA_AOT_TRAILER_BYTES - 4));

  file = fopen(path, "wb");
  bool written = file && fwrite(bytes, 1, padded + ARENULA_AOT_TRAILER_BYTES, file) == padded + ARENULA_AOT_TRAILER_BYTES;
  if (file && fclose(file) != 0) written = false;
  free(bytes);
  return written;
}
