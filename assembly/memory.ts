// What a linker and a runtime ask of the core besides kernels: where its own data ends.
export { __heap_base, __data_end };
