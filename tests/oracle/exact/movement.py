"""Operators that move elements, and the integer arithmetic of shapes."""

import numpy as np
from ai_edge_litert.schema_py_generated import MirrorPadMode


def pad(context):
    pairs = context.arrays[1].reshape(-1, 2).tolist()
    quantization = context.output.quantization
    zero = quantization.zero_point if quantization is not None else 0
    fill = zero if len(context.arrays) < 3 else context.arrays[2].reshape(-1)[0]
    return np.pad(context.arrays[0], pairs, constant_values=fill)


def strided_slice(context):
    begin, end, strides = (context.arrays[i].tolist() for i in (1, 2, 3))
    index = []
    for axis, (first, last, stride) in enumerate(zip(begin, end, strides)):
        bit = 1 << axis
        if context.options["ellipsisMask"] & bit:
            index.append(Ellipsis)
        elif context.options["newAxisMask"] & bit:
            index.append(None)
        elif context.options["shrinkAxisMask"] & bit:
            index.append(first)
        else:
            index.append(slice(None if context.options["beginMask"] & bit else first, None if context.options["endMask"] & bit else last, stride))
    return context.arrays[0][tuple(index)]


def mirror_pad(context):
    mode = "reflect" if context.options["mode"] == MirrorPadMode.REFLECT else "symmetric"
    return np.pad(context.arrays[0], context.arrays[1].tolist(), mode=mode)


def split_v(context):
    x, axis = context.arrays[0], int(context.arrays[2])
    sizes = context.arrays[1].tolist()
    sizes = [size if size >= 0 else x.shape[axis] - sum(n for n in sizes if n >= 0) for size in sizes]
    return np.split(x, np.cumsum(sizes)[:-1], axis=axis)


def unpack(context):
    axis = context.options["axis"]
    return [np.squeeze(part, axis) for part in np.split(context.arrays[0], context.arrays[0].shape[axis], axis=axis)]


def space_to_batch_nd(context):
    x, sizes, pairs = context.arrays[0], context.arrays[1].tolist(), context.arrays[2].tolist()
    quantization = context.output.quantization
    inner = len(sizes) + 1
    zero = quantization.zero_point if quantization is not None else 0
    x = np.pad(x, [[0, 0], *pairs, *([[0, 0]] * (x.ndim - inner))], constant_values=x.dtype.type(zero))
    apart = [n for extent, size in zip(x.shape[1:], sizes) for n in (extent // size, size)]
    x = x.reshape(x.shape[0], *apart, *x.shape[inner:])
    places, blocks = range(2, 2 * inner, 2), range(1, 2 * inner - 1, 2)
    x = x.transpose(*places, 0, *blocks, *range(2 * inner - 1, x.ndim))
    return x.reshape(context.output.shape)


def batch_to_space_nd(context):
    x, sizes, crops = context.arrays[0], context.arrays[1].tolist(), context.arrays[2].tolist()
    count, inner = len(sizes), len(sizes) + 1
    x = x.reshape(*sizes, x.shape[0] // int(np.prod(sizes)), *x.shape[1:])
    order = [count] + [axis for d in range(count) for axis in (inner + d, d)] + list(range(inner + count, x.ndim))
    x = x.transpose(order)
    x = x.reshape(x.shape[0], *(x.shape[1 + 2 * d] * sizes[d] for d in range(count)), *x.shape[1 + 2 * count :])
    return x[(slice(None), *(slice(before, x.shape[d + 1] - after) for d, (before, after) in enumerate(crops)))]


def space_to_depth(context):
    x, size = context.arrays[0], context.options["blockSize"]
    batches, rows, columns, depth = x.shape
    x = x.reshape(batches, rows // size, size, columns // size, size, depth)
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(context.output.shape)


def depth_to_space(context):
    x, size = context.arrays[0], context.options["blockSize"]
    batches, rows, columns, depth = x.shape
    x = x.reshape(batches, rows, columns, size, size, depth // (size * size))
    return x.transpose(0, 1, 3, 2, 4, 5).reshape(context.output.shape)


def same_elements(context):
    signature = context.output.signature or []
    return context.arrays[0].reshape(signature if signature.count(-1) == 1 else context.output.shape)


OPERATORS = {
    "BATCH_TO_SPACE_ND": batch_to_space_nd,
    "BROADCAST_ARGS": lambda context: np.array(np.broadcast_shapes(*(array.tolist() for array in context.arrays)), context.output.dtype),
    "BROADCAST_TO": lambda context: np.broadcast_to(context.arrays[0], context.arrays[1].tolist()),
    "CONCATENATION": lambda context: np.concatenate(context.arrays, axis=context.options["axis"]),
    "DEPTH_TO_SPACE": depth_to_space,
    "EXPAND_DIMS": same_elements,
    "FILL": lambda context: np.full(context.arrays[0].tolist(), context.arrays[1]),
    "MIRROR_PAD": mirror_pad,
    "PACK": lambda context: np.stack(context.arrays, axis=context.options["axis"]),
    "PAD": pad,
    "PADV2": pad,
    "RANK": lambda context: np.array(len(context.tensors[0].shape), np.int32),
    "RESHAPE": same_elements,
    "REVERSE_V2": lambda context: np.flip(context.arrays[0], tuple(context.arrays[1].tolist())),
    "SHAPE": lambda context: np.array(context.arrays[0].shape, np.int32),
    "SPACE_TO_BATCH_ND": space_to_batch_nd,
    "SPACE_TO_DEPTH": space_to_depth,
    "SPLIT": lambda context: np.split(context.arrays[1], context.options["numSplits"], axis=int(context.arrays[0])),
    "SPLIT_V": split_v,
    "SQUEEZE": same_elements,
    "STRIDED_SLICE": strided_slice,
    "TILE": lambda context: np.tile(context.arrays[0], context.arrays[1].tolist()),
    "TRANSPOSE": lambda context: np.transpose(context.arrays[0], context.arrays[1].tolist()),
    "UNPACK": unpack,
    "ZEROS_LIKE": lambda context: np.zeros_like(context.arrays[0]),
}
