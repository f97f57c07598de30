// NON_MAX_SUPPRESSION_V4 and V5: boxes by falling score, but for those that overlap a selected one. With softening, every selected box that
// overlaps another one takes from its score first. Record: NMS_* in abi/search.ts. Source: TFLite reference/non_max_suppression.h.
import {
  NMS_BOXES, NMS_CANDIDATE, NMS_COUNT, NMS_DECAY, NMS_EXTENT, NMS_HEAP, NMS_INDICES, NMS_IOU_THRESHOLD, NMS_MOST, NMS_SCORE_THRESHOLD, NMS_SCORES, NMS_SELECTED, NMS_SELECTED_SCORES, NMS_SIZE,
} from "../abi/search";
import { exp_f32 } from "../arithmetic/float_functions";
import { within } from "../inner/within";

const INDEX = 4; // of a candidate; its score comes first
const COMPARED = 8;

// @ts-ignore: decorator
@inline
function candidate(heap: usize, i: i32): usize {
  return within(heap + i * NMS_CANDIDATE, NMS_CANDIDATE);
}

// @ts-ignore: decorator
@inline
function put(at: usize, score: f32, index: i32, compared: i32): void {
  store<f32>(at, score);
  store<i32>(at, index, INDEX);
  store<i32>(at, compared, COMPARED);
}

// @ts-ignore: decorator
@inline
function move(heap: usize, to: i32, from: i32): void {
  const source = candidate(heap, from);
  put(candidate(heap, to), load<f32>(source), load<i32>(source, INDEX), load<i32>(source, COMPARED));
}

/** Puts a candidate in at `hole` or above it: below every parent with a score as great. */
function rise(heap: usize, hole: i32, score: f32, index: i32, compared: i32): void {
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    if (!(load<f32>(candidate(heap, parent)) < score)) break;
    move(heap, hole, parent);
    hole = parent;
  }
  put(candidate(heap, hole), score, index, compared);
}

/** Takes the first of `size` candidates off. Equal scores leave in the order of the C++ library's heap: the hole sinks to the bottom by way of the greater child, the second of equals, and the last candidate rises from there. */
function drop_first(heap: usize, size: i32): void {
  const left = size - 1, last = candidate(heap, left);
  const score = load<f32>(last), index = load<i32>(last, INDEX), compared = load<i32>(last, COMPARED);
  let hole = 0;
  for (let child = 2; child <= left; child = 2 * hole + 2) {
    if (child == left || load<f32>(candidate(heap, child)) < load<f32>(candidate(heap, child - 1))) child--;
    move(heap, hole, child);
    hole = child;
  }
  if (left > 0) rise(heap, hole, score, index, compared);
}

/** Area of the intersection of two boxes over that of their union; 0 where a box has no area. */
function overlap(a: usize, b: usize): f32 {
  a = within(a, 16);
  b = within(b, 16);
  const a_top = min<f32>(load<f32>(a), load<f32>(a, 8)), a_bottom = max<f32>(load<f32>(a), load<f32>(a, 8));
  const a_left = min<f32>(load<f32>(a, 4), load<f32>(a, 12)), a_right = max<f32>(load<f32>(a, 4), load<f32>(a, 12));
  const b_top = min<f32>(load<f32>(b), load<f32>(b, 8)), b_bottom = max<f32>(load<f32>(b), load<f32>(b, 8));
  const b_left = min<f32>(load<f32>(b, 4), load<f32>(b, 12)), b_right = max<f32>(load<f32>(b, 4), load<f32>(b, 12));
  const a_area = (a_bottom - a_top) * (a_right - a_left), b_area = (b_bottom - b_top) * (b_right - b_left);
  if (a_area <= 0 || b_area <= 0) return 0;
  const height = max<f32>(min<f32>(a_bottom, b_bottom) - max<f32>(a_top, b_top), 0), width = max<f32>(min<f32>(a_right, b_right) - max<f32>(a_left, b_left), 0);
  const common = height * width;
  return common / (a_area + b_area - common);
}

// @ts-ignore: decorator
@inline
function suppress(record: usize, soft: bool): void {
  record = within(record, NMS_SIZE);
  const boxes: usize = load<u32>(record, NMS_BOXES), heap: usize = load<u32>(record, NMS_HEAP), indices: usize = load<u32>(record, NMS_INDICES);
  const scores: usize = load<u32>(record, NMS_SCORES), selected_scores: usize = load<u32>(record, NMS_SELECTED_SCORES);
  const least_overlap = load<f32>(within(load<u32>(record, NMS_IOU_THRESHOLD), 4)), least_score = load<f32>(within(load<u32>(record, NMS_SCORE_THRESHOLD), 4));
  const extent: usize = load<u32>(record, NMS_EXTENT), decay = soft ? load<f32>(record, NMS_DECAY) : 0;
  const count = extent ? load<i32>(within(extent, 4)) : load<i32>(record, NMS_COUNT), most = load<i32>(record, NMS_MOST);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const score = load<f32>(within(scores + (i << 2), 4));
    if (score > least_score) rise(heap, size++, score, i, 0);
  }
  const wanted = min<i32>(size, most);
  let selected = 0;
  while (selected < wanted && size > 0) {
    const first = candidate(heap, 0);
    const top = load<f32>(first), index = load<i32>(first, INDEX), compared = load<i32>(first, COMPARED);
    drop_first(heap, size--);
    let at = selected - 1, score = top;
    for (; at >= compared; at--) {
      const common = overlap(boxes + (index << 4), boxes + (load<i32>(within(indices + (at << 2), 4)) << 4));
      if (common >= least_overlap) break;
      if (!soft) continue;
      score *= exp_f32(decay * common * common);
      if (score <= least_score) break;
    }
    if (at >= compared) continue; // suppressed, or its score has fallen too low to come back
    if (soft && score != top) {
      rise(heap, size++, score, index, selected);
      continue;
    }
    store<i32>(within(indices + (selected << 2), 4), index);
    if (selected_scores) store<f32>(within(selected_scores + (selected << 2), 4), score);
    rise(heap, size++, score, index, selected); // once more against itself, as in the reference: a box without area is selected again
    selected++;
  }
  memory.fill(indices + (selected << 2), 0, (most - selected) << 2);
  if (selected_scores) memory.fill(selected_scores + (selected << 2), 0, (most - selected) << 2);
  store<i32>(within(load<u32>(record, NMS_SELECTED), 4), selected);
}

export function non_max_suppression(record: usize): void {
  suppress(record, false);
}

export function soft_non_max_suppression(record: usize): void {
  suppress(record, true);
}
