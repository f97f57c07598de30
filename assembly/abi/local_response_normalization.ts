// LOCAL_RESPONSE_NORMALIZATION: the record of kernel `local_response_normalization_float32`. Fields are i32, or f32 where they say so.
export const LRN_INPUT = 0; // address, float32 [pixels, channels]
export const LRN_OUTPUT = 4; // address, float32 [pixels, channels]
export const LRN_PIXELS = 8;
export const LRN_CHANNELS = 12;
export const LRN_RADIUS = 16; // channels on either side
export const LRN_BIAS = 20; // f32
export const LRN_ALPHA = 24; // f32
export const LRN_BETA = 28; // f32
export const LRN_SIZE = 32;
