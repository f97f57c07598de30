// A layer of every operator and type, of a size that is met in networks for microcontrollers: what bench/operators.ts measures. Recurrent and signal
// operators, whose operands are many, are the largest drawn ones of tests/operators/goldens.
import { operatorMacs } from "../src/lowering/check";
import { Model, type Graph } from "../src/index";
import { elementCount, type TensorType } from "../src/graph/tensor";
import { Lcg } from "../src/lcg";
import { operatorGoldens } from "../tests/operators/goldens";
import { buildModel, type OperatorSpec, type TensorSpec } from "../tests/support/build_model";

export interface Row {
  readonly operator: string;
  readonly types: string;
  /** Shapes of the first operand, or of the weights too, and of the first output. */
  readonly layer: string;
  readonly model: Graph;
  /** Multiply-accumulates, 0 where there are none. */
  readonly macs: number;
  readonly outputs: number;
}

type Operand = Omit<TensorSpec, "name"> | null;
type Options = NonNullable<OperatorSpec["options"]>;

const IMAGE = [1, 16, 16, 16];
const SCALES: Partial<Record<TensorType, number>> = { int8: 0.05, int16: 1 / 4096 };
const of = (type: TensorType, shape: readonly number[], scale = SCALES[type], zeroPoint = 0): Operand => ({ type, shape, ...(scale !== undefined && { scale, zeroPoint }) });
const known = (type: TensorType, shape: readonly number[], data: readonly number[]): Operand => ({ type, shape, data });
const ints = (...data: number[]): Operand => known("int32", [data.length], data);
const scalar = (value: number, type: TensorType = "int32"): Operand => known(type, [], [value]);

/** Constant weights: codes of the same bytes, or small values. */
function weights(type: TensorType, shape: readonly number[], scales = 1, dimension = 0): Operand {
  const count = elementCount(shape), lcg = new Lcg(count), scale = Array.from({ length: scales }, (_, c) => 0.01 + c / 10_000);
  if (type === "float32") return { type, shape, data: Array.from({ length: count }, () => (lcg.byte() - 128) / 1024) };
  const least = type === "int4" ? -7 : -127, codes = Array.from({ length: count }, () => least + (lcg.byte() % (1 - 2 * least)));
  return { type, shape, data: codes, scale, dimension };
}

function row(operator: string, operands: readonly Operand[], results: readonly Operand[], options: Options = {}): Row {
  const names = operands.map((operand, i) => operand && `x${i}`), outputs = results.map((_, i) => `y${i}`);
  const tensors = [...operands.flatMap((operand, i) => operand ? [{ ...operand, name: `x${i}` }] : []), ...results.map((result, i) => ({ ...result!, name: `y${i}` }))];
  const model = Model.parse(buildModel({ tensors, operators: [{ op: operator, inputs: names, outputs, options }], outputs }));
  const shown = operands.filter((operand): operand is NonNullable<Operand> => operand !== null), [first, ...others] = shown, result = results[0]!;
  const types = [...shown.filter(({ data, type }) => !data || type !== "int32").map(({ type }) => type)].join(", ");
  const second = others.find(({ shape }) => shape.length > 1 && `${shape}` !== `${first!.shape}`);
  return { operator, types: `${types} → ${result.type}`, layer: `${[first!, ...(second ? [second] : [])].map(({ shape }) => shape.join("x") || "1").join(", ")} → ${result.shape.join("x") || "1"}`, model, ...sizes(model) };
}

function sizes(model: Graph): { macs: number; outputs: number } {
  const { tensors, outputs } = model.subgraphs[0]!;
  return { macs: operatorMacs(model).reduce((sum, n) => sum + n, 0), outputs: outputs.reduce((sum, index) => sum + elementCount(tensors[index]!.shape), 0) };
}

/** The drawn model of a family with the most inputs and outputs. */
function drawn(family: string): Row {
  const goldens = operatorGoldens().find(({ name }) => name === family)!.cases.map(({ model }) => Model.parse(model));
  const [model] = goldens.sort((a, b) => sizes(b).macs - sizes(a).macs || sizes(b).outputs - sizes(a).outputs) as [Graph];
  const { tensors, outputs, inputs, operators } = model.subgraphs[0]!, input = tensors[inputs[0]!]!, output = tensors[outputs[0]!]!;
  return { operator: operators.find(({ name }) => name !== "QUANTIZE")!.name, types: `${family}, drawn`, layer: `${input.shape.join("x")} → ${output.shape.join("x") || "1"}`, model, ...sizes(model) };
}

