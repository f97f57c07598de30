// CRC-32 as in zip (polynomial 0xEDB88320, reflected).
#ifndef ARENULA_CRC32_H
#define ARENULA_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(const uint8_t *bytes, size_t size);

#endif
