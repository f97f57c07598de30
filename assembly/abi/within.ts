/** The most bytes that a kernel may promise to read behind a clamped address: what a module for compiled code has free at the end of its memory. */
export const WITHIN_MOST = 1024;
