// Every refusal that no other test of this folder reaches, one line each: an operator, what is wrong with it, and what the message says.
import { suite } from "uvu";
import type { TensorType } from "../../src/index";
import type { Unnamed } from "../support/graph";
import { accepts, refuses, withOperand, withOptions, withResult, type Case, type Options } from "./refused";

const refusals = suite("lowering/refusals");

const of = (type: TensorType, shape: number[], data?: number[]): Unnamed => ({ type, shape, ...(data && { data }) });
const float = (shape: number[], data?: number[]) => of("float32", shape, data);
const int32 = (shape: number[], data?: number[]) => of("int32", shape, data);
const code = (type: TensorType, scale: number, zeroPoint = 0) => (shape: number[], data?: number[]): Unnamed => ({ ...of(type, shape, data), scale, zeroPoint });
const int8 = code("int8", 0.5), int16 = code("int16", 0.5), uint8 = code("uint8", 0.5, 128), raw16 = (shape: number[], data?: number[]) => of("int16", shape, data);

type Row = readonly [inputs: Case["operands"], outputs: readonly Unnamed[], text: string, options?: Options, custom?: Options | Uint8Array];

function all(codeOf: "MODEL_INVALID" | "OPERATOR_UNSUPPORTED", rows: Readonly<Record<string, readonly Row[]>>): void {
  for (const [op, cases] of Object.entries(rows))
    for (const [operands, [result, ...more], text, options = {}, custom] of cases) refuses({ op, operands, result: result!, more, options, ...(custom && { custom }) }, codeOf, text);
}

refusals("arithmetic that contradicts itself", () => {
  all("MODEL_INVALID", {
    ADD_N: [[[int8([3])], [int8([3])], "fewer than two operands"], [[int8([3]), int8([1])], [int8([3])], "has shape [1], the first operand [3]"]],
    FLOOR_DIV: [[[int32([3]), int32([3], [1, 0, 2])], [int32([3])], "a divisor, holds a 0"]],
    POW: [[[int32([3]), int32([3], [1, -1, 2])], [int32([3])], "an exponent, holds a negative number"]],
    BITCAST: [[[int8([4, 3])], [int32([4])], "4 elements of int8 are one of int32: the last dimension of [4,3]"]],
    BATCH_MATMUL: [
      [[int8([3]), int8([3, 2])], [int8([2])], "fewer than two dimensions"], [[int8([2, 3]), int8([4, 2])], [int8([2, 2])], "3 terms and 4"],
      [[float([3]), float([3, 2])], [float([2])], "not a matrix"], [[float([2, 3]), float([4, 2])], [float([2, 2])], "do not go together"],
    ],
    SOFTMAX: [[[int16([])], [code("int16", 1 / 32768)([])], "scalar", { beta: 1 }], [[float([])], [float([])], "scalar", { beta: 1 }]],
    LOG_SOFTMAX: [[[int8([])], [code("int8", 1 / 16, 127)([])], "scalar"]],
    L2_NORMALIZATION: [[[int8([])], [code("int8", 1 / 128)([])], "a scalar has no axis"]],
    LOCAL_RESPONSE_NORMALIZATION: [[[float([2, 3])], [float([2, 3])], "2 dimensions, not four"], [[float([1, 1, 1, 3])], [float([1, 1, 1, 3])], "radius -1", { radius: -1 }]],
  });
});

