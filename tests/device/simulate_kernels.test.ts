// Real kernels in a whole model: the counting copy and the file agree with each other and with the desktop interpreter.
import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { crc32 } from "../../src/crc32";
import { CODE } from "../../src/link/wasm_bytes";
import { readDeviceModule } from "../../src/device/simulate/device_module";
import { simulate } from "../../src/device/simulate/simulate";
import { ArenulaError } from "../../src/errors";
import { Interpreter, Model } from "../../src/index";
import { linkedModel } from "../support/linked_model";
import { Random } from "../support/random";

const kernels = suite("device/simulate: kernels");
for (const file of ["models/digits/digits_int8.tflite", "models/keywords/keywords_int8.tflite"]) {
  kernels(`${file}: outputs are those of the interpreter, and every operator is counted`, async () => {
    const bytes = await linkedModel(file);
    const net = await Interpreter.create(Model.parse(readFileSync(file)), { core: "mcu" });
    const random = new Random(file.length);
    const inputs = net.inputs.map((input) => Uint8Array.from(input.bytes, () => random.byte()));
    inputs.forEach((input, i) => net.inputs[i]!.bytes.set(input));
    net.invoke();
    const { outputs, layers, wasmInstructions } = await simulate(bytes, inputs);
    outputs.forEach((output, i) => assert.equal([...output], [...net.outputs[i]!.bytes]));
    for (const step of net.steps) assert.ok(layers[step.operator]!.wasmInstructions > 0, `operator ${step.operator}`);
    const counted = layers.reduce((sum, layer) => sum + layer.wasmInstructions, 0);
    assert.ok(counted <= wasmInstructions && wasmInstructions - counted < 100, "hardly anything runs between operators");
    for (const layer of layers) assert.is(Object.values(layer.classes).reduce((sum, n) => sum + n, 0), layer.wasmInstructions);
  });
}
kernels("kernels with random bytes in them end in an error that has a name, or in the same outputs twice", async () => {
  const good = await linkedModel("models/digits/digits_int8.tflite");
  const { sections, facts } = readDeviceModule(good);
  const code = sections.find(({ id }) => id === CODE)!;
  const inputs = facts.inputs.map(({ bytes }) => new Uint8Array(bytes));
  const random = new Random(99);
  let valid = 0;
  for (let i = 0; i < 1500; i++) {
    const bytes = good.slice();
    bytes[random.between(code.start, code.end - 1)] = random.byte();
    if (!WebAssembly.validate(bytes)) continue;
    valid++;
    new DataView(bytes.buffer).setUint32(bytes.length - 4, Number.parseInt(crc32(bytes.subarray(0, bytes.length - 18)), 16), true);
    try {
      await simulate(bytes, inputs, { maxInstructions: 2_000_000 });
    } catch (error) {
      assert.ok(error instanceof ArenulaError && ["DEVICE_TRAP", "DEVICE_TIMEOUT", "DEVICE_MODULE_ABI"].includes(error.code), `mutant ${i}: ${error}`);
    }
  }
  assert.ok(valid > 50, `${valid} valid mutants`);
});
kernels.run();
