"""Legacy uint8: draws of the other families with 128 added to every code and zero point. Weights have a zero point of their own, and CONCATENATION rescales."""

from dataclasses import replace

import draw
from build_model import per_tensor
from families import activation, convolution, elementwise, fully_connected, movement, pooling, reduction, resize


def legacy(graph):
    """The same with uint8 for quantized int8. Versions are those of 2018."""
    for tensor in graph.tensors:
        if tensor.dtype == "int8" and tensor.quantization is not None:
            tensor.dtype, tensor.data = "uint8", None if tensor.data is None else plus_128(tensor.data)
            tensor.quantization = replace(tensor.quantization, zero_points=tuple(zero + 128 for zero in tensor.quantization.zero_points))
    graph.values = [plus_128(values) if values.dtype == "int8" else values for values in graph.values]
    graph.operators = [(name, inputs, outputs, 1, *rest) for name, inputs, outputs, _, *rest in graph.operators]
    graph.expect = "recomputed"
    return graph


def plus_128(codes):
    return codes.view("uint8") ^ 128


def of(*families):
    return lambda rng: legacy(draw.choose(rng, families)(rng))


def with_bias(family):
    """LiteRT, the only one to ask, refuses convolutions without."""

    def drawn(rng):
        while True:
            graph = family(rng, "uint8")
            if None not in graph.operators[0][1] and len(graph.operators[0][1]) == 3:
                return graph

    return of(drawn)


def concatenation(rng):
    """Inputs and output with quantizations of their own, half of the time."""
    graph = movement.concatenation(rng)
    for tensor in graph.tensors if draw.chance(rng, 0.7) else []:
        if draw.chance(rng, 0.7):
            tensor.quantization = per_tensor(tensor.quantization.scale * draw.choose(rng, (0.5, 1.0, 1.5, 2.0, rng.uniform(0.2, 5))), draw.zero_point(rng))
    return legacy(graph)


def resize_bilinear(rng):
    """By LiteRT alone: it interpolates in float32 here."""
    while True:
        graph = resize.FAMILIES["resize_bilinear"](rng)
        if graph.tensors[0].dtype == "int8":
            break
    legacy(graph).expect = "LiteRT"
    return graph


FAMILIES = {
    "legacy_conv_2d": with_bias(convolution.conv_2d),
    "legacy_depthwise_conv_2d": with_bias(convolution.depthwise_conv_2d),
    "legacy_fully_connected": of(lambda rng: fully_connected.fully_connected(rng, "uint8")),
    "legacy_pool": of(pooling.average_pool_2d, pooling.average_pool_2d, pooling.max_pool_2d),
    "legacy_elementwise": of(elementwise.add, elementwise.sub, elementwise.mul),
    "legacy_activation": of(activation.softmax, activation.logistic, activation.tanh, activation.relu, activation.relu6),
    "legacy_concatenation": concatenation,
    "legacy_mean": of(reduction.mean),
    "legacy_resize": resize_bilinear,
    "legacy_movement": of(movement.pad, movement.padv2, movement.reshape, movement.transpose),
}
