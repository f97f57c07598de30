"""Functions of two codes: comparisons, SQUARED_DIFFERENCE, DIV, PRELU."""

import numpy as np

from exact.rules import double, quantized_multiplier, rounding_shift

COMPARISONS = {
    "EQUAL": np.equal, "NOT_EQUAL": np.not_equal, "LESS": np.less, "LESS_EQUAL": np.less_equal, "GREATER": np.greater, "GREATER_EQUAL": np.greater_equal,
}  # fmt: skip


def scales(context, *operands):
    return [np.float64(context.quantization(i).scale) for i in operands] + [np.float64(context.output.quantization.scale)]


def compared(of):
    def recompute(context):
        if context.tensors[0].dtype not in ("int8", "int16"):
            return None
        rescaled = [double(context.integers(i) << 8, *quantized_multiplier(context.quantization(i).scale)) for i in range(2)]
        return of(*rescaled)

    return recompute


def squared_difference(context):
    dtype = context.output.dtype
    if dtype not in ("int8", "int16"):
        return None
    first, second, output = scales(context, 0, 1)
    common, left = 2 * max(first, second), {"int8": 7, "int16": 0}[dtype]
    a = double(context.integers(0) << left, *quantized_multiplier(first / common))
    b = double(context.integers(1) << left, *quantized_multiplier(second / common))
    limits = np.iinfo(dtype)
    return context.store(double((a - b) ** 2, *quantized_multiplier(common**2 / (4**left * output))), (limits.min, limits.max))


def quotient_factor(first, second, output, float32):
    if float32:
        return np.float64(np.float32(first) / np.float32(np.float32(second) * np.float32(output)))
    return np.float64(first) / (np.float64(second) * np.float64(output))


def high_product(a, b):
    return (a * b + (1 << 30)) >> 31


def reciprocal(x):
    """2^31 / (x as a fraction from 1 to 2), x > 0 in 32 bits: gemmlowp's three Newton steps."""
    bits = 31 - np.floor(np.log2(x)).astype(np.int64)
    a = (x << bits) - (1 << 31)
    d = (a + (1 << 31) - 1 + 1) >> 1
    y = 1515870810 + high_product(d, np.int64(-1010580540))
    for _ in range(3):
        y = y + (high_product(y, (1 << 29) - high_product(d, y)) << 2)
    return np.minimum(y << 1, 2**31 - 1), 31 - bits


def div(context):
    """Where the two shifts exceed 31 bits the quotient is 0: the runtimes shift by what is left modulo 32."""
    if context.output.dtype != "int8":
        return None
    multiplier, shift = quantized_multiplier(quotient_factor(*scales(context, 0, 1), float32="DIV" in context.rules.float32_products))
    x, y = np.broadcast_arrays(context.integers(0), context.integers(1))
    x, y = np.where(y < 0, -x, x), np.maximum(np.abs(y), 1)
    inverse, over = reciprocal(y)
    headroom = np.where(x == 0, 31, 30 - np.floor(np.log2(np.maximum(np.where(x < 0, ~x, x), 0.5))).astype(np.int64))
    right = over + headroom - shift
    high = high_product(high_product(x << headroom, inverse), np.int64(multiplier))
    return context.store(np.where(right > 31, 0, rounding_shift(high, np.minimum(right, 31))))


def prelu(context):
    dtype = context.output.dtype
    if dtype not in ("int8", "int16"):
        return None
    source, slope, target = scales(context, 0, 1)
    if "PRELU" in context.rules.float32_products:
        positive, negative = np.float32(source) / np.float32(target), np.float32(np.float32(source) * np.float32(slope)) / np.float32(target)
    else:
        positive, negative = source / target, source * slope / target
    x = context.integers(0)
    limits = np.iinfo(dtype)
    below = double(np.minimum(x, 0) * context.integers(1), *quantized_multiplier(float(negative)))
    return context.store(np.where(x >= 0, double(np.maximum(x, 0), *quantized_multiplier(float(positive))), below), (limits.min, limits.max))


OPERATORS = {**{name: compared(of) for name, of in COMPARISONS.items()}, "SQUARED_DIFFERENCE": squared_difference, "DIV": div, "PRELU": prelu}


def shifts_too_far(operator, tensors):
    """Whether TFLM's DIV of codes may shift by 32 bits or more."""
    first, second, output = (tensors[i].quantization for i in (*operator.inputs, *operator.outputs))
    return quantized_multiplier(quotient_factor(first.scale, second.scale, output.scale, False))[1] < 7
