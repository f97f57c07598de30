"""Operators that move elements of any type: parts, blocks, repetitions, mirrors, and the shape arithmetic round them."""

import numpy as np
from ai_edge_litert.schema_py_generated import MirrorPadMode

import draw
from build_model import Graph, per_tensor

EVERY = ("int8", "int16", "int32", "float32", "bool", "int64", "uint8", "quantized uint8")


class Draw:
    """A graph of one operator with elements of one type."""

    def __init__(self, rng, tflm, litert=()):
        """`tflm`, `litert`: the types that TFLM has, and that only LiteRT has."""
        self.rng, self.graph = rng, Graph()
        kind = draw.choose(rng, (*tflm, *tflm, *litert))
        self.graph.expect = "TFLM" if kind in tflm else "LiteRT"
        self.dtype = kind.split()[-1]
        self.quantization = None
        if kind in ("int8", "quantized uint8"):
            zero_point = draw.zero_point(rng)
            self.quantization = per_tensor(draw.scale(rng), zero_point + 128 if kind != "int8" else zero_point)
        elif kind == "int16":
            self.quantization = per_tensor(draw.scale(rng), 0)

    def values(self, shape):
        if self.dtype == "bool":
            return self.rng.random(shape) < 0.5
        if self.dtype == "float32":
            return np.float32(self.rng.normal(0, 100, shape))
        if self.dtype == "uint8":
            return (draw.codes(self.rng, shape).astype(np.int16) + 128).astype(np.uint8)
        return draw.codes(self.rng, shape, self.dtype)

    def fed(self, shape):
        return self.graph.input(np.asarray(self.values(shape)), self.quantization)

    def result(self, shape):
        return self.graph.tensor(shape, self.dtype, self.quantization)

    def integers(self, values, dtype=np.int32):
        return self.graph.constant(np.array(values, dtype))

    def either(self, values):
        return self.integers(values, draw.choose(self.rng, (np.int32, np.int64)))

    def axis(self, axis, rank):
        """From either end."""
        return axis - rank if draw.chance(self.rng, 0.3) else axis

    def finish(self, name, inputs, outputs, **options):
        self.graph.operator(name, inputs, outputs, **options)
        return self.graph.finish(*(outputs if isinstance(outputs, list) else [outputs]))


