#include "application.h"

extern const uint8_t arenula_module[], arenula_module_end[];

int main(void) { return run_model(arenula_module, (uint32_t)(arenula_module_end - arenula_module)); }
