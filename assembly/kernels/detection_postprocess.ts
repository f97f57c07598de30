// TFLite_Detection_PostProcess: boxes from encodings and anchors, and of boxes that overlap the one with the best score. Record: DETECTION_* in
// abi/detection_postprocess.ts. Fast: every box competes once, with its best score. Regular: once for every class.
// A box counts if it overlaps no box selected before it by more than the threshold, which is the reference's crossing out the other way round:
// only selected boxes have to be decoded and kept. Candidates come off a heap, best score first, of equal scores the first box.
// Dialect: reference. Source: TFLM micro/kernels/detection_postprocess.cc. Where more than one class of a box comes out, TFLM (and LiteRT) leave gaps
// and write behind their outputs: here rows follow one another. Rows without a detection are 0.
import {
  DETECTION_ENCODINGS, DETECTION_SCORES, DETECTION_ANCHORS, DETECTION_OUT_BOXES, DETECTION_OUT_CLASSES, DETECTION_OUT_SCORES, DETECTION_OUT_COUNT, DETECTION_CANDIDATES,
  DETECTION_BEST, DETECTION_SELECTED, DETECTION_BOXES, DETECTION_ENCODING, DETECTION_COLUMNS, DETECTION_LABEL_OFFSET, DETECTION_CLASSES, DETECTION_ROWS, DETECTION_PER_BOX,
  DETECTION_SELECT, DETECTION_SCORE_THRESHOLD, DETECTION_IOU_THRESHOLD, DETECTION_SCALES, DETECTION_SIZE,
} from "../abi/detection_postprocess";
import { exp_f64 } from "../arithmetic/exp_f64";
import { within } from "../inner/within";

/** Box `index`, decoded to `out`. */
function decode(record: usize, index: i32, out: usize): void {
  const code = load<u32>(record, DETECTION_ENCODINGS) + ((index * load<i32>(record, DETECTION_ENCODING)) << 2), anchor = load<u32>(record, DETECTION_ANCHORS) + (index << 4);
  const scales = record + DETECTION_SCALES, height = <f64>load<f32>(anchor, 8), width = <f64>load<f32>(anchor, 12);
  const y = <f32>(<f64>load<f32>(code) / <f64>load<f32>(scales) * height + <f64>load<f32>(anchor));
  const x = <f32>(<f64>load<f32>(code, 4) / <f64>load<f32>(scales, 4) * width + <f64>load<f32>(anchor, 4));
  const half_height = <f32>(0.5 * exp_f64(<f64>load<f32>(code, 8) / <f64>load<f32>(scales, 8)) * height);
  const half_width = <f32>(0.5 * exp_f64(<f64>load<f32>(code, 12) / <f64>load<f32>(scales, 12)) * width);
  store<f32>(out, y - half_height);
  store<f32>(out, x - half_width, 4);
  store<f32>(out, y + half_height, 8);
  store<f32>(out, x + half_width, 12);
}

// @ts-ignore: decorator
@inline
function area(box: usize): f32 {
  return (load<f32>(box, 8) - load<f32>(box)) * (load<f32>(box, 12) - load<f32>(box, 4));
}

/** Intersection over union of two boxes; 0 where one is empty. */
function overlap(a: usize, b: usize): f32 {
  const area_a = area(a), area_b = area(b);
  if (area_a <= 0 || area_b <= 0) return 0;
  const height = max<f32>(min<f32>(load<f32>(a, 8), load<f32>(b, 8)) - max<f32>(load<f32>(a), load<f32>(b)), 0);
  const width = max<f32>(min<f32>(load<f32>(a, 12), load<f32>(b, 12)) - max<f32>(load<f32>(a, 4), load<f32>(b, 4)), 0);
  const shared = height * width;
  return shared / (area_a + area_b - shared);
}

/** Whether candidate a comes before b. `step`: bytes from one box's score to the next one's. */
// @ts-ignore: decorator
@inline
function is_before(a: i32, b: i32, scores: usize, step: i32): bool {
  const score_a = load<f32>(scores + a * step), score_b = load<f32>(scores + b * step);
  return score_a > score_b || (score_a == score_b && a < b);
}

/**
 * Lets the candidate at `at` of a heap of `count` sink to its place. Spelled out, as WAMR 2.4.3's fast interpreter does not come to an end on
 * `if (child + 1 < count && is_before(...)) child++` within a `for`, which V8 and the other engines run (tests/wamr/cases.test.ts found it).
 */
function sink(heap: usize, count: i32, at: i32, scores: usize, step: i32): void {
  const moved = load<i32>(heap + (at << 2));
  let child = 2 * at + 1;
  while (child < count) {
    let other = load<i32>(heap + (child << 2));
    const next = child + 1;
    if (next < count) {
      const beside = load<i32>(heap + (next << 2));
      if (is_before(beside, other, scores, step)) {
        child = next;
        other = beside;
      }
    }
    if (!is_before(other, moved, scores, step)) break;
    store<i32>(heap + (at << 2), other);
    at = child;
    child = 2 * child + 1;
  }
  store<i32>(heap + (at << 2), moved);
}

/** Boxes whose score reaches the threshold, as a heap. Returns how many. */
function gather_candidates(record: usize, heap: usize, scores: usize, step: i32): i32 {
  const boxes = load<i32>(record, DETECTION_BOXES), threshold = load<f32>(record, DETECTION_SCORE_THRESHOLD);
  let count = 0;
  for (let box = 0; box < boxes; box++) {
    if (load<f32>(scores + box * step) >= threshold) store<i32>(heap + (count++ << 2), box);
  }
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(heap, count, at, scores, step);
  return count;
}

