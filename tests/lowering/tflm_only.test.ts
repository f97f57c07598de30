// What TFLM alone has or accepts: CIRCULAR_BUFFER and how it ends an inference early, TFLM_DECODE, integers without scales.
import { readFileSync } from "node:fs";
import { encode } from "flatbuffers/js/flexbuffers.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Interpreter, Model } from "../../src/index";
import { link } from "../../src/link/link";
import { buildModel, type OperatorSpec, type TensorSpec } from "../support/build_model";
import { accepts, refuses, withOperand, withResult, type Case } from "./refused";

const tflmOnly = suite("lowering/tflm_only");

const int8 = { type: "int8", scale: 0.5 } as const;
const buffer: Case = { op: "CIRCULAR_BUFFER", operands: [{ ...int8, shape: [1, 1, 2, 3] }], result: { ...int8, shape: [1, 4, 2, 3] }, custom: { cycles_max: 2 } };

tflmOnly("CIRCULAR_BUFFER refuses other ranks, more than one new row, other slots and options that are no map", () => {
  accepts(buffer);
  accepts({ ...buffer, custom: {} });
  refuses(withOperand(buffer, 0, { shape: [1, 2, 3] }), "MODEL_INVALID", "not [batches, 1, height, width]");
  refuses(withOperand(buffer, 0, { shape: [1, 2, 2, 3] }), "MODEL_INVALID", "not [batches, 1, height, width]");
  refuses(withResult(buffer, { shape: [1, 4, 3, 2] }), "MODEL_INVALID", "[1,4,2,3]");
  refuses({ ...buffer, custom: Uint8Array.of(1, 2, 3) }, "MODEL_INVALID", "no FlexBuffers map");
  refuses(withOperand(buffer, 0, { type: "int16" }), "OPERATOR_UNSUPPORTED", "has no kernel");
});

const header = (...bytes: number[]) => [...bytes, ...Array<number>(16 - bytes.length).fill(0)];
const coded = (code: number[], ancillary: number[], type: "int8" | "int16" | "uint8" = "int8"): Case => ({
  op: "TFLM_DECODE", custom: {}, result: { type, shape: [8], scale: 1 },
  operands: [{ type: "uint8", shape: [code.length], data: code }, { type: "uint8", shape: [ancillary.length], data: ancillary }],
});

tflmOnly("TFLM_DECODE refuses what TFLM does, and bytes that lead out of their tables", () => {
  const table = coded([0b00011011, 0b00011011], [...header(0, 1, 0, 0, 1, 2, 4), 5, 6, 7, 8]);
  accepts(table);
  refuses(withOperand(table, 0, { data: undefined }), "MODEL_INVALID", "is no constant");
  refuses({ ...table, operands: table.operands.slice(0, 1) }, "MODEL_INVALID", "1 inputs for 1 outputs");
  refuses(coded([0, 0], [0, 1]), "MODEL_INVALID", "no header of 16 bytes");
  refuses(coded([0, 0], header(127, 1, 0, 0, 1)), "OPERATOR_UNSUPPORTED", "coded by method 127");
  refuses(coded([0, 0], header(0, 2, 0, 0, 1, 2, 4)), "OPERATOR_UNSUPPORTED", "version 2.1");
  refuses(coded([0, 0], [...header(0, 1, 0, 0, 1, 2, 4), 5, 6, 7, 8], "uint8"), "OPERATOR_UNSUPPORTED", "is uint8");
  refuses(coded([0, 0], [...header(0, 1, 0, 0, 1, 0, 4), 5]), "MODEL_INVALID", "0 bits");
  refuses(coded([0], [...header(0, 1, 0, 0, 1, 2, 4), 5, 6, 7, 8]), "MODEL_INVALID", "1 bytes hold no 8 numbers of 2 bits");
  refuses(coded([0, 3], [...header(0, 1, 0, 0, 1, 2, 4), 5, 6, 7]), "MODEL_INVALID", "element 7 lies outside its table");
  refuses(coded([0], header(1, 1, 0, 0, 1, 0), "int16"), "OPERATOR_UNSUPPORTED", "symbols of int16 in tables of 16 bits");
  refuses(coded([0], [...header(1, 1, 0, 0, 1, 0), 1, 0, 1, 0]), "MODEL_INVALID", "leads out of the tables");
  refuses(coded([0], [...header(1, 1, 0, 0, 1, 0x10), 0x07, 0x90, 0x07, 0x90, 0x07, 0x90, 0x07, 0x90]), "MODEL_INVALID", "the codewords end before element 4");
  refuses(coded([255], [...header(2, 1, 0, 0, 1), 1, 2, 3]), "MODEL_INVALID", "its values end before element 3");
  refuses(coded([], header(2, 1, 0, 0, 1)), "MODEL_INVALID", /no constant|hold no 8 bits/);
  refuses(withResult(coded([0, 0], header(2, 1, 0, 0, 1), "int16"), { zeroPoint: 1 }), "MODEL_INVALID", "which pruning knows of int8 alone");
  refuses(withResult(table, { shape: [2, 2, 2], scale: [1, 1], zeroPoint: [0, 0], dimension: 1 }), "MODEL_INVALID", "neither the first nor the last");
});

