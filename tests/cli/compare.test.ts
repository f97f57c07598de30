// Two engines over data: builds of the kernels, and the modules that devices run.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { arenula, arenulaJson } from "../support/arenula";
import "../support/cores";

const INT8 = "models/digits/digits_int8.tflite", FLOAT = "models/digits/digits_float.tflite";
const PIXELS = ["--data", "models/digits/samples/test_inputs.npy", "--mean", "0", "--std", "255"], DATA = [...PIXELS, "--samples", "20"];
const engines = suite("compare, engines");

for (const pair of ["mcu,simd", "simd,wamr-fast", "wamr-classic,wamr-aot", "wamr-xip,mcu"]) {
  engines(`${pair}: equal in every stored value, with the fields of two models`, async () => {
    const result = await arenulaJson(0, "compare", INT8, "--engines", pair, ...DATA);
    assert.equal([result.engines, result.first_divergence, result.samples, result.layers.length], [pair.split(","), null, 20, 10]);
    for (const layer of result.layers) assert.equal([layer.max_abs, layer.rms], [0, 0], layer.tensor);
    assert.equal(Object.keys(result.layers[0]), Object.keys((await arenulaJson(0, "compare", FLOAT, INT8, ...DATA)).layers[0]));
  });
}

engines("a module is linked for a board, and the text says what ran", async () => {
  const { status, out } = await arenula("compare", INT8, "--engines", "simd,wamr-fast", "--board", "nrf52840dk", ...PIXELS, "--labels", "models/digits/samples/test_labels.npy");
  assert.is(status, 0);
  assert.match(out, "digits_int8.tflite on simd and wamr-fast, 360 samples");
  assert.match(out, "wamr-fast: the code of the linked module, run here operator by operator, without WAMR itself");
  assert.match(out, "none: every stored value is equal");
  assert.match(out, "+0.00 points");
});

engines("--keep-state: the samples are a stream, so that layers with a memory find it filled", async () => {
  const svdf = (file: string) => `tests/quantizer/goldens/converter/svdf/${file}`, argv = ["compare", svdf("calibrated.tflite"), svdf("int8.tflite"), "--data", svdf("samples.npy")];
  const apart = await arenulaJson(0, ...argv), stream = await arenulaJson(0, ...argv, "--keep-state");
  assert.is(stream.samples, apart.samples);
  assert.is.not(stream.outputs[0].rms, apart.outputs[0].rms);
});

engines("what does not go together is refused", async () => {
  const message = async (status: number, ...argv: string[]) => (await arenulaJson(status, "compare", ...argv)).error.message;
  assert.match(await message(2, INT8, ...DATA), "nothing to compare it with");
  assert.match(await message(2, FLOAT, INT8, "--engines", "mcu,simd", ...DATA), "--engines compares a model with itself");
  assert.match(await message(2, INT8, "--engines", "mcu", ...DATA), "Two of mcu, simd, relaxed, wamr-fast");
  assert.match(await message(2, INT8, "--engines", "mcu,wamr", ...DATA), "Two of mcu, simd, relaxed, wamr-fast");
  assert.match(await message(2, INT8, "--engines", "mcu,simd", "--board", "nrf52840dk", ...DATA), "--board is what an engine of WAMR is linked for");
  assert.match(await message(2, INT8, "--engines", "simd,wamr-fast", "--emulate", ...DATA), "--emulate needs a board");
  assert.is((await arenulaJson(1, "compare", INT8, "--engines", "simd,wamr-fast", "--board", "nrf52840dk", "--emulate", ...DATA)).error.code, "BOARD_WITHOUT_FIRMWARE");
  assert.is((await arenulaJson(1, "compare", INT8, "--engines", "simd,wamr-fast", "--board", "nowhere", ...DATA)).error.code, "BOARD_UNKNOWN");
});

engines.run();