/** Takes the best candidate off a heap of `count`. */
// @ts-ignore: decorator
@inline
function take(heap: usize, count: i32, scores: usize, step: i32): i32 {
  const best = load<i32>(heap);
  store<i32>(heap, load<i32>(heap + ((count - 1) << 2)));
  sink(heap, count - 1, 0, scores, step);
  return best;
}

/** Decodes box `index` behind those selected; whether it overlaps none of them too much. */
function joins(record: usize, index: i32, selected: usize, count: i32): bool {
  const box = selected + (count << 4), threshold = load<f32>(record, DETECTION_IOU_THRESHOLD);
  decode(record, index, box);
  for (let other = selected; other != box; other += 16) if (overlap(other, box) > threshold) return false;
  return true;
}

/** Zeros behind the first `count` rows, and how many there are. */
function finish(record: usize, count: i32): void {
  const left = load<i32>(record, DETECTION_ROWS) - count;
  memory.fill(load<u32>(record, DETECTION_OUT_BOXES) + (count << 4), 0, left << 4);
  memory.fill(load<u32>(record, DETECTION_OUT_CLASSES) + (count << 2), 0, left << 2);
  memory.fill(load<u32>(record, DETECTION_OUT_SCORES) + (count << 2), 0, left << 2);
  store<f32>(load<u32>(record, DETECTION_OUT_COUNT), <f32>count);
}

/** The class of the `rank`-th best score: those before it are better, or as good and earlier. */
function class_of_rank(scores: usize, classes: i32, rank: i32): i32 {
  let found = -1;
  for (; rank >= 0; rank--) {
    let best = -1;
    for (let each = 0; each < classes; each++) {
      const comes_later = found < 0 || is_before(found, each, scores, 4);
      if (comes_later && (best < 0 || is_before(each, best, scores, 4))) best = each;
    }
    found = best;
  }
  return found;
}

export function detection_postprocess(record: usize): void {
  record = within(record, DETECTION_SIZE);
  const boxes = load<i32>(record, DETECTION_BOXES), classes = load<i32>(record, DETECTION_CLASSES), columns = load<i32>(record, DETECTION_COLUMNS);
  const scores: usize = load<u32>(record, DETECTION_SCORES) + (load<i32>(record, DETECTION_LABEL_OFFSET) << 2), best: usize = load<u32>(record, DETECTION_BEST);
  for (let box = 0; box < boxes; box++) {
    const of_box = scores + ((box * columns) << 2);
    let highest = load<f32>(of_box);
    for (let each = 1; each < classes; each++) highest = max<f32>(highest, load<f32>(of_box + (each << 2)));
    store<f32>(best + (box << 2), highest);
  }
  const heap: usize = load<u32>(record, DETECTION_CANDIDATES), selected: usize = load<u32>(record, DETECTION_SELECTED);
  const most = load<i32>(record, DETECTION_SELECT), per_box = load<i32>(record, DETECTION_PER_BOX);
  let count = 0, row = 0;
  for (let left = gather_candidates(record, heap, best, 4); left > 0 && count < most; left--) {
    const box = take(heap, left, best, 4);
    if (!joins(record, box, selected, count)) continue;
    const of_box = scores + ((box * columns) << 2);
    for (let rank = 0; rank < per_box; rank++, row++) {
      const each = class_of_rank(of_box, classes, rank);
      memory.copy(load<u32>(record, DETECTION_OUT_BOXES) + (row << 4), selected + (count << 4), 16);
      store<f32>(load<u32>(record, DETECTION_OUT_CLASSES) + (row << 2), <f32>each);
      store<f32>(load<u32>(record, DETECTION_OUT_SCORES) + (row << 2), load<f32>(of_box + (each << 2)));
    }
    count++;
  }
  finish(record, row);
}

export function detection_postprocess_regular(record: usize): void {
  record = within(record, DETECTION_SIZE);
  const classes = load<i32>(record, DETECTION_CLASSES), step = load<i32>(record, DETECTION_COLUMNS) << 2, rows = load<i32>(record, DETECTION_ROWS);
  const heap: usize = load<u32>(record, DETECTION_CANDIDATES), selected: usize = load<u32>(record, DETECTION_SELECTED), most = load<i32>(record, DETECTION_SELECT);
  const out_boxes: usize = load<u32>(record, DETECTION_OUT_BOXES), out_classes: usize = load<u32>(record, DETECTION_OUT_CLASSES), out_scores: usize = load<u32>(record, DETECTION_OUT_SCORES);
  let scores: usize = load<u32>(record, DETECTION_SCORES) + (load<i32>(record, DETECTION_LABEL_OFFSET) << 2), kept = 0;
  for (let each = 0; each < classes; each++, scores += 4) {
    for (let left = gather_candidates(record, heap, scores, step), count = 0; left > 0 && count < most; left--) {
      const box = take(heap, left, scores, step);
      if (!joins(record, box, selected, count)) continue;
      const score = load<f32>(scores + box * step);
      // The outputs are a list, best score first, of equal scores the earlier one.
      let row = kept;
      while (row > 0 && load<f32>(out_scores + ((row - 1) << 2)) < score) row--;
      if (row < rows) {
        kept = min(kept + 1, rows);
        const behind = kept - 1 - row;
        memory.copy(out_boxes + ((row + 1) << 4), out_boxes + (row << 4), behind << 4);
        memory.copy(out_classes + ((row + 1) << 2), out_classes + (row << 2), behind << 2);
        memory.copy(out_scores + ((row + 1) << 2), out_scores + (row << 2), behind << 2);
        memory.copy(out_boxes + (row << 4), selected + (count << 4), 16);
        store<f32>(out_classes + (row << 2), <f32>each);
        store<f32>(out_scores + (row << 2), score);
      }
      count++;
    }
  }
  finish(record, kept);
}
