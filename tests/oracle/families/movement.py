"""PAD, PADV2, CONCATENATION, RESHAPE, SQUEEZE, EXPAND_DIMS, TRANSPOSE, and the shape arithmetic that Keras leaves in its graphs."""

import numpy as np

import draw
from build_model import Graph
from families.plain import numbers


def padded(rng, name, extra):
    rank = int(draw.choose(rng, (1, 2, 3, 4, 4, 4, 5)))
    shape = draw.shape(rng, rank, 1500)
    pairs = np.array([[int(draw.choose(rng, (0, 0, 1, 2, 3))) for _ in range(2)] for _ in range(rank)], np.int32)
    quantization = draw.quantization(rng)
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), quantization)
    output = graph.tensor(np.array(shape) + pairs.sum(axis=1), quantization=quantization)
    graph.operator(name, [x, graph.constant(pairs), *extra(graph, quantization)], output)
    return graph.finish(output)


def pad(rng):
    return padded(rng, "PAD", lambda graph, quantization: [])


def padv2(rng):
    value = np.array([draw.zero_point(rng)], np.int8)
    return padded(rng, "PADV2", lambda graph, quantization: [graph.constant(value, quantization)])


def concatenation(rng):
    rank, count = int(rng.integers(1, 6)), int(rng.integers(2, 6))
    shape, axis = draw.shape(rng, rank, 600), int(rng.integers(rank))
    quantization = draw.quantization(rng)
    constant = int(rng.integers(count)) if draw.chance(rng, 0.2) else None
    graph = Graph()
    parts = []
    for i in range(count):
        part = [*shape[:axis], int(draw.choose(rng, draw.EXTENTS)), *shape[axis + 1 :]]
        parts.append((graph.constant if i == constant else graph.input)(draw.codes(rng, part), quantization))
    total = sum(part.shape[axis] for part in parts)
    output = graph.tensor([*shape[:axis], total, *shape[axis + 1 :]], quantization=quantization)
    graph.operator("CONCATENATION", parts, output, axis=axis - rank if draw.chance(rng, 0.3) else axis)
    return graph.finish(output)


def factors(rng, count):
    """A random shape of `count` elements."""
    shape = []
    while count > 1:
        factor = int(draw.choose(rng, [n for n in range(2, count + 1) if count % n == 0]))
        shape.append(factor)
        count //= factor
    for _ in range(int(rng.integers(0, 3))):
        shape.insert(int(rng.integers(len(shape) + 1)), 1)
    return shape or [1]


def reshape_to(graph, x, shape):
    output = graph.tensor(shape, quantization=x.quantization)
    return graph.operator("RESHAPE", [x, graph.constant(np.array(shape, np.int32))], output, newShape=shape)


def reshape_spelt(rng, graph, x, shape):
    """RESHAPE as files spell it: shape tensor, options, or both; one extent left to be inferred."""
    output = graph.tensor(shape, quantization=x.quantization)
    wanted = list(shape)
    if draw.chance(rng, 0.4):
        wanted[int(rng.integers(len(wanted)))] = -1
    spelling = rng.integers(3)
    inputs = [x] if spelling == 0 else [x, graph.constant(np.array(wanted, np.int32))]
    return graph.operator("RESHAPE", inputs, output, **({} if spelling == 1 else {"newShape": wanted}))


def reshape_fed(rng):
    """A shape that is an input: the file's is the one that holds."""
    graph = Graph()
    shape = draw.shape(rng, int(rng.integers(1, 5)), 1000)
    x = graph.input(draw.codes(rng, shape), draw.quantization(rng))
    wanted = draw.choose(rng, ([int(np.prod(shape))], shape[::-1], [1, *shape]))
    output = graph.tensor(wanted, quantization=x.quantization)
    graph.operator("RESHAPE", [x, graph.input(np.array(wanted, np.int32))], output, newShape=[])
    return graph.finish(output)


