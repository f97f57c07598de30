"""
Chains of 5 to 15 operators with residual sums and concatenated branches: stress for the planner, and for kernels whose input another kernel wrote.

Scales follow a rough estimate of each layer's spread, so that codes stay alive to the last layer.
"""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType, Padding

import draw
from build_model import Graph, Quantization, per_tensor
from families.activation import PROBABILITY
from families.convolution import output_extent
from families.movement import reshape_to

NONE, RELU, RELU6 = ActivationFunctionType.NONE, ActivationFunctionType.RELU, ActivationFunctionType.RELU6
SPREAD = 60  # assumed root mean square of (code - zero point)


def layer(rng, graph, name, x, w_values, w_axis, taps, shape, target=None, **options):
    """A convolution or FULLY_CONNECTED with bias. `target` fixes the output quantization, for concatenation."""
    channels = shape[-1]
    w_scales = np.float32(np.exp(rng.uniform(np.log(2e-3), np.log(2e-2), channels)))
    bias_scales = tuple(float(np.float32(x.quantization.scale * scale)) for scale in w_scales)
    spread = np.sqrt(taps) * SPREAD * np.sqrt(np.mean(w_values.astype(np.float64) ** 2))
    bias = np.round(rng.normal(0, spread / 2, channels)).astype(np.int32)
    target = target or per_tensor(
        spread * x.quantization.scale * np.median(w_scales) / SPREAD, draw.choose(rng, (-128, 0, int(rng.integers(-128, 128))))
    )
    output = graph.tensor(shape, quantization=target)
    w = graph.constant(w_values, Quantization(tuple(map(float, w_scales)), (0,) * channels, w_axis))
    bias = graph.constant(bias, Quantization(bias_scales, (0,) * channels, 0))
    return graph.operator(name, [x, w, bias], output, fusedActivationFunction=draw.choose(rng, (NONE, RELU, RELU, RELU6)), **options)


def windowed(rng, x, kernel, stride, padding):
    return [output_extent(extent, taps, stride, 1, padding) for extent, taps in zip(x.shape[1:3], kernel)]


def conv(rng, graph, x, channels=None, stride=None, target=None):
    kernel = draw.choose(rng, ((1, 1), (1, 1), (3, 3), (3, 1), (2, 2)))
    stride = stride or int(draw.choose(rng, (1, 1, 2)))
    channels = channels or int(draw.choose(rng, (3, 4, 8, 13, 16, 24)))
    w = rng.integers(-127, 128, [channels, *kernel, x.shape[3]]).astype(np.int8)
    shape = [x.shape[0], *windowed(rng, x, kernel, stride, Padding.SAME), channels]
    options = {"strideH": stride, "strideW": stride, "dilationHFactor": 1, "dilationWFactor": 1, "padding": Padding.SAME}
    return layer(rng, graph, "CONV_2D", x, w, 0, w[0].size, shape, target, **options)


def depthwise(rng, graph, x):
    kernel, stride = draw.choose(rng, ((3, 3), (3, 3), (5, 5), (1, 3))), int(draw.choose(rng, (1, 1, 2)))
    multiplier = 2 if x.shape[3] <= 8 and draw.chance(rng, 0.3) else 1
    w = rng.integers(-127, 128, [1, *kernel, x.shape[3] * multiplier]).astype(np.int8)
    shape = [x.shape[0], *windowed(rng, x, kernel, stride, Padding.SAME), x.shape[3] * multiplier]
    options = {
        "strideH": stride,
        "strideW": stride,
        "dilationHFactor": 1,
        "dilationWFactor": 1,
        "padding": Padding.SAME,
        "depthMultiplier": multiplier,
    }
    return layer(rng, graph, "DEPTHWISE_CONV_2D", x, w, 3, kernel[0] * kernel[1], shape, **options)


def pool(rng, graph, x):
    stride = 2 if min(x.shape[1:3]) > 2 else 1
    options = {"filterHeight": 2, "filterWidth": 2, "strideH": stride, "strideW": stride, "padding": Padding.SAME}
    output = graph.tensor([x.shape[0], *windowed(rng, x, (2, 2), stride, Padding.SAME), x.shape[3]], quantization=x.quantization)
    return graph.operator(draw.choose(rng, ("MAX_POOL_2D", "AVERAGE_POOL_2D")), [x], output, **options)


def residual(rng, graph, x):
    """x + conv(conv(x)), or x - ..., or x * ...: x stays alive meanwhile."""
    branch = x
    for _ in range(int(rng.integers(1, 3))):
        branch = conv(rng, graph, branch, x.shape[3], 1)
    name = draw.choose(rng, ("ADD", "ADD", "ADD", "SUB", "MUL"))
    scale = max(x.quantization.scale, branch.quantization.scale) * 1.4
    if name == "MUL":
        scale = x.quantization.scale * branch.quantization.scale * SPREAD
    output = graph.tensor(x.shape, quantization=per_tensor(scale, draw.choose(rng, (-128, 0, 11))))
    operands = [x, branch] if draw.chance(rng, 0.5) else [branch, x]
    return graph.operator(name, operands, output, fusedActivationFunction=draw.choose(rng, (NONE, RELU)))


