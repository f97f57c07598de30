"""
SOFTMAX, LOGISTIC, TANH int8: gemmlowp's fixed-point functions on 32-bit raw values.

Qi.f below has i integer and f = 31 - i fractional bits. A product of two of them adds the integer bits; `multiply` is that product's high half.
Source: gemmlowp fixedpoint/fixedpoint.h.
"""

from math import floor, frexp

import numpy as np

from exact.rules import double, quantized_multiplier, round_half_away, rounding_shift

ONE_Q0 = 2**31 - 1
ONE_Q2 = 1 << 29
# exp(-2^k) in Q0.31
EXP_OF_MINUS_POWERS = {-2: 1672461947, -1: 1302514674, 0: 790015084, 1: 290630308, 2: 39332535, 3: 720401, 4: 242}


def multiply(a, b):
    return (np.asarray(a, np.int64) * b + (1 << 30)) >> 31


def saturating_shift_left(x, count):
    return np.clip(x << count, -(2**31), 2**31 - 1)


def exp_between_minus_quarter_and_zero(a):
    """Q0.31 to Q0.31: a Taylor polynomial around -1/8."""
    minus_eighth, third = 1895147668, 715827883
    x = a + (1 << 28)
    x2 = multiply(x, x)
    x3, x4 = multiply(x2, x), multiply(x2, x2)
    tail = rounding_shift(multiply(rounding_shift(x4, 2) + x3, third) + x2, 1)
    return minus_eighth + multiply(minus_eighth, x + tail)


def exp_on_negative(a, integer_bits):
    """Q(integer_bits) to Q0.31."""
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    modulo = (a & (quarter - 1)) - quarter
    result = exp_between_minus_quarter_and_zero(saturating_shift_left(modulo, integer_bits))
    remainder = modulo - a
    for exponent, factor in EXP_OF_MINUS_POWERS.items():
        if integer_bits > exponent:
            result = np.where(remainder & (1 << (fraction_bits + exponent)), multiply(result, factor), result)
    return np.where(a == 0, ONE_Q0, result)


def newton_reciprocal(a):
    """2 / (1 + a) in Q2.29, a in Q0.31 from 0 to 1."""
    half_denominator = (a + ONE_Q0 + 1) // 2  # half sum, rounded away from zero; never negative here
    x = 1515870810 + multiply(half_denominator, -1010580540)  # 48/17 - 32/17 * half_denominator
    for _ in range(3):
        x = x + saturating_shift_left(multiply(x, ONE_Q2 - multiply(half_denominator, x)), 2)
    return x


def one_over_one_plus(a):
    return saturating_shift_left(newton_reciprocal(a), 1)


def one_minus_over_one_plus(a):
    return saturating_shift_left(newton_reciprocal(a) - ONE_Q2, 2)


def input_radius(integer_bits, left_shift):
    return floor((2**integer_bits - 1) * 2.0 ** (31 - integer_bits) / 2.0**left_shift)


def softmax(context):
    real = min(np.float64(np.float32(context.options["beta"])) * np.float64(context.quantization(0).scale) * 2**26, 2.0**31 - 1)
    multiplier, shift = quantized_multiplier(real)
    x = context.arrays[0].astype(np.int64)
    difference = x - x.max(axis=-1, keepdims=True)
    counted = difference >= -input_radius(5, shift)
    scaled = multiply(np.where(counted, difference, 0) << shift, multiplier)
    exponential = np.where(counted, exp_on_negative(scaled, 5), 0)  # Q0.31
    total = np.where(counted, rounding_shift(exponential, 12), 0).sum(axis=-1, keepdims=True)  # Q12.19
    headroom = 32 - np.vectorize(lambda value: int(value).bit_length(), otypes=[np.int64])(total)
    reciprocal = one_over_one_plus((total << headroom) - 2**31)
    stored = rounding_shift(multiply(reciprocal, exponential), 12 - headroom + 31 - 8) - 128
    return np.where(counted, np.clip(stored, -128, 127), -128).astype(np.int8)


def nearest(function, x):
    """function(x) rounded to float32 once, as a good libm does."""
    with np.errstate(over="ignore"):  # exp(89) is infinite in float32, and its reciprocal 0
        return function(x.astype(np.float64)).astype(np.float32)


def table(context, function):
    """LiteRT: function of the dequantized code in float32, quantized half away from zero."""
    source, target = context.quantization(0), context.output.quantization
    real = np.float32(source.scale) * context.integers(0).astype(np.float32)
    scaled = function(real) * (np.float32(1) / np.float32(target.scale))
    return context.store(round_half_away(scaled).astype(np.int64))


def fixed_point_input(context):
    """The input in Q4.27, and which elements lie beyond what that can hold: -1 below, 1 above, 0 within."""
    fraction, shift = frexp(np.float64(context.quantization(0).scale) * 2**27)
    x = context.integers(0)
    radius = input_radius(4, shift)
    beyond = np.where(x <= -radius, -1, np.where(x >= radius, 1, 0))
    return double(np.where(beyond == 0, x, 0), int(fraction * 2**31 + 0.5), shift), beyond


def saturate(result, beyond):
    return np.where(beyond < 0, -128, np.where(beyond > 0, 127, np.clip(result, -128, 127))).astype(np.int8)


def logistic(context):
    if "LOGISTIC" in context.rules.tables:
        return table(context, lambda x: np.float32(1) / (np.float32(1) + nearest(np.exp, -x)))
    x, beyond = fixed_point_input(context)
    positive = one_over_one_plus(exp_on_negative(-np.abs(x), 4))
    result = np.where(x == 0, 1 << 30, np.where(x > 0, positive, ONE_Q0 - positive))
    return saturate(rounding_shift(result, 31 - 8) - 128, beyond)


def tanh(context):
    if "TANH" in context.rules.tables:
        return table(context, lambda x: nearest(np.tanh, x))
    x, beyond = fixed_point_input(context)
    magnitude = one_minus_over_one_plus(exp_on_negative(-np.abs(x), 5))  # the same bits read as Q5.26 are twice the value
    return saturate(rounding_shift(np.where(x == 0, 0, np.where(x > 0, magnitude, -magnitude)), 31 - 7), beyond)


OPERATORS = {"SOFTMAX": softmax, "LOGISTIC": logistic, "TANH": tanh}