const unary = (operators: readonly string[], types: readonly TensorType[], scale?: number, zeroPoint?: number, options?: Options) =>
  operators.flatMap((operator) => types.map((type) => row(operator, [of(type, IMAGE)], [of(type, IMAGE, type === "int8" || type === "int16" ? scale ?? SCALES[type] : undefined, zeroPoint)], options)));
const binary = (operators: readonly string[], types: readonly TensorType[], result?: TensorType) =>
  operators.flatMap((operator) => types.map((type) => row(operator, [of(type, IMAGE), of(type, IMAGE)], [of(result ?? type, IMAGE)])));
const reduction = (operators: readonly string[], types: readonly TensorType[]) =>
  operators.flatMap((operator) => types.map((type) => row(operator, [of(type, IMAGE), ints(1, 2)], [of(type, [1, 16])], { keepDims: false })));
const plain = (operators: readonly string[], types: readonly TensorType[]) => // without scales
  operators.flatMap((operator) => types.map((type) => row(operator, [{ type, shape: IMAGE }, { type, shape: IMAGE }], [{ type, shape: IMAGE }])));

const WEIGHTED: readonly (readonly [TensorType, TensorType, TensorType | null])[] = [["int8", "int8", "int32"], ["int8", "int4", "int32"], ["int16", "int8", null], ["float32", "float32", null], ["float32", "int8", null]];

function weighted(): Row[] {
  return WEIGHTED.flatMap(([type, weight]) => {
    const result = (shape: number[]) => of(type, shape, type === "float32" ? undefined : SCALES[type]! * 4), many = type === "float32" ? 1 : 16, rows = [
      row("CONV_2D", [of(type, IMAGE), weights(weight, [16, 3, 3, 16], many), null], [result(IMAGE)], { padding: "SAME", strideH: 1, strideW: 1 }),
      row("DEPTHWISE_CONV_2D", [of(type, IMAGE), weights(weight, [1, 3, 3, 16], many, 3), null], [result(IMAGE)], { padding: "SAME", strideH: 1, strideW: 1, depthMultiplier: 1 }),
      row("FULLY_CONNECTED", [of(type, [1, 128]), weights(weight, [64, 128]), null], [result([1, 64])]),
    ];
    const transposed = row("TRANSPOSE_CONV", [ints(1, 16, 16, 16), weights(weight === "int4" ? "int8" : weight, [16, 3, 3, 16], many), of(type, [1, 8, 8, 16])], [result(IMAGE)], { padding: "SAME", strideH: 2, strideW: 2 });
    return weight === "int4" ? rows.filter(({ operator }) => type !== "float32" || operator !== "DEPTHWISE_CONV_2D") : [...rows, transposed];
  });
}

function pooled(): Row[] {
  const window = { padding: "VALID", strideH: 2, strideW: 2, filterHeight: 2, filterWidth: 2 };
  return [...["AVERAGE_POOL_2D", "MAX_POOL_2D"].flatMap((operator) => (["int8", "int16", "float32"] as const).map((type) => [operator, type] as const)), ["L2_POOL_2D", "float32"] as const]
    .map(([operator, type]) => row(operator, [of(type, IMAGE)], [of(type, [1, 8, 8, 16])], window));
}

function normalized(): Row[] {
  const shape = [16, 64], float = of("float32", shape);
  return [
    row("SOFTMAX", [of("int8", shape)], [of("int8", shape, 1 / 256, -128)], { beta: 1 }), row("SOFTMAX", [of("int8", shape)], [of("int16", shape, 1 / 65536, -32768)], { beta: 1 }),
    row("SOFTMAX", [of("int16", shape)], [of("int16", shape, 1 / 32768)], { beta: 1 }), row("SOFTMAX", [float], [float], { beta: 1 }),
    row("LOG_SOFTMAX", [of("int8", shape)], [of("int8", shape, 1 / 16, 127)]), row("LOG_SOFTMAX", [float], [float]),
    row("L2_NORMALIZATION", [of("int8", shape)], [of("int8", shape, 1 / 128)]), row("L2_NORMALIZATION", [float], [float]),
    row("LOCAL_RESPONSE_NORMALIZATION", [of("float32", IMAGE)], [of("float32", IMAGE)], { radius: 2, bias: 1, alpha: 1, beta: 0.5 }),
  ];
}

