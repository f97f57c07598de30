"""int16 activations: the layers of int16x8, elementwise operators, pools, MEAN, SOFTMAX, LOGISTIC, TANH, RELU, RELU6; zero points are 0 unless TFLM lets them be others."""

import numpy as np

import draw
from build_model import Graph, Quantization, per_tensor
from families.convolution import CONV_FILTERS, DEPTHWISE_FILTERS, accumulator_of, draw_geometry, geometry_options, output_extent
from families.elementwise import shapes
from families.fully_connected import DEPTHS, UNITS
from families.reduction import axes_tensor

MAX_MACS = 600_000
DEPTH_OF_INT32 = 500  # terms whose sum stays within 32 bits whatever they are


def scale(rng):
    """The converter's: a largest magnitude over 32767; or a power of two; or any."""
    kind = rng.integers(3)
    if kind == 0:
        return np.float32(np.exp(rng.uniform(np.log(0.1), np.log(20))) / 32767)
    return np.float32(2.0 ** rng.integers(-16, -8)) if kind == 1 else draw.scale(rng, 1e-6, 0.01)


def quantization(rng):
    return per_tensor(scale(rng), 0)


def codes(rng, shape):
    """Full range, only extremes, small ones, or crowded round one code."""
    kind = rng.integers(4)
    if kind == 0:
        return rng.integers(-300, 300, shape).astype(np.int16)
    return draw.codes(rng, shape, "int16")


def bias_of(rng, graph, dtype, x, w, output_scale, mean, deviation, channels):
    """Zeros, such that the outputs lie about 0, or for int64 beyond 32 bits where the multiplier is small enough."""
    products = np.float64(x.quantization.scale) * np.array(w.scales, np.float64) * np.ones(channels)
    kind = rng.integers(4)
    values = np.zeros(channels) if kind == 0 else rng.normal(-mean, deviation, channels)
    if kind == 1:
        values = np.where(products / np.float64(output_scale) < 2.0**-20, rng.uniform(-(2.0**40), 2.0**40, channels), values)
    if dtype != "int64":
        most = {"int32": 2**29, "int16": 32767}[dtype]
        values = np.clip(values, -most, most)
    scales = tuple(map(float, np.float32(products[: len(w.scales)])))
    return graph.constant(np.round(values).astype(dtype), Quantization(scales, (0,) * len(scales), 0))


def finish(rng, graph, name, x, w_values, w, taps, output_shape, options, bias_type, before=()):
    """Chooses the output's scale and the bias, and appends the operator. A multiplier stays below 1: the int32 rule has no bits to spare."""
    mean, deviation = accumulator_of(graph.values[-1], w_values, taps)
    live = np.median([s for s in w.scales if s > draw.DEAD * 10] or [w.scales[0]])
    output_scale = max(draw.near(rng, deviation * x.quantization.scale * live / 10_000), np.float32(1.01 * x.quantization.scale * max(w.scales)))
    output = graph.tensor(output_shape, "int16", per_tensor(output_scale, 0))
    bias = bias_of(rng, graph, bias_type, x, w, output_scale, mean, deviation, output_shape[-1]) if bias_type else None
    inputs = [*before, graph.constant(w_values, w), x] if before else [x, graph.constant(w_values, w)]
    graph.operator(name, [*inputs, *([bias] if bias else [])], output, fusedActivationFunction=draw.activation(rng), **options)
    return graph.finish(output)


def bias_type(rng, depth):
    kinds = ("int64", "int64", None) + (("int32",) if depth <= DEPTH_OF_INT32 else ())
    return draw.choose(rng, kinds)


def conv_2d_int16(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, CONV_FILTERS)
        groups = 1 if draw.chance(rng, 0.8) else int(draw.choose(rng, (2, 3, 4)))
        group_channels, out_channels = int(draw.choose(rng, draw.CHANNELS)), int(draw.choose(rng, draw.CHANNELS)) * groups
        batch, taps = draw.batch(rng), kernel[0] * kernel[1] * group_channels
        if batch * np.prod(outputs) * out_channels * taps <= MAX_MACS:
            break
    graph = Graph()
    x = graph.input(codes(rng, [batch, *image, group_channels * groups]), quantization(rng))
    w = draw.weight_quantization(rng, out_channels, 0, draw.chance(rng, 0.75))
    values = draw.weights(rng, [out_channels, *kernel, group_channels])
    options = geometry_options(strides, dilations, padding)
    return finish(rng, graph, "CONV_2D", x, values, w, taps, [batch, *outputs, out_channels], options, bias_type(rng, taps))


