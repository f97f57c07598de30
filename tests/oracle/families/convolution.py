"""CONV_2D and DEPTHWISE_CONV_2D: strides, dilations, groups, paddings, activations, per-channel and per-tensor scales, awkward biases."""

from dataclasses import replace

import numpy as np
from ai_edge_litert.schema_py_generated import Padding

import draw
from build_model import Graph, Quantization, per_tensor

MAX_MACS = 3_000_000


def output_extent(extent, taps, stride, dilation, padding):
    reach = (taps - 1) * dilation + 1
    return -(-extent // stride) if padding == Padding.SAME else (extent - reach) // stride + 1


def accumulator_of(x_codes, w_codes, taps):
    """Mean and deviation of a sum of `taps` products, as if drawn independently."""
    x, w = x_codes.astype(np.float64), w_codes.astype(np.float64)
    variance = np.mean(x**2) * np.mean(w**2) - (x.mean() * w.mean()) ** 2
    return taps * x.mean() * w.mean(), max(np.sqrt(taps * variance), 10.0)


def settle_scales(rng, x, w, deviation):
    """The weights' quantization and the output scale; x may get another scale. Nominal ties, exact ties, multipliers above 1, or as they come."""
    kind = rng.integers(8)
    if kind >= 5 and len(w.scales) == 1:
        # a tie that the scales' rounding decides shows only where the first rounding is the last: at a multiplier of a half
        first, second, output = draw.tie_triple(rng, 2 if deviation < 300 else deviation / 50)
        x.quantization = per_tensor(first, x.quantization.zero_point)
        return replace(w, scales=(float(second),)), output
    if kind == 1:
        x.quantization = per_tensor(2.0**-6, x.quantization.zero_point)
        scales = tuple(float(scale) for scale in 2.0 ** rng.integers(-8, -5, len(w.scales)))
        return replace(w, scales=scales), np.float32(2.0**-13 * 2.0 ** np.round(np.log2(deviation / 50)))
    live = np.median([scale for scale in w.scales if scale > draw.DEAD * 10] or [w.scales[0]])
    product = x.quantization.scale * live
    output = np.float32(product / rng.uniform(1, 8)) if kind == 2 else draw.near(rng, deviation * product / 50)
    return w, max(output, np.float32(x.quantization.scale * max(w.scales) / 64), np.float32(1e-8))  # finer, x << shift could leave 32 bits


def biases(rng, mean, deviation, channels, multipliers):
    """None, zeros, huge where the multiplier is small enough that nothing overflows, or such that the outputs lie about their zero point."""
    kind = rng.integers(8)
    if kind == 0:
        return None
    if kind == 1:
        return np.zeros(channels, np.int32)
    if kind == 2:
        spread = np.where(np.asarray(multipliers) < 0.5, 2.0**29, deviation)
        return np.round(rng.uniform(-spread, spread)).astype(np.int32)
    return np.round(rng.normal(-mean, deviation, channels)).astype(np.int32)


def add_bias(rng, graph, input_scale, weight_scales, output_scale, accumulator, channels):
    """The bias tensor of a convolution, or None. Its scale is the product of the other two, as the converter writes it."""
    products = np.float64(input_scale) * np.array(weight_scales, np.float64)
    values = biases(rng, *accumulator, channels, products / np.float64(output_scale) * np.ones(channels))
    if values is None:
        return None
    scales = tuple(float(np.float32(product)) for product in products)
    return graph.constant(values, Quantization(scales, (0,) * len(scales), 0))


def draw_geometry(rng, filters):
    """Filter, strides, dilations, padding and an image that they fit."""
    while True:
        kernel = draw.choose(rng, filters)
        strides = [int(draw.choose(rng, (1, 1, 1, 2, 2, 3))) for _ in range(2)]
        dilations = [int(draw.choose(rng, (1, 1, 1, 1, 2, 3))) for _ in range(2)]
        padding = draw.padding(rng)
        image = draw.shape(rng, 2)
        outputs = [output_extent(*values, padding) for values in zip(image, kernel, strides, dilations)]
        if min(outputs) >= 1:
            return kernel, strides, dilations, padding, image, outputs


def finish(rng, graph, name, x, w_values, w_type, w_axis, taps, output_shape, options, zero_point=None, activation=None):
    """Quantizes weights, bias and output of a drawn convolution and appends the operator; what is None is drawn."""
    channels = output_shape[-1]
    w = draw.weight_quantization(rng, channels, w_axis, draw.chance(rng, 0.75) and w_type != "uint8")
    if w_type == "uint8":  # codes that families/legacy.py adds 128 to
        w, w_type = replace(w, zero_points=(draw.weight_zero_point(rng),)), "int8"
    mean, deviation = accumulator_of(graph.values[0] - np.int32(x.quantization.zero_point), w_values - np.int32(w.zero_point), taps)
    w, output_scale = settle_scales(rng, x, w, deviation)
    bias = add_bias(rng, graph, x.quantization.scale, w.scales, output_scale, (mean, deviation), channels)
    output = graph.tensor(output_shape, quantization=per_tensor(output_scale, draw.zero_point(rng) if zero_point is None else zero_point))
    inputs = [x, graph.constant(w_values, w, w_type)] + ([bias] if bias is not None or draw.chance(rng, 0.5) else [])
    graph.operator(name, inputs, output, fusedActivationFunction=draw.activation(rng) if activation is None else activation, **options)
    return graph.finish(output)


def geometry_options(strides, dilations, padding):
    return {"strideH": strides[0], "strideW": strides[1], "dilationHFactor": dilations[0], "dilationWFactor": dilations[1], "padding": padding}


CONV_FILTERS = [(1, 1)] * 4 + [(3, 3)] * 3 + [(h, w) for h in (1, 2, 3, 4, 5, 7) for w in (1, 2, 3, 4, 5, 7)]


def conv_2d(rng, w_type="int8"):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, CONV_FILTERS)
        groups = 1 if draw.chance(rng, 0.8) else int(draw.choose(rng, (2, 3, 4, 8)))
        group_channels = int(draw.choose(rng, draw.CHANNELS))
        out_channels = int(draw.choose(rng, draw.CHANNELS)) * groups
        batch = draw.batch(rng)
        taps = kernel[0] * kernel[1] * group_channels
        if batch * np.prod(outputs) * out_channels * taps <= MAX_MACS:
            break
    graph = Graph()
    x = graph.input(draw.codes(rng, [batch, *image, group_channels * groups]), draw.quantization(rng))
    w = draw.weights(rng, [out_channels, *kernel, group_channels], w_type)
    return finish(rng, graph, "CONV_2D", x, w, w_type, 0, taps, [batch, *outputs, out_channels], geometry_options(strides, dilations, padding))


