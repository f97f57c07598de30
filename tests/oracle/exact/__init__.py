"""
The dialect in exact integers: an independent numpy implementation of each operator, written from the rules that README.md lists.

`recompute(model, operator, values, rules)` returns the operator's outputs. `rules` is TFLM (the dialect) or LITERT, which differs in the points that
rules.py names. There is no tolerance anywhere, and nothing here is fast.
"""

from exact import activations, convolution, elementwise, indexed, movement, reduction, search
from exact.context import Context
from exact.rules import LITERT, TFLM

__all__ = ["LITERT", "TFLM", "OPERATORS", "computes_nonsense", "recompute", "recompute_model"]

INT8_OPERATORS = {**activations.OPERATORS, **convolution.OPERATORS, **elementwise.OPERATORS, **reduction.OPERATORS}
OPERATORS = {**INT8_OPERATORS, **elementwise.CONVERSIONS, **movement.OPERATORS, **indexed.OPERATORS, **search.OPERATORS}


def recompute(model, operator, values, rules):
    """The output arrays, or None where this operator or its types have no recomputation here."""
    if not operator.inputs or not operator.outputs:
        return None
    types = {model.tensors[operator.inputs[0]].dtype, model.tensors[operator.outputs[0]].dtype}
    if operator.name not in OPERATORS or (operator.name in INT8_OPERATORS and types != {"int8"}):
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
    if operator.name == "SPACE_TO_BATCH_ND" and model.tensors[operator.inputs[2]].data.any():
        return True  # the padding is never written
    source, target = model.tensors[operator.inputs[0]].quantization, model.tensors[operator.outputs[0]].quantization
    return operator.name == "RELU6" and source != target
