"""What an operator sees of its model: input arrays, tensors, options, and the rules of the runtime that is recomputed."""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType

from exact.rules import clamp_of


class Context:
    def __init__(self, model, operator, values, rules):
        self.tensors = [model.tensors[i] if i >= 0 else None for i in operator.inputs]
        self.arrays = [values[i] if i >= 0 else None for i in operator.inputs]
        self.output = model.tensors[operator.outputs[0]]
        self.options = operator.options
        self.rules = rules

    def integers(self, i):
        """Input i as int64, its zero point taken off."""
        return self.arrays[i].astype(np.int64) - self.tensors[i].quantization.zero_point

    def quantization(self, i):
        return self.tensors[i].quantization

    def clamp(self):
        """Lower and upper limit of the stored output, narrowed by the fused activation."""
        activation = self.options.get("fusedActivationFunction", ActivationFunctionType.NONE)
        return clamp_of(self.output.dtype, activation, self.output.quantization)

    def store(self, integers, clamp=None):
        """Adds the output zero point, clamps, and gives the array the output's type and shape."""
        low, high = clamp or self.clamp()
        stored = np.clip(integers + self.output.quantization.zero_point, low, high)
        return stored.astype(self.output.dtype)
