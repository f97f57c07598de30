// DEPTHWISE_CONV_2D: the record of kernels `depthwise_conv_2d`, `depthwise_conv_2d_3x3` and `depthwise_conv_2d_3x3_s2`. Behind its window; every field is one i32.
import { WINDOW_SIZE } from "./window";
export const DEPTHWISE_CONV_2D_INPUT = WINDOW_SIZE; // address, int8 [batches][in_h][in_w][in_c]
export const DEPTHWISE_CONV_2D_WEIGHTS = WINDOW_SIZE + 4; // address, int8 [out_c][k_h][k_w]
export const DEPTHWISE_CONV_2D_BIAS = WINDOW_SIZE + 8; // address, int32 [out_c], input offset folded in
export const DEPTHWISE_CONV_2D_MULTIPLIERS = WINDOW_SIZE + 12; // address, {int32 multiplier, int32 shift} [out_c], or one pair
export const DEPTHWISE_CONV_2D_MULTIPLIER_STRIDE = WINDOW_SIZE + 16; // 8, or 0 for one pair
export const DEPTHWISE_CONV_2D_OUTPUT = WINDOW_SIZE + 20; // address, int8 [batches][out_h][out_w][out_c]
export const DEPTHWISE_CONV_2D_PLANE = WINDOW_SIZE + 24; // address of scratch, int8 [plane_w][plane_h]: one channel of a strip, padded, column by column
export const DEPTHWISE_CONV_2D_IN_C = WINDOW_SIZE + 28;
export const DEPTHWISE_CONV_2D_MULTIPLIER = WINDOW_SIZE + 32; // depth multiplier: output channel o reads input channel o / multiplier
export const DEPTHWISE_CONV_2D_OUT_C = WINDOW_SIZE + 36;
export const DEPTHWISE_CONV_2D_STRIP = WINDOW_SIZE + 40; // output rows of a strip, a multiple of 3
export const DEPTHWISE_CONV_2D_PLANE_H = WINDOW_SIZE + 44; // (strip - 1) * stride_h + (k_h - 1) * dilation_h + 1
export const DEPTHWISE_CONV_2D_PLANE_W = WINDOW_SIZE + 48; // (out_w - 1) * stride_w + (k_w - 1) * dilation_w + 1
export const DEPTHWISE_CONV_2D_FILL = WINDOW_SIZE + 52; // what a padded tap reads: the input's zero point
export const DEPTHWISE_CONV_2D_OUTPUT_OFFSET = WINDOW_SIZE + 56; // the output's zero point
export const DEPTHWISE_CONV_2D_MIN = WINDOW_SIZE + 60;
export const DEPTHWISE_CONV_2D_MAX = WINDOW_SIZE + 64;
export const DEPTHWISE_CONV_2D_SIZE = WINDOW_SIZE + 68;
