// TFLite_Detection_PostProcess: the record of kernels `detection_postprocess` and `detection_postprocess_regular`. Every field is one i32 unless it says f32.
// A box is [ymin, xmin, ymax, xmax], an encoding [y, x, h, w] relative to an anchor.
export const DETECTION_ENCODINGS = 0; // address, float32 [boxes][ENCODING]
export const DETECTION_SCORES = 4; // address, float32 [boxes][COLUMNS]
export const DETECTION_ANCHORS = 8; // address, float32 [boxes][4]
export const DETECTION_OUT_BOXES = 12; // address, float32 [ROWS][4]
export const DETECTION_OUT_CLASSES = 16; // address, float32 [ROWS]
export const DETECTION_OUT_SCORES = 20; // address, float32 [ROWS]
export const DETECTION_OUT_COUNT = 24; // address, float32 [1]
export const DETECTION_CANDIDATES = 28; // address of scratch, int32 [boxes]: a heap
export const DETECTION_BEST = 32; // address of scratch, float32 [boxes]: the best score of every box; only the fast kernel
export const DETECTION_SELECTED = 36; // address of scratch, float32 [SELECT][4]: boxes selected so far
export const DETECTION_BOXES = 40;
export const DETECTION_ENCODING = 44; // numbers of an encoding, the first four count
export const DETECTION_COLUMNS = 48; // scores of a box
export const DETECTION_LABEL_OFFSET = 52; // 1 where the first score is the background's, else 0
export const DETECTION_CLASSES = 56;
export const DETECTION_ROWS = 60; // of the outputs
export const DETECTION_PER_BOX = 64; // classes of a selected box that come out; only the fast kernel
export const DETECTION_SELECT = 68; // boxes selected at most: fast in all, regular for a class
export const DETECTION_SCORE_THRESHOLD = 72; // f32
export const DETECTION_IOU_THRESHOLD = 76; // f32
export const DETECTION_SCALES = 80; // f32 [4]: what y, x, h, w were multiplied by
export const DETECTION_SIZE = 96;
