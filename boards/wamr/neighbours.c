#include "neighbours.h"
#include "wasm_export.h"
#include <string.h>

#define PATTERN 0x5a
#define MAX_BLOCKS 32
#define LARGEST_BLOCK (1u << 24)
#define SMALLEST_BLOCK 16

static struct { uint8_t *at; uint32_t bytes; } blocks[MAX_BLOCKS];
static uint32_t block_count;

static void add(uint8_t *at, uint32_t bytes) {
  memset(at, PATTERN, bytes);
  blocks[block_count].at = at;
  blocks[block_count++].bytes = bytes;
}

void neighbours_fill(uint8_t *before, uint8_t *after) {
  block_count = 0;
  add(before, NEIGHBOUR_BAND_BYTES);
  add(after, NEIGHBOUR_BAND_BYTES);
  // Halving sizes take a free block of any size in few pieces.
  for (uint32_t bytes = LARGEST_BLOCK; bytes >= SMALLEST_BLOCK && block_count < MAX_BLOCKS;) {
    uint8_t *at = wasm_runtime_malloc(bytes);
    if (at) add(at, bytes);
    else bytes /= 2;
  }
}

uint32_t neighbours_changed(uint32_t *bytes) {
  uint32_t changed = 0;
  *bytes = 0;
  for (uint32_t i = 0; i < block_count; i++) {
    *bytes += blocks[i].bytes;
    for (uint32_t k = 0; k < blocks[i].bytes; k += sizeof(uint32_t)) { // blocks are whole words
      if (*(const uint32_t *)(blocks[i].at + k) == PATTERN * 0x01010101u) continue;
      for (uint32_t byte = 0; byte < sizeof(uint32_t); byte++) changed += blocks[i].at[k + byte] != PATTERN;
    }
  }
  return changed;
}
