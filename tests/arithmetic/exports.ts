// Entry file of build/core/arithmetic.wasm: assembly/arithmetic as functions that a test can call.
import { rescale_folded, rescale_folded_high, rescale_folded_signed } from "../../assembly/arithmetic/folded";
import { saturating_rounding_doubling_high_mul, rounding_divide_by_pot, multiply_by_quantized_multiplier, saturating_shift_left, sign_of } from "../../assembly/arithmetic/fixed_point";
import { exp_f32, expm1_f32, log_f32, tanh_f32 } from "../../assembly/arithmetic/float_functions";
import { exp_on_negative_values, one_over_one_plus_x, reciprocal_mantissa } from "../../assembly/arithmetic/exponential";

export function high_mul(a: i32, b: i32): i32 {
  return saturating_rounding_doubling_high_mul(a, b);
}
export function divide_by_pot(x: i32, exponent: i32): i32 {
  return rounding_divide_by_pot(x, exponent);
}
export function multiply(x: i32, multiplier: i32, shift: i32): i32 {
  return multiply_by_quantized_multiplier(x, multiplier, shift);
}
export function shift_left(x: i32, exponent: i32): i32 {
  return saturating_shift_left(x, exponent);
}
export function exp(a: i32): i32 {
  return exp_on_negative_values(a);
}
export function reciprocal(a: i32): i32 {
  return one_over_one_plus_x(a);
}
export function mantissa_of_reciprocal(x: i32): i32 {
  return reciprocal_mantissa(x);
}
export function folded(sum: i32, multiplier: i32, addend: i64, down: i32): i32 {
  return rescale_folded(sum, multiplier, addend, down);
}
export function folded_high(sum: i32, multiplier: i32, addend: i64, down: i32): i32 {
  return rescale_folded_high(sum, multiplier, addend, down - 32);
}
export function folded_signed(sum: i32, bias: i32, multiplier: i32, addend: i64, down: i32): i32 {
  return rescale_folded_signed(sum, bias, multiplier, addend, sign_of(down - 31), down);
}
export function exp_float32(x: f32): f32 {
  return exp_f32(x);
}
export function expm1_float32(x: f32): f32 {
  return expm1_f32(x);
}
export function log_float32(x: f32): f32 {
  return log_f32(x);
}
export function tanh_float32(x: f32): f32 {
  return tanh_f32(x);
}