DEPTHWISE_FILTERS = [(3, 3)] * 5 + [(5, 5)] * 2 + [(1, 3), (3, 1), (1, 1), (10, 4)] + [(h, w) for h in range(1, 8) for w in range(1, 8)]


def depthwise_conv_2d(rng, w_type="int8"):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, DEPTHWISE_FILTERS)
        channels = int(draw.choose(rng, draw.CHANNELS))
        multiplier = 1 if draw.chance(rng, 0.6) else int(draw.choose(rng, (2, 3, 4, 8)))
        batch = draw.batch(rng)
        taps = kernel[0] * kernel[1]
        if batch * np.prod(outputs) * channels * multiplier * taps <= MAX_MACS // 4:
            break
    graph = Graph()
    x = graph.input(draw.codes(rng, [batch, *image, channels]), draw.quantization(rng))
    w = draw.weights(rng, [1, *kernel, channels * multiplier], w_type)
    options = geometry_options(strides, dilations, padding) | {"depthMultiplier": multiplier}
    return finish(rng, graph, "DEPTHWISE_CONV_2D", x, w, w_type, 3, taps, [batch, *outputs, channels * multiplier], options)


def depthwise_conv_2d_3x3_relu(rng):
    """What networks for microcontrollers are made of: 3x3, RELU, codes from the zero point -128 on; kernels of their own compute it."""
    while True:
        stride, padding, image = int(draw.choose(rng, (1, 2))), draw.padding(rng), draw.shape(rng, 2)
        outputs = [output_extent(extent, 3, stride, 1, padding) for extent in image]
        channels, batch = int(draw.choose(rng, [count for count in draw.CHANNELS if count >= 4])), draw.batch(rng)
        if min(outputs) >= 1 and batch * np.prod(outputs) * channels * 9 <= MAX_MACS // 4:
            break
    graph = Graph()
    x = graph.input(draw.codes(rng, [batch, *image, channels]), draw.quantization(rng))
    w = draw.weights(rng, [1, 3, 3, channels], "int8")
    options = geometry_options([stride] * 2, [1, 1], padding) | {"depthMultiplier": 1}
    return finish(rng, graph, "DEPTHWISE_CONV_2D", x, w, "int8", 3, 9, [batch, *outputs, channels], options, zero_point=-128, activation=draw.choose(rng, draw.ACTIVATIONS[1:3]))


FAMILIES = {
    "conv_2d": conv_2d,
    "conv_2d_int4": lambda rng: conv_2d(rng, "int4"),
    "depthwise_conv_2d": depthwise_conv_2d,
    "depthwise_conv_2d_3x3_relu": depthwise_conv_2d_3x3_relu,
    "depthwise_conv_2d_int4": lambda rng: depthwise_conv_2d(rng, "int4"),
}
