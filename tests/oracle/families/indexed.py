"""Operators whose indices the running model may compute: gather, scatter, slices from anywhere, selection."""

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.moves import Draw


def indices(d, shape, most, dtype="int32"):
    """Fed, mostly: indices below `most`, which broadcasts along the last dimension."""
    values = d.rng.integers(0, most, shape).astype(dtype)
    return d.graph.constant(values) if draw.chance(d.rng, 0.25) else d.graph.input(values)


def source(d, shape):
    values = np.asarray(d.values(shape))
    return d.graph.constant(values, d.quantization) if draw.chance(d.rng, 0.3) else d.graph.input(values, d.quantization)


def only_litert(d, probability, options):
    """What TFLM does not take."""
    if not draw.chance(d.rng, probability):
        return options[0]
    d.graph.expect = "LiteRT"
    return draw.choose(d.rng, options[1:])


def gather(rng):
    d = Draw(rng, ("int8", "float32"), ("int16", "int32", "int64", "uint8", "bool", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape, axis = draw.shape(rng, rank, 300), int(rng.integers(rank))
    batch_dims = int(rng.integers(0, axis + 1)) if draw.chance(rng, 0.4) else 0
    picked = draw.shape(rng, int(rng.integers(0 if batch_dims == 0 else 1, 3)), 12)
    dtype = only_litert(d, 0.3, ("int32", "int16", "int64"))
    x, positions = source(d, shape), indices(d, [*shape[:batch_dims], *picked], shape[axis], dtype)
    output = d.result([*shape[:axis], *picked, *shape[axis + 1 :]])
    return d.finish("GATHER", [x, positions], output, axis=d.axis(axis, rank), batchDims=batch_dims)


def gather_nd(rng):
    d = Draw(rng, ("int8", "float32"), ("int16", "int32", "int64", "uint8", "bool", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape, depth = draw.shape(rng, rank, 400), int(rng.integers(1, rank + 1))
    picked = draw.shape(rng, int(rng.integers(0, 3)), 15)
    dtype = only_litert(d, 0.3, ("int32", "int16", "int64"))
    x, positions = source(d, shape), indices(d, [*picked, depth], shape[:depth], dtype)
    return d.finish("GATHER_ND", [x, positions], d.result([*picked, *shape[depth:]]))


def scatter_nd(rng):
    d = Draw(rng, (), ("int8", "int32", "int64", "float32", "uint8", "bool"))
    rank = int(rng.integers(1, 5))
    shape, depth = draw.shape(rng, rank, 300), int(rng.integers(1, rank + 1))
    picked = draw.shape(rng, int(rng.integers(1, 3)), 20)
    positions = indices(d, [*picked, depth], shape[:depth])
    if d.dtype == "float32":
        updates = d.graph.input(np.float32(rng.normal(0, 100, [*picked, *shape[depth:]])))
    else:
        updates = d.fed([*picked, *shape[depth:]])
    return d.finish("SCATTER_ND", [positions, updates, d.integers(shape)], d.result(shape))


def embedding_lookup(rng):
    d = Draw(rng, ("int8", "float32"), ("uint8", "quantized uint8"))
    table, count = draw.shape(rng, int(rng.integers(2, 4)), 400), int(rng.integers(1, 9))
    return d.finish("EMBEDDING_LOOKUP", [indices(d, [count], table[0]), source(d, table)], d.result([count, *table[1:]]))


def hybrid_embedding_lookup(rng):
    graph, table, count = Graph(), draw.shape(rng, int(rng.integers(2, 4)), 400), int(rng.integers(1, 9))
    lookup = graph.input(rng.integers(0, table[0], [count]).astype(np.int32))
    rows = graph.constant(draw.codes(rng, table), per_tensor(draw.scale(rng), 0))
    output = graph.tensor([count, *table[1:]], "float32")
    graph.operator("EMBEDDING_LOOKUP", [lookup, rows], output, version=3)
    return graph.finish(output)


def slice_(rng):
    d = Draw(rng, ("int8", "int16", "int32", "float32", "bool"), ("int64", "uint8", "quantized uint8"))
    rank, dtype = int(rng.integers(1, 6)), draw.choose(rng, (np.int32, np.int64))
    shape = draw.shape(rng, rank, 800)
    begins = [int(rng.integers(0, n)) for n in shape]
    counts = [int(rng.integers(1, n - begin + 1)) for n, begin in zip(shape, begins)]
    sizes = [-1 if begin + count == n and draw.chance(rng, 0.5) else count for begin, count, n in zip(begins, counts, shape)]
    x = source(d, shape)
    if draw.chance(rng, 0.5):
        return d.finish("SLICE", [x, d.integers(begins, dtype), d.integers(sizes, dtype)], d.result(counts))
    return d.finish("SLICE", [x, d.graph.input(np.array(begins, dtype)), d.integers(counts, dtype)], d.result(counts))


def dynamic_update_slice(rng):
    d = Draw(rng, ("int8", "int16", "int32", "float32"), ("int64", "bool"))
    rank, dtype = int(rng.integers(1, 5)), draw.choose(rng, (np.int32, np.int64))
    shape = draw.shape(rng, rank, 500)
    part = [int(rng.integers(1, n + 1)) for n in shape]
    begins = np.array([int(rng.integers(-3, n + 3)) for n in shape], dtype)
    fed = draw.chance(rng, 0.8)
    x, update = source(d, shape), source(d, part)
    if x.data is not None and update.data is not None:
        update = d.fed(part)
    return d.finish("DYNAMIC_UPDATE_SLICE", [x, update, (d.graph.input if fed else d.graph.constant)(begins)], d.result(shape))


def select_v2(rng):
    d = Draw(rng, ("int8", "int16", "float32"), ("int32", "int64", "uint8", "bool", "quantized uint8"))
    shape = draw.shape(rng, int(rng.integers(1, 6)), 500)
    ranks = [int(rng.integers(0, len(shape) + 1)) if draw.chance(rng, 0.4) else len(shape) for _ in range(3)]
    shapes = [[1 if draw.chance(rng, 0.3) else n for n in shape[len(shape) - rank :]] for rank in ranks]
    condition = d.graph.input(rng.random(shapes[0]) < 0.5 if shapes[0] else np.array(draw.chance(rng, 0.5)))
    return d.finish("SELECT_V2", [condition, d.fed(shapes[1]), source(d, shapes[2])], d.result(np.broadcast_shapes(*map(tuple, shapes))))


def select(rng):
    d = Draw(rng, (), ("int8", "int16", "int32", "int64", "float32", "uint8", "bool", "quantized uint8"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 500)
    condition = draw.choose(rng, (shape, shape, [shape[0]], []))
    values = rng.random(condition) < 0.5 if condition else np.array(draw.chance(rng, 0.5))
    return d.finish("SELECT", [d.graph.input(values), d.fed(shape), source(d, shape)], d.result(shape))


def reverse_sequence(rng):
    d = Draw(rng, (), ("float32", "uint8", "int16", "int32", "int64", "quantized uint8"))
    rank = int(rng.integers(2, 5))
    shape = draw.shape(rng, rank, 500)
    steps, batches = (int(axis) for axis in rng.permutation(rank)[:2])
    lengths = rng.integers(1, shape[steps] + 1, shape[batches]).astype(draw.choose(rng, ("int32", "int64")))
    return d.finish("REVERSE_SEQUENCE", [d.fed(shape), d.graph.input(lengths)], d.result(shape), seqDim=steps, batchDim=batches)


def shape_gather(rng):
    """Shapes as exporters from other frameworks compute them: RESHAPE(x, CONCATENATION(GATHER(SHAPE(x), 0), SLICE(SHAPE(x)), ...)). TFLM wants constants."""
    d = Draw(rng, (), ("int8", "float32"))
    shape = draw.shape(rng, 4, 600)
    x = d.fed(shape)
    known = d.graph.operator("SHAPE", [x], d.graph.tensor([4], "int32"), outType=2)
    first = d.graph.operator("GATHER", [known, d.integers([0])], d.graph.tensor([1], "int32"))
    middle = d.graph.operator("SLICE", [known, d.integers([1]), d.integers([2])], d.graph.tensor([2], "int32"))
    order = d.graph.operator("GATHER_ND", [middle, d.integers([[1], [0]])], d.graph.tensor([2], "int32"))
    last = d.graph.operator("STRIDED_SLICE", [known, d.integers([-1]), d.integers([9]), d.integers([1])], d.graph.tensor([1], "int32"))
    target = d.graph.operator("CONCATENATION", [first, order, last], d.graph.tensor([4], "int32"), axis=0)
    return d.finish("RESHAPE", [x, target], d.result([shape[0], shape[2], shape[1], shape[3]]))


FAMILIES = {
    "gather": gather, "gather_nd": gather_nd, "scatter_nd": scatter_nd, "embedding_lookup": embedding_lookup, "hybrid_embedding_lookup": hybrid_embedding_lookup,
    "slice": slice_, "dynamic_update_slice": dynamic_update_slice, "select_v2": select_v2, "select": select, "reverse_sequence": reverse_sequence,
    "shape_gather": shape_gather,
}  # fmt: skip