def depthwise_conv_2d_int16(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, DEPTHWISE_FILTERS)
        channels, multiplier = int(draw.choose(rng, draw.CHANNELS)), 1 if draw.chance(rng, 0.6) else int(draw.choose(rng, (2, 3, 5)))
        batch, taps = draw.batch(rng), kernel[0] * kernel[1]
        if batch * np.prod(outputs) * channels * multiplier * taps <= MAX_MACS:
            break
    graph = Graph()
    x = graph.input(codes(rng, [batch, *image, channels]), quantization(rng))
    w = draw.weight_quantization(rng, channels * multiplier, 3, draw.chance(rng, 0.75))
    values = draw.weights(rng, [1, *kernel, channels * multiplier])
    options = geometry_options(strides, dilations, padding) | {"depthMultiplier": multiplier}
    return finish(rng, graph, "DEPTHWISE_CONV_2D", x, values, w, taps, [batch, *outputs, channels * multiplier], options, bias_type(rng, taps))


def fully_connected_int16(rng):
    depth, units, batch = int(draw.choose(rng, DEPTHS)), int(draw.choose(rng, UNITS)), int(draw.choose(rng, (1, 1, 2, 3, 8)))
    graph = Graph()
    x = graph.input(codes(rng, [batch, depth]), quantization(rng))
    w = draw.weight_quantization(rng, units, 0, draw.chance(rng, 0.5))
    if len(w.scales) == 1 and draw.chance(rng, 0.2):
        w = Quantization(w.scales, (draw.zero_point(rng),), 0)
    return finish(rng, graph, "FULLY_CONNECTED", x, draw.weights(rng, [units, depth]), w, depth, [batch, units], {}, bias_type(rng, 2 * depth))


def transposed(rng, dtype):
    while True:
        kernel, image = [int(rng.integers(1, 6)) for _ in range(2)], draw.shape(rng, 2, 200)
        strides, padding = [int(draw.choose(rng, (1, 1, 2, 2, 3, 5))) for _ in range(2)], draw.padding(rng)
        outputs = [
            extent * stride - int(rng.integers(stride)) if padding == draw.Padding.SAME else (extent - 1) * stride + taps + int(rng.integers(stride))
            for extent, taps, stride in zip(image, kernel, strides)
        ]
        channels, units, batch = int(draw.choose(rng, draw.CHANNELS)), int(draw.choose(rng, draw.CHANNELS)), draw.batch(rng)
        taps = kernel[0] * kernel[1] * channels
        if min(outputs) >= 1 and batch * np.prod(image) * units * taps <= MAX_MACS:
            break
    graph = Graph()
    shape = [batch, *outputs, units]
    extents = graph.constant(np.array(shape, np.int32)) if draw.chance(rng, 0.7) else graph.input(np.array(shape, np.int32))
    w, values = draw.weight_quantization(rng, units, 0, draw.chance(rng, 0.75)), draw.weights(rng, [units, *kernel, channels])
    options = {"strideH": strides[0], "strideW": strides[1], "padding": padding}
    if dtype == "int16":
        x = graph.input(codes(rng, [batch, *image, channels]), quantization(rng))
        kind = draw.choose(rng, ("int64", "int64", "int16", None) + (("int32",) if taps <= DEPTH_OF_INT32 else ()))
        return finish(rng, graph, "TRANSPOSE_CONV", x, values, w, taps, shape, options, kind, [extents])
    x = graph.input(draw.codes(rng, [batch, *image, channels]), draw.quantization(rng))
    mean, deviation = accumulator_of(graph.values[-1] - np.int32(x.quantization.zero_point), values, taps)
    target = max(draw.near(rng, deviation * x.quantization.scale * np.median(w.scales) / 50), np.float32(x.quantization.scale * max(w.scales)))
    output = graph.tensor(shape, quantization=per_tensor(target, draw.zero_point(rng)))
    bias = bias_of(rng, graph, "int32", x, w, target, mean, deviation, units) if draw.chance(rng, 0.7) else None
    graph.operator("TRANSPOSE_CONV", [extents, graph.constant(values, w), x, *([bias] if bias else [])], output, fusedActivationFunction=draw.activation(rng), **options)
    return graph.finish(output)


