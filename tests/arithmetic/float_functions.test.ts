// exp, expm1, log and tanh of float32 against the functions in float64, over float32 arguments of every sign and exponent.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arithmeticCore } from "../support/arithmetic_core";
import { ulpsApart } from "../support/ulps";

const core = arithmeticCore();
const floats = suite("float_functions");

/** Every `step`th of the 2^32 bit patterns, as a float32. */
function* arguments32(step: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(4));
  for (let bits = 0; bits < 2 ** 32; bits += step) {
    view.setUint32(0, bits);
    yield view.getFloat32(0);
  }
}

const bytesOf = (x: number) => new Uint8Array(new Float32Array([x]).buffer);

function within(name: string, ulps: number, actual: (x: number) => number, expected: (x: number) => number, domain: (x: number) => boolean = () => true): void {
  floats(`${name}: ${ulps} units in the last place`, () => {
    const seams = [0, -0, 1, -1, 88.72283, 88.72284, -87.33655, -103.97, -103.98, 0.55, 9.01, 9.1, 9.2, 2 ** -12, Infinity, -Infinity, NaN, 2 ** -149, 2 ** -126];
    for (const values of [seams.map(Math.fround), arguments32(19_997)])
      for (const x of values) {
        if (!domain(x)) continue;
        const a = actual(x), b = Math.fround(expected(x));
        if (!Object.is(a, b) && ulpsApart(bytesOf(a), bytesOf(b)) > ulps) assert.unreachable(`${name}(${x}): ${a}, exact ${b}`);
      }
  });
}

within("exp", 1, core.exp_float32, Math.exp);
within("expm1", 1, core.expm1_float32, Math.expm1, (x) => !(x > 64));
within("log", 1, core.log_float32, Math.log);
within("tanh", 2, core.tanh_float32, Math.tanh);

floats.run();