def typed_pad(rng):
    d = Draw(rng, ("int16", "int32", "float32"), ("int64", "uint8", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape = draw.shape(rng, rank, 400)
    pairs = np.array([[int(draw.choose(rng, (0, 0, 1, 2, 3))) for _ in range(2)] for _ in range(rank)], np.int32)
    x, paddings, extra = d.fed(shape), d.integers(pairs), []
    if draw.chance(rng, 0.5):
        value = np.asarray(d.values([1] if draw.chance(rng, 0.7) else []))
        extra = [d.graph.constant(value, d.quantization) if draw.chance(rng, 0.7) else d.graph.input(value, d.quantization)]
    return d.finish("PADV2" if extra else "PAD", [x, paddings, *extra], d.result(np.array(shape) + pairs.sum(axis=1)))


def requantized_pad(rng):
    """Other scales behind than before: codes are copied, and the zero point is the output's."""
    d = Draw(rng, ("int8", "int16"))
    shape, pairs = draw.shape(rng, 3, 300), rng.integers(0, 3, (3, 2)).astype(np.int32)
    x = d.fed(shape)
    zero_point = draw.zero_point(rng) if d.dtype == "int8" else 0
    output = d.graph.tensor(np.array(shape) + pairs.sum(axis=1), d.dtype, per_tensor(draw.scale(rng), zero_point))
    return d.finish("PAD", [x, d.integers(pairs)], output)


def mirror_pad(rng):
    d = Draw(rng, ("float32", "int8"), ("uint8", "int32", "int64", "quantized uint8"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 400)
    mode = draw.choose(rng, (MirrorPadMode.REFLECT, MirrorPadMode.SYMMETRIC))
    pairs = [[int(min(draw.choose(rng, (0, 1, 2, 3, n)), n - (mode == MirrorPadMode.REFLECT))) for _ in range(2)] for n in shape]
    return d.finish("MIRROR_PAD", [d.fed(shape), d.either(pairs)], d.result(np.array(shape) + np.sum(pairs, axis=1)), mode=mode)


def reverse(rng):
    d = Draw(rng, EVERY[:7])
    rank = int(rng.integers(1, 5))
    first, count = int(rng.integers(rank)), int(rng.integers(1, rank + 1))
    axes = list(range(first, min(first + count, rank)))
    shape = draw.shape(rng, rank, 600)
    return d.finish("REVERSE_V2", [d.fed(shape), d.integers([d.axis(axis, rank) for axis in axes])], d.result(shape))


def typed_transpose(rng):
    d = Draw(rng, ("int16", "float32"), ("int32", "int64", "uint8", "bool", "quantized uint8"))
    rank = int(rng.integers(2, 6))
    shape, perm = draw.shape(rng, rank, 500), rng.permutation(rank).astype(np.int32)
    return d.finish("TRANSPOSE", [d.fed(shape), d.integers(perm)], d.result([shape[axis] for axis in perm]))


def strided_slice(rng):
    """Any masks for LiteRT; TFLM knows begin, end and shrink_axis."""
    d = Draw(rng, ("int8", "int16", "int32", "float32", "bool"), ("int64", "uint8", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape = draw.shape(rng, rank, 1200)
    masks = dict.fromkeys(("beginMask", "endMask", "ellipsisMask", "newAxisMask", "shrinkAxisMask"), 0)
    index, entries = [], []
    named = rank
    if draw.chance(rng, 0.25):
        d.graph.expect, named = "LiteRT", int(rng.integers(0, rank + 1))
    ellipsis = int(rng.integers(0, named + 1)) if named < rank else None  # LiteRT takes one of no dimension for one dimension
    axis = 0
    for number in range(named + 1):
        if number == ellipsis:
            masks["ellipsisMask"] |= 1 << len(entries)
            entries.append((int(rng.integers(-3, 4)), int(rng.integers(-3, 4)), 1))
            index.append(Ellipsis)
            axis += rank - named
        if d.graph.expect == "LiteRT" and draw.chance(rng, 0.15) and rank + index.count(None) < 5:
            masks["newAxisMask"] |= 1 << len(entries)
            entries.append((int(rng.integers(0, 3)), int(rng.integers(0, 3)), 1))
            index.append(None)
        if number == named:
            break
        n, bit = shape[axis], 1 << len(entries)
        stride = int(draw.choose(rng, (1, 1, 1, 2, 3, -1, -2)))
        begin, end = int(rng.integers(-n - 1, n + 2)), int(rng.integers(-n - 1, n + 2))
        if draw.chance(rng, 0.2):
            begin = int(rng.integers(-n, n))
            masks["shrinkAxisMask"] |= bit
            entries.append((begin, begin + 1, 1))
            index.append(begin)
        else:
            if draw.chance(rng, 0.4):
                masks["beginMask"] |= bit
            if draw.chance(rng, 0.4):
                masks["endMask"] |= bit
            entries.append((begin, end, stride))
            index.append(slice(None if masks["beginMask"] & bit else begin, None if masks["endMask"] & bit else end, stride))
        axis += 1
    shape_out = np.empty(shape, np.int8)[tuple(index)].shape
    if 0 in shape_out or len(entries) == 0:
        return strided_slice(rng)
    x = d.fed(shape)
    bounds = [d.integers([entry[i] for entry in entries]) for i in range(3)]
    return d.finish("STRIDED_SLICE", [x, *bounds], d.result(shape_out), **masks)


def split(rng):
    d = Draw(rng, ("int8", "int16", "int32", "float32"), ("int64", "uint8", "quantized uint8"))
    rank, count = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    part, axis = draw.shape(rng, rank, 300), int(rng.integers(rank))
    shape = [*part[:axis], count * part[axis], *part[axis + 1 :]]
    return d.finish("SPLIT", [d.integers(d.axis(axis, rank)), d.fed(shape)], [d.result(part) for _ in range(count)], numSplits=count)


def split_v(rng):
    d = Draw(rng, ("int8", "int16", "int32", "float32"), ("int64", "uint8", "quantized uint8"))
    rank, count = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    part, axis = draw.shape(rng, rank, 100), int(rng.integers(rank))
    sizes = [int(rng.integers(1, 5)) for _ in range(count)]
    parts = [[*part[:axis], size, *part[axis + 1 :]] for size in sizes]
    whole = [*part[:axis], sum(sizes), *part[axis + 1 :]]
    if draw.chance(rng, 0.3):
        sizes[int(rng.integers(count))] = -1
    return d.finish("SPLIT_V", [d.fed(whole), d.either(sizes), d.integers(d.axis(axis, rank))], [d.result(part) for part in parts], numSplits=count)


def unpack(rng):
    d = Draw(rng, ("int8", "int16", "int32", "float32"), ("bool", "uint8", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape, axis = draw.shape(rng, rank, 400), int(rng.integers(rank))
    outputs = [d.result([*shape[:axis], *shape[axis + 1 :]]) for _ in range(shape[axis])]
    return d.finish("UNPACK", [d.fed(shape)], outputs, num=shape[axis], axis=d.axis(axis, rank))


def pack(rng):
    d = Draw(rng, ("int8", "int32", "int64", "float32"), ("int16", "uint8", "quantized uint8"))
    rank, count = int(rng.integers(0, 4)), int(rng.integers(1, 5))
    shape, axis = draw.shape(rng, rank, 300), int(rng.integers(rank + 1))
    constant = int(rng.integers(count)) if count > 1 and draw.chance(rng, 0.2) else None
    parts = [d.graph.constant(np.asarray(d.values(shape)), d.quantization) if i == constant else d.fed(shape) for i in range(count)]
    return d.finish("PACK", parts, d.result([*shape[:axis], count, *shape[axis:]]), valuesCount=count, axis=d.axis(axis, rank + 1))


def blocks(rng):
    d = Draw(rng, ("int8", "float32"), ("int32", "int64", "uint8", "quantized uint8"))
    rank = int(draw.choose(rng, (3, 4, 4)))
    sizes = [int(draw.choose(rng, (1, 2, 2, 3, 4))) for _ in range(rank - 2)]
    return d, rank, sizes


def space_to_batch_nd(rng):
    d, rank, sizes = blocks(rng)
    shape, padded = draw.shape(rng, rank, 500), draw.chance(rng, 0.6)
    pairs = []
    for axis, size in enumerate(sizes):
        before = int(rng.integers(0, 2 * size)) if padded else 0
        if not padded:
            shape[axis + 1] = size * int(rng.integers(1, 5))
        pairs.append([before, -(before + shape[axis + 1]) % size + (size * int(rng.integers(2)) if padded else 0)])
    extents = [(shape[axis + 1] + sum(pairs[axis])) // size for axis, size in enumerate(sizes)]
    return d.finish("SPACE_TO_BATCH_ND", [d.fed(shape), d.integers(sizes), d.integers(pairs)], d.result([shape[0] * int(np.prod(sizes)), *extents, shape[-1]]))


def batch_to_space_nd(rng):
    d, rank, sizes = blocks(rng)
    blocks_of = [int(rng.integers(1, 5)) for _ in sizes]
    batches, depth = int(rng.integers(1, 3)), int(rng.integers(1, 6))
    extents = [size * count for size, count in zip(sizes, blocks_of)]
    crops = [[int(rng.integers(0, (n + 1) // 2)), int(rng.integers(0, (n + 1) // 2))] if draw.chance(rng, 0.5) else [0, 0] for n in extents]
    output = d.result([batches, *(n - sum(crop) for n, crop in zip(extents, crops)), depth])
    return d.finish("BATCH_TO_SPACE_ND", [d.fed([batches * int(np.prod(sizes)), *blocks_of, depth]), d.integers(sizes), d.integers(crops)], output)


def depths(rng):
    d = Draw(rng, ("int8", "float32"), ("int32", "int64", "uint8", "quantized uint8"))
    size = int(rng.integers(1, 5))
    batches, rows, columns, depth = (int(rng.integers(1, 5)) for _ in range(4))
    return d, size, [batches, rows * size, columns * size, depth], [batches, rows, columns, depth * size * size]


def space_to_depth(rng):
    d, size, wide, deep = depths(rng)
    return d.finish("SPACE_TO_DEPTH", [d.fed(wide)], d.result(deep), blockSize=size)


def depth_to_space(rng):
    d, size, wide, deep = depths(rng)
    return d.finish("DEPTH_TO_SPACE", [d.fed(deep)], d.result(wide), blockSize=size)


def tile(rng):
    d = Draw(rng, (), ("float32", "int32", "int64", "uint8", "bool", "int8", "int16", "quantized uint8"))
    rank = int(rng.integers(1, 5))
    shape = draw.shape(rng, rank, 60)
    multiples = [int(draw.choose(rng, (1, 1, 2, 3) if rank < 4 else (1, 1, 1, 2))) for _ in shape]
    if rank == 4 and sum(n > 1 for n in multiples) > 2:
        multiples[0] = multiples[3] = 1
    return d.finish("TILE", [d.fed(shape), d.either(multiples)], d.result(np.array(shape) * multiples))


def broadcast_to(rng):
    d = Draw(rng, EVERY[:7])
    rank = int(rng.integers(1, 6))
    shape = draw.shape(rng, rank, 600)
    source = [1 if draw.chance(rng, 0.4) else n for n in shape][int(rng.integers(rank)) :]
    return d.finish("BROADCAST_TO", [d.fed(source), d.either(shape)], d.result(shape))


def fill(rng):
    d = Draw(rng, ("int8", "int32", "float32"), ("int16", "int64", "bool"))
    shape, value = draw.shape(rng, int(rng.integers(1, 5)), 600), np.asarray(d.values([]))
    source = d.graph.input(value, d.quantization) if draw.chance(rng, 0.7) else d.graph.constant(value, d.quantization)
    return d.finish("FILL", [d.either(shape), source], d.result(shape))


def zeros_like(rng):
    d = Draw(rng, ("int8", "int32", "int64", "float32"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 600)
    return d.finish("ZEROS_LIKE", [d.fed(shape)], d.result(shape))


def broadcast_chain(rng):
    """What tf.broadcast_to leaves behind: BROADCAST_TO(x, BROADCAST_ARGS(SHAPE(x), shape)), or the rank of x as the shape. TFLM wants constants."""
    d = Draw(rng, (), ("int8", "int32", "float32"))
    rank = int(rng.integers(1, 5))
    shape = draw.shape(rng, rank, 600)
    source = [1 if draw.chance(rng, 0.4) else n for n in shape]
    x = d.fed(source)
    if draw.chance(rng, 0.3):
        count = d.graph.operator("RANK", [x], d.graph.tensor([], "int32"))
        dims = d.graph.operator("PACK", [count], d.graph.tensor([1], "int32"), valuesCount=1, axis=0)
        return d.finish("FILL", [dims, d.fed([])], d.result([rank]))
    wide = [n if draw.chance(rng, 0.5) or n != m else 1 for n, m in zip(shape, source)]
    known = d.graph.operator("SHAPE", [x], d.graph.tensor([rank], "int32"), outType=2)
    common = d.graph.operator("BROADCAST_ARGS", [known, d.integers(wide)], d.graph.tensor([rank], "int32"))
    return d.finish("BROADCAST_TO", [x, common], d.result(shape))


FAMILIES = {
    "typed_pad": typed_pad, "requantized_pad": requantized_pad, "mirror_pad": mirror_pad, "reverse": reverse, "typed_transpose": typed_transpose,
    "strided_slice": strided_slice, "split": split, "split_v": split_v, "unpack": unpack, "pack": pack,
    "space_to_batch_nd": space_to_batch_nd, "batch_to_space_nd": batch_to_space_nd, "space_to_depth": space_to_depth, "depth_to_space": depth_to_space,
    "tile": tile, "broadcast_to": broadcast_to, "fill": fill, "zeros_like": zeros_like, "broadcast_chain": broadcast_chain,
}  # fmt: skip