refusals("arithmetic that no kernel has", () => {
  const half = code("int8", 0.25, 127), tiny = code("int8", 2 ** -21);
  all("OPERATOR_UNSUPPORTED", {
    ADD_N: [[[int8([3]), int8([3])], [tiny([3])], "more than 2^19 times"], [[int8([3]), half([3])], [int8([3])], "scale 0.5 and zero point 0, the output 0.25 and 127"]],
    ADD: [[[code("int16", 0)([1], [0]), code("int16", 0)([1], [0])], [int16([1])], "both operands are constants of scale 0"]],
    MUL: [[[int16([3]), code("int16", 0.5, 3)([3])], [int16([3])], "has zero point 3"], [[int32([3]), code("int32", 0.5)([3])], [int32([3])], "int32 with a scale"]],
    NEG: [[[code("int32", 0.5)([3])], [int32([3])], "int32 with a scale"]],
    DIV: [[[int8([3]), int8([3])], [code("int8", 2 ** -23)([3])], "2^23 or more"]],
    SQUARED_DIFFERENCE: [[[code("int16", 0.5, 1)([3]), int16([3])], [int16([3])], "int16 with zero point 1"]],
    LESS: [[[code("int8", 1)([3]), int8([3])], [of("bool", [3])], "has scale 1"]],
    CAST: [[[uint8([3])], [float([3])], "quantized uint8 as stored values"], [[float([3])], [uint8([3])], "quantized uint8 as stored values"]],
    BITCAST: [[[uint8([4])], [of("int8", [4])], "quantized uint8 as stored values"], [[of("int4", [4])], [of("int8", [2])], "is int4"]],
    HARD_SWISH: [[[int8([3])], [code("int8", 0.5 / 300)([3])], "less than 1/128"]],
    RSQRT: [[[int16([3])], [code("int16", 2 ** 14)([3])], "an output scale of 16384"], [[code("int16", 2 ** -40)([3])], [code("int16", 2 ** -40)([3])], "an output scale of"]],
    LOG_SOFTMAX: [[[int8([3])], [int8([3])], "output scale 0.5 and zero point 0"], [[code("int8", 2 ** -27)([3])], [code("int8", 1 / 16, 127)([3])], "below 2^-26"]],
    LOGISTIC: [[[int16([3])], [int16([3])], "output scale 0.5"], [[code("int16", 3)([3])], [code("int16", 1 / 32768)([3])], "input scale 3"]],
    SOFTMAX: [
      [[int16([3])], [int16([3])], "output scale 0.5", { beta: 1 }], [[int16([3])], [code("int16", 1 / 32768)([3])], "beta 0", { beta: 0 }],
      [[int16([65536])], [code("int16", 1 / 32768)([65536])], "65536 classes", { beta: 1 }], [[code("int16", 6)([3])], [code("int16", 1 / 32768)([3])], "more than 5", { beta: 1 }],
    ],
    L2_NORMALIZATION: [
      [[int8([3])], [int8([3])], "output scale 0.5 and zero point 0"], [[int8([3])], [code("int8", 1 / 128)([3])], "fused activation RELU", { fusedActivationFunction: "RELU" }],
      [[float([3])], [float([3])], "fused activation RELU", { fusedActivationFunction: "RELU" }],
    ],
    BATCH_MATMUL: [
      [[int16([2, 3]), int16([3, 2])], [code("int16", 2 ** -30)([2, 2])], "its sums are rescaled by"],
      [[int8([2, 1, 2, 1, 2, 1, 2, 3]), int8([1, 2, 1, 2, 1, 2, 3, 2])], [int8([2, 2, 2, 2, 2, 2, 2, 2])], "6 dimensions of matrices"],
      [[float([2, 1, 2, 1, 2, 1, 2, 3]), float([1, 2, 1, 2, 1, 2, 3, 2])], [float([2, 2, 2, 2, 2, 2, 2, 2])], "leading dimensions that do not merge"],
    ],
    DEQUANTIZE: [[[of("float16", [3])], [float([3])], "computed while the model runs"]],
  });
  all("MODEL_INVALID", { DEQUANTIZE: [[[{ type: "int8", shape: [3], scale: [1, 2], zeroPoint: [0, 0], dimension: 0, data: [1, 2, 3] }], [float([3])], "2 scales along dimension 0, whose extent is 3"]] });
});

