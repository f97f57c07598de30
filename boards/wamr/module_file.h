// The files that the host accepts, and how each proves that it is whole.
//   .wasm  ends with the custom section "arenula.crc": 18 bytes (id 0, size 16, name length 11, name, CRC-32 little-endian);
//          the checksum covers every byte before the section.
//   .aot   ends with a custom section of 24 bytes, six little-endian words; the checksum covers every byte before its own word:
//          100 (custom), 16 (bytes that follow), "ARNL", ABI version, memory bound (0: checks at run time), CRC-32
#ifndef ARENULA_MODULE_FILE_H
#define ARENULA_MODULE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#define ARENULA_ABI 1

#define ARENULA_AOT_CUSTOM_SECTION 100
#define ARENULA_AOT_TRAILER_BYTES 24
#define ARENULA_AOT_TRAILER_MAGIC 0x4c4e5241 /* "ARNL" */

typedef enum { ARENULA_FILE_UNKNOWN, ARENULA_FILE_WASM, ARENULA_FILE_AOT } arenula_file_kind;

typedef struct {
  arenula_file_kind kind;
  bool has_checksum;    /* false: not a file of ours */
  bool checksum_matches;
  uint32_t abi;         /* of an .aot file; a .wasm file exports it */
  uint32_t bound;       /* bytes of linear memory that the code of an .aot file assumes, 0: none */
} arenula_file;

/** Reads magic and last section, and computes the checksum. Never reads beyond `size` bytes. */
arenula_file arenula_inspect(const uint8_t *bytes, uint32_t size);

#endif