function moved(): Row[] {
  const bytes = (shape: readonly number[]): Operand => of("int8", shape), index = (shape: number[], most: number): Operand => known("int32", shape, Array.from({ length: elementCount(shape) }, (_, i) => (i * 7) % most));
  const x = bytes(IMAGE), rows = bytes([64, 64]);
  return [
    row("CONCATENATION", [bytes([1, 16, 16, 8]), bytes([1, 16, 16, 8])], [x], { axis: 3 }), row("PAD", [x, known("int32", [4, 2], [0, 0, 1, 1, 1, 1, 0, 0])], [bytes([1, 18, 18, 16])]),
    row("PADV2", [x, known("int32", [4, 2], [0, 0, 1, 1, 1, 1, 0, 0]), { type: "int8", shape: [], scale: 0.05, data: [7] }], [bytes([1, 18, 18, 16])]),
    row("MIRROR_PAD", [x, known("int32", [4, 2], [0, 0, 1, 1, 1, 1, 0, 0])], [bytes([1, 18, 18, 16])], { mode: "REFLECT" }),
    row("TRANSPOSE", [x, ints(0, 3, 1, 2)], [x]), row("REVERSE_V2", [x, ints(2)], [x]), row("REVERSE_SEQUENCE", [x, ints(7)], [x], { seqDim: 1, batchDim: 0 }),
    row("SLICE", [x, ints(0, 2, 2, 0), ints(1, 8, 8, 16)], [bytes([1, 8, 8, 16])]),
    row("STRIDED_SLICE", [x, ints(0, 0, 0, 0), ints(1, 16, 16, 16), ints(1, 2, 2, 1)], [bytes([1, 8, 8, 16])]),
    row("DYNAMIC_UPDATE_SLICE", [x, bytes([1, 4, 4, 16]), { type: "int32", shape: [4] }], [x]),
    row("SPLIT", [scalar(3), x], [bytes([1, 16, 16, 8]), bytes([1, 16, 16, 8])], { numSplits: 2 }), row("UNPACK", [bytes([4, 1024])], [0, 1, 2, 3].map(() => bytes([1024])), { num: 4, axis: 0 }),
    row("PACK", [bytes([1024]), bytes([1024])], [bytes([1024, 2])], { axis: 1, valuesCount: 2 }), row("TILE", [bytes([1, 16, 16, 4]), ints(1, 1, 1, 4)], [x]),
    row("BROADCAST_TO", [bytes([1, 1, 1, 16]), ints(...IMAGE)], [x]), row("FILL", [ints(...IMAGE), { type: "int8", shape: [] }], [{ type: "int8", shape: IMAGE }]),
    row("DEPTH_TO_SPACE", [x], [bytes([1, 32, 32, 4])], { blockSize: 2 }), row("SPACE_TO_DEPTH", [x], [bytes([1, 8, 8, 64])], { blockSize: 2 }),
    row("SPACE_TO_BATCH_ND", [x, ints(2, 2), known("int32", [2, 2], [0, 0, 0, 0])], [bytes([4, 8, 8, 16])]),
    row("BATCH_TO_SPACE_ND", [bytes([4, 8, 8, 16]), ints(2, 2), known("int32", [2, 2], [0, 0, 0, 0])], [x]),
    row("GATHER", [rows, index([64], 64)], [rows]), row("GATHER_ND", [rows, index([64, 1], 64)], [rows]), row("EMBEDDING_LOOKUP", [index([64], 64), weights("int8", [64, 64])], [of("int8", [64, 64], 0.01)]),
    row("SCATTER_ND", [index([64, 1], 64), { type: "int8", shape: [64, 64] }, ints(64, 64)], [{ type: "int8", shape: [64, 64] }]), row("ONE_HOT", [index([64], 32), scalar(32), scalar(1, "float32"), scalar(0, "float32")], [of("float32", [64, 32])], { axis: -1 }),
    ...(["int8", "float32"] as const).map((type) => row("SELECT_V2", [{ type: "bool", shape: IMAGE }, of(type, IMAGE), of(type, IMAGE)], [of(type, IMAGE)])),
    ...(["int8", "int16", "float32"] as const).flatMap((type) => ["RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"].map((operator) => row(operator, [of(type, [1, 8, 8, 16]), ints(16, 16)], [of(type, IMAGE)]))),
    row("SEGMENT_SUM", [of("float32", [64, 16]), known("int32", [64], Array.from({ length: 64 }, (_, i) => i >> 3))], [of("float32", [8, 16])]),
  ];
}

function searched(): Row[] {
  return [
    ...(["int8", "float32"] as const).flatMap((type) => [
      ...["ARG_MAX", "ARG_MIN"].map((operator) => row(operator, [of(type, [16, 64]), scalar(1)], [{ type: "int32", shape: [16] }], { outputType: "INT32" })),
      row("TOPK_V2", [of(type, [16, 64]), scalar(4)], [of(type, [16, 4]), { type: "int32", shape: [16, 4] }]),
      row("UNIQUE", [of(type, [256])], [{ ...of(type, [256])!, shapeSignature: [-1] }, { type: "int32", shape: [256] }]),
      row("CUMSUM", [of(type, [16, 64]), scalar(1)], [of(type, [16, 64])]),
    ]),
    row("WHERE", [{ type: "bool", shape: [32, 32] }], [{ type: "int64", shape: [1024, 2], shapeSignature: [-1, 2] }]),
  ];
}

