"""ADD, SUB, MUL with broadcasting; QUANTIZE and DEQUANTIZE; RELU and RELU6."""

import numpy as np

from exact.rules import double, quantized_multiplier, round_half_away

LEFT_SHIFTS = {"int8": 20, "int16": 15}  # headroom given to operands before they are brought to a common scale


def scales(context):
    return [np.float64(context.quantization(i).scale) for i in range(2)] + [np.float64(context.output.quantization.scale)]


def sum_of(context, sign):
    first, second, output = scales(context)
    common, shift = 2 * max(first, second), LEFT_SHIFTS[context.output.dtype]
    a = double(context.integers(0) << shift, *quantized_multiplier(first / common))
    b = double(context.integers(1) << shift, *quantized_multiplier(second / common))
    return context.store(double(a + sign * b, *quantized_multiplier(common / (2**shift * output))))


def mul(context):
    first, second, output = scales(context)
    if "MUL" in context.rules.float32_products:
        real = np.float64(np.float32(np.float32(first) * np.float32(second)) / np.float32(output))
    else:
        real = first * second / output
    return context.store(double(context.integers(0) * context.integers(1), *quantized_multiplier(real)))


def requantized(context, float32_quotient=False):
    source, target = np.float64(context.quantization(0).scale), np.float64(context.output.quantization.scale)
    real = np.float64(np.float32(source) / np.float32(target)) if float32_quotient else source / target
    return double(context.integers(0), *quantized_multiplier(real))


def limits(dtype):
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def quantize(context):
    if context.tensors[0].dtype == "float32":
        quotient = context.arrays[0] / np.float32(context.output.quantization.scale)
        return context.store(round_half_away(quotient).astype(np.int64), limits(context.output.dtype))
    return context.store(requantized(context), limits(context.output.dtype))


def dequantize(context):
    # TFLM multiplies in double and rounds the product to float32
    if context.tensors[0].dtype == "float16":
        return context.arrays[0].astype(np.float32)
    quantization, shape = context.quantization(0), [1] * context.arrays[0].ndim
    if len(quantization.scales) > 1:
        shape[quantization.axis] = -1
    zero_points, scales = (np.reshape(values, shape) for values in (quantization.zero_points, np.float64(quantization.scales)))
    return ((context.arrays[0].astype(np.int64) - zero_points) * scales).astype(np.float32).reshape(context.arrays[0].shape)


def stored_real(context, real):
    quantization = context.output.quantization
    return quantization.zero_point + int(round_half_away(np.float32(real) / np.float32(quantization.scale)))


def relu(context):
    low, high = limits(context.output.dtype)
    return context.store(requantized(context, "RELU" in context.rules.float32_products), (max(low, stored_real(context, 0)), high))


def relu6(context):
    """RELU with an upper limit. TFLM does not rescale, so it computes this only where the two quantizations are equal: see computes_nonsense."""
    rescaled = requantized(context, "RELU6" in context.rules.float32_products)
    low, high = limits(context.output.dtype)
    return context.store(rescaled, (max(low, stored_real(context, 0)), min(high, stored_real(context, 6))))


OPERATORS = {
    "ADD": lambda context: sum_of(context, 1),
    "SUB": lambda context: sum_of(context, -1),
    "MUL": mul,
    "RELU": relu,
    "RELU6": relu6,
}
CONVERSIONS = {"QUANTIZE": quantize, "DEQUANTIZE": dequantize}
