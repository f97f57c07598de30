"""Requantization: real multipliers as (Q31 mantissa, shift), the two rounding rules, and where TFLM and LiteRT's reference kernels part."""

from dataclasses import dataclass
from math import frexp

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType


def double(x, multiplier, shift):
    """Two roundings: the product's high half, ties towards plus infinity; then the right shift, ties away from zero."""
    x, multiplier, shift = np.broadcast_arrays(np.asarray(x, np.int64), np.int64(multiplier), np.int64(shift))
    shifted = x << np.maximum(shift, 0)
    if np.any((shifted > 2**31 - 1) | (shifted < -(2**31))):
        raise OverflowError("x << shift leaves 32 bits: undefined in TFLM, so no such case may be drawn")
    high = (shifted * multiplier + (1 << 30)) >> 31
    return rounding_shift(high, np.maximum(-shift, 0))


def single(x, multiplier, shift):
    """One rounding, ties away from zero: measured with multipliers that are powers of two, which other draws do not tell from ties upwards."""
    x, multiplier, shift = np.broadcast_arrays(np.asarray(x, np.int64), np.int64(multiplier), np.int64(shift))
    return np.sign(x) * ((np.abs(x) * multiplier + (np.int64(1) << (30 - shift))) >> (31 - shift))


def reduced16(x, multiplier, shift):
    """One rounding, ties towards plus infinity, with a multiplier of 16 bits: sums of 64 bits."""
    x, multiplier, shift = np.broadcast_arrays(np.asarray(x, np.int64), np.int64(multiplier), np.int64(shift))
    reduced = np.where(multiplier >= 0x7FFF0000, 0x7FFF, (multiplier + (1 << 15)) >> 16)
    return (x * reduced + (np.int64(1) << (14 - shift))) >> (15 - shift)


def rounding_shift(x, count):
    """x / 2^count, ties away from zero."""
    mask = (np.int64(1) << count) - 1
    threshold = (mask >> 1) + (x < 0)
    return (x >> count) + ((x & mask) > threshold)


def round_half_away(x):
    return np.copysign(np.floor(np.abs(x) + x.dtype.type(0.5)), x)


@dataclass(frozen=True)
class Rules:
    """The differences between the runtimes that oracles.md names, as far as int8 is concerned."""

    name: str
    fully_connected: object  # rounding rule
    float32_products: tuple  # operators whose products and quotients of scales are rounded to float32 before they become a multiplier
    tables: tuple  # operators computed by a 256-entry table that is filled in float, instead of fixed-point functions


TFLM = Rules("TFLM", double, (), ())
LITERT = Rules("LiteRT", single, ("MUL", "RELU", "RELU6", "DIV", "PRELU"), ("LOGISTIC", "TANH"))


def quantized_multiplier(real):
    """A positive real as (m, s): real = m / 2^31 * 2^s, m in [2^30, 2^31). Below 2^-32 it is flushed to zero."""
    if real == 0:
        return 0, 0
    fraction, shift = frexp(real)
    mantissa = int(fraction * 2**31 + 0.5)
    if mantissa == 2**31:
        mantissa, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (mantissa, shift)


def quantized_multipliers(reals):
    pairs = [quantized_multiplier(float(real)) for real in reals]
    return np.array([m for m, _ in pairs], np.int64), np.array([s for _, s in pairs], np.int64)


def clamp_of(dtype, activation, quantization):
    limits = np.iinfo(dtype)
    low, high = int(limits.min), int(limits.max)

    def stored(real):
        return quantization.zero_point + int(round_half_away(np.float32(real) / np.float32(quantization.scale)))

    if activation == ActivationFunctionType.RELU:
        low = max(low, stored(0))
    elif activation == ActivationFunctionType.RELU6:
        low, high = max(low, stored(0)), min(high, stored(6))
    elif activation == ActivationFunctionType.RELU_N1_TO_1:
        low, high = max(low, stored(-1)), min(high, stored(1))
    return low, high
