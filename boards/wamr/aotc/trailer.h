// The last section of our .aot files: checksum, ABI and the memory bound (../module_file.h describes it for the device).
#ifndef ARENULA_AOTC_TRAILER_H
#define ARENULA_AOTC_TRAILER_H

#include <stdbool.h>
#include <stdint.h>

/** Appends the section to the file at `path`. `bound`: bytes that the code assumes, 0 where it checks at run time. */
bool append_trailer(const char *path, uint32_t bound);

#endif
