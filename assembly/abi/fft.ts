// SignalRfft and SignalIrfft, T int16, int32 or float32: the record of kernels `rfft_*` and `irfft_*`. Every field is one i32.
// A real transform of 2n samples is a complex one of n points.
export const FFT_INPUT = 0; // address; rfft: T [rows][samples], irfft: T [rows][n + 1][2]
export const FFT_OUTPUT = 4; // address; rfft: T [rows][n + 1][2], irfft: T [rows][2n]
export const FFT_ROWS = 8;
export const FFT_SAMPLES = 12; // of a row of input; up to 2n, zeros follow
export const FFT_POINTS = 16; // n, up to 65,536
export const FFT_STAGES = 20; // address, int32 [stages][3]: radix, points of a part, stride through the twiddles; in the order in which they run
export const FFT_STAGE_COUNT = 24;
export const FFT_ORDER = 28; // address, uint16 [n]: the point of the input that is the i-th to begin with
export const FFT_TWIDDLES = 32; // address, T [n][2]: e^(-2 pi i k / n), the inverse's conjugated
export const FFT_REAL_TWIDDLES = 36; // address, T [n / 2][2]: e^(-pi i ((k + 1) / n + 1 / 2))
export const FFT_SCRATCH = 40; // address, T [n][2]
export const FFT_SIZE = 44;
