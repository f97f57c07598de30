// LOCAL_RESPONSE_NORMALIZATION, float32: x / (bias + alpha * sum of squares)^beta, the sum over channels at most `radius` away, both ends
// included (TFLite's reference kernel leaves the upper end out). Record: LRN_* in abi/local_response_normalization.ts.
import { LRN_ALPHA, LRN_BETA, LRN_BIAS, LRN_CHANNELS, LRN_INPUT, LRN_OUTPUT, LRN_PIXELS, LRN_RADIUS, LRN_SIZE } from "../abi/local_response_normalization";
import { exp_f32, log_f32 } from "../arithmetic/float_functions";
import { within } from "../inner/within";

export function local_response_normalization_float32(record: usize): void {
  record = within(record, LRN_SIZE);
  const channels = load<i32>(record, LRN_CHANNELS), radius = load<i32>(record, LRN_RADIUS);
  const bias = load<f32>(record, LRN_BIAS), alpha = load<f32>(record, LRN_ALPHA), beta = load<f32>(record, LRN_BETA);
  let x: usize = load<u32>(record, LRN_INPUT), out: usize = load<u32>(record, LRN_OUTPUT);
  for (let n = load<i32>(record, LRN_PIXELS); n > 0; n--, x += channels << 2) {
    for (let c = 0; c < channels; c++, out += 4) {
      let squares: f32 = 0;
      for (let i = max(c - radius, 0), end = min(c + radius + 1, channels); i < end; i++) {
        const value = load<f32>(within(x + (i << 2), 4));
        squares += value * value;
      }
      store<f32>(within(out, 4), load<f32>(within(x + (c << 2), 4)) * exp_f32(-beta * log_f32(bias + alpha * squares)));
    }
  }
}
