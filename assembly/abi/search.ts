// TOPK_V2, ONE_HOT, SEGMENT_SUM and NON_MAX_SUPPRESSION: the records of kernels `topk_v2_*`, `one_hot_*`, `segment_sum_*`,
// `non_max_suppression` and `soft_non_max_suppression`. Every field is one i32 unless it says otherwise.
export const TOPK_INPUT = 0; // address, [rows, width]
export const TOPK_VALUES = 4; // address, [rows, k]
export const TOPK_INDICES = 8; // address, int32 [rows, k]
export const TOPK_ROWS = 12;
export const TOPK_WIDTH = 16;
export const TOPK_K = 20; // 1 to width; more than there are trap
export const TOPK_EXTENT = 24; // address, int32: how many elements of the one row there are; 0: all
export const TOPK_SIZE = 28;

export const ONE_HOT_INDICES = 0; // address, int32 or int64 [outer, inner]
export const ONE_HOT_ON = 4; // address, one element
export const ONE_HOT_OFF = 8;
export const ONE_HOT_OUTPUT = 12; // address, [outer, depth, inner]
export const ONE_HOT_OUTER = 16;
export const ONE_HOT_DEPTH = 20;
export const ONE_HOT_INNER = 24;
export const ONE_HOT_INDEX_BYTES = 28; // 4 or 8
export const ONE_HOT_SIZE = 32;

export const SEGMENT_SUM_INPUT = 0; // address, [rows, width]
export const SEGMENT_SUM_SEGMENTS = 4; // address, int32 [rows], ascending from 0
export const SEGMENT_SUM_OUTPUT = 8; // address, [most, width]
export const SEGMENT_SUM_EXTENT = 12; // address, int32: how many segments; 0 where that is known
export const SEGMENT_SUM_ROWS = 16;
export const SEGMENT_SUM_WIDTH = 20;
export const SEGMENT_SUM_MOST = 24;
export const SEGMENT_SUM_SIZE = 28;

export const NMS_BOXES = 0; // address, float32 [count, 4]: y and x of one corner, y and x of the opposite one
export const NMS_SCORES = 4; // address, float32 [count]
export const NMS_IOU_THRESHOLD = 8; // address, one float32
export const NMS_SCORE_THRESHOLD = 12; // address, one float32
export const NMS_INDICES = 16; // address, int32 [most]: zeros behind the selected ones
export const NMS_SELECTED_SCORES = 20; // address, float32 [most], or 0
export const NMS_SELECTED = 24; // address, int32: how many are selected
export const NMS_HEAP = 28; // address of scratch, [count, NMS_CANDIDATE]
export const NMS_COUNT = 32;
export const NMS_MOST = 36;
export const NMS_EXTENT = 40; // address, int32: how many boxes there are; 0 where they are COUNT
export const NMS_DECAY = 44; // float32, -0.5 / sigma: of the soft kernel
export const NMS_SIZE = 48;
/** Bytes of a candidate: float32 score, int32 index, int32 how many selected ones it has been compared with. */
export const NMS_CANDIDATE = 12;
