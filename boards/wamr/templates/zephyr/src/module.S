// The module, in flash, at a multiple of 16.
  .section .rodata.arenula_module, "a"
  .global arenula_module, arenula_module_end
  .balign 16
arenula_module:
  .incbin ARENULA_MODULE
arenula_module_end:
