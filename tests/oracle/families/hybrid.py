"""
Hybrid ("dynamic range") operators: float32 activations, int8 weights. TFLM has none: LiteRT's reference kernels are the expectation, to the bit.

Where LiteRT does not compute what the operator means, nothing is drawn: weights of -128 beside negative codes (its dot products for x86 take the sign of
an activation over to them, 16 at a time, and -(-128) is no int8; converters never write one; DEPTHWISE_CONV_2D has no such product), BATCH_MATMUL over more
than one leading dimension (scales of other rows are used), groups with one weight scale (scales are read past the end). A bias of -0.0 is not drawn either:
FULLY_CONNECTED of nothing but zeros gives it as it is, where the sum of products gives 0.0.
"""

import numpy as np

import draw
from build_model import Graph
from families.convolution import CONV_FILTERS, DEPTHWISE_FILTERS, draw_geometry, geometry_options
from families import float32
from families.float32 import MOST_MACS, channels_of, matrices, transpose_geometry
from families.fully_connected import DEPTHS, UNITS


def reals(rng, shape):
    """Rows of one sign and of both, now and then constant or all zero; or codes and halves of codes, ties, where a row has both ends of its range."""
    kind = rng.integers(7)
    if kind == 6:
        low = -int(rng.integers(0, 256)) / 4
        ends = draw.choose(rng, ((low, low + 63.75), (-31.75, 31.75)))  # a step of 1/4: 255 of them, or 127 on either side
        values = rng.integers(8 * ends[0], 8 * ends[1] + 1, shape) / 8
        values[..., 0], values[..., -1] = ends if shape[-1] > 1 else (ends[0], ends[0])
        return values.astype(np.float32)
    if kind <= 1:
        values = np.abs(rng.normal(0, 1, shape)) + draw.choose(rng, (0, 3))
    elif kind == 2:
        values = -np.abs(rng.normal(0, 1, shape))
    else:
        values = rng.normal(draw.choose(rng, (0, 0, 1)), draw.choose(rng, (0.1, 1, 30)), shape)
    values = np.array(values, np.float32)
    if draw.chance(rng, 0.1):
        values[:1] = draw.choose(rng, (0, 1.5))
    return values


def bias_of(rng, graph, count):
    bias = float32.bias_of(rng, graph, count)
    if bias is not None:
        bias.data += np.float32(0)
    return bias


def weights_of(rng, graph, shape, axis, per_channel, least=-127, dtype="int8"):
    """`least`: of int8, -128 where no code is negative, or none meets a weight in LiteRT's dot products."""
    codes = np.maximum(draw.weights(rng, shape), least) if dtype == "int8" else rng.integers(-8, 7, shape, endpoint=True)
    return graph.constant(codes.astype(np.int8), draw.weight_quantization(rng, shape[axis], axis, per_channel), dtype)


def least_weight(values, symmetric):
    """-128 where rows of `values` become codes that are not negative."""
    return -128 if symmetric and values.min() >= 0 else -127


def conv_2d(rng, dtype="int8"):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, CONV_FILTERS)
        per_channel = draw.chance(rng, 0.6)
        groups = int(draw.choose(rng, (1, 1, 2, 3))) if per_channel else 1
        group_channels, out_channels, batch = channels_of(rng), channels_of(rng) * groups, draw.batch(rng)
        if batch * np.prod(outputs) * out_channels * np.prod(kernel) * group_channels <= MOST_MACS and (not per_channel or out_channels > 1):
            break
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [batch, *image, group_channels * groups]))
    w = weights_of(rng, graph, [out_channels, *kernel, group_channels], 0, per_channel, least_weight(graph.values[0], not per_channel), dtype)
    if groups > 1 and len(set(w.quantization.scales)) == 1:
        return conv_2d(rng, dtype)
    bias = bias_of(rng, graph, out_channels) or graph.constant(np.zeros(out_channels, np.float32))
    output = graph.tensor([batch, *outputs, out_channels], "float32")
    graph.operator("CONV_2D", [x, w, bias], output, version=5 if dtype == "int8" else 7, fusedActivationFunction=draw.activation(rng), **geometry_options(strides, dilations, padding))
    return graph.finish(output)


