"""SEGMENT_SUM, LOCAL_RESPONSE_NORMALIZATION."""

import numpy as np


def segment_sum(context):
    x, segments = context.arrays
    sums = np.zeros((segments[-1] + 1, *x.shape[1:]), x.dtype)
    for row, segment in zip(x, segments):
        sums[segment] += row
    return sums


def local_response_normalization(context):
    (x,) = context.arrays
    radius, bias, alpha, beta = (context.options[name] for name in ("radius", "bias", "alpha", "beta"))
    wide = x.astype(np.float64)
    squares = np.stack([np.sum(wide[..., max(c - radius, 0) : c + radius + 1] ** 2, -1) for c in range(x.shape[-1])], -1)
    return (wide * (np.float32(bias) + np.float64(np.float32(alpha)) * squares) ** -np.float64(np.float32(beta))).astype(np.float32)


OPERATORS = {"SEGMENT_SUM": segment_sum, "LOCAL_RESPONSE_NORMALIZATION": local_response_normalization}