function converted(): Row[] {
  return [
    row("QUANTIZE", [of("float32", IMAGE)], [of("int8", IMAGE)]), row("QUANTIZE", [of("float32", IMAGE)], [of("int16", IMAGE)]), row("QUANTIZE", [of("int8", IMAGE)], [of("int8", IMAGE, 0.07, 3)]),
    row("QUANTIZE", [of("int16", IMAGE)], [of("int8", IMAGE)]), row("QUANTIZE", [of("int8", IMAGE)], [of("int16", IMAGE)]), row("DEQUANTIZE", [of("int8", IMAGE)], [of("float32", IMAGE)]),
    row("DEQUANTIZE", [of("int16", IMAGE)], [of("float32", IMAGE)]), row("CAST", [of("float32", IMAGE)], [{ type: "int32", shape: IMAGE }]), row("CAST", [{ type: "int32", shape: IMAGE }], [of("float32", IMAGE)]),
    row("CAST", [{ type: "int8", shape: IMAGE }], [of("float32", IMAGE)]),
  ];
}

const DRAWN = [
  "lstm_int8", "lstm_16x8", "lstm_float32", "lstm_hybrid", "bidirectional_lstm_float32", "bidirectional_lstm_hybrid", "svdf", "svdf_float32", "svdf_hybrid", "detection", "non_max_suppression_v4", "non_max_suppression_v5",
  "signal_auto_scale", "signal_delay", "signal_energy", "signal_filter_bank", "signal_framer", "signal_irfft", "signal_log", "signal_overlap_add", "signal_pcan", "signal_rfft", "signal_spectral_subtraction", "signal_square_root",
  "signal_stacker", "signal_window", "gru_float32", "gru_hybrid",
];

export function operatorRows(): Row[] {
  return [
    ...weighted(),
    ...(["int8", "int16", "float32"] as const).map((type) => row("BATCH_MATMUL", [of(type, [16, 64]), of(type, [64, 32])], [of(type, [16, 32], SCALES[type] && SCALES[type]! * 4)])),
    row("BATCH_MATMUL", [of("float32", [16, 64]), weights("int8", [64, 32])], [of("float32", [16, 32])]),
    ...pooled(),
    ...binary(["ADD", "SUB", "MUL", "SQUARED_DIFFERENCE"], ["int8", "int16", "float32", "int32"]), ...binary(["MAXIMUM", "MINIMUM"], ["int8", "float32"]),
    ...binary(["ADD_N", "DIV"], ["int8", "float32"]), ...binary(["FLOOR_DIV", "FLOOR_MOD", "POW", "ATAN2"], ["float32"]),
    ...binary(["EQUAL", "LESS"], ["int8", "int16", "float32"], "bool"), ...plain(["BITWISE_XOR"], ["int32"]), ...plain(["LOGICAL_AND"], ["bool"]),
    row("PRELU", [of("int8", IMAGE), weights("int8", [1, 1, 16])], [of("int8", IMAGE)]), row("PRELU", [of("int16", IMAGE), weights("int8", [1, 1, 16])], [of("int16", IMAGE)]), row("PRELU", [of("float32", IMAGE), weights("float32", [1, 1, 16])], [of("float32", IMAGE)]),
    ...unary(["RELU", "RELU6", "ABS", "NEG"], ["int8", "int16", "float32"]), ...unary(["LEAKY_RELU"], ["int8", "int16", "float32"], undefined, 0, { alpha: 0.1 }),
    ...unary(["LOGISTIC"], ["int8"], 1 / 256, -128), ...unary(["LOGISTIC", "TANH"], ["int16"], 1 / 32768), ...unary(["TANH"], ["int8"], 1 / 128), ...unary(["GELU"], ["int8", "int16", "float32"]),
    ...unary(["EXP", "LOG", "RSQRT"], ["int16"], 1 / 1024),
    ...unary(["LOGISTIC", "TANH", "ELU", "HARD_SWISH", "EXP", "LOG", "SQRT", "RSQRT", "SQUARE", "SIN", "COS", "FLOOR", "CEIL", "ROUND", "SIGN"], ["float32"]),
    ...normalized(), ...reduction(["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD"], ["int8", "int16", "float32"]), ...reduction(["REDUCE_ANY", "REDUCE_ALL"], ["bool"]),
    ...converted(), ...moved(), ...searched(), ...DRAWN.map(drawn),
  ];
}