def depthwise_conv_2d(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, DEPTHWISE_FILTERS)
        channels, multiplier, batch = channels_of(rng), 1 if draw.chance(rng, 0.6) else int(draw.choose(rng, (2, 3, 4))), draw.batch(rng)
        if batch * np.prod(outputs) * channels * multiplier * np.prod(kernel) <= MOST_MACS:
            break
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [batch, *image, channels]))
    w = weights_of(rng, graph, [1, *kernel, channels * multiplier], 3, True, -128)
    bias = bias_of(rng, graph, channels * multiplier) or graph.constant(np.zeros(channels * multiplier, np.float32))
    output = graph.tensor([batch, *outputs, channels * multiplier], "float32")
    options = geometry_options(strides, dilations, padding) | {"depthMultiplier": multiplier}
    graph.operator("DEPTHWISE_CONV_2D", [x, w, bias], output, version=6, fusedActivationFunction=draw.activation(rng), **options)
    return graph.finish(output)


def transpose_conv(rng):
    batch, image, kernel, strides, padding, outputs, in_channels, out_channels = transpose_geometry(rng)
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [batch, *image, in_channels]))
    w = weights_of(rng, graph, [out_channels, *kernel, in_channels], 0, draw.chance(rng, 0.6))
    bias = bias_of(rng, graph, out_channels)
    output = graph.tensor([batch, *outputs, out_channels], "float32")
    inputs = [graph.constant(np.array([batch, *outputs, out_channels], np.int32)), w, x] + ([] if bias is None else [bias])
    graph.operator("TRANSPOSE_CONV", inputs, output, version=1 if bias is None else 3, strideH=strides[0], strideW=strides[1], padding=padding)
    return graph.finish(output)


def fully_connected(rng, dtype="int8"):
    while True:
        depth, units = int(draw.choose(rng, DEPTHS)), int(draw.choose(rng, UNITS))
        if depth * units < 6000:
            break
    leading = draw.choose(rng, ([1], [1], [int(rng.integers(2, 9))], [2, 3], [1, 2, 3]))
    kept = len(leading) > 1
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [*leading, depth]))
    asymmetric = draw.chance(rng, 0.5)
    w = weights_of(rng, graph, [units, depth], 0, units > 1 and draw.chance(rng, 0.4), least_weight(graph.values[0], not asymmetric), dtype)
    output = graph.tensor([*leading, units] if kept else [int(np.prod(leading)), units], "float32")
    inputs = [x, w, bias_of(rng, graph, units)]
    options = {"keepNumDims": kept, "asymmetricQuantizeInputs": asymmetric, "fusedActivationFunction": draw.activation(rng)}
    graph.operator("FULLY_CONNECTED", inputs, output, version=12 if len(w.quantization.scales) > 1 else 9, **options)
    return graph.finish(output)


def batch_matmul(rng):
    while True:
        a_shape, b_shape, shape, options = matrices(rng)
        if len(shape) <= 3:
            break
    graph = Graph(expect="LiteRT")
    a = graph.input(reals(rng, a_shape))
    asymmetric = draw.chance(rng, 0.5)
    b = weights_of(rng, graph, b_shape, len(b_shape) - (2 if options["adjY"] else 1), False, least_weight(graph.values[0], not asymmetric))
    output = graph.tensor(shape, "float32")
    graph.operator("BATCH_MATMUL", [a, b], output, version=4, asymmetricQuantizeInputs=asymmetric, **options)
    return graph.finish(output)


FAMILIES = {
    "conv_2d_hybrid": conv_2d,
    "conv_2d_hybrid_int4": lambda rng: conv_2d(rng, "int4"),
    "depthwise_conv_2d_hybrid": depthwise_conv_2d,
    "transpose_conv_hybrid": transpose_conv,
    "fully_connected_hybrid": fully_connected,
    "fully_connected_hybrid_int4": lambda rng: fully_connected(rng, "int4"),
    "batch_matmul_hybrid": batch_matmul,
}
