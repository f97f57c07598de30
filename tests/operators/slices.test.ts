// Weights and constants in slices, as devices stage them: the same bits, whatever the size of a slice.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Model } from "../../src/index";
import { lower } from "../../src/lowering/lower";
import { loadCore } from "../../src/runtime/core";
import { Interpreter } from "../../src/runtime/interpreter";
import { operatorGoldens } from "./goldens";

const SLICED = /^(conv_2d_int16|depthwise_conv_2d_int16|fully_connected_int16|transpose_conv|transpose_conv_int16|batch_matmul|batch_matmul_int16|add_int16|mul_int16)$/;
const slices = suite("slices");

for (const { name, cases } of operatorGoldens().filter((family) => SLICED.test(family.name))) {
  slices(`${name}: slices of 1, 100 and 1,000 bytes`, async () => {
    const core = await loadCore("mcu");
    for (const { id, model, inputs, outputs } of cases)
      for (const sliceBytes of [1, 100, 1000]) {
        const graph = Model.parse(model);
        const net = await Interpreter.fromProgram(graph, lower(graph, { core: "mcu", sliceBytes }), core);
        inputs.forEach((bytes, i) => net.inputs[i]!.bytes.set(bytes));
        net.invoke();
        outputs.forEach((bytes, i) => assert.equal(net.outputs[i]!.bytes, bytes, `${id}: slices of ${sliceBytes} bytes`));
      }
  });
}

slices.run();
