"""
The dialect in exact integers: an independent numpy implementation of each operator, written from the rules that README.md lists.

`recompute(model, operator, values, rules)` returns the operator's outputs. `rules` is TFLM (the dialect) or LITERT, which differs in the points that
rules.py names. There is no tolerance anywhere, and nothing here is fast.
"""

from dataclasses import replace

import numpy as np

from build_model import per_tensor
from exact import activations, convolution, elementwise, indexed, legacy, movement, pointwise, reduction, search
from exact.context import Context
from exact.rules import LITERT, TFLM

__all__ = ["LITERT", "TFLM", "OPERATORS", "bias_of_int16", "clamps_unscaled", "computes_nonsense", "is_plain", "recompute", "recompute_model"]

INT8_OPERATORS = {**activations.OPERATORS, **convolution.OPERATORS, **elementwise.OPERATORS, **reduction.OPERATORS}
INT16_OPERATORS = {**convolution.OPERATORS, **elementwise.OPERATORS, **reduction.OPERATORS}
OPERATORS = {
    **INT8_OPERATORS, **convolution.TRANSPOSED, **elementwise.CONVERSIONS, **movement.OPERATORS, **indexed.OPERATORS, **pointwise.OPERATORS,
    **search.OPERATORS,
}


def recompute(model, operator, values, rules):
    """The output arrays, or None where this operator or its types have no recomputation here."""
    if not operator.inputs or not operator.outputs:
        return None
    if is_plain(model, operator):
        return [plain(operator.name, *(values[i] for i in operator.inputs)).astype(model.tensors[operator.outputs[0]].dtype)]
    if is_unscaled(model, operator):
        model = with_unit_scales(model)
    types = {model.tensors[operator.inputs[0]].dtype, model.tensors[operator.outputs[0]].dtype}
    if types == {"uint8"} and model.tensors[operator.outputs[0]].quantization is not None:
        return legacy.recompute(model, operator, values, rules, recompute)
    if operator.name not in OPERATORS or (operator.name in INT8_OPERATORS and types != {"int8"} and not (operator.name in INT16_OPERATORS and types == {"int16"})):
        return None
    result = OPERATORS[operator.name](Context(model, operator, values, rules))
    return result if result is None or isinstance(result, list) else [result]


def recompute_model(model, inputs, rules):
    """Every tensor of a model by index, or None if an operator has no recomputation."""
    values = {tensor.index: tensor.data for tensor in model.tensors if tensor.data is not None} | dict(zip(model.inputs, inputs))
    for operator in model.operators:
        outputs = recompute(model, operator, values, rules)
        if outputs is None:
            return None
        values |= dict(zip(operator.outputs, outputs))
    return values


def computes_nonsense(model, operator):
    """Where TFLM accepts a model and does not compute what the operator means: the expectation is then recomputed, not TFLM's."""
    if not operator.inputs or not operator.outputs:
        return False
    if is_plain(model, operator):
        return operator.name != "ABS"
    if clamps_unscaled(model, operator):
        return True
    if operator.name == "GREATER" and model.tensors[operator.inputs[0]].dtype == "int16":
        return True  # a scaling that nobody sets
    if operator.name == "DIV" and model.tensors[operator.inputs[0]].dtype == "int8":
        return pointwise.shifts_too_far(operator, model.tensors)
    if operator.name == "SPACE_TO_BATCH_ND" and model.tensors[operator.inputs[2]].data.any():
        return True  # the padding is never written
    source, target = model.tensors[operator.inputs[0]].quantization, model.tensors[operator.outputs[0]].quantization
    return (operator.name == "RELU6" and source != target) or (operator.name in ("DEPTHWISE_CONV_2D", "TRANSPOSE_CONV") and bias_of_int16(model, operator) == "int32")


def is_plain(model, operator):
    """Operators of 8 and 16 bits without scales, which TFLM multiplies by 0, or wraps (ABS); bools of other types, of which it reads bytes."""
    tensors = [model.tensors[i] for i in (*operator.inputs, *operator.outputs)]
    if operator.name in ("LOGICAL_AND", "LOGICAL_OR"):
        return any(tensor.dtype != "bool" for tensor in tensors)
    return operator.name in ("MUL", "DIV", "PRELU", "ABS", *pointwise.COMPARISONS) and is_unscaled(model, operator)


def is_unscaled(model, operator):
    tensors = [model.tensors[i] for i in (*operator.inputs, *operator.outputs) if i >= 0]
    return tensors[0].dtype in ("int8", "int16") and all(tensor.quantization is None for tensor in tensors)


def clamps_unscaled(model, operator):
    """Integers that are no codes between bounds, which TFLM and LiteRT divide by a scale of 0."""
    return is_unscaled(model, operator) and (operator.name in ("RELU", "RELU6") or bool(operator.options.get("fusedActivationFunction")))


def with_unit_scales(model):
    """What moves, compares and clamps codes does so with integers as if they were codes of scale 1."""
    tensors = [replace(tensor, quantization=per_tensor(1, 0)) if tensor.dtype in ("int8", "int16") and tensor.quantization is None else tensor for tensor in model.tensors]
    return replace(model, tensors=tensors)


def plain(name, a, b=None):
    if name.startswith("LOGICAL"):
        return (a != 0) & (b != 0) if name == "LOGICAL_AND" else (a != 0) | (b != 0)
    if name in pointwise.COMPARISONS:
        return pointwise.COMPARISONS[name](a, b)
    if name == "ABS":
        return np.abs(a)  # wraps
    x, y = np.broadcast_arrays(a.astype(np.int64), b.astype(np.int64))
    if name == "DIV":
        return (np.sign(x) * np.sign(y) * (np.abs(x) // np.abs(y))).astype(a.dtype)
    return np.where((name == "PRELU") & (x >= 0), x, x * y).astype(a.dtype)


def bias_of_int16(model, operator):
    """The type of a layer's bias where its activations are int16; None for others."""
    place = {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 2, "FULLY_CONNECTED": 2, "TRANSPOSE_CONV": 3}.get(operator.name)
    if place is None or model.tensors[operator.outputs[0]].dtype != "int16" or len(operator.inputs) <= place or operator.inputs[place] < 0:
        return None
    return model.tensors[operator.inputs[place]].dtype
