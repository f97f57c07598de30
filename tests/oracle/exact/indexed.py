"""Operators that pick elements by indices, or by a condition."""

import numpy as np


def gather(context):
    x, indices = context.arrays[:2]
    axis, batch_dims = context.options["axis"] % x.ndim, context.options["batchDims"]
    if batch_dims == 0:
        return np.take(x, indices, axis=axis)
    batches = x.shape[:batch_dims]
    parts = [np.take(x[at], indices[at], axis=axis - batch_dims) for at in np.ndindex(*batches)]
    return np.reshape(parts, [*batches, *parts[0].shape]).astype(x.dtype)


def gather_nd(context):
    x, indices = context.arrays[:2]
    return x[tuple(np.moveaxis(indices, -1, 0))]


def scatter_nd(context):
    indices, updates, shape = context.arrays
    output = np.zeros(shape, updates.dtype)
    flat = updates.reshape(-1, *output.shape[indices.shape[-1] :])
    for at, update in zip(indices.reshape(-1, indices.shape[-1]).tolist(), flat):
        with np.errstate(over="ignore"):  # integers wrap
            output[tuple(at)] += update
    return output


def embedding_lookup(context):
    rows = context.arrays[1][context.arrays[0]]
    return rows if context.output.dtype == context.tensors[1].dtype else rows.astype(np.float32) * np.float32(context.quantization(1).scale)


def slice_(context):
    x, begins, sizes = context.arrays
    return x[tuple(slice(begin, None if size == -1 else begin + size) for begin, size in zip(begins.tolist(), sizes.tolist()))]


def dynamic_update_slice(context):
    x, update, begins = context.arrays
    output = x.copy()
    begins = [min(max(begin, 0), n - m) for begin, n, m in zip(begins.tolist(), x.shape, update.shape)]
    output[tuple(slice(begin, begin + n) for begin, n in zip(begins, update.shape))] = update
    return output


def select(context):
    condition, x, y = context.arrays
    if condition.ndim == 1:
        condition = condition.reshape([-1] + [1] * (x.ndim - 1))
    return np.where(condition, x, y)


def reverse_sequence(context):
    x, lengths = context.arrays
    steps, batches = context.options["seqDim"], context.options["batchDim"]
    output = x.copy()
    rows, turned = np.moveaxis(x, [batches, steps], [0, 1]), np.moveaxis(output, [batches, steps], [0, 1])
    for batch, length in enumerate(lengths.tolist()):
        turned[batch, :length] = rows[batch, :length][::-1]
    return output


OPERATORS = {
    "DYNAMIC_UPDATE_SLICE": dynamic_update_slice,
    "EMBEDDING_LOOKUP": embedding_lookup,
    "GATHER": gather,
    "GATHER_ND": gather_nd,
    "REVERSE_SEQUENCE": reverse_sequence,
    "SCATTER_ND": scatter_nd,
    "SELECT": select,
    "SELECT_V2": lambda context: np.where(*context.arrays),
    "SLICE": slice_,
}
