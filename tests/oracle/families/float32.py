"""float32: CONV_2D, FULLY_CONNECTED, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, BATCH_MATMUL, pooling, arithmetic, activations, SOFTMAX and the like. Exact where only
+ - * / sqrt occur; the others state their units in the last place."""

import numpy as np

import draw
from build_model import Graph
from families.convolution import CONV_FILTERS, DEPTHWISE_FILTERS, draw_geometry, geometry_options
from families.elementwise import shapes
from families.fully_connected import DEPTHS, UNITS
from ai_edge_litert.schema_py_generated import Padding
from families.convolution import output_extent

MOST_MACS = 300_000
MOST_CHANNELS = 17  # of the int8 draws: float32 models are four times as large


def reals(rng, shape, spread=1.0):
    """Values about 0; of every size; powers of two, zeros of both signs and small integers; subnormal ones among others."""
    kind = rng.integers(8)
    values = rng.normal(0, spread, shape)
    if kind == 0:
        values = values * np.exp2(rng.integers(-12, 13, shape))
    elif kind == 1:
        values = rng.choice([0.0, -0.0, 0.5, 1.0, -1.0, 2.0, 3.0, -3.0, 6.0, 7.0, -6.0], shape)
    elif kind == 2:
        values = np.where(rng.random(shape) < 0.2, values * 2.0**-140, values)
    return np.asarray(values, np.float32)


def channels_of(rng):
    return int(draw.choose(rng, [count for count in draw.CHANNELS if count <= MOST_CHANNELS]))


def bias_of(rng, graph, count):
    return None if draw.chance(rng, 0.2) else graph.constant(reals(rng, [count]))


def with_bias(rng, inputs, bias):
    """A missing bias is left out, or given as no tensor."""
    return [*inputs, bias] if bias is not None or draw.chance(rng, 0.5) else inputs


def conv_2d(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, CONV_FILTERS)
        groups = 1 if draw.chance(rng, 0.7) else int(draw.choose(rng, (2, 3, 4)))
        group_channels, out_channels, batch = channels_of(rng), channels_of(rng) * groups, draw.batch(rng)
        if batch * np.prod(outputs) * out_channels * np.prod(kernel) * group_channels <= MOST_MACS and out_channels * np.prod(kernel) * group_channels < 4000:
            break
    graph = Graph()
    x = graph.input(reals(rng, [batch, *image, group_channels * groups]))
    w = graph.constant(reals(rng, [out_channels, *kernel, group_channels], 0.3))
    output = graph.tensor([batch, *outputs, out_channels], "float32")
    inputs = with_bias(rng, [x, w], bias_of(rng, graph, out_channels))
    graph.operator("CONV_2D", inputs, output, version=1, fusedActivationFunction=draw.activation(rng), **geometry_options(strides, dilations, padding))
    return graph.finish(output)


def depthwise_conv_2d(rng):
    while True:
        kernel, strides, dilations, padding, image, outputs = draw_geometry(rng, DEPTHWISE_FILTERS)
        channels, multiplier, batch = channels_of(rng), 1 if draw.chance(rng, 0.6) else int(draw.choose(rng, (2, 3, 4))), draw.batch(rng)
        if batch * np.prod(outputs) * channels * multiplier * np.prod(kernel) <= MOST_MACS:
            break
    graph = Graph()
    x = graph.input(reals(rng, [batch, *image, channels]))
    w = graph.constant(reals(rng, [1, *kernel, channels * multiplier], 0.3))
    output = graph.tensor([batch, *outputs, channels * multiplier], "float32")
    bias = graph.constant(reals(rng, [channels * multiplier]))
    options = geometry_options(strides, dilations, padding) | {"depthMultiplier": multiplier}
    graph.operator("DEPTHWISE_CONV_2D", [x, w, bias], output, version=1, fusedActivationFunction=draw.activation(rng), **options)
    return graph.finish(output)


def transpose_geometry(rng):
    """Batch, extents of image, kernel and strides, padding, extents of the output, channels in and out."""
    while True:
        image = [int(draw.choose(rng, (1, 2, 3, 4, 5, 7))) for _ in range(2)]
        kernel, strides = ([int(rng.integers(1, 5)) for _ in range(2)] for _ in range(2))
        padding = draw.padding(rng)
        if padding == Padding.SAME:
            outputs = [extent * stride - int(rng.integers(0, stride)) for extent, stride in zip(image, strides)]
        else:
            outputs = [extent * stride + max(taps - stride, 0) for extent, stride, taps in zip(image, strides, kernel)]
        in_channels, out_channels, batch = channels_of(rng), channels_of(rng), draw.batch(rng)
        fits = [output_extent(extent, taps, stride, 1, padding) for extent, taps, stride in zip(outputs, kernel, strides)] == image
        if fits and batch * np.prod(image) * np.prod(kernel) * in_channels * out_channels <= MOST_MACS:
            return batch, image, kernel, strides, padding, outputs, in_channels, out_channels


