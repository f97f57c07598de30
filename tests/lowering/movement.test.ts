// What PAD, PADV2, CONCATENATION, TRANSPOSE and the views refuse.
import { suite } from "uvu";
import { accepts, refuses, refusesBadQuantization, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/movement");

const int8 = { type: "int8", scale: 0.5 } as const;
const pad: Case = { op: "PAD", operands: [{ ...int8, shape: [2, 3] }, { type: "int32", shape: [2, 2], data: [1, 0, 0, 2] }], result: { ...int8, shape: [3, 5] } };
const padV2: Case = { ...pad, op: "PADV2", operands: [...pad.operands, { ...int8, shape: [1], data: [7] }] };
const concatenation: Case = { op: "CONCATENATION", operands: [{ ...int8, shape: [2, 3] }, { ...int8, shape: [2, 1] }], result: { ...int8, shape: [2, 4] }, options: { axis: 1 } };
const transpose: Case = { op: "TRANSPOSE", operands: [{ ...int8, shape: [2, 3] }, { type: "int32", shape: [2], data: [1, 0] }], result: { ...int8, shape: [3, 2] } };
const reshape: Case = { op: "RESHAPE", operands: [{ ...int8, shape: [2, 3] }, { type: "int32", shape: [1], data: [6] }], result: { ...int8, shape: [6] } };

lowering("all accept what the refused cases are bent from", () => [pad, padV2, concatenation, transpose, reshape].forEach(accepts));

lowering("all refuse an output of another shape", () => {
  refuses(withResult(pad, { shape: [5, 3] }), "MODEL_INVALID", "give [3,5]");
  refuses(withResult(padV2, { shape: [15] }), "MODEL_INVALID", "give [3,5]");
  refuses(withResult(concatenation, { shape: [2, 5] }), "MODEL_INVALID", "give [2,4]");
  refuses(withResult(transpose, { shape: [2, 3] }), "MODEL_INVALID", "give [3,2]");
  refuses(withResult(reshape, { shape: [7] }), "MODEL_INVALID", "shape [2,3] does not hold as many elements as [7]");
});

lowering("PAD refuses paddings of another count, negative ones and computed ones", () => {
  for (const good of [pad, padV2]) {
    refusesBadQuantization(good);
    refuses(withOperand(good, 1, { shape: [1, 2], data: [0, 1] }), "MODEL_INVALID", "2 paddings for 2 dimensions");
    refuses(withOperand(good, 1, { data: [1, 0, -1, 3] }), "MODEL_INVALID", "paddings -1 and 3 of dimension 1");
    refuses(withOperand(good, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
  }
  accepts(withResult(pad, { zeroPoint: 3 })); // codes are copied
  refuses(withResult(padV2, { zeroPoint: 3 }), "OPERATOR_UNSUPPORTED", "scale 0.5 and zero point 0, the output 0.5 and 3");
});

lowering("PADV2 takes a value that is computed, and refuses one that is not one or of another quantization", () => {
  accepts(withOperand(padV2, 2, { data: undefined }));
  refuses(withOperand(padV2, 2, { shape: [2], data: [1, 2] }), "MODEL_INVALID", "2 elements");
  refuses(withOperand(padV2, 2, { scale: 0.25 }), "OPERATOR_UNSUPPORTED", "scale 0.25");
});

lowering("CONCATENATION refuses activations, shapes that do not fit, axes that are none, and other quantizations", () => {
  for (const fusedActivationFunction of ["RELU", "TANH"]) refuses(withOptions(concatenation, { fusedActivationFunction }), "OPERATOR_UNSUPPORTED", "activation");
  refuses(withOperand(concatenation, 1, { shape: [3, 1] }), "MODEL_INVALID", "'x1' of shape [3,1] does not go into [2,4] along axis 1");
  refuses(withOperand(concatenation, 1, { shape: [2] }), "MODEL_INVALID", "'x1' of shape [2]");
  for (const axis of [2, -3]) refuses(withOptions(concatenation, { axis }), "MODEL_INVALID", `axis ${axis} of 2 dimensions`);
  refuses(withOperand(concatenation, 1, { scale: 0.25 }), "OPERATOR_UNSUPPORTED", "'x1' has scale 0.25");
  refuses(withOperand(concatenation, 0, { zeroPoint: 1 }), "OPERATOR_UNSUPPORTED", "'x0' has scale 0.5 and zero point 1");
  for (const type of ["uint8", "int16"] as const) {
    const moved: Case = { ...concatenation, operands: concatenation.operands.map((operand) => ({ ...operand!, type })), result: { ...concatenation.result, type } };
    accepts(moved);
    if (type === "uint8") accepts(withOperand(moved, 1, { scale: 0.25 })); // TFLite rescales legacy inputs
    else refuses(withOperand(moved, 1, { scale: 0.25 }), "OPERATOR_UNSUPPORTED", "'x1' has scale 0.25");
    refuses(withOperand(moved, 1, { scale: undefined }), "OPERATOR_UNSUPPORTED", type === "uint8" ? "(uint8, uint8) -> (uint8) has no kernel" : "'x1' has 0 scales");
  }
});

lowering("TRANSPOSE refuses what is no permutation, or computed, or takes more than six steps", () => {
  for (const data of [[0, 0], [0, 2], [-1, 0]]) refuses(withOperand(transpose, 1, { data }), "MODEL_INVALID", "no permutation of 2 dimensions");
  refuses(withOperand(transpose, 1, { shape: [3], data: [0, 1, 2] }), "MODEL_INVALID", "no permutation");
  refuses(withOperand(transpose, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
  const two = [2, 2, 2, 2, 2, 2, 2], order = [6, 5, 4, 3, 2, 1, 0];
  refuses(
    { ...transpose, operands: [{ ...int8, shape: two }, { type: "int32", shape: [7], data: order }], result: { ...int8, shape: two } }, "OPERATOR_UNSUPPORTED", "7 dimensions that do not merge to 6",
  );
});

lowering("views refuse a change of type, and a shape that the file leaves open", () => {
  refuses(withResult(reshape, { type: "uint8" }), "MODEL_INVALID", "int8 becomes uint8");
  const computed = withOperand(reshape, 1, { data: undefined });
  accepts(computed);
  accepts(withResult(computed, { shapeSignature: [-1] }));
  refuses(withResult(computed, { shape: [2, 3], shapeSignature: [-1, -1] }), "OPERATOR_UNSUPPORTED", "leaves 2 dimensions of the output open");
  for (const [op, operands] of [["SQUEEZE", 1], ["EXPAND_DIMS", 2]] as const) {
    const good: Case = { ...reshape, op, operands: reshape.operands.slice(0, operands) };
    accepts(good);
    refuses(withResult(good, { shape: [5] }), "MODEL_INVALID", "does not hold as many elements");
  }
});

lowering.run();