/** `count` buffers one behind the other, without cycles_max, each followed by what brings its slots back to one row. */
function chain(slots: readonly number[], [height, width]: readonly [number, number], options: Uint8Array = new Uint8Array()): Uint8Array {
  const tensors: TensorSpec[] = [{ name: "x0", ...int8, shape: [1, 1, height, width] }, { name: "axis", type: "int32", shape: [1], data: [1] }];
  const operators: OperatorSpec[] = [];
  slots.forEach((count, i) => {
    tensors.push({ name: `s${i}`, ...int8, shape: [1, count, height, width] }, { name: `x${i + 1}`, ...int8, shape: [1, 1, height, width] });
    operators.push({ op: "CIRCULAR_BUFFER", inputs: [`x${i}`], outputs: [`s${i}`], customOptions: options }, { op: "REDUCE_MAX", inputs: [`s${i}`, "axis"], outputs: [`x${i + 1}`], options: { keepDims: true } });
  });
  return buildModel({ tensors, operators, inputs: ["x0"], outputs: [`x${slots.length}`] });
}

/** Which inferences of a row run to their end. */
async function whole(model: Uint8Array, inferences: number): Promise<boolean[]> {
  const net = await Interpreter.create(Model.parse(model));
  return Array.from({ length: inferences }, () => {
    net.invoke();
    return net.endedEarlyAt === null;
  });
}

tflmOnly("without cycles_max an inference goes on every second time, or every time behind TFLM's last buffers", async () => {
  assert.equal(await whole(chain([4], [1, 1]), 4), [false, true, false, true]);
  for (const slots of [5, 13, 25]) assert.equal(await whole(chain([slots], [1, 1]), 2), [true, true]);
  const every = (period: number, count: number) => Array.from({ length: count }, (_, i) => (i + 1) % period === 0);
  assert.equal(await whole(chain([2, 2, 2, 2], [2, 96]), 32), every(16, 32));
  assert.equal(await whole(chain([2, 2, 2, 2, 2], [2, 96]), 32), every(16, 32), "the fifth of this shape goes on every time");
  assert.equal(await whole(chain([2, 2, 2, 2, 2], [2, 95]), 32), every(32, 32));
});

/** More operators than one function of a linked module takes, and an output that is known beforehand. */
function long(): Uint8Array {
  const tensors: TensorSpec[] = [{ name: "x", ...int8, shape: [1, 1, 1, 4] }, { name: "slots", ...int8, shape: [1, 2, 1, 4] }, { name: "known", ...int8, shape: [4], data: [1, 2, 3, 4] }];
  const operators: OperatorSpec[] = [{ op: "CIRCULAR_BUFFER", inputs: ["x"], outputs: ["slots"], customOptions: encode({ cycles_max: 2 }) }];
  let last = "slots";
  for (let i = 0; i < 40; i++) {
    tensors.push({ name: `r${i}`, ...int8, shape: [1, 2, 1, 4] });
    operators.push({ op: "RELU", inputs: [last], outputs: [`r${i}`] });
    last = `r${i}`;
  }
  return buildModel({ tensors, operators, inputs: ["x"], outputs: [last, "known"] });
}

tflmOnly("a linked module ends at the operator in its word, ranges behind it do nothing, outputs stay", async () => {
  const core = new Uint8Array(readFileSync("build/core/device.wasm"));
  for (const model of [long(), chain([3], [1, 2], encode({ cycles_max: 2 }))]) {
    const { module, facts } = await link(Model.parse(model), core, { sliceBytes: 512, engine: "wamr-fast", name: "test", sha256: "", version: "0.0.0" });
    const { instance } = await WebAssembly.instantiate(module as BufferSource, {});
    const { memory, invoke, invoke_range, reset, arenula_operator } = instance.exports as unknown as { memory: WebAssembly.Memory; invoke(): void; reset(): void; invoke_range(first: number, end: number): void; arenula_operator: WebAssembly.Global };
    const all = new Uint8Array(memory.buffer), [input] = facts.inputs;
    const outputs = () => facts.outputs.map(({ address, bytes }) => all.slice(address, address + bytes));
    const word = () => new DataView(memory.buffer).getUint32(arenula_operator.value as number, true);
    const net = await Interpreter.create(Model.parse(model)), count = facts.operators.length;
    const byOperator = () => {
      for (let i = 0; i < count; i++) {
        invoke_range(i, i + 1);
        if (word() !== 0xffffffff) assert.is(word(), 0);
      }
    };
    for (const run of [invoke, byOperator]) {
      reset();
      net.resetState();
      for (let turn = 0; turn < 4; turn++) {
        const values = Uint8Array.from({ length: input!.bytes }, (_, i) => 3 * turn + i);
        all.set(values, input!.address);
        net.inputs[0]!.bytes.set(values);
        run();
        net.invoke();
        assert.is(word(), turn % 2 === 0 ? 0 : 0xffffffff);
        assert.is(net.endedEarlyAt, turn % 2 === 0 ? 0 : null);
        assert.equal(outputs(), net.outputs.map(({ bytes }) => bytes), `turn ${turn}`);
      }
    }
  }
});

