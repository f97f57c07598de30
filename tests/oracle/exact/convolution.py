"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED, AVERAGE_POOL_2D, MAX_POOL_2D, int8 and int16."""

import numpy as np
from ai_edge_litert.schema_py_generated import Padding

from exact.rules import double, quantized_multipliers, reduced16


def windows(x, filter_shape, options, out_shape, fill):
    """For each filter tap (ky, kx): the input elements under it, [n][out_h][out_w][c]. Elements outside the image are `fill`."""
    (_, height, width, _), (kh, kw), (_, out_h, out_w, _) = x.shape, filter_shape, out_shape
    sh, sw, dh, dw = options["strideH"], options["strideW"], options.get("dilationHFactor", 1), options.get("dilationWFactor", 1)
    need_h, need_w = (out_h - 1) * sh + (kh - 1) * dh + 1, (out_w - 1) * sw + (kw - 1) * dw + 1
    top = left = 0
    if options["padding"] == Padding.SAME:
        top, left = max(need_h - height, 0) // 2, max(need_w - width, 0) // 2
    bottom, right = max(need_h - height - top, 0), max(need_w - width - left, 0)
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)), constant_values=fill)
    for ky in range(kh):
        for kx in range(kw):
            y0, x0 = ky * dh, kx * dw
            yield ky, kx, padded[:, y0 : y0 + (out_h - 1) * sh + 1 : sh, x0 : x0 + (out_w - 1) * sw + 1 : sw, :]


def requantize(context, accumulators, rounding, product=np.float64, source=0, bias=2):
    """Adds the bias and scales by input * weights / output, in double. int16 is rounded once, unless the bias is int32.
    `product`: the type that input * weights is rounded to first."""
    weights, of_bias = context.quantization(1), context.arrays[bias] if len(context.arrays) > bias else None
    if of_bias is not None:
        accumulators = accumulators + of_bias.astype(np.int64)
    if context.output.dtype == "int16":
        rounding = double if of_bias is not None and of_bias.dtype == np.int32 else reduced16
    products = product(np.float64(context.quantization(source).scale) * np.array(weights.scales, np.float64))
    reals = np.float64(products) / np.float64(context.output.quantization.scale)
    return context.store(rounding(accumulators, *quantized_multipliers(reals)))


def integer_matmul(x, w):
    """x (..., d) @ w (d, n), exact: products of int16 and int8 values and their sums stay below 2^53."""
    return (x.astype(np.float64) @ w.astype(np.float64)).astype(np.int64)


def conv_2d(context, product=np.float64):
    x, w = context.integers(0), context.integers(1)  # w (out, kh, kw, in / groups)
    groups, per_group = x.shape[3] // w.shape[3], w.shape[0] // (x.shape[3] // w.shape[3])
    accumulators = np.zeros(context.output.shape, np.int64)
    for ky, kx, tap in windows(x, w.shape[1:3], context.options, context.output.shape, 0):
        for g in range(groups):
            outputs, inputs = slice(g * per_group, (g + 1) * per_group), slice(g * w.shape[3], (g + 1) * w.shape[3])
            accumulators[..., outputs] += integer_matmul(tap[..., inputs], w[outputs, ky, kx, :].T)
    return requantize(context, accumulators, double, product)


def depthwise_conv_2d(context, product=np.float64):
    x, w = context.integers(0), context.integers(1)  # w (1, kh, kw, out); output channel o reads input channel o // multiplier
    accumulators = np.zeros(context.output.shape, np.int64)
    for ky, kx, tap in windows(x, w.shape[1:3], context.options, context.output.shape, 0):
        accumulators += np.repeat(tap, w.shape[3] // x.shape[3], axis=3) * w[0, ky, kx, :]
    return requantize(context, accumulators, double, product)


def transpose_conv(context):
    if context.output.dtype not in ("int8", "int16"):
        return None
    x, w = context.integers(2), context.arrays[1].astype(np.int64)  # w (out, kh, kw, in)
    (_, in_h, in_w, _), (_, out_h, out_w, _), (_, kh, kw, _) = x.shape, context.output.shape, w.shape
    sh, sw = context.options["strideH"], context.options["strideW"]
    top = left = 0
    if context.options["padding"] == Padding.SAME:
        top, left = (max((-(-n // s) - 1) * s + k - n, 0) // 2 for n, s, k in ((out_h, sh, kh), (out_w, sw, kw)))
    whole = np.zeros((x.shape[0], max(in_h * sh + kh, top + out_h), max(in_w * sw + kw, left + out_w), w.shape[0]), np.int64)
    for ky in range(kh):
        for kx in range(kw):
            whole[:, ky : ky + in_h * sh : sh, kx : kx + in_w * sw : sw] += integer_matmul(x, w[:, ky, kx, :].T)
    return requantize(context, whole[:, top : top + out_h, left : left + out_w], double, source=2, bias=3)


def fully_connected(context):
    w = context.integers(1)  # (out, depth)
    x = context.integers(0).reshape(-1, w.shape[1])
    stored = requantize(context, integer_matmul(x, w.T), context.rules.fully_connected)
    return stored.reshape(context.output.shape)


def pool_shape(context):
    return context.options["filterHeight"], context.options["filterWidth"]


def pool_sums(context):
    """Sums of the elements under each window, and how many they are."""
    x = context.arrays[0].astype(np.int64)
    shape, options = context.output.shape, context.options
    return [sum(tap for _, _, tap in windows(values, pool_shape(context), options, shape, 0)) for values in (x, np.ones_like(x))]


def average_pool_2d(context):
    total, count = pool_sums(context)
    average = np.sign(total) * ((np.abs(total) + count // 2) // count)  # half away from zero
    return np.clip(average, *context.clamp()).astype(context.output.dtype)


def max_pool_2d(context):
    taps = [tap for _, _, tap in windows(context.arrays[0].astype(np.int64), pool_shape(context), context.options, context.output.shape, -32768)]
    return np.clip(np.max(taps, axis=0), *context.clamp()).astype(context.output.dtype)


OPERATORS = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "FULLY_CONNECTED": fully_connected,
    "AVERAGE_POOL_2D": average_pool_2d,
    "MAX_POOL_2D": max_pool_2d,
}
TRANSPOSED = {"TRANSPOSE_CONV": transpose_conv}
