/** The sum of a row of int8 activations. */
export function row_sum(x: usize, depth: i32): i32 {
  let sum = 0;
  for (const end = x + depth; x != end; x++) sum += <i32>load<i8>(x);
  return sum;
}
