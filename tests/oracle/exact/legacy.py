"""
Legacy uint8: the int8 rules on codes less 128, and what TFLite computes by rules of its own. AVERAGE_POOL_2D rounds halves up, LOGISTIC and TANH are
tables filled in float32, CONCATENATION rescales in float32, and convolutions round the product of input and weight scale to float32.
"""

from dataclasses import replace

import numpy as np

from exact import activations, convolution
from exact.context import Context
from exact.rules import LITERT, round_half_away


def recompute(model, operator, values, rules, recompute_int8):
    """`recompute_int8`: exact.recompute."""
    if operator.name in OPERATORS:
        return [OPERATORS[operator.name](Context(model, operator, values, rules))]
    int8 = replace(model, tensors=list(map(rebased, model.tensors)))
    outputs = recompute_int8(int8, operator, {i: flipped(array) if is_legacy(model.tensors[i]) else array for i, array in values.items()}, rules)
    return outputs and [flipped(array) if is_legacy(model.tensors[i]) else array for i, array in zip(operator.outputs, outputs)]


def is_legacy(tensor):
    return tensor.dtype == "uint8" and tensor.quantization is not None


def flipped(codes):
    """uint8 less 128 as int8, or back."""
    return codes.view(np.int8) ^ np.int8(-128) if codes.dtype == np.uint8 else codes.view(np.uint8) ^ np.uint8(128)


def rebased(tensor):
    if not is_legacy(tensor):
        return tensor
    quantization = replace(tensor.quantization, zero_points=tuple(zero - 128 for zero in tensor.quantization.zero_points))
    return replace(tensor, dtype="int8", quantization=quantization, data=None if tensor.data is None else flipped(tensor.data))


def average_pool_2d(context):
    total, count = convolution.pool_sums(context)
    return np.clip((total + count // 2) // count, *context.clamp()).astype(np.uint8)


def table(name):
    def function(context):
        context.rules = LITERT
        return activations.OPERATORS[name](context)

    return function


def concatenation(context):
    target = context.output.quantization
    parts = []
    for tensor, codes in zip(context.tensors, context.arrays):
        if tensor.quantization != target:
            scale = np.float32(tensor.quantization.scale) * (np.float32(1) / np.float32(target.scale))
            bias = np.float32(-tensor.quantization.zero_point) * scale
            codes = np.clip(round_half_away(codes.astype(np.float32) * scale + bias).astype(np.int64) + target.zero_point, 0, 255)
        parts.append(codes.astype(np.uint8))
    return np.concatenate(parts, axis=context.options["axis"])


def with_float32_product(function):
    return lambda context: function(context, np.float32)


OPERATORS = {
    "CONV_2D": with_float32_product(convolution.conv_2d),
    "DEPTHWISE_CONV_2D": with_float32_product(convolution.depthwise_conv_2d),
    "AVERAGE_POOL_2D": average_pool_2d,
    "LOGISTIC": table("LOGISTIC"),
    "TANH": table("TANH"),
    "CONCATENATION": concatenation,
}
