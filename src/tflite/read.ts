// The bytes of a .tflite file -> Graph. In four steps, each of which trusts what the one before has proved:
//   format.ts    is this TFLite at all?
//   verify.ts    is the flatbuffer sound? No byte outside the file is reachable afterwards
//   here         do indices, shapes, sizes and scales agree?
//   order.ts     does the data flow?

import { ByteBuffer } from "flatbuffers";
import type { Graph, Signature, Subgraph } from "../graph/graph";
import { Buffers } from "./buffers";
import { checkFormat } from "./format";
import { Model, type SignatureDef, type SubGraph, type TensorMap } from "./generated/schema_generated";
import { readOperands, readOperator, readOperatorCodes, type OperatorCode } from "./operators";
import { checkCalls, checkOrder } from "./order";
import { checkIndex, invalid, quote, unsupported, type Place } from "./place";
import { readTensor, tensorPlace } from "./tensors";
import { verifyModel } from "./verify";

const FORMAT_VERSION = 3;
/** The widest element of a vector: int64. */
const WORD_BYTES = 8;

/**
 * Reads and verifies a model. Takes a few milliseconds, whatever the bytes are.
 * @param bytes The whole file. Constants of the graph are views into it: it must not change while the graph is in use.
 * @throws ModelError MODEL_EMPTY, MODEL_FORMAT, MODEL_CORRUPT, MODEL_INVALID, MODEL_UNSUPPORTED; `where` has the path and the byte.
 */
export function readModel(bytes: Uint8Array): Graph {
  if (bytes.byteOffset % WORD_BYTES !== 0) bytes = bytes.slice(); // a part of a larger buffer; typed arrays over the file want it aligned
  checkFormat(bytes);
  verifyModel(bytes);
  const model = Model.getRootAsModel(new ByteBuffer(bytes));
  const place: Place = { path: "model", name: "", byte: model.bb_pos };
  if (model.version() !== FORMAT_VERSION) {
    throw unsupported(place, ".version", `version ${model.version()} of the format, expected ${FORMAT_VERSION}`, "convert the model again with a current converter");
  }
  if (model.subgraphsLength() === 0) throw invalid(place, ".subgraphs", "a model without subgraphs has nothing to run");

  const buffers = new Buffers(bytes, model), codes = readOperatorCodes(model);
  const subgraphs = Array.from({ length: model.subgraphsLength() }, (_, i) => readSubgraph(bytes, model.subgraphs(i)!, i, codes, buffers));
  checkCalls(subgraphs, (subgraph, operator) => operatorPlace(model.subgraphs(subgraph)!, subgraph, subgraphs[subgraph]!, operator));
  return {
    description: model.description() ?? "",
    version: model.version(),
    subgraphs,
    signatures: Array.from({ length: model.signatureDefsLength() }, (_, i) => readSignature(model.signatureDefs(i)!, i, subgraphs)),
    metadata: Array.from({ length: model.metadataLength() }, (_, i) => {
      const table = model.metadata(i)!, name = table.name() ?? "";
      const data = buffers.data(table.buffer(), { path: `metadata[${i}]`, name: quote(name), byte: table.bb_pos }, ".buffer");
      return { name, data: data ?? new Uint8Array(0) };
    }),
    bytes: bytes.length,
  };
}

function readSubgraph(bytes: Uint8Array, table: SubGraph, index: number, codes: readonly OperatorCode[], buffers: Buffers): Subgraph {
  const count = table.tensorsLength();
  const place: Place = { path: `subgraphs[${index}]`, name: table.name() ? quote(table.name()!) : "", byte: table.bb_pos };
  const inputs = Array.from({ length: table.inputsLength() }, (_, k) => checkIndex(place, `.inputs[${k}]`, table.inputs(k)!, count, "tensors"));
  const outputs = Array.from({ length: table.outputsLength() }, (_, k) => checkIndex(place, `.outputs[${k}]`, table.outputs(k)!, count, "tensors"));
  const operands = readOperands(table, index, codes);

  const used = new Set([...inputs, ...outputs]), written = new Set(inputs), fed = new Set(index === 0 ? inputs : []);
  for (const operator of operands) {
    for (const list of [operator.inputs, operator.outputs, operator.intermediates]) for (const tensor of list) used.add(tensor);
    for (const tensor of operator.outputs) written.add(tensor);
  }
  const placeOf = (tensor: number) => tensorPlace(table.tensors(tensor)!, index, tensor);
  const tensors = Array.from({ length: count }, (_, i) =>
    readTensor(table.tensors(i)!, i, { used: used.has(i), written: written.has(i), fed: fed.has(i) }, buffers, placeOf(i)));
  const operators = operands.map((operator, i) => readOperator(bytes, operator, i, buffers));

  const subgraph: Subgraph = { name: table.name() ?? "", tensors, operators, inputs, outputs };
  checkOrder(subgraph, { subgraph: place, tensors: placeOf, operators: (operator) => operatorPlace(table, index, subgraph, operator) });
  return subgraph;
}

/** With the name of the operator's first output, by which people know it. */
function operatorPlace(table: SubGraph, subgraphIndex: number, subgraph: Subgraph, index: number): Place {
  const operator = subgraph.operators[index]!, output = subgraph.tensors[operator.outputs[0] ?? -1];
  return {
    path: `subgraphs[${subgraphIndex}].operators[${index}]`,
    name: `${operator.custom ? quote(operator.name) : operator.name}${output ? ` ${quote(output.name)}` : ""}`,
    byte: table.operators(index)!.bb_pos,
  };
}

function readSignature(table: SignatureDef, index: number, subgraphs: readonly Subgraph[]): Signature {
  const key = table.signatureKey() ?? "";
  const place: Place = { path: `signature_defs[${index}]`, name: quote(key), byte: table.bb_pos };
  const subgraph = checkIndex(place, ".subgraph_index", table.subgraphIndex(), subgraphs.length, "subgraphs");
  const tensors = subgraphs[subgraph]!.tensors.length;
  const names = (field: string, count: number, at: (k: number) => TensorMap) => Array.from({ length: count }, (_, k) => {
    const entry = at(k);
    return { name: entry.name() ?? "", tensor: checkIndex(place, `.${field}[${k}].tensor_index`, entry.tensorIndex(), tensors, "tensors") };
  });
  return {
    key, subgraph,
    inputs: names("inputs", table.inputsLength(), (k) => table.inputs(k)!),
    outputs: names("outputs", table.outputsLength(), (k) => table.outputs(k)!),
  };
}
