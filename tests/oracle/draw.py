"""Random choices with a taste for the awkward: extremes are drawn as often as the ordinary."""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType, Padding

from build_model import Quantization, per_tensor

EXTENTS = (1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19)
CHANNELS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 24, 29, 31, 32, 33, 48, 64, 65)
ACTIVATIONS = (ActivationFunctionType.NONE, ActivationFunctionType.RELU, ActivationFunctionType.RELU6, ActivationFunctionType.RELU_N1_TO_1)
DEAD = 1e-13  # the weight scale of a channel that training switched off: its multiplier is flushed to zero


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def chance(rng, probability):
    return rng.random() < probability


def zero_point(rng):
    return int(choose(rng, (-128, 127, 0, -1, *rng.integers(-128, 128, 2), *rng.integers(-60, 60, 4))))


def weight_zero_point(rng):
    """Of legacy weights less 128: about the middle, or anywhere."""
    return int(choose(rng, (0, -1, *rng.integers(-40, 40, 6), zero_point(rng))))


def scale(rng, low=1e-6, high=10.0):
    kind = rng.integers(4)
    if kind == 0:
        return np.float32(choose(rng, (3 / 255, 2 / 255, 1 / 255, 6 / 255, 1 / 127)))
    if kind == 1:
        return np.float32(2.0 ** rng.integers(-10, 2))
    if kind == 2:
        return np.float32(np.exp(rng.uniform(np.log(1e-3), np.log(0.3))))
    return np.float32(np.exp(rng.uniform(np.log(low), np.log(high))))


def quantization(rng, low=1e-6, high=10.0):
    return per_tensor(scale(rng, low, high), zero_point(rng))


def near(rng, target):
    """An output scale about `target`: as it is, at the power of two beside it (rounding ties), or far off (saturated, or nearly constant)."""
    kind = rng.integers(12)
    if kind <= 1:
        target = 2.0 ** np.round(np.log2(target))
    elif kind == 2:
        target *= choose(rng, (0.05, 20.0))
    return max(np.float32(target), np.float32(1e-8))


def tie_pair(rng):
    """Two scales whose quotient is nominally odd / 2^k. In float32 it often is exactly that, in double never: ties fall differently."""
    return np.float32(choose(rng, (1, 3, 5, 7)) / 255), np.float32(choose(rng, (2, 4, 8, 6)) / 255)


def tie_triple(rng, spread):
    """The same for first * second / output: 1 / `spread`, rounded to a power of two, is the quotient in float32 and not in double."""
    quotient = 2.0 ** -np.round(np.log2(spread))
    while True:
        first, second = (np.float32(int(rng.integers(1, 16)) / 255) for _ in range(2))
        output = np.float32(np.float64(first) * np.float64(second) / quotient)
        if np.float32(first * second) / output == quotient and np.float64(first) * np.float64(second) / np.float64(output) != quotient:
            return first, second, output


def activation(rng):
    return ACTIVATIONS[0] if chance(rng, 0.5) else choose(rng, ACTIVATIONS[1:])


def padding(rng):
    return choose(rng, (Padding.SAME, Padding.VALID))


def codes(rng, shape, dtype="int8"):
    """Stored activations: full range, only extremes, or crowded round one code."""
    limits = np.iinfo(dtype)
    kind = rng.integers(10)
    if kind == 0:
        values = rng.choice([limits.min, limits.max], shape)
    elif kind == 1:
        values = np.clip(np.round(rng.normal(rng.integers(-100, 100), 12, shape)), limits.min, limits.max)
    else:
        values = rng.integers(limits.min, limits.max, shape, endpoint=True)
    return np.asarray(values).astype(dtype)


def weights(rng, shape, dtype="int8"):
    """int8 or int4 weights, or legacy uint8 less 128: symmetric as the converter makes them, with -128 or -8 as others do, or so small that the multiplier exceeds 1."""
    ranges = {
        "int8": ((-128, 127), (-127, 127), (-127, 127), (-7, 7), (-7, 7), (-2, 2), (-128, -126)),
        "uint8": ((-128, 127), (-127, 127), (-100, 90), (-40, 60), (-7, 7)),
        "int4": ((-8, 7), (-7, 7), (-7, 7), (-8, -6), (-1, 1)),
    }
    low, high = choose(rng, ranges[dtype])
    return rng.integers(low, high, shape, endpoint=True).astype(np.int8)


def weight_quantization(rng, channels, axis, per_channel):
    base = scale(rng, 1e-5, 1.0)
    if not per_channel:
        return Quantization((float(base),), (0,), 0)
    scales = np.float32(base * np.exp(rng.uniform(-1.5, 1.5, channels)))
    if chance(rng, 0.2):
        scales[rng.integers(channels)] = np.float32(DEAD)
    if chance(rng, 0.2):
        scales[:] = np.float32(base)
    return Quantization(tuple(map(float, scales)), (0,) * channels, axis)


def shape(rng, rank, elements=4000):
    while True:
        extents = [int(choose(rng, EXTENTS)) for _ in range(rank)]
        if np.prod(extents) <= elements:
            return extents


def batch(rng):
    return 1 if chance(rng, 0.6) else int(rng.integers(2, 4))
