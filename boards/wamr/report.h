// One JSON object per line on the port's console.
#ifndef ARENULA_REPORT_H
#define ARENULA_REPORT_H

#include <stdint.h>

/** {"event":"<event>" */
void report_begin(const char *event);
void report_number(const char *name, uint64_t value);
void report_string(const char *name, const char *value);
/** "bytes":n,"crc32":"8 digits","hex":"..." */
void report_bytes(const uint8_t *bytes, uint32_t count);
/** } and a line feed. */
void report_end(void);

#endif