tflmOnly("a trace of an inference that ends early has the operators that ran", async () => {
  const net = await Interpreter.create(Model.parse(chain([3, 3], [1, 2], encode({ cycles_max: 2 }))));
  assert.equal(net.trace().map(({ operator }) => operator), [0]);
  assert.is(net.endedEarlyAt, 0);
  assert.equal(net.trace().map(({ operator }) => operator), [0, 1, 2]);
  assert.is(net.endedEarlyAt, 2);
});

tflmOnly("integers without scales: fused activations, constant divisors of 0 and scales on one side only are refused", () => {
  const plain: Case = { op: "MUL", operands: [{ type: "int8", shape: [4] }, { type: "int8", shape: [4], data: [1, 2, 0, 3] }], result: { type: "int8", shape: [4] } };
  accepts(plain);
  refuses({ ...plain, options: { fusedActivationFunction: "RELU" } }, "OPERATOR_UNSUPPORTED", "fused activation RELU of plain int8");
  refuses({ ...plain, op: "DIV" }, "MODEL_INVALID", "a divisor, holds a 0");
  refuses(withOperand(plain, 0, { scale: 1 }), "OPERATOR_UNSUPPORTED", "has 0 scales");
});

tflmOnly("what TFLM multiplies by a scale of 0 is refused without one, with CAST as the way out, and so are results of logic that no byte holds", () => {
  for (const type of ["int8", "int16"] as const) {
    const plain = { type, shape: [4] } as const, axis = { type: "int32", shape: [1], data: [0] } as const, sum = { type, shape: [] } as const;
    for (const op of ["MEAN", "SUM"]) refuses({ op, operands: [plain, axis], result: sum }, "OPERATOR_UNSUPPORTED", "has 0 scales");
    for (const op of ["LEAKY_RELU", "TANH", "LOGISTIC"]) refuses({ op, operands: [plain], result: plain, options: { alpha: 0.5 } }, "OPERATOR_UNSUPPORTED", "has 0 scales");
    refuses({ op: "DEQUANTIZE", operands: [plain], result: { type: "float32", shape: [4] } }, "OPERATOR_UNSUPPORTED", "has 0 scales");
    for (const op of ["RELU", "RELU6"]) refuses({ op, operands: [plain], result: { ...plain, scale: 1 } }, "OPERATOR_UNSUPPORTED", "has 0 scales");
    refuses({ op: "EQUAL", operands: [plain, { ...plain, scale: 0.5 }], result: { type: "bool", shape: [4] } }, "OPERATOR_UNSUPPORTED", "has 0 scales");
  }
  const and: Case = { op: "LOGICAL_AND", operands: [{ type: "int16", shape: [4] }, { type: "int16", shape: [4] }], result: { type: "int8", shape: [4] } };
  accepts(and);
  refuses(withResult(and, { scale: 1 }), "OPERATOR_UNSUPPORTED", "which holds 0 and 1, has a scale");
  refuses(withResult(and, { type: "int16" }), "OPERATOR_UNSUPPORTED", "has no kernel");
});

tflmOnly("int8 without scales is compared as integers, where TFLM aborts", async () => {
  const tensors: TensorSpec[] = [{ name: "a", type: "int8", shape: [4] }, { name: "b", type: "int8", shape: [4] }, { name: "y", type: "bool", shape: [4] }];
  const net = await Interpreter.create(Model.parse(buildModel({ tensors, operators: [{ op: "LESS", inputs: ["a", "b"], outputs: ["y"] }], inputs: ["a", "b"], outputs: ["y"] })));
  net.inputs[0]!.bytes.set([-128, 127, 1, 0].map((n) => n & 255));
  net.inputs[1]!.bytes.set([-127, 126, 1, 1].map((n) => n & 255));
  net.invoke();
  assert.equal([...net.outputs[0]!.bytes], [1, 0, 0, 1]);
});

tflmOnly.run();
