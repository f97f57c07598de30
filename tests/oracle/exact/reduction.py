"""MEAN, SUM."""

import numpy as np

from exact.rules import double, quantized_multiplier


def mean(context):
    x = context.integers(0)
    axes = tuple(sorted({int(axis) % x.ndim for axis in context.arrays[1].reshape(-1)}))
    count = int(np.prod([x.shape[axis] for axis in axes]))
    multiplier, shift = quantized_multiplier(np.float64(context.quantization(0).scale) / np.float64(context.output.quantization.scale))
    # the division by the count is folded into the multiplier, with as many more bits as fit
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    multiplier, shift = (multiplier << bits) // count, shift - bits
    return context.store(double(x.sum(axis=axes).reshape(context.output.shape), multiplier, shift))


def total(context):
    x = context.integers(0)
    axes = tuple(sorted({int(axis) % x.ndim for axis in context.arrays[1].reshape(-1)}))
    multiplier, shift = quantized_multiplier(np.float64(context.quantization(0).scale) / np.float64(context.output.quantization.scale))
    return context.store(double(x.sum(axis=axes).reshape(context.output.shape), multiplier, shift))


OPERATORS = {"MEAN": mean, "SUM": total}
