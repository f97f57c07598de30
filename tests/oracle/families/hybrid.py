"""
Hybrid ("dynamic range") operators: float32 activations, int8 weights. TFLM has none: LiteRT's reference kernels are the expectation, to the bit.

Where LiteRT does not compute what the operator means, nothing is drawn: weights of -128 (its dot products for x86 take the sign of a negative
activation over to them, and -(-128) is no int8; converters never write one), BATCH_MATMUL over more than one leading dimension (scales of other rows
are used), groups with one weight scale (scales are read past the end), and activations that fall on a tie of the asymmetric codes.
"""

import numpy as np

import draw
from build_model import Graph
from families.convolution import CONV_FILTERS, DEPTHWISE_FILTERS, draw_geometry, geometry_options
from families.float32 import MOST_MACS, bias_of, channels_of, matrices, transpose_geometry
from families.fully_connected import DEPTHS, UNITS


def reals(rng, shape):
    """Rows of one sign and of both, now and then constant or all zero."""
    kind = rng.integers(5)
    if kind == 1:
        values = np.abs(rng.normal(0, 1, shape)) + draw.choose(rng, (0, 3))
    elif kind == 2:
        values = -np.abs(rng.normal(0, 1, shape))
    else:
        values = rng.normal(draw.choose(rng, (0, 0, 1)), draw.choose(rng, (0.1, 1, 30)), shape)
    values = np.array(values, np.float32)
    if draw.chance(rng, 0.1):
        values[:1] = draw.choose(rng, (0, 1.5))
    return values


def weights_of(rng, graph, shape, axis, per_channel):
    codes = np.maximum(draw.weights(rng, shape), -127).astype(np.int8)
    return graph.constant(codes, draw.weight_quantization(rng, shape[axis], axis, per_channel))


def conv_2d(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, CONV_FILTERS)
        per_channel = draw.chance(rng, 0.6)
        groups = int(draw.choose(rng, (1, 1, 2, 3))) if per_channel else 1
        group_channels, out_channels, batch = channels_of(rng), channels_of(rng) * groups, draw.batch(rng)
        if batch * np.prod(outputs) * out_channels * np.prod(kernel) * group_channels <= MOST_MACS and (not per_channel or out_channels > 1):
            break
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [batch, *image, group_channels * groups]))
    w = weights_of(rng, graph, [out_channels, *kernel, group_channels], 0, per_channel)
    if groups > 1 and len(set(w.quantization.scales)) == 1:
        return conv_2d(rng)
    bias = bias_of(rng, graph, out_channels) or graph.constant(np.zeros(out_channels, np.float32))
    output = graph.tensor([batch, *outputs, out_channels], "float32")
    graph.operator("CONV_2D", [x, w, bias], output, version=5, fusedActivationFunction=draw.activation(rng), **geometry_options(strides, dilations, padding))
    return graph.finish(output)


def depthwise_conv_2d(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, DEPTHWISE_FILTERS)
        channels, multiplier, batch = channels_of(rng), 1 if draw.chance(rng, 0.6) else int(draw.choose(rng, (2, 3, 4))), draw.batch(rng)
        if batch * np.prod(outputs) * channels * multiplier * np.prod(kernel) <= MOST_MACS:
            break
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [batch, *image, channels]))
    w = weights_of(rng, graph, [1, *kernel, channels * multiplier], 3, True)
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


def fully_connected(rng):
    while True:
        depth, units = int(draw.choose(rng, DEPTHS)), int(draw.choose(rng, UNITS))
        if depth * units < 6000:
            break
    leading = draw.choose(rng, ([1], [1], [int(rng.integers(2, 9))], [2, 3], [1, 2, 3]))
    kept = len(leading) > 1
    graph = Graph(expect="LiteRT")
    x = graph.input(reals(rng, [*leading, depth]))
    w = weights_of(rng, graph, [units, depth], 0, units > 1 and draw.chance(rng, 0.4))
    output = graph.tensor([*leading, units] if kept else [int(np.prod(leading)), units], "float32")
    inputs = [x, w, bias_of(rng, graph, units)]
    options = {"keepNumDims": kept, "asymmetricQuantizeInputs": draw.chance(rng, 0.5), "fusedActivationFunction": draw.activation(rng)}
    graph.operator("FULLY_CONNECTED", inputs, output, version=12 if len(w.quantization.scales) > 1 else 9, **options)
    return graph.finish(output)


def batch_matmul(rng):
    while True:
        a_shape, b_shape, shape, options = matrices(rng)
        if len(shape) <= 3:
            break
    graph = Graph(expect="LiteRT")
    a = graph.input(reals(rng, a_shape))
    b = weights_of(rng, graph, b_shape, len(b_shape) - (2 if options["adjY"] else 1), False)
    output = graph.tensor(shape, "float32")
    graph.operator("BATCH_MATMUL", [a, b], output, version=4, asymmetricQuantizeInputs=draw.chance(rng, 0.5), **options)
    return graph.finish(output)


FAMILIES = {
    "conv_2d_hybrid": conv_2d,
    "depthwise_conv_2d_hybrid": depthwise_conv_2d,
    "transpose_conv_hybrid": transpose_conv,
    "fully_connected_hybrid": fully_connected,
    "batch_matmul_hybrid": batch_matmul,
}