def transpose_conv(rng):
    return transposed(rng, "int8")


def transpose_conv_int16(rng):
    return transposed(rng, "int16")


def matmul(rng, dtype):
    """Operands of two to five dimensions, of which the leading ones broadcast; either transposed, either constant."""
    while True:
        rows, depth, cols = (int(draw.choose(rng, (1, 2, 3, 5, 8, 16, 17, 33))) for _ in range(3))
        batches = [int(draw.choose(rng, (1, 2, 3))) for _ in range(int(rng.integers(0, 4)))]
        if np.prod(batches) * rows * cols * depth <= MAX_MACS // 10:
            break
    sides = [[1 if draw.chance(rng, 0.3) else n for n in batches] for _ in range(2)]
    sides[1] = sides[1][int(rng.integers(0, len(batches) + 1)) :] if draw.chance(rng, 0.3) else sides[1]
    adjoint = [draw.chance(rng, 0.5) for _ in range(2)]
    matrices = [[depth, rows] if adjoint[0] else [rows, depth], [cols, depth] if adjoint[1] else [depth, cols]]
    graph = Graph()
    # TFLM transposes a constant left operand into memory that it never initializes: only the right one is drawn constant
    makers = [graph.input, graph.constant if draw.chance(rng, 0.4) else graph.input]
    operands = []
    for make, side, matrix in zip(makers, sides, matrices):
        values = codes(rng, side + matrix) if dtype == "int16" else draw.codes(rng, side + matrix)
        operands.append(make(values, quantization(rng) if dtype == "int16" else draw.quantization(rng, 1e-4, 1.0)))
    spread = (2.0**28 / 10_000 if dtype == "int16" else 2.0**12 / 50) * np.sqrt(depth)
    product = np.float64(operands[0].quantization.scale) * np.float64(operands[1].quantization.scale)
    target = max(draw.near(rng, product * spread), np.float32(1.01 * product))
    shape = list(np.broadcast_shapes(tuple(sides[0]), tuple(sides[1]))) + [rows, cols]
    output = graph.tensor(shape, dtype, per_tensor(target, 0 if dtype == "int16" else draw.zero_point(rng)))
    graph.operator("BATCH_MATMUL", operands, output, version=1 if dtype == "int8" else 3, adjX=adjoint[0], adjY=adjoint[1])
    return graph.finish(output)


def batch_matmul(rng):
    return matmul(rng, "int8")


def batch_matmul_int16(rng):
    return matmul(rng, "int16")


def binary(rng, name, target_of):
    first, second = shapes(rng)
    if draw.chance(rng, 0.5):
        first, second = second, first
    graph = Graph()
    constant = rng.integers(5)
    makers = [graph.constant if constant == side else graph.input for side in range(2)]
    a, b = (make(codes(rng, shape), quantization(rng)) for make, shape in zip(makers, (first, second)))
    if name != "MUL":
        b.quantization = per_tensor(a.quantization.scale * draw.choose(rng, (1, 1, 0.5, 1.7, 0.01)), 0)
    target = target_of(rng, a.quantization.scale, b.quantization.scale)
    output = graph.tensor(np.broadcast_shapes(tuple(first), tuple(second)), "int16", per_tensor(target, 0))
    options = {"fusedActivationFunction": draw.activation(rng)}
    if name != "MUL":
        options["potScaleInt16"] = False
    graph.operator(name, [a, b], output, version={"ADD": 2, "SUB": 5, "MUL": 4}[name], **options)
    return graph.finish(output)


def sum_scale(rng, first, second):
    return draw.near(rng, max(first, second) * rng.uniform(0.5, 2.5))


def product_scale(rng, first, second):
    return max(draw.near(rng, first * second * rng.uniform(5_000, 60_000)), np.float32(1.01 * first * second))


def add_int16(rng):
    return binary(rng, "ADD", sum_scale)


def sub_int16(rng):
    return binary(rng, "SUB", sum_scale)


def mul_int16(rng):
    return binary(rng, "MUL", product_scale)