def bitcast(rng):
    """LiteRT knows the new shape only where it takes it from the file."""
    sizes = {"int8": 1, "bool": 1, "int16": 2, "int32": 4, "uint32": 4, "float32": 4, "int64": 8}
    source, target = draw.choose(rng, list(sizes)), draw.choose(rng, [dtype for dtype in sizes if dtype != "bool"])
    shape = draw.shape(rng, int(rng.integers(1, 4)), 200)
    after = [*shape, sizes[source] // sizes[target]] if sizes[source] > sizes[target] else shape
    if sizes[source] < sizes[target]:
        shape, after = [*shape, sizes[target] // sizes[source]], shape
    graph = Graph(expect="LiteRT")
    output = graph.tensor(after, target)
    graph.operator("BITCAST", [graph.input(numbers(rng, shape, source))], output)
    return graph.finish(output)


def squeeze(rng, graph, x):
    """Drops every extent of 1 (named from either end, or not at all) or one of them."""
    rank = len(x.shape)
    ones = [axis for axis, extent in enumerate(x.shape) if extent == 1]
    kind = rng.integers(3)
    if kind == 0:
        ones = [draw.choose(rng, ones)]
    kept = [extent for axis, extent in enumerate(x.shape) if axis not in ones]
    output = graph.tensor(kept, quantization=x.quantization)
    named = [axis - rank if draw.chance(rng, 0.3) else axis for axis in ones]
    return graph.operator("SQUEEZE", [x], output, squeezeDims=[] if kind == 1 else named)


def expand_dims(rng, graph, x):
    axis = int(rng.integers(-len(x.shape) - 1, len(x.shape) + 1))
    shape = list(x.shape)
    shape.insert(axis if axis >= 0 else axis + len(x.shape) + 1, 1)
    output = graph.tensor(shape, quantization=x.quantization)
    return graph.operator("EXPAND_DIMS", [x, graph.constant(np.array(axis, np.int32))], output)


def rectify(graph, x):
    return graph.operator("RELU", [x], graph.tensor(x.shape, quantization=x.quantization))


def reshape(rng):
    """One of the three alone, or several between RELUs: in place, at the model's ends, and one after the other."""
    graph = Graph()
    x = graph.input(draw.codes(rng, draw.shape(rng, int(rng.integers(1, 5)), 400)), draw.quantization(rng))
    alone = draw.chance(rng, 0.4)
    for step in range(1 if alone else int(rng.integers(2, 5))):
        if not alone and draw.chance(rng, 0.5):
            x = rectify(graph, x)
        kind = rng.integers(4)
        squeezable = 1 in x.shape and any(extent != 1 for extent in x.shape)
        if kind == 0 and squeezable:
            x = squeeze(rng, graph, x)
        elif kind == 1 and len(x.shape) < 5:
            x = expand_dims(rng, graph, x)
        else:
            x = reshape_spelt(rng, graph, x, factors(rng, int(np.prod(x.shape))))
    return graph.finish(x)


def transpose(rng):
    rank = int(rng.integers(2, 6))
    shape, perm = draw.shape(rng, rank, 3000), rng.permutation(rank).astype(np.int32)
    quantization = draw.quantization(rng)
    graph = Graph()
    x = graph.input(draw.codes(rng, shape), quantization)
    output = graph.tensor([shape[axis] for axis in perm], quantization=quantization)
    graph.operator("TRANSPOSE", [x, graph.constant(perm)], output)
    return graph.finish(output)


def shape_chain(rng):
    """Flatten as Keras writes it: RESHAPE(x, PACK(STRIDED_SLICE(SHAPE(x)), n)), between two RELUs or alone."""
    graph = Graph()
    batch = draw.batch(rng)
    image = draw.shape(rng, 3, 1500)
    x = graph.input(draw.codes(rng, [batch, *image]), draw.quantization(rng))
    if draw.chance(rng, 0.5):
        x = rectify(graph, x)
    dims = graph.operator("SHAPE", [x], graph.tensor([4], "int32"), outType=2)
    bounds = [graph.constant(np.array([value], np.int32)) for value in (0, 1, 1)]
    first = graph.operator("STRIDED_SLICE", [dims, *bounds], graph.tensor([], "int32"), shrinkAxisMask=1)
    rest = [int(np.prod(image))] if draw.chance(rng, 0.5) else [image[0] * image[1], image[2]]
    parts = [first] + [graph.constant(np.array(extent, np.int32)) for extent in rest]
    packed = graph.operator("PACK", parts, graph.tensor([len(parts)], "int32"), valuesCount=len(parts), axis=0)
    output = graph.operator("RESHAPE", [x, packed], graph.tensor([batch, *rest], quantization=x.quantization))
    if draw.chance(rng, 0.5):
        output = rectify(graph, output)
    return graph.finish(output)


FAMILIES = {"pad": pad, "padv2": padv2, "concatenation": concatenation, "reshape": reshape, "reshape_fed": reshape_fed, "bitcast": bitcast, "transpose": transpose, "shape_chain": shape_chain}
