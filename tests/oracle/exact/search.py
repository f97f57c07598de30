"""SEGMENT_SUM."""

import numpy as np


def segment_sum(context):
    x, segments = context.arrays
    sums = np.zeros((segments[-1] + 1, *x.shape[1:]), x.dtype)
    for row, segment in zip(x, segments):
        sums[segment] += row
    return sums


OPERATORS = {"SEGMENT_SUM": segment_sum}