def pool(rng, name):
    while True:
        image = draw.shape(rng, 2)
        kernel = image if draw.chance(rng, 0.2) else [int(rng.integers(1, 6)) for _ in range(2)]
        strides, padding = [int(rng.integers(1, 5)) for _ in range(2)], draw.padding(rng)
        outputs = [output_extent(extent, taps, stride, 1, padding) for extent, taps, stride in zip(image, kernel, strides)]
        if min(outputs) >= 1:
            break
    batch, channels, shared = draw.batch(rng), int(draw.choose(rng, draw.CHANNELS)), quantization(rng)
    graph = Graph()
    x = graph.input(codes(rng, [batch, *image, channels]), shared)
    output = graph.tensor([batch, *outputs, channels], "int16", shared)
    graph.operator(
        name, [x], output, version=3, filterHeight=kernel[0], filterWidth=kernel[1], strideH=strides[0], strideW=strides[1], padding=padding,
        fusedActivationFunction=draw.activation(rng),
    )
    return graph.finish(output)


def average_pool_2d_int16(rng):
    return pool(rng, "AVERAGE_POOL_2D")


def max_pool_2d_int16(rng):
    return pool(rng, "MAX_POOL_2D")


def mean_or_sum(rng, name, factor):
    rank = int(draw.choose(rng, (1, 2, 3, 4, 4, 4)))
    shape = draw.shape(rng, rank, 3000)
    axes = [axis for axis in range(rank) if draw.chance(rng, 0.5)] or [int(rng.integers(rank))]
    keep = draw.chance(rng, 0.5)
    source = quantization(rng)
    target = source if draw.chance(rng, 0.5) else per_tensor(draw.near(rng, source.scale * factor(rng)), 0)
    graph = Graph()
    x = graph.input(codes(rng, shape), source)
    output = graph.tensor([1 if axis in axes else extent for axis, extent in enumerate(shape) if keep or axis not in axes], "int16", target)
    graph.operator(name, [x, axes_tensor(rng, graph, axes)], output, version={"MEAN": 3, "SUM": 2}[name], keepDims=keep)
    return graph.finish(output)


def mean_int16(rng):
    return mean_or_sum(rng, "MEAN", lambda rng: rng.uniform(0.05, 1))


def sum_int16(rng):
    return mean_or_sum(rng, "SUM", lambda rng: rng.uniform(1, 20))


def unary(rng, name, source, target, values=codes, **options):
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1500)
    graph = Graph()
    x = graph.input(values(rng, shape), source)
    output = graph.tensor(shape, "int16", target)
    return graph.operator(name, [x], output, **options) and graph.finish(output)


FRACTION = per_tensor(1 / 32768, 0)


def softmax_int16(rng):
    wide = int(draw.choose(rng, (1, 2, 3, 10, 12, 35, 257, 600)))
    shape = [*draw.shape(rng, int(rng.integers(0, 4)), 20), wide]
    graph = Graph()
    x = graph.input(codes(rng, shape), quantization(rng))
    output = graph.tensor(shape, "int16", FRACTION)
    graph.operator("SOFTMAX", [x], output, version=3, beta=float(draw.choose(rng, (1.0, 1.0, 0.5, 2.0, 10.0))))
    return graph.finish(output)


def softmax_int8_int16(rng):
    shape = [*draw.shape(rng, int(rng.integers(0, 4)), 20), int(draw.choose(rng, (1, 2, 3, 10, 12, 35, 257)))]
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), draw.quantization(rng, 0.01, 1.0))
    output = graph.tensor(shape, "int16", per_tensor(1 / 65536, -32768))
    graph.operator("SOFTMAX", [x], output, beta=1.0)
    return graph.finish(output)


def curve(rng, name):
    source = per_tensor(draw.choose(rng, (2.0**-12, 2.0**-11, 2.0 ** rng.integers(-20, 1), np.exp(rng.uniform(np.log(1e-6), np.log(2.0))))), 0)
    return unary(rng, name, source, FRACTION, version=3)


def logistic_int16(rng):
    return curve(rng, "LOGISTIC")


def tanh_int16(rng):
    return curve(rng, "TANH")


