// What GATHER, SCATTER_ND, SELECT and the slices from anywhere refuse, and what happens to an index that leads out of a tensor.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ArenulaError } from "../../src/errors";
import { lower } from "../../src/lowering/lower";
import { assignStorage } from "../../src/lowering/storage";
import { Interpreter } from "../../src/index";
import { agrees } from "../support/contract";
import { graphOfOne, type Unnamed } from "../support/graph";
import { accepts, refuses, withOperand, withOptions, withResult, type Case, type Options } from "./refused";

const indexed = suite("lowering/indexed");

const int8 = { type: "int8", scale: 0.5 } as const;
const fed = (type: "int32" | "int64", ...shape: number[]): Unnamed => ({ type, shape });
const known = (...data: number[]): Unnamed => ({ type: "int32", shape: [data.length], data });

const gather: Case = { op: "GATHER", operands: [{ ...int8, shape: [3, 4] }, fed("int32", 2)], result: { ...int8, shape: [2, 4] }, options: { axis: 0 } };
const gatherNd: Case = { op: "GATHER_ND", operands: [{ ...int8, shape: [3, 4] }, fed("int32", 2, 1)], result: { ...int8, shape: [2, 4] } };
const scatterNd: Case = { op: "SCATTER_ND", operands: [fed("int32", 2, 1), { ...int8, shape: [2, 4] }, known(3, 4)], result: { ...int8, shape: [3, 4] } };
const lookup: Case = { op: "EMBEDDING_LOOKUP", operands: [fed("int32", 2), { ...int8, shape: [3, 4], data: new Uint8Array(12) }], result: { ...int8, shape: [2, 4] } };
const slice: Case = { op: "SLICE", operands: [{ ...int8, shape: [3, 4] }, fed("int32", 2), known(2, 3)], result: { ...int8, shape: [2, 3] } };
const update: Case = { op: "DYNAMIC_UPDATE_SLICE", operands: [{ ...int8, shape: [3, 4] }, { ...int8, shape: [2, 3] }, fed("int32", 2)], result: { ...int8, shape: [3, 4] } };
const reverse: Case = { op: "REVERSE_SEQUENCE", operands: [{ ...int8, shape: [2, 3] }, fed("int32", 2)], result: { ...int8, shape: [2, 3] }, options: { seqDim: 1, batchDim: 0 } };
const select: Case = { op: "SELECT", operands: [{ type: "bool", shape: [2] }, { ...int8, shape: [2, 3] }, { ...int8, shape: [2, 3] }], result: { ...int8, shape: [2, 3] } };
const selectV2: Case = { ...select, op: "SELECT_V2", operands: [{ type: "bool", shape: [3] }, ...select.operands.slice(1)] };

indexed("all accept what the refused cases are bent from", () => [gather, gatherNd, scatterNd, lookup, slice, update, reverse, select, selectV2].forEach(accepts));

indexed("all refuse an output of another shape", () => {
  for (const good of [gather, gatherNd, lookup, slice, update, reverse, select, selectV2]) refuses(withResult(good, { shape: [5, 5] }), "MODEL_INVALID", "give [");
  refuses(withResult(scatterNd, { shape: [3, 5] }), "MODEL_INVALID", "give [3,4]");
});

indexed("constant indices that lead out of a tensor are refused", () => {
  for (const data of [[3, 0], [0, -1]]) {
    refuses(withOperand(gather, 1, { data }), "MODEL_INVALID", "lead out of the input of shape [3,4]");
    refuses(withOperand(gatherNd, 1, { data }), "MODEL_INVALID", "lead out of the input of shape [3,4]");
    refuses(withOperand(lookup, 0, { data }), "MODEL_INVALID", "lead out of the input of shape [3,4]");
  }
  for (const data of [[2, 0], [0, -1]]) refuses(withOperand(slice, 1, { data }), "MODEL_INVALID", "of dimension");
  for (const data of [[4, 0], [0, -1]]) refuses(withOperand(reverse, 1, { data }), "MODEL_INVALID", "of sequences of 3");
});

