// Counts against sums done by hand. `block`, `loop`, `else` and `end` mark structure and are not counted.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../src/device/simulate/simulate";
import { deviceModule, int8Tensor, type DeviceModuleOptions } from "../support/device_module";

/** Instructions of the whole and of each operator. */
async function counts(code: string, input = new Uint8Array(4), options: DeviceModuleOptions = {}): Promise<number[]> {
  const bytes = deviceModule(code, { inputs: [int8Tensor("in", 16, 4)], ...options });
  const { wasmInstructions, layers } = await simulate(bytes, [input]);
  return [wasmInstructions, ...layers.map((layer) => layer.wasmInstructions)];
}

const count = suite("device/simulate: counts");
count("a straight line: three instructions", async () => {
  assert.equal(await counts("(func $invoke (i32.store8 (i32.const 100) (i32.const 7)))"), [3, 0, 0]);
});
count("nothing at all", async () => {
  assert.equal(await counts("(func $invoke)"), [0, 0, 0]);
});
count("a loop of ten rounds", async () => {
  // 2 before it: const, set. A round: get, const, add, tee, const, lt_u, br_if = 7
  assert.equal(await counts(`(func $invoke (local $i i32) (local.set $i (i32.const 0))
    (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10)))))`), [2 + 10 * 7, 0, 0]);
});
count("a loop within a loop, with code after the inner one", async () => {
  // outer round: const, set | inner: 7 each, 3 rounds | get, const, add, tee, const, lt_u, br_if
  assert.equal(await counts(`(func $invoke (local $i i32) (local $j i32)
    (loop $o (local.set $j (i32.const 0))
      (loop $l (br_if $l (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 3))))
      (br_if $o (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5)))))`), [5 * (2 + 3 * 7 + 7), 0, 0]);
});
count("both arms of an if, and none", async () => {
  const code = `(func $invoke
    (if (i32.load8_u (i32.const 16)) (then (drop (i32.const 1)) (drop (i32.const 2))) (else (drop (i32.const 3))))
    (if (i32.load8_u (i32.const 17)) (then (nop))))`;
  // const, load, if, twice: 6; first arm 4, second 2; nop 1
  assert.equal(await counts(code, Uint8Array.of(0, 0, 0, 0)), [6 + 2, 0, 0]);
  assert.equal(await counts(code, Uint8Array.of(1, 0, 0, 0)), [6 + 4, 0, 0]);
  assert.equal(await counts(code, Uint8Array.of(1, 1, 0, 0)), [6 + 4 + 1, 0, 0]);
});
count("every arm of a br_table", async () => {
  const code = `(func $invoke
    (block $d (block $c (block $b (block $a (br_table $a $b $c $d (i32.load8_u (i32.const 16))))
      (drop (i32.const 0)) (br $d))
      (drop (i32.const 0)) (drop (i32.const 0)))
      (drop (i32.const 0)))
    (drop (i32.const 0)))`;
  // const, load, br_table: 3; a: 2 and br; b: 4, falls into c: 2; then 2 for all
  const arms = [3 + 3 + 2, 3 + 4 + 2 + 2, 3 + 2 + 2, 3 + 2, 3 + 2];
  for (const [value, expected] of arms.entries()) assert.equal(await counts(code, Uint8Array.of(value, 0, 0, 0)), [expected, 0, 0], `arm ${value}`);
});
count("br_if that leaves a block, and a value that it carries", async () => {
  const code = `(func $invoke (drop (block $b (result i32)
    (drop (br_if $b (i32.const 5) (i32.load8_u (i32.const 16)))) (i32.const 6))))`;
  // const, const, load, br_if: 4; drop and const unless it leaves; the last drop
  assert.equal(await counts(code, Uint8Array.of(1, 0, 0, 0)), [4 + 1, 0, 0]);
  assert.equal(await counts(code, Uint8Array.of(0, 0, 0, 0)), [4 + 2 + 1, 0, 0]);
});
count("a block that no branch leaves does not cut the code around it", async () => {
  assert.equal(await counts("(func $invoke (drop (i32.const 1)) (block $b (drop (i32.const 2))) (drop (i32.const 3)))"), [6, 0, 0]);
});
count("calls, early returns, recursion", async () => {
  const code = `(func $f (param $n i32) (result i32)
      (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
      (i32.mul (local.get $n) (call $f (i32.sub (local.get $n) (i32.const 1)))))
    (func $invoke (drop (call $f (i32.load8_u (i32.const 16)))))`;
  // invoke: const, load, call, drop = 4; f(0): get, eqz, if, const, return = 5; f(n): get, eqz, if, get, get, const, sub, call, mul = 9
  assert.equal(await counts(code, Uint8Array.of(6, 0, 0, 0)), [4 + 5 + 6 * 9, 0, 0]);
});
count("call_indirect", async () => {
  const code = `(type $t (func)) (table 2 2 funcref) (elem (i32.const 0) $f $g) (func $f (drop (i32.const 1))) (func $g (nop))
    (func $invoke (call_indirect (type $t) (i32.load8_u (i32.const 16))))`;
  assert.equal(await counts(code, Uint8Array.of(0, 0, 0, 0)), [3 + 2, 0, 0]);
  assert.equal(await counts(code, Uint8Array.of(1, 0, 0, 0)), [3 + 1, 0, 0]);
});
count("every class of instruction, in a function with parameters and locals of all types", async () => {
  const bytes = deviceModule(`(global $g (mut i32) (i32.const 0)) (func $f (param $p i64) (param $q f64) (result f32) (local $x f32) (local $y i64)
      (local.set $y (i64.mul (local.get $p) (i64.const 3)))
      (global.set $g (i32.wrap_i64 (local.get $y)))
      (f32.store (i32.const 32) (f32.demote_f64 (local.get $q)))
      (select (f32.load (i32.const 32)) (local.get $x) (i32.div_u (global.get $g) (i32.const 2))))
    (func $invoke (drop (call $f (i64.const -1) (f64.const 2.5))))`);
  const { wasmInstructions, layers } = await simulate(bytes, []);
  // 4 + 2 + 1 + 3 + 7: get, const, mul, set | get, wrap, global.set | const, get, demote, store | const, load, get, global, const, div, select; const, const, call, drop
  assert.is(wasmInstructions, 4 + 3 + 4 + 7 + 4);
  assert.is(layers[0]!.wasmInstructions, 0);
});
count("by operator, as the word says that one runs", async () => {
  const code = `(func $work (param $n i32) (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func $invoke (i32.store (i32.const 0) (i32.const 0)) (call $work (i32.const 4))
      (i32.store (i32.const 0) (i32.const 1)) (call $work (i32.const 2)) (call $work (i32.const 3))
      (i32.store (i32.const 0) (i32.const -1)) (nop))`;
  // before the first store is done: 3. Operator 0: const, call, 4 * 5, and the 3 of the next store. Operator 1: 2 * 2 + 5 * 5 + 3. Then 1.
  assert.equal(await counts(code), [3 + 25 + 32 + 1, 25, 32]);
});
count("by operator where the indices have gaps, the address comes by parameter, and an operator comes back", async () => {
  const code = `(func $set (param $at i32) (param $index i32) (i32.store offset=4 (local.get $at) (local.get $index)))
    (func $invoke (call $set (i32.const 508) (i32.const 7)) (nop) (call $set (i32.const 508) (i32.const 2)) (call $set (i32.const 508) (i32.const 7)) (call $set (i32.const 508) (i32.const 9)) (nop))`;
  const operators = [{ index: 2, op: "PAD", tensor: "p" }, { index: 7, op: "ADD", tensor: "a" }];
  // a call of $set takes 3 + 3, counted for the one before; 9 is no operator
  assert.equal(await counts(code, new Uint8Array(4), { operators, operatorAddress: 512 }), [4 * 6 + 2, 6, 1 + 6 + 6]);
});
count("by class, and the bytes that bulk instructions move", async () => {
  const bytes = deviceModule(`(data $d "abcdefgh") (func $invoke (i32.store (i32.const 0) (i32.const 1))
    (memory.init $d (i32.const 100) (i32.const 2) (i32.const 5)) (memory.copy (i32.const 200) (i32.const 100) (i32.const 4)) (memory.fill (i32.const 300) (i32.const 0) (i32.const 20)))`);
  const { layers: [, layer] } = await simulate(bytes, []);
  assert.is(layer!.bulkBytes, 5 + 4 + 20);
  assert.is(layer!.wasmInstructions, 12);
  assert.equal(Object.entries(layer!.classes).filter(([, n]) => n > 0), [["const", 9], ["bulk_memory", 3]]);
});
count("64-bit accesses, comparisons and shifts are classes of their own", async () => {
  const bytes = deviceModule(`(func $invoke (local $x i64) (i32.store (i32.const 0) (i32.const 1))
    (i64.store (i32.const 32) (i64.shl (local.tee $x (i64.load (i32.const 32))) (i64.extend_i32_u (i64.lt_s (local.get $x) (i64.load8_s (i32.const 40)))))))`);
  const { layers: [, layer] } = await simulate(bytes, []);
  assert.equal(Object.fromEntries(Object.entries(layer!.classes).filter(([, n]) => n > 0)), { const: 3, local_get: 1, local_tee: 1, load: 1, load64: 1, store64: 1, compare64: 1, shift64: 1, convert: 1 });
});
count.run();