def transpose_conv(rng):
    batch, image, kernel, strides, padding, outputs, in_channels, out_channels = transpose_geometry(rng)
    graph = Graph()
    shape = graph.constant(np.array([batch, *outputs, out_channels], np.int32))
    w = graph.constant(reals(rng, [out_channels, *kernel, in_channels], 0.3))
    x = graph.input(reals(rng, [batch, *image, in_channels]))
    bias = bias_of(rng, graph, out_channels)
    output = graph.tensor([batch, *outputs, out_channels], "float32")
    inputs = [shape, w, x] + ([] if bias is None else [bias])
    graph.operator("TRANSPOSE_CONV", inputs, output, version=1 if bias is None else 3, strideH=strides[0], strideW=strides[1], padding=padding)
    return graph.finish(output)


def fully_connected(rng):
    while True:
        depth, units = int(draw.choose(rng, DEPTHS)), int(draw.choose(rng, UNITS))
        if depth * units < 3000:
            break
    leading = draw.choose(rng, ([1], [1], [int(rng.integers(2, 9))], [2, 3], [1, 2, 3]))
    kept = len(leading) > 1
    graph = Graph()
    x = graph.input(reals(rng, [*leading, depth]))
    values = reals(rng, [units, depth], 0.3)
    w = graph.input(values) if draw.chance(rng, 0.2) else graph.constant(values)
    output = graph.tensor([*leading, units] if kept else [int(np.prod(leading)), units], "float32")
    graph.operator("FULLY_CONNECTED", [x, w, bias_of(rng, graph, units)], output, version=5 if kept else 1, fusedActivationFunction=draw.activation(rng), keepNumDims=kept)
    return graph.finish(output)


def matrices(rng):
    """Shapes of both operands as they are stored, of the output, and whether either is transposed."""
    rows, depth, columns = (int(draw.choose(rng, (1, 2, 3, 4, 5, 8, 9, 13, 16))) for _ in range(3))
    leading = [int(draw.choose(rng, (1, 2, 3))) for _ in range(int(rng.integers(0, 3)))]
    first, second = ([1 if draw.chance(rng, 0.3) else extent for extent in leading] for _ in range(2))
    if leading and draw.chance(rng, 0.3):
        second = second[1:]
    adj_x, adj_y = (draw.chance(rng, 0.3) for _ in range(2))
    a = [*first, *((depth, rows) if adj_x else (rows, depth))]
    b = [*second, *((columns, depth) if adj_y else (depth, columns))]
    return a, b, [*np.broadcast_shapes(tuple(first), tuple(second)), rows, columns], {"adjX": adj_x, "adjY": adj_y}


def batch_matmul(rng):
    a_shape, b_shape, shape, options = matrices(rng)
    graph = Graph()
    constant = rng.integers(4)
    a, b = ((graph.constant if constant == side else graph.input)(reals(rng, extents)) for side, extents in enumerate((a_shape, b_shape)))
    output = graph.tensor(shape, "float32")
    graph.operator("BATCH_MATMUL", [a, b], output, version=1, **options)
    return graph.finish(output)


def pool(name):
    def family(rng):
        while True:
            image = draw.shape(rng, 2)
            kernel = image if draw.chance(rng, 0.2) else [int(rng.integers(1, 6)) for _ in range(2)]
            strides = [int(rng.integers(1, 5)) for _ in range(2)]
            padding = draw.padding(rng)
            outputs = [output_extent(extent, taps, stride, 1, padding) for extent, taps, stride in zip(image, kernel, strides)]
            if min(outputs) >= 1:
                break
        batch, channels = draw.batch(rng), channels_of(rng)
        graph = Graph()
        x = graph.input(reals(rng, [batch, *image, channels], 3))
        output = graph.tensor([batch, *outputs, channels], "float32")
        options = {"filterHeight": kernel[0], "filterWidth": kernel[1], "strideH": strides[0], "strideW": strides[1], "padding": padding}
        graph.operator(name, [x], output, version=1, fusedActivationFunction=draw.activation(rng), **options)
        return graph.finish(output)

    return family


def binary(name):
    def family(rng):
        first, second = shapes(rng)
        if draw.chance(rng, 0.5):
            first, second = second, first
        graph = Graph()
        constant = rng.integers(5)
        values = [reals(rng, shape, 4) for shape in (first, second)]
        if name == "DIV":
            values[1] = np.where(values[1] == 0, np.float32(1), values[1]).astype(np.float32)  # the sign of a NaN is no one's promise
        a, b = ((graph.constant if constant == side else graph.input)(array) for side, array in enumerate(values))
        output = graph.tensor(np.broadcast_shapes(tuple(first), tuple(second)), "float32")
        graph.operator(name, [a, b], output, version=1, fusedActivationFunction=draw.activation(rng))
        return graph.finish(output)

    return family