indexed("impossible axes, batches, ranks and shapes are refused", () => {
  refuses(withOptions(gather, { axis: 2 }), "MODEL_INVALID", "axis 2 of 2 dimensions");
  refuses(withOptions(gather, { batchDims: 1 }), "MODEL_INVALID", "1 batch dimensions of [3,4] and [2], axis 0");
  refuses(withOperand(gatherNd, 1, { shape: [2, 3] }), "MODEL_INVALID", "3 indices for 2 dimensions");
  refuses(withOperand(gatherNd, 1, { shape: [] }), "MODEL_INVALID", "is a scalar");
  refuses(withOperand(scatterNd, 1, { shape: [2, 3] }), "MODEL_INVALID", "the indices and the output give [2,4]");
  refuses(withOperand(scatterNd, 2, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
  refuses(withOperand(lookup, 0, { shape: [2, 1] }), "MODEL_INVALID", "indices of shape [2,1]");
  refuses(withOperand({ ...lookup, result: { type: "float32", shape: [2, 4] } }, 1, { zeroPoint: 1 }), "OPERATOR_UNSUPPORTED", "zero point 1");
  refuses(withOperand(slice, 1, { shape: [3] }), "MODEL_INVALID", "3 elements for 2 dimensions");
  refuses(withOperand(slice, 2, { data: [2, -1] }), "OPERATOR_UNSUPPORTED", "a size of -1");
  refuses(withOperand(slice, 2, { shape: [1], data: [2] }), "MODEL_INVALID", "1 sizes for 2 dimensions");
  refuses(withOperand(update, 1, { shape: [4, 3] }), "MODEL_INVALID", "an update of shape [4,3] of [3,4]");
  refuses(withOptions(reverse, { batchDim: 1 }), "MODEL_INVALID", "dimension 1 for sequences and for batches");
  refuses(withOperand(reverse, 1, { shape: [3] }), "MODEL_INVALID", "has shape [3] for 2 sequences");
  refuses(withOperand(select, 0, { shape: [3] }), "MODEL_INVALID", "a condition of shape [3]");
  refuses(withOperand(select, 2, { shape: [3] }), "MODEL_INVALID", "x has shape [2,3], y [3]");
  refuses(withOperand(selectV2, 0, { shape: [2] }), "MODEL_INVALID", "do not broadcast");
});

indexed("quantized uint8 is not added up", () => {
  const uint8 = { type: "uint8", scale: 0.5, zeroPoint: 3 } as const;
  refuses({ ...withOperand(scatterNd, 1, uint8), result: { ...uint8, shape: [3, 4] } }, "OPERATOR_UNSUPPORTED", "quantized uint8");
});

const ramp = Int8Array.from({ length: 12 }, (_, i) => i + 1);
const one = (op: string, operands: readonly Unnamed[], shape: readonly number[], options: Options = {}) => graphOfOne(op, operands, { ...int8, shape }, options);

/** Good indices give a result; of bad ones every one stops the run with a name, and the next good run is as before. */
async function traps(op: string, operands: readonly Unnamed[], shape: readonly number[], inputs: readonly ArrayBufferView[], at: number, bad: readonly (number | bigint)[][], options: Options = {}): Promise<void> {
  for (const core of ["mcu", "simd"] as const) {
    const net = await Interpreter.create(one(op, operands, shape, options), { core });
    const feed = (indices: ArrayBufferView = inputs[at]!) =>
      inputs.forEach((values, i) => net.inputs[i]!.bytes.set(new Uint8Array(i === at ? indices.buffer : values.buffer)));
    feed();
    net.invoke();
    const good = net.outputs[0]!.bytes.slice();
    for (const indices of bad) {
      feed(typeof indices[0] === "bigint" ? BigInt64Array.from(indices as bigint[]) : Int32Array.from(indices as number[]));
      assert.throws(() => net.invoke(), (error: unknown) => error instanceof ArenulaError && error.code === "INDEX_RANGE" && error.where === `operator 0 ${op} 'y'` && error.message.includes("leads out"), `${op} [${indices}]`);
      feed();
      net.invoke();
      assert.equal(net.outputs[0]!.bytes, good);
    }
  }
}

const table = { ...int8, shape: [3, 4] };
const stored = { ...table, data: new Uint8Array(ramp.buffer) };

indexed("computed indices that lead out of a tensor trap", async () => {
  const pair = Int32Array.of(0, 2), huge = [0, -(2 ** 31)];
  for (const data of [[3, 0], [0, -1], [0, 2 ** 30], huge]) {
    await traps("GATHER", [table, fed("int32", 2)], [2, 4], [ramp, pair], 1, [data], { axis: 0 });
    await traps("GATHER", [stored, fed("int32", 2)], [2, 4], [pair], 0, [data], { axis: 0 });
    await traps("GATHER_ND", [table, fed("int32", 2, 1)], [2, 4], [ramp, pair], 1, [data]);
    await traps("EMBEDDING_LOOKUP", [fed("int32", 2), stored], [2, 4], [pair], 0, [data]);
    await traps("SCATTER_ND", [fed("int32", 2, 1), { ...int8, shape: [2, 4] }, known(3, 4)], [3, 4], [pair, ramp.slice(0, 8)], 0, [data]);
    await traps("REVERSE_SEQUENCE", [{ ...int8, shape: [2, 2] }, fed("int32", 2)], [2, 2], [ramp.slice(0, 4), pair], 1, [data], { seqDim: 1, batchDim: 0 });
  }
  await traps("GATHER", [table, fed("int64", 1)], [1, 4], [ramp, BigInt64Array.of(2n)], 1, [[3n], [-1n], [1n << 32n], [1n << 62n]], { axis: 0 });
  await traps("SLICE", [table, fed("int32", 2), known(2, 3)], [2, 3], [ramp, Int32Array.of(1, 1)], 1, [[2, 0], [0, 2], [-1, 0], [0, 2 ** 30]]);
});

indexed("a row of indices is judged by the place that it gives, as TFLM judges it", async () => {
  const graph = one("GATHER_ND", [table, fed("int32", 2, 2)], [2]);
  await agrees("GATHER_ND", graph, [ramp, Int32Array.of(0, 4, 2, -1)], [Int8Array.of(ramp[4]!, ramp[7]!)]);
  accepts({ ...gatherNd, operands: [table, { type: "int32", shape: [2, 2], data: [0, 4, 2, -1] }], result: { ...int8, shape: [2] } });
});

indexed("a begin in every corner: SLICE takes it, DYNAMIC_UPDATE_SLICE clamps", async () => {
  const part = Int8Array.of(-1, -2, -3, -4, -5, -6);
  for (const [row, column] of [[0, 0], [1, 1], [0, 1], [1, 0]] as const) {
    const rows = [row, row + 1].map((r) => ramp.slice(4 * r + column, 4 * r + column + 3));
    await agrees(`SLICE from ${row}, ${column}`, one("SLICE", [table, fed("int32", 2), known(2, 3)], [2, 3]), [ramp, Int32Array.of(row, column)], [Int8Array.from(rows.flatMap((r) => [...r]))]);
    const written = ramp.slice();
    [0, 1].forEach((r) => written.set(part.slice(3 * r, 3 * r + 3), 4 * (row + r) + column));
    const corner = [row === 1 ? 99 : -99, column === 1 ? 2 ** 31 - 1 : -(2 ** 31)];
    const graph = one("DYNAMIC_UPDATE_SLICE", [table, { ...int8, shape: [2, 3] }, fed("int32", 2)], [3, 4]);
    for (const begins of [[row, column], corner]) await agrees(`update from ${begins}`, graph, [ramp, part, Int32Array.from(begins)], [written]);
    const constant = one("DYNAMIC_UPDATE_SLICE", [stored, { ...int8, shape: [2, 3] }, fed("int32", 2)], [3, 4]);
    await agrees(`update of a constant from ${corner}`, constant, [part, Int32Array.from(corner)], [written]);
  }
});

indexed("DYNAMIC_UPDATE_SLICE writes into its operand where nobody needs that any more", () => {
  const program = lower(one("DYNAMIC_UPDATE_SLICE", [table, { ...int8, shape: [2, 3] }, fed("int32", 2)], [3, 4]), { core: "mcu" });
  const { ofTensor } = assignStorage(program);
  assert.is(ofTensor.get(3), ofTensor.get(0));
});

indexed("a gather of rows reads weights where they lie: a table takes no RAM", () => {
  const program = lower(one("EMBEDDING_LOOKUP", [fed("int32", 2), stored], [2, 4]), { core: "mcu" });
  assert.equal(program.steps.map(({ kernel, relocations }) => [kernel, relocations[0]!.target.kind]), [["gather_weights", "slices"]]);
});

indexed.run();