def rectified(rng, name, version, same):
    source = quantization(rng)
    target = source if draw.chance(rng, same) else per_tensor(draw.near(rng, source.scale * rng.uniform(0.3, 1.5)), 0)
    return unary(rng, name, source, target, version=version)


def relu_int16(rng):
    return rectified(rng, "RELU", 3, 0.3)


def relu6_int16(rng):
    """TFLM demands that 6 has a code."""
    source = per_tensor(max(scale(rng), np.float32(6 / 32767)), 0)
    target = source if draw.chance(rng, 0.5) else per_tensor(source.scale * rng.uniform(0.3, 1.5), 0)
    return unary(rng, "RELU6", source, target, version=3)


def slope(rng):
    return float(np.float32(draw.choose(rng, (0.01, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 0.0, -0.25, rng.uniform(0, 2)))))


def leaky_relu(rng):
    source = draw.quantization(rng, 1e-3, 1.0)
    target = source if draw.chance(rng, 0.3) else per_tensor(draw.near(rng, source.scale * rng.uniform(0.3, 1.5)), draw.zero_point(rng))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1500)
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), source)
    output = graph.tensor(shape, quantization=target)
    graph.operator("LEAKY_RELU", [x], output, version=2, alpha=slope(rng))
    return graph.finish(output)


def leaky_relu_int16(rng):
    source = per_tensor(scale(rng), int(draw.choose(rng, (0, 0, 0, 1000))))
    target = per_tensor(draw.near(rng, source.scale * rng.uniform(0.3, 1.5)), int(draw.choose(rng, (0, 0, 0, -500))))
    return unary(rng, "LEAKY_RELU", source, target, version=2, alpha=slope(rng))


def requantize(rng, pairs):
    source_type, target_type = draw.choose(rng, pairs)
    ranges = {"int8": 128, "int16": 32768, "int32": 2**20}
    source = per_tensor(draw.scale(rng, 1e-6, 1.0), draw.zero_point(rng) if source_type == "int8" else 0)
    ratio = ranges[source_type] / (2.0**24 if target_type == "int32" else ranges[target_type])
    target = per_tensor(draw.near(rng, source.scale * ratio * rng.uniform(0.5, 2)), draw.zero_point(rng) if target_type == "int8" else 0)
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1000)
    values = rng.integers(-(2**20), 2**20, shape).astype(np.int32) if source_type == "int32" else draw.codes(rng, shape, source_type)
    graph = Graph()
    x = graph.input(values, source)
    output = graph.tensor(shape, target_type, target)
    graph.operator("QUANTIZE", [x], output)
    return graph.finish(output)


def quantize_wider(rng):
    return requantize(rng, [("int8", "int16"), ("int8", "int32"), ("int16", "int32"), ("int16", "int16")])


def quantize_narrower(rng):
    return requantize(rng, [("int16", "int8"), ("int32", "int8"), ("int32", "int16")])


def quantize_int16(rng):
    shape, target = draw.shape(rng, int(rng.integers(1, 5)), 1000), quantization(rng)
    steps = np.where(rng.random(shape) < 0.5, rng.integers(-70_000, 70_000, shape) / 2, rng.normal(0, 20_000, shape))
    graph = Graph()
    x = graph.input((steps * target.scale).astype(np.float32))
    output = graph.tensor(shape, "int16", target)
    graph.operator("QUANTIZE", [x], output)
    return graph.finish(output)


def dequantize_int16(rng):
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1000)
    graph = Graph()
    x = graph.input(codes(rng, shape), per_tensor(draw.scale(rng, 1e-6, 10.0), int(draw.choose(rng, (0, 0, 77)))))
    output = graph.tensor(shape, "float32")
    graph.operator("DEQUANTIZE", [x], output)
    return graph.finish(output)


FAMILIES = {
    function.__name__: function
    for function in (
        conv_2d_int16, depthwise_conv_2d_int16, fully_connected_int16, transpose_conv, transpose_conv_int16, batch_matmul, batch_matmul_int16,
        add_int16, sub_int16, mul_int16, average_pool_2d_int16, max_pool_2d_int16, mean_int16, sum_int16, softmax_int16, softmax_int8_int16, logistic_int16, tanh_int16,
        relu_int16, relu6_int16, leaky_relu, leaky_relu_int16, quantize_wider, quantize_narrower, quantize_int16, dequantize_int16,
    )
}
