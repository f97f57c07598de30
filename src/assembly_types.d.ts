/** AssemblyScript's names for numbers, in what both compilers read (assembly/abi). */
declare type i32 = number;
