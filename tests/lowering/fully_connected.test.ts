// What FULLY_CONNECTED refuses.
import { suite } from "uvu";
import { accepts, refuses, refusesBadQuantization, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/fully_connected");

const zeros = (n: number) => new Array<number>(n).fill(0);
const good: Case = {
  op: "FULLY_CONNECTED",
  operands: [{ type: "int8", shape: [2, 3, 5], scale: 0.5 }, { type: "int8", shape: [4, 5], scale: 0.5, data: zeros(20) }, { type: "int32", shape: [4], data: zeros(4) }],
  result: { type: "int8", shape: [6, 4], scale: 1 },
};

lowering("accepts what the refused cases are bent from", () => {
  accepts(good);
  accepts(withOperand(good, 2, null));
  accepts(withOperand(good, 1, { zeroPoint: 3 }));
  accepts(withResult(good, { shape: [24] })); // flat outputs occur in real models
});

lowering("refuses activations without exactly one positive scale, and those that no clamp is", () => {
  refusesBadQuantization(good);
  refuses(withOptions(good, { fusedActivationFunction: "TANH" }), "OPERATOR_UNSUPPORTED", "TANH");
});

lowering("refuses weights of other than two dimensions, and rows that do not come out even", () => {
  refuses(withOperand(good, 1, { shape: [4, 1, 5] }), "MODEL_INVALID", "two dimensions");
  refuses(withOperand(good, 1, { shape: [4, 7], data: zeros(28) }), "MODEL_INVALID", "30 elements does not divide into rows of 7");
  refuses(withOperand(good, 1, { shape: [4, 0], data: [] }), "MODEL_INVALID", "rows of 0");
});

lowering("refuses outputs of another size, and of another shape where dimensions are kept", () => {
  refuses(withResult(good, { shape: [6, 5] }), "MODEL_INVALID", "[6,5]");
  refuses(withOptions(good, { keepNumDims: true }), "MODEL_INVALID", "the inputs and options give [2,3,4]");
  accepts(withResult(withOptions(good, { keepNumDims: true }), { shape: [2, 3, 4] }));
});

lowering("refuses weights that are computed, shuffled, without scale, or with the wrong scales", () => {
  refuses(withOperand(good, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
  refuses(withOptions(good, { weightsFormat: "SHUFFLED4x16INT8" }), "OPERATOR_UNSUPPORTED", "shuffled");
  refuses(withOperand(good, 1, { scale: undefined }), "OPERATOR_UNSUPPORTED", "no scale");
  refuses(withOperand(good, 1, { scale: [1, 1, 1] }), "MODEL_INVALID", "3 scales");
  refuses(withOperand(good, 1, { scale: [1, 1, 1, 1], dimension: 1 }), "MODEL_INVALID", "along dimension 1");
  refuses(withOperand(good, 1, { scale: [1, 1, 1, 1], zeroPoint: [0, 1, 0, 0] }), "OPERATOR_UNSUPPORTED", "zero point other than 0");
});

lowering("refuses a bias that is computed, or of another length", () => {
  refuses(withOperand(good, 2, { data: undefined }), "OPERATOR_UNSUPPORTED", "bias");
  refuses(withOperand(good, 2, { shape: [3], data: zeros(3) }), "MODEL_INVALID", "3 elements for 4 channels");
});

lowering.run();
