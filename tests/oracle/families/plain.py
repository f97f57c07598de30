"""Functions of two numbers that are stored as they are: integers, bools, float32. Equal shapes, scalars, broadcasting, constants on either side."""

import numpy as np

import draw
from build_model import Graph, per_tensor
from families.elementwise import shapes

SPECIAL = np.array([0.0, -0.0, np.inf, -np.inf, 1e-45, -3e-39, 3.4e38, -3.4e38, 0.5, -2.5, 2.0, 16777216.0], np.float32)


def reals(rng, shape, nan=True):
    """Ordinary numbers, halves (ties, equal pairs), and the ends of float32."""
    values = np.where(rng.random(shape) < 0.5, rng.integers(-20, 20, shape) / 2, rng.normal(0, 10.0 ** rng.integers(-3, 4), shape)).astype(np.float32)
    values = np.where(rng.random(shape) < 0.1, rng.choice(SPECIAL, shape), values)
    return np.where(rng.random(shape) < 0.03, np.float32(np.nan), values).astype(np.float32) if nan else values.astype(np.float32)


def numbers(rng, shape, dtype):
    if dtype == "float32":
        return reals(rng, shape)
    if dtype == "bool":
        return np.asarray(rng.random(shape) < 0.5)
    limits = np.iinfo(dtype)
    small, wide = rng.integers(-6, 7, shape), rng.integers(limits.min, limits.max, shape, endpoint=True, dtype=np.int64)
    kind = rng.integers(3)
    return np.asarray(small if kind == 0 else wide if kind == 1 else np.where(rng.random(shape) < 0.5, small, wide)).astype(dtype)


def pair(rng, most_rank=4):
    while True:
        first, second = shapes(rng)
        if max(len(first), len(second)) <= most_rank and np.prod(first) * np.prod(second) < 10**6:
            return (first, second) if draw.chance(rng, 0.5) else (second, first)


def binary(rng, name, dtype, result=None, values=numbers, expect="TFLM", ulps=0, divisor=None, quantization=None, shapes=pair, **options):
    """`values`: what either operand holds; `divisor`: what the second one does; `shapes`: of both."""
    first, second = shapes(rng)
    graph = Graph(expect=expect, ulps=ulps)
    constant = rng.integers(5)
    makers = [graph.constant if constant == side else graph.input for side in range(2)]
    a = makers[0](values(rng, first, dtype), quantization)
    b = makers[1]((divisor or values)(rng, second, dtype), quantization)
    output = graph.tensor(np.broadcast_shapes(tuple(first), tuple(second)), result or dtype, quantization)
    graph.operator(name, [a, b], output, **options)
    return graph.finish(output)


def extreme(name):
    def draw_one(rng):
        dtype = draw.choose(rng, ("int8", "int16", "int16", "int32", "int64", "float32"))
        quantization = {"int8": draw.quantization(rng), "int16": per_tensor(draw.scale(rng), 0)}.get(dtype)
        return binary(rng, name, dtype, quantization=quantization)

    return draw_one


def compared(name):
    types = ("int32", "int64", "float32", "bool") if name in ("EQUAL", "NOT_EQUAL") else ("int32", "int64", "float32")
    return lambda rng: binary(rng, name, draw.choose(rng, types), "bool")


