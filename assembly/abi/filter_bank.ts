// SignalFilterBank and what follows on it: the records of kernels `filter_bank*`. Every field is one i32.

// SignalFilterBank
export const FILTER_BANK_INPUT = 0; // address, uint32 [bins]
export const FILTER_BANK_WEIGHTS = 4; // address, int16: what a bin gives to the channel that it rises in
export const FILTER_BANK_UNWEIGHTS = 8; // address, int16: and to the channel before it
export const FILTER_BANK_FREQUENCY_STARTS = 12; // address, int16 [channels + 1]: first bin of a band
export const FILTER_BANK_WEIGHT_STARTS = 16; // address, int16 [channels + 1]
export const FILTER_BANK_WIDTHS = 20; // address, int16 [channels + 1]: bins of a band
export const FILTER_BANK_OUTPUT = 24; // address, uint64 [channels]
export const FILTER_BANK_CHANNELS = 28;
export const FILTER_BANK_SIZE = 32;

// SignalFilterBankSquareRoot
export const SQUARE_ROOT_INPUT = 0; // address, uint64 [channels]
export const SQUARE_ROOT_BITS = 4; // address, int32: how far results go to the right
export const SQUARE_ROOT_OUTPUT = 8; // address, uint32 [channels]
export const SQUARE_ROOT_CHANNELS = 12;
export const SQUARE_ROOT_SIZE = 16;

// SignalFilterBankSpectralSubtraction
export const SUBTRACTION_INPUT = 0; // address, uint32 [channels]
export const SUBTRACTION_OUTPUT = 4; // address, uint32 [channels]
export const SUBTRACTION_NOISE = 8; // address, uint32 [channels]: the estimate, given out
export const SUBTRACTION_STATE = 12; // address, uint32 [channels]: the estimate, kept
export const SUBTRACTION_CHANNELS = 16;
export const SUBTRACTION_SMOOTHING = 20; // fractions of 2^BITS: of even channels
export const SUBTRACTION_ONE_MINUS_SMOOTHING = 24;
export const SUBTRACTION_ALTERNATE_SMOOTHING = 28; // of odd channels
export const SUBTRACTION_ALTERNATE_ONE_MINUS_SMOOTHING = 32;
export const SUBTRACTION_REMAINING = 36; // of the signal, at least
export const SUBTRACTION_SMOOTHING_BITS = 40; // fraction bits of the estimate
export const SUBTRACTION_BITS = 44;
export const SUBTRACTION_CLAMPING = 48; // whether the estimate never exceeds the signal: 0 or 1
export const SUBTRACTION_SIZE = 52;

// SignalPCAN
export const PCAN_INPUT = 0; // address, uint32 [channels]
export const PCAN_NOISE = 4; // address, uint32 [channels]
export const PCAN_GAINS = 8; // address, int16 [125]: the gain at a power of two, two coefficients towards the next; four numbers apart
export const PCAN_OUTPUT = 12; // address, uint32 [channels]
export const PCAN_CHANNELS = 16;
export const PCAN_SHIFT = 20; // products to the right, 0 to 63
export const PCAN_SIZE = 24;

// SignalFilterBankLog
export const LOG_INPUT = 0; // address, uint32 [channels]
export const LOG_TABLE = 4; // address, uint16 [129]: 2^16 (log2(1 + i / 128) - i / 128)
export const LOG_OUTPUT = 8; // address, int16 [channels]
export const LOG_CHANNELS = 12;
export const LOG_CORRECTION_BITS = 16; // inputs to the left, 0 to 31
export const LOG_SCALE = 20; // of the output
export const LOG_SIZE = 24;
