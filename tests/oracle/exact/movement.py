"""Operators that move elements, and the integer arithmetic of shapes."""

import numpy as np


def pad(context):
    pairs = context.arrays[1].reshape(-1, 2).tolist()
    fill = context.output.quantization.zero_point if len(context.arrays) < 3 else context.arrays[2].reshape(-1)[0]
    return np.pad(context.arrays[0], pairs, constant_values=fill)


def strided_slice(context):
    begin, end, strides = (context.arrays[i].tolist() for i in (1, 2, 3))
    index = []
    for axis, (first, last, stride) in enumerate(zip(begin, end, strides)):
        bit = 1 << axis
        if context.options["shrinkAxisMask"] & bit:
            index.append(first)
        else:
            index.append(slice(None if context.options["beginMask"] & bit else first, None if context.options["endMask"] & bit else last, stride))
    return context.arrays[0][tuple(index)]


def same_elements(context):
    return context.arrays[0].reshape(context.output.shape)


OPERATORS = {
    "CONCATENATION": lambda context: np.concatenate(context.arrays, axis=context.options["axis"]),
    "EXPAND_DIMS": same_elements,
    "PACK": lambda context: np.stack(context.arrays, axis=context.options["axis"]),
    "PAD": pad,
    "PADV2": pad,
    "RESHAPE": same_elements,
    "SHAPE": lambda context: np.array(context.tensors[0].shape, np.int32),
    "SQUEEZE": same_elements,
    "STRIDED_SLICE": strided_slice,
    "TRANSPOSE": lambda context: np.transpose(context.arrays[0], context.arrays[1].tolist()),
}