def bounded(rng, shape, dtype):
    """Integers whose sums and products stay in range: overflow is undefined in the reference."""
    limit = 2 ** (np.iinfo(dtype).bits // 2 - 1) - 1
    return np.asarray(rng.integers(-limit, limit, shape, endpoint=True)).astype(dtype)


def divisors(rng, shape, dtype):
    values = np.asarray(numbers(rng, shape, dtype))
    return np.where((values == 0) | (values == -1), np.asarray(2, dtype), values).astype(dtype)


def integer(name, tflm=("int32",), litert=("int64",), divides=False):
    def draw_one(rng):
        dtype = draw.choose(rng, (*tflm, *litert))
        activation = {"fusedActivationFunction": draw.activation(rng)} if name in ("ADD", "SUB", "MUL", "DIV") and dtype == "int32" else {}
        # TFLM's ADD of int32 ignores its activation
        expect = "LiteRT" if dtype in litert or (name == "ADD" and activation["fusedActivationFunction"]) else "TFLM"
        values = numbers if divides else bounded
        return binary(rng, name, dtype, values=values, expect=expect, divisor=divisors if divides else None, version=2 if dtype == "int64" else None, **activation)

    return draw_one


def logical(name):
    return lambda rng: binary(rng, name, "bool")


def numbers_as_bools(name):
    """Numbers that are 0 or not: TFLM reads as many of their bytes as there are elements."""

    def draw_one(rng):
        return binary(rng, name, draw.choose(rng, ("int8", "uint8", "int16", "int32", "int64", "float32")), values=lambda rng, shape, dtype: np.asarray(rng.integers(0, 3, shape)).astype(dtype), result="bool")

    return draw_one


def without_scales(name):
    """MUL, DIV and PRELU of 8 and 16 bits that are no codes."""

    def draw_one(rng):
        dtype = "int8" if name == "DIV" else draw.choose(rng, ("int8", "int16"))
        graph, shapes = Graph(), pair(rng)
        if name == "PRELU":
            shapes = [shapes[0], shapes[0]]
        x = graph.input(numbers(rng, shapes[0], dtype))
        values = numbers(rng, shapes[1], "int8" if name == "PRELU" else dtype)
        if name == "DIV":
            values = np.where(values == 0, 7, values).astype(dtype)
        y = graph.constant(values) if draw.chance(rng, 0.5) else graph.input(values)
        output = graph.tensor(np.broadcast_shapes(*shapes), dtype)
        graph.operator(name, [x, y], output, version=1)
        return graph.finish(output)

    return draw_one


def logical_not(rng):
    graph = Graph()
    x = graph.input(numbers(rng, draw.shape(rng, int(rng.integers(1, 5)), 1000), "bool"))
    output = graph.tensor(x.shape, "bool")
    graph.operator("LOGICAL_NOT", [x], output)
    return graph.finish(output)


def bitwise(name):
    def shifts(rng, shape, dtype):
        return np.asarray(rng.integers(-2, np.iinfo(dtype).bits + 3, shape)).astype(dtype)

    return lambda rng: binary(rng, name, draw.choose(rng, ("int8", "int16", "int32")), expect="LiteRT", divisor=shifts if name == "RIGHT_SHIFT" else None)


def equal_shapes(rng):
    return [draw.shape(rng, int(rng.integers(1, 5)), 400)] * 2


def floats(name, ulps=0, divides=False, expect="TFLM", shapes=pair):
    def finite(rng, shape, dtype):
        values = reals(rng, shape, nan=False)
        return np.where(np.isfinite(values), values, np.float32(7.25)).astype(np.float32)

    def divisors(rng, shape, dtype):
        values = finite(rng, shape, dtype)
        return np.where(values == 0, np.float32(-1.5), values).astype(np.float32)

    return lambda rng: binary(rng, name, "float32", values=finite, divisor=divisors if divides else None, ulps=ulps, expect=expect, shapes=shapes)


def power(dtype):
    """Small bases and exponents, of float32 negative bases with whole exponents, too."""

    def bases(rng, shape, _):
        if dtype == "int32":
            return rng.integers(-6, 7, shape).astype(np.int32)
        return np.where(rng.random(shape) < 0.1, rng.choice(SPECIAL, shape), rng.choice([1, 1, 1, -1], shape) * np.exp(rng.normal(0, 2, shape))).astype(np.float32)

    def exponents(rng, shape, _):
        if dtype == "int32":
            return rng.integers(0, 12, shape).astype(np.int32)
        return np.where(rng.random(shape) < 0.4, rng.integers(-7, 8, shape), rng.normal(0, 8, shape)).astype(np.float32)

    return lambda rng: binary(rng, "POW", dtype, values=bases, divisor=exponents, ulps=1 if dtype == "float32" else 0, expect="LiteRT")


def add_n(rng):
    dtype = draw.choose(rng, ("int8", "int8", "int32", "float32"))
    shape = draw.shape(rng, int(rng.integers(1, 5)), 300)
    source, target = draw.quantization(rng, 1e-3, 1.0), draw.quantization(rng, 1e-3, 1.0)
    graph = Graph(expect="LiteRT" if dtype == "int32" else "TFLM")
    operands = []
    for _ in range(int(rng.integers(2, 7))):
        values = draw.codes(rng, shape) if dtype == "int8" else bounded(rng, shape, dtype) if dtype == "int32" else reals(rng, shape, nan=False)
        values = np.where(np.isfinite(values), values, np.float32(0)) if dtype == "float32" else values
        operands.append((graph.constant if operands and draw.chance(rng, 0.2) else graph.input)(values, source if dtype == "int8" else None))
    output = graph.tensor(shape, dtype, target if dtype == "int8" else None)
    graph.operator("ADD_N", operands, output)
    return graph.finish(output)


FAMILIES = {
    "add_n": add_n,
    "floor_div_float32": floats("FLOOR_DIV", divides=True),
    "floor_mod_float32": floats("FLOOR_MOD", divides=True),
    "squared_difference_float32": floats("SQUARED_DIFFERENCE"),
    "atan2_float32": floats("ATAN2", ulps=1, expect="LiteRT", shapes=equal_shapes),
    "pow_float32": power("float32"),
    "pow_int32": power("int32"),
    "maximum": extreme("MAXIMUM"),
    "minimum": extreme("MINIMUM"),
    **{name.lower(): compared(name) for name in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")},
    "integer_add": integer("ADD"),
    "integer_sub": integer("SUB"),
    "integer_mul": integer("MUL"),
    "integer_div": integer("DIV", divides=True, litert=()),
    "integer_floor_div": integer("FLOOR_DIV", (), ("int8", "int16", "int32"), divides=True),
    "integer_floor_mod": integer("FLOOR_MOD", (), ("int8", "int16", "int32", "int64"), divides=True),
    "integer_squared_difference": integer("SQUARED_DIFFERENCE", litert=()),
    "logical_and": logical("LOGICAL_AND"),
    "logical_or": logical("LOGICAL_OR"),
    "logical_and_of_numbers": numbers_as_bools("LOGICAL_AND"),
    "logical_or_of_numbers": numbers_as_bools("LOGICAL_OR"),
    **{f"plain_{name.lower()}": without_scales(name) for name in ("MUL", "DIV", "PRELU")},
    "logical_not": logical_not,
    "bitwise_xor": bitwise("BITWISE_XOR"),
    "right_shift": bitwise("RIGHT_SHIFT"),
}