refusals("layers of float32 and hybrid ones", () => {
  const image = float([1, 2, 2, 3]), geometry = { strideH: 1, strideW: 1, padding: "SAME" };
  const weights = (change: Partial<Unnamed>): Unnamed => ({ type: "int8", shape: [2, 1, 1, 3], scale: 0.5, data: [1, 2, 3, 4, 5, 6], ...change });
  all("OPERATOR_UNSUPPORTED", {
    CONV_2D: [
      [[image, float([2, 1, 1, 3])], [float([1, 2, 2, 2])], "computed while the model runs", geometry],
      [[image, float([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), float([2])], [float([1, 2, 2, 2])], "bias", geometry],
      [[image, weights({ scale: undefined })], [float([1, 2, 2, 2])], "have no scale", geometry],
      [[image, weights({ zeroPoint: 1 })], [float([1, 2, 2, 2])], "zero point other than 0", geometry],
    ],
  });
  const shape = int32([4], [1, 2, 2, 2]), kernel = float([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]);
  all("MODEL_INVALID", {
    CONV_2D: [
      [[image, float([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]), float([1], [1])], [float([1, 2, 2, 2])], "1 elements for 2 channels", geometry],
      [[image, weights({ scale: [1, 2, 3], zeroPoint: [0, 0, 0] })], [float([1, 2, 2, 2])], "3 scales along dimension 0", geometry],
    ],
    TRANSPOSE_CONV: [
      [[shape, kernel, float([2, 2, 3])], [float([1, 2, 2, 2])], "four dimensions", geometry], [[shape, kernel, float([1, 2, 2, 4])], [float([1, 2, 2, 2])], "do not go together", geometry],
      [[shape, kernel, float([1, 1, 2, 3])], [float([1, 2, 2, 2])], "comes from 2 x 2 elements, the input has 1 x 2", geometry],
      [[shape, { ...int8([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]) }, int8([2, 2, 3])], [int8([1, 2, 2, 2])], "four dimensions", geometry],
      [[shape, { ...int8([2, 1, 1, 3], [1, 2, 3, 4, 5, 6]) }, int8([1, 2, 2, 4])], [int8([1, 2, 2, 2])], "4 input channels", geometry],
    ],
  });
});

refusals("searches and slices", () => {
  const flat = int32([], [1]), boxes = float([5, 4]), scores = float([5]), most = int32([], [3]), one = float([]);
  all("MODEL_INVALID", {
    TOPK_V2: [[[float([4]), int32([], [-1])], [float([1]), int32([1])], "operand 1 is [-1]"], [[float([4]), int32([], [5])], [float([5]), int32([5])], "the 5 greatest of an input [4]"]],
    ONE_HOT: [[[int32([2]), int32([], [3]), float([2]), float([])], [float([2, 3])], "operand 2 has shape [2]", { axis: -1 }]],
    SEGMENT_SUM: [
      [[float([4, 2]), int32([3])], [float([2, 2])], "segments [3] of an input [4,2]"], [[float([3, 2]), int32([3], [0, 2, 2])], [float([3, 2])], "do not rise from 0"],
      [[float([3, 2]), int32([3], [0, 1, 1])], [float([2, 3])], "an output [2,3]"],
    ],
    NON_MAX_SUPPRESSION_V4: [
      [[float([5, 3]), scores, most, one, one], [int32([3]), int32([])], "boxes [5,3], not [n, 4]"], [[boxes, float([4]), most, one, one], [int32([3]), int32([])], "scores [4] of boxes [5,4]"],
      [[boxes, scores, most, float([2]), one], [int32([3]), int32([])], "operand 3 has shape [2]"], [[boxes, scores, most, one, one], [int32([3]), int32([2])], "output 1 has shape [2]"],
    ],
    RANGE: [
      [[int32([2], [1, 2]), flat, flat], [int32([1])], "operand 0 has shape [2]"], [[flat, flat, int32([], [0])], [int32([1])], "steps of 0"],
      [[int32([], [0]), int32([], [5]), int32([], [2])], [int32([4])], "'y' has shape [4], the inputs give [3] at most"], [[int32([], [0]), int32([], [5]), int32([])], [int32([5, 1])], "has shape [5,1]"],
    ],
    WHERE: [
      [[of("bool", [2, 3])], [of("int64", [1, 3])], "'y' has shape [1,3], the inputs give [6,2] at most"], [[of("bool", [2, 3])], [of("int64", [1])], "has shape [1]"],
      [[of("bool", [2, 3])], [of("int64", [7, 2])], "has shape [7,2]"], [[of("bool", [2, 3])], [{ ...of("int64", [1, 3]), shapeSignature: [-1, 3] }], "has shape [1,3]"],
    ],
    UNIQUE: [[[float([2, 2])], [float([2, 2]), int32([2, 2])], "'x0' has shape [2,2], not one dimension"], [[float([4])], [float([4, 1]), int32([4])], "has shape [4,1]"], [[float([4])], [float([5]), int32([4])], "has shape [5]"]],
    SLICE: [
      [[int8([2, 3]), int32([1], [0]), int32([2])], [int8([1, 1])], "1 elements for 2 dimensions"], [[int8([2, 3]), int32([2]), int32([2])], [int8([6])], "'y' has 1 dimensions, not 2"],
    ],
  });
  const seven = [1, 2, 1, 2, 1, 2, 1], begin = int32([7]);
  all("OPERATOR_UNSUPPORTED", {
    NON_MAX_SUPPRESSION_V5: [[[boxes, scores, most, one, one, float([])], [int32([3]), float([3]), int32([])], "soft_nms_sigma"]],
    FILL: [[[int32([7]), int32([], [1])], [int32(seven)], "a computed shape of 7 dimensions"], [[int32([0]), int32([], [1])], [int32([])], "a computed shape of 0 dimensions"]],
    WHERE: [[[of("bool", seven)], [of("int64", [8, 7])], "7 dimensions, more than 6"]],
    RANGE: [[[int32([]), flat, flat], [{ ...int32([1]), shapeSignature: [-1] }], "has no bound"]],
    SLICE: [[[int8(seven), begin, int32([7], seven)], [int8(seven)], "7 dimensions from where the running model says"]],
    STRIDED_SLICE: [[[int8(seven), begin, begin, int32([7], [1, 1, 1, 1, 1, 1, 1])], [int8(seven)], "dimensions from where the running model says"]],
    DYNAMIC_UPDATE_SLICE: [[[int8([3]), int8([2]), int32([1, 1])], [int8([3])], "an operand of shape [3]"]],
    GATHER_ND: [[[int8(seven), int32([1, 7])], [int8([1])], "7 indices for a slice"]],
  });
});

refusals("signal operators", () => {
  const pairs = { fft_length: 8, T: 7 }, framer = { frame_size: 4, frame_step: 2, prefill: true };
  const bands = [raw16([2], [0, 1]), raw16([2], [0, 1]), raw16([2], [1, 9])], bank = [of("uint32", [4]), raw16([8]), raw16([8])];
  all("MODEL_INVALID", {
    SignalRfft: [
      [[raw16([8])], [raw16([10])], "no FlexBuffers map", {}, Uint8Array.of(1)], [[raw16([8])], [raw16([10])], "'fft_length' is missing", {}, { T: 7 }], [[raw16([8])], [raw16([10])], "'fft_length' is 1, expected 2 to", {}, { fft_length: 1 }],
      [[raw16([8])], [raw16([10])], "'fft_length' is 7, not even", {}, { fft_length: 7 }], [[raw16([8])], [raw16([10])], "custom option 'T' is 0 (float32), the input int16", {}, { fft_length: 8, T: 0 }],
      [[raw16([])], [raw16([10])], "scalar", {}, pairs], [[raw16([9])], [raw16([10])], "rows of 9 values for an fft_length of 8", {}, pairs],
    ],
    SignalWindow: [[[raw16([7]), raw16([4])], [raw16([7])], "does not divide an input of [7]", {}, { shift: 12 }]],
    SignalFftAutoScale: [[[raw16([2, 3])], [raw16([2, 3]), int32([])], "not one dimension"]],
    SignalEnergy: [[[raw16([3])], [of("uint32", [1])], "not pairs in one dimension", {}, { start_index: 0, end_index: 1 }]],
    SignalDelay: [[[raw16([])], [raw16([])], "scalar", {}, { delay_length: 2 }]],
    SignalFramer: [[[raw16([])], [raw16([1, 4]), of("bool", [])], "scalar", {}, framer], [[raw16([3])], [raw16([1, 4]), of("bool", [])], "no multiple of frame_step 2", {}, framer]],
    SignalOverlapAdd: [[[raw16([4])], [raw16([4])], "not frames", {}, { frame_step: 2, T: 7 }]],
    SignalFilterBank: [[[...bank, ...bands], [of("uint64", [1])], "band 1 takes bins 1 to 10 of 4", {}, { num_channels: 1 }]],
    SignalFilterBankSquareRoot: [[[of("uint64", [2, 2]), int32([])], [of("uint32", [2, 2])], "not one dimension"]],
  });
  all("OPERATOR_UNSUPPORTED", {
    SignalRfft: [[[raw16([14])], [raw16([16])], "fft_length 14 is not 2 times", {}, { fft_length: 14, T: 7 }]],
    SignalFilterBank: [[[...bank, raw16([2]), ...bands.slice(1)], [of("uint64", [1])], "computed while the model runs", {}, { num_channels: 1 }]],
  });
});

refusals("TFLite_Detection_PostProcess", () => {
  const op = "TFLite_Detection_PostProcess", anchors = float([6, 4]), boxes = float([1, 6, 4]), scores = float([1, 6, 3]), outputs = [float([1, 2, 4]), float([1, 2]), float([1, 2]), float([1])];
  const options = { num_classes: 2, max_detections: 2, max_classes_per_detection: 1, nms_iou_threshold: 0.5, nms_score_threshold: 0.1, y_scale: 10, x_scale: 10, h_scale: 5, w_scale: 5 };
  all("MODEL_INVALID", {
    [op]: [
      [[float([6, 4]), scores, anchors], outputs, "not [1, boxes, 4]", {}, options], [[boxes, float([1, 5, 3]), anchors], outputs, "not [1, 6, classes]", {}, options],
      [[boxes, float([1, 6, 5]), anchors], outputs, "5 scores of a box for num_classes 2", {}, options], [[boxes, scores, anchors], outputs, "'nms_iou_threshold' is 0", {}, { ...options, nms_iou_threshold: 0 }],
      [[boxes, scores, anchors], outputs, "'h_scale' is 0", {}, { ...options, h_scale: 0 }],
    ],
  });
  all("OPERATOR_UNSUPPORTED", { [op]: [[[boxes, scores, anchors], [float([1, 3, 4]), ...outputs.slice(1)], "2 detections take [1,2,4]", {}, options]] });
});

refusals("IF and WHILE", () => {
  const x = int8([4]), flag = of("bool", [1]), tensors = [{ name: "a", ...x }, { name: "c", ...flag }, { name: "k", ...of("bool", [1], [1]) }];
  const same = { name: "same", tensors, inputs: ["a"], outputs: ["a"] }, answer = { name: "answer", tensors, inputs: ["c", "a"], outputs: ["c"] }, both = { name: "both", tensors, inputs: ["c", "a"], outputs: ["c", "a"] };
  const branch: Case = { op: "IF", operands: [flag, x], result: x, options: { thenSubgraphIndex: 1, elseSubgraphIndex: 1 }, others: [same] };
  const loop: Case = { op: "WHILE", operands: [flag, x], result: flag, more: [x], options: { condSubgraphIndex: 1, bodySubgraphIndex: 2 }, others: [answer, both] };
  [branch, loop].forEach(accepts);
  refuses(withOptions(branch, { elseSubgraphIndex: 2 }), "MODEL_INVALID", "elseSubgraphIndex names no subgraph");
  refuses(withOperand(branch, 1, { shape: [5] }), "MODEL_INVALID", "'same' does not take the 1 tensors");
  refuses(withResult(branch, { shape: [5] }), "MODEL_INVALID", "'same' does not give the 1 tensors");
  refuses(withOperand(branch, 0, { shape: [2] }), "MODEL_INVALID", "is bool [2], not one bool");
  refuses({ ...loop, others: [both, both] }, "MODEL_INVALID", "'both' gives 2 tensors, not one bool");
  refuses({ ...loop, others: [{ ...answer, outputs: ["a"] }, both] }, "MODEL_INVALID", "is int8 [4], not one bool");
});

refusals.run();
