// What CONV_2D and DEPTHWISE_CONV_2D refuse.
import { suite } from "uvu";
import { accepts, refuses, refusesBadQuantization, withOperand, withOptions, withResult, type Case } from "./refused";

const lowering = suite("lowering/convolution");

const zeros = (n: number) => new Array<number>(n).fill(0);
const window = { padding: "SAME", strideH: 1, strideW: 1, dilationHFactor: 1, dilationWFactor: 1 };
const conv: Case = {
  op: "CONV_2D",
  operands: [{ type: "int8", shape: [1, 4, 5, 6], scale: 0.5 }, { type: "int8", shape: [4, 3, 3, 6], scale: 0.5, data: zeros(216) }, { type: "int32", shape: [4], data: zeros(4) }],
  result: { type: "int8", shape: [1, 4, 5, 4], scale: 1 }, options: window,
};
const depthwise: Case = {
  op: "DEPTHWISE_CONV_2D",
  operands: [{ type: "int8", shape: [1, 4, 5, 2], scale: 0.5 }, { type: "int8", shape: [1, 3, 3, 4], scale: 0.5, dimension: 3, data: zeros(36) }, { type: "int32", shape: [4], data: zeros(4) }],
  result: { type: "int8", shape: [1, 4, 5, 4], scale: 1 }, options: window,
};
const BOTH = [conv, depthwise];

lowering("accept what the refused cases are bent from", () => BOTH.forEach(accepts));

lowering("refuse activations that no clamp is", () => {
  for (const good of BOTH) for (const fusedActivationFunction of ["TANH", "SIGN_BIT"]) refuses(withOptions(good, { fusedActivationFunction }), "OPERATOR_UNSUPPORTED", fusedActivationFunction);
});

lowering("refuse activations without exactly one positive scale", () => BOTH.forEach(refusesBadQuantization));

lowering("refuse other than four dimensions", () => {
  for (const good of BOTH) {
    refuses(withOperand(good, 0, { shape: [4, 5, 6] }), "MODEL_INVALID", "four dimensions");
    refuses(withOperand(good, 1, { shape: [4, 3, good === conv ? 18 : 3] }), "MODEL_INVALID", "four dimensions");
  }
});

lowering("refuse channels that groups and multipliers do not divide", () => {
  refuses(withOperand(conv, 1, { shape: [4, 3, 3, 4], data: zeros(144) }), "MODEL_INVALID", "groups");
  refuses(withOperand(conv, 1, { shape: [4, 3, 3, 2], data: zeros(72) }), "MODEL_INVALID", "groups"); // 3 groups, 4 outputs
  refuses(withOperand(conv, 1, { shape: [4, 3, 3, 12], data: zeros(432) }), "MODEL_INVALID", "groups"); // half a group
  refuses(withOperand(depthwise, 1, { shape: [1, 3, 3, 5], data: zeros(45) }), "MODEL_INVALID", "each input channel");
  refuses(withOperand(depthwise, 1, { shape: [2, 3, 3, 4], data: zeros(72) }), "MODEL_INVALID", "each input channel");
});

lowering("refuse strides, dilations and paddings that are none", () => {
  for (const good of BOTH) {
    for (const option of ["strideH", "strideW", "dilationHFactor", "dilationWFactor"]) for (const value of [0, -1]) refuses(withOptions(good, { [option]: value }), "MODEL_INVALID", "at least 1");
    refuses(withOptions(good, { padding: "FULL" }), "MODEL_INVALID", "padding FULL");
  }
});

lowering("refuse a window that does not fit", () => {
  for (const good of BOTH) {
    refuses(withOptions(good, { padding: "VALID", dilationHFactor: 2 }), "MODEL_INVALID", "height: a window of 5 does not fit an input of 4");
    refuses(withOptions(good, { padding: "VALID", dilationWFactor: 3 }), "MODEL_INVALID", "width: a window of 7 does not fit an input of 5");
  }
});

lowering("refuse a window that 32 bits cannot measure", () => {
  for (const good of BOTH) refuses(withOptions(good, { dilationHFactor: 2 ** 30 }), "OPERATOR_UNSUPPORTED", "height: windows reach over 2147483652 elements, 2^31 or more");
});

lowering("refuse an output of another shape", () => {
  for (const good of BOTH)
    for (const shape of [[1, 4, 5, 3], [1, 3, 5, 4], [2, 4, 5, 4], [4, 5, 4], []]) refuses(withResult(good, { shape }), "MODEL_INVALID", `has shape [${shape}], the inputs and options give [1,4,5,4]`);
});

lowering("refuse weights that are computed, without scale, or with the wrong scales", () => {
  for (const good of BOTH) {
    const right = good === conv ? 0 : 3;
    refuses(withOperand(good, 1, { data: undefined }), "OPERATOR_UNSUPPORTED", "computed while the model runs");
    refuses(withOperand(good, 1, { scale: undefined }), "OPERATOR_UNSUPPORTED", "no scale");
    refuses(withOperand(good, 1, { scale: [1, 1, 1], dimension: right }), "MODEL_INVALID", `3 scales along dimension ${right}; 4 along ${right} are due`);
    refuses(withOperand(good, 1, { scale: [1, 1, 1, 1], dimension: 3 - right }), "MODEL_INVALID", `4 scales along dimension ${3 - right}`);
    refuses(withOperand(good, 1, { zeroPoint: 1 }), "OPERATOR_UNSUPPORTED", "zero point other than 0");
    refuses(withOperand(good, 1, { scale: [1, 1, 1, 1], zeroPoint: [0, 0, 0, 2], dimension: right }), "OPERATOR_UNSUPPORTED", "zero point other than 0");
  }
});

lowering("refuse a bias that is computed, or of another length", () => {
  for (const good of BOTH) {
    refuses(withOperand(good, 2, { data: undefined }), "OPERATOR_UNSUPPORTED", "bias tensor 4 'x2' is computed");
    refuses(withOperand(good, 2, { shape: [5], data: zeros(5) }), "MODEL_INVALID", "5 elements for 4 channels");
  }
});

lowering("take no bias, an absent one, and scales per channel", () => {
  for (const good of BOTH) {
    accepts({ ...good, operands: good.operands.slice(0, 2) });
    accepts(withOperand(good, 2, null));
    accepts(withOperand(good, 1, { scale: [1, 2, 0, 3], dimension: good === conv ? 0 : 3 }));
  }
});

lowering.run();