def branches(rng, graph, x):
    """CONCATENATION over channels of convolutions of x, and of x itself, requantized to the common scale."""
    target = per_tensor(x.quantization.scale * rng.uniform(0.7, 2), draw.choose(rng, (-128, 0, -7)))
    parts = [conv(rng, graph, x, int(draw.choose(rng, (1, 3, 4, 8))), 1, target) for _ in range(int(rng.integers(1, 4)))]
    parts.append(graph.operator("QUANTIZE", [x], graph.tensor(x.shape, quantization=target)))
    rng.shuffle(parts)
    output = graph.tensor([*x.shape[:3], sum(part.shape[3] for part in parts)], quantization=target)
    return graph.operator("CONCATENATION", parts, output, axis=3)


def pad(rng, graph, x):
    pairs = np.array([[0, 0], [0, 1], [1, int(rng.integers(0, 2))], [0, 0]], np.int32)
    output = graph.tensor(np.array(x.shape) + pairs.sum(axis=1), quantization=x.quantization)
    return graph.operator("PAD", [x, graph.constant(pairs)], output)


def squash(rng, graph, x):
    name, target = draw.choose(rng, (("LOGISTIC", PROBABILITY), ("TANH", per_tensor(1 / 128, 0))))
    return graph.operator(name, [x], graph.tensor(x.shape, quantization=target))


def detour(rng, graph, x):
    """x + f(x) with f on a reshaped x: a view must not be overwritten in place while x is still wanted."""
    flat = reshape_to(graph, x, [x.shape[0], int(np.prod(x.shape[1:]))])
    name, target = draw.choose(rng, (("RELU", x.quantization), ("LOGISTIC", PROBABILITY), ("TANH", per_tensor(1 / 128, 0))))
    activated = graph.operator(name, [flat], graph.tensor(flat.shape, quantization=target))
    return summed(rng, graph, x, reshape_to(graph, activated, x.shape))


def summed(rng, graph, x, y):
    scale = max(x.quantization.scale, y.quantization.scale) * 1.5
    output = graph.tensor(x.shape, quantization=per_tensor(scale, draw.choose(rng, (-128, 0, 11))))
    return graph.operator("ADD", [x, y], output)


def doubled(rng, graph, x):
    """One tensor in both places of an operator."""
    if draw.chance(rng, 0.5):
        return summed(rng, graph, x, x)
    output = graph.tensor([*x.shape[:3], 2 * x.shape[3]], quantization=x.quantization)
    return graph.operator("CONCATENATION", [x, x], output, axis=3)


def excite(rng, graph, x):
    """x * logistic(conv(mean(x))): one factor per channel."""
    pooled = graph.tensor([x.shape[0], 1, 1, x.shape[3]], quantization=per_tensor(x.quantization.scale * 0.4, x.quantization.zero_point))
    pooled = graph.operator("MEAN", [x, graph.constant(np.array([1, 2], np.int32))], pooled, keepDims=True)
    gate = squash(rng, graph, conv(rng, graph, pooled, x.shape[3], 1))
    output = graph.tensor(x.shape, quantization=per_tensor(x.quantization.scale * 0.7, x.quantization.zero_point))
    return graph.operator("MUL", [x, gate] if draw.chance(rng, 0.5) else [gate, x], output)


def head(rng, graph, x):
    """To one row of classes: MEAN or nothing, flattened, FULLY_CONNECTED, SOFTMAX."""
    batch, channels = x.shape[0], x.shape[3]
    if draw.chance(rng, 0.6) or np.prod(x.shape[1:]) > 3000:
        output = graph.tensor([batch, channels], quantization=per_tensor(x.quantization.scale * 0.5, x.quantization.zero_point))
        x = graph.operator("MEAN", [x, graph.constant(np.array([1, 2], np.int32))], output, keepDims=False)
    else:
        x = reshape_to(graph, x, [batch, int(np.prod(x.shape[1:]))])
    classes = int(draw.choose(rng, (2, 10, 12)))
    w = rng.integers(-127, 128, [classes, x.shape[1]]).astype(np.int8)
    x = layer(rng, graph, "FULLY_CONNECTED", x, w, 0, x.shape[1], [batch, classes])
    if draw.chance(rng, 0.7):
        x = graph.operator("SOFTMAX", [x], graph.tensor(x.shape, quantization=PROBABILITY), beta=1.0)
    return x


BLOCKS = (conv, conv, depthwise, depthwise, pool, residual, residual, branches, pad, squash, detour, doubled, excite)


def network(rng):
    graph = Graph()
    side = [int(draw.choose(rng, (6, 8, 9, 12, 13))) for _ in range(2)]
    shape = [draw.batch(rng), *side, int(draw.choose(rng, (1, 3, 8)))]
    x = graph.input(
        rng.integers(-128, 128, shape).astype(np.int8), per_tensor(draw.choose(rng, (1 / 255, 0.02, 2 / 255)), draw.choose(rng, (-128, 0, 3)))
    )
    x = conv(rng, graph, x)
    length = int(rng.integers(3, 13))
    early = []
    while len(graph.operators) < length:
        x = draw.choose(rng, BLOCKS)(rng, graph, x)
        if draw.chance(rng, 0.15):
            early.append(x)  # a second output, which must outlive the rest
    outputs = [x if draw.chance(rng, 0.2) else head(rng, graph, x)]
    outputs += [tensor for tensor in early[:1] if tensor is not outputs[0]]
    return graph.finish(*outputs)


FAMILIES = {"network": network}