def prelu(rng):
    shape = draw.shape(rng, int(draw.choose(rng, (2, 3, 4))), 500)
    slopes = [1 if draw.chance(rng, 0.5) else extent for extent in shape]
    if draw.chance(rng, 0.5):
        slopes = slopes[1:]
    graph = Graph()
    x = graph.input(reals(rng, shape, 4))
    output = graph.tensor(shape, "float32")
    graph.operator("PRELU", [x, graph.constant(reals(rng, slopes))], output, version=1)
    return graph.finish(output)


def unary(name, ulps=0, expect="TFLM", rank=1, options=lambda rng: {}):
    """`rank`: the least one."""

    def family(rng):
        shape = draw.shape(rng, int(rng.integers(rank, 5)), 300)
        graph = Graph()
        graph.ulps, graph.expect = ulps, expect
        x = graph.input(reals(rng, shape, draw.choose(rng, (0.1, 1, 4, 15))))
        output = graph.tensor(shape, "float32")
        graph.operator(name, [x], output, version=1, **options(rng))
        return graph.finish(output)

    return family


def log_softmax(rng):
    """Spread far enough that no logarithm of a sum is near 0, where a unit in the last place of the sum is many of the logarithm."""
    graph = Graph()
    graph.ulps = 16
    shape = [*draw.shape(rng, int(rng.integers(0, 3)), 100), int(rng.integers(3, 30))]
    x = graph.input(rng.uniform(-1, 1, shape).astype(np.float32))
    output = graph.tensor(shape, "float32")
    graph.operator("LOG_SOFTMAX", [x], output, version=1)
    return graph.finish(output)


def dequantized_weights(rng):
    """A convolution whose weights are float16, int8 per tensor or int8 per channel behind a DEQUANTIZE."""
    units, depth = (int(draw.choose(rng, (1, 2, 3, 4, 5, 8, 9, 16))) for _ in range(2))
    graph = Graph()
    x = graph.input(reals(rng, [1, 2, 2, depth]))
    kind = rng.integers(3)
    shape = [units, 1, 1, depth]
    if kind == 0:
        stored = graph.constant(reals(rng, shape, 0.3).astype(np.float16))
    else:
        stored = graph.constant(draw.weights(rng, shape), draw.weight_quantization(rng, units, 0, kind == 1))
    weights = graph.tensor(shape, "float32")
    graph.operator("DEQUANTIZE", [stored], weights, version=3 if kind == 0 else 5 if kind == 1 else 2)
    graph.expect = "LiteRT"
    output = graph.tensor([1, 2, 2, units], "float32")
    bias = graph.constant(reals(rng, [units]))
    graph.operator("CONV_2D", [x, weights, bias], output, version=1, **geometry_options([1, 1], [1, 1], draw.padding(rng)))
    return graph.finish(output)


FAMILIES = {
    "dequantized_weights": dequantized_weights,
    "conv_2d_float32": conv_2d,
    "depthwise_conv_2d_float32": depthwise_conv_2d,
    "transpose_conv_float32": transpose_conv,
    "fully_connected_float32": fully_connected,
    "batch_matmul_float32": batch_matmul,
    "average_pool_2d_float32": pool("AVERAGE_POOL_2D"),
    "max_pool_2d_float32": pool("MAX_POOL_2D"),
    "l2_pool_2d_float32": pool("L2_POOL_2D"),
    "add_float32": binary("ADD"),
    "sub_float32": binary("SUB"),
    "mul_float32": binary("MUL"),
    "div_float32": binary("DIV"),
    "prelu_float32": prelu,
    "relu_float32": unary("RELU"),
    "relu6_float32": unary("RELU6"),
    "relu_n1_to_1_float32": unary("RELU_N1_TO_1", expect="LiteRT"),
    "relu_0_to_1_float32": unary("RELU_0_TO_1", expect="LiteRT"),
    "leaky_relu_float32": unary("LEAKY_RELU", options=lambda rng: {"alpha": float(draw.choose(rng, (0.1, 0.3, 0.0, 1.5, -0.2)))}),
    "hard_swish_float32": unary("HARD_SWISH"),
    "elu_float32": unary("ELU", ulps=2),
    "logistic_float32": unary("LOGISTIC", ulps=2),
    "tanh_float32": unary("TANH", ulps=4),
    "softmax_float32": unary("SOFTMAX", ulps=4, options=lambda rng: {"beta": float(draw.choose(rng, (1, 1, 0.5, 3)))}),
    "log_softmax_float32": log_softmax,
    "l2_normalization_float32": unary("L2_NORMALIZATION", rank=2),
}
