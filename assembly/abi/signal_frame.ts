// Custom operators on frames of samples: the records of kernels `signal_*`. Every field is one i32.

// SignalWindow
export const WINDOW_INPUT = 0; // address, int16 [rows][length]
export const WINDOW_WEIGHTS = 4; // address, int16 [length]
export const WINDOW_OUTPUT = 8; // address, int16 [rows][length]
export const WINDOW_ROWS = 12;
export const WINDOW_LENGTH = 16;
export const WINDOW_SHIFT = 20; // products to the right, 0 to 31
export const WINDOW_SIZE = 24;

// SignalFftAutoScale
export const AUTO_SCALE_INPUT = 0; // address, int16 [length]
export const AUTO_SCALE_OUTPUT = 4; // address, int16 [length]
export const AUTO_SCALE_BITS = 8; // address, int32: how far samples went to the left
export const AUTO_SCALE_LENGTH = 12;
export const AUTO_SCALE_SIZE = 16;

// SignalEnergy
export const ENERGY_INPUT = 0; // address, int16 [bins][2], real and imaginary
export const ENERGY_OUTPUT = 4; // address, uint32 [bins]
export const ENERGY_BINS = 8;
export const ENERGY_START = 12; // bins before it, and from the end on, are 0
export const ENERGY_END = 16;
export const ENERGY_SIZE = 20;

// SignalOverlapAdd, T int16 or float32
export const OVERLAP_ADD_INPUT = 0; // address, T [rows][frames][length]
export const OVERLAP_ADD_OUTPUT = 4; // address, T [rows][frames][step]
export const OVERLAP_ADD_STATE = 8; // address, T [rows][length]: sums so far of samples that are not out yet
export const OVERLAP_ADD_ROWS = 12;
export const OVERLAP_ADD_FRAMES = 16;
export const OVERLAP_ADD_LENGTH = 20;
export const OVERLAP_ADD_STEP = 24; // 1 to length
export const OVERLAP_ADD_SIZE = 28;
