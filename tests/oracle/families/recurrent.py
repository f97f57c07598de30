"""SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM: several invocations in a row, so that state goes from one to the next."""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType

import draw
from build_model import Graph, per_tensor
from families.float32 import reals

GATES, CELL = 4, 2
LSTM_ULPS = 1 << 16  # of 2^23: drawn ones reach a fifth of it
SIGNED_ULPS = 1 << 13  # drawn ones reach a quarter of it: LiteRT computes the logistic function of less than -9 as a difference


def _sequence(rng):
    return int(draw.choose(rng, (2, 2, 3, 5)))


def svdf(rng):
    state_type = draw.choose(rng, ("int16", "int16", "int8"))
    batches, features, rank = draw.batch(rng), int(draw.choose(rng, draw.CHANNELS)), int(draw.choose(rng, (1, 1, 2, 3, 8)))
    units, memory = int(rng.integers(1, 9)), int(draw.choose(rng, (1, 2, 3, 5, 8, 10)))
    filters = units * rank
    graph = Graph(sequence=_sequence(rng))
    weights, time_weights = draw.weights(rng, [filters, features]), draw.weights(rng, [filters, memory])
    if state_type == "int16":
        time_weights = rng.integers(-32767, 32767, [filters, memory], endpoint=True).astype(np.int16)
    limit = np.iinfo(state_type).max
    # a state that is used in full at about three standard deviations, and an output alike
    spread = np.sqrt(features) * 128 * max(np.abs(weights.astype(int)).max(), 1) / limit
    input_scale, feature_scale = draw.scale(rng, 1e-3, 1.0), draw.scale(rng, 1e-3, 0.5)
    state_scale = draw.near(rng, input_scale * feature_scale * spread)
    if draw.chance(rng, 0.3):
        input_scale, feature_scale, state_scale = draw.tie_triple(rng, spread)
    x = graph.input(draw.codes(rng, [graph.sequence, batches, features]), per_tensor(input_scale, draw.zero_point(rng)))
    time_scale = draw.scale(rng, 1e-5, 1e-2)
    output_scale = draw.near(rng, state_scale * time_scale * np.sqrt(memory * rank) * limit * max(np.abs(time_weights.astype(int)).max(), 1) / 256)
    state = graph.variable([batches, memory * filters], state_type, per_tensor(state_scale, 0 if state_type == "int16" or draw.chance(rng, 0.7) else draw.zero_point(rng)))
    bias_quantization = per_tensor(np.float32(state_scale) * np.float32(time_scale), 0)
    bias = graph.constant(rng.integers(-(2**20), 2**20, [units]).astype(np.int32), bias_quantization)
    output = graph.tensor([batches, units], quantization=per_tensor(output_scale, draw.zero_point(rng)))
    operands = [x, graph.constant(weights, per_tensor(feature_scale, 0)), graph.constant(time_weights, per_tensor(time_scale, 0)), bias, state]
    graph.operator("SVDF", operands, output, version=3, rank=rank, fusedActivationFunction=ActivationFunctionType.RELU if draw.chance(rng, 0.3) else 0)
    return graph.finish(output)


def _units(rng):
    return int(draw.choose(rng, (1, 2, 3, 4, 5, 7, 8, 9, 16, 17)))


def _weights(weight, bias, units, features, sign=0):
    """Weights and biases of four gates. @param sign of what the cell is added: without a sign its terms may cancel"""
    signs = [sign if gate == CELL else 0 for gate in range(GATES)]
    weights = [weight([units, features], s) for s in signs] + [weight([units, units], abs(s)) for s in signs]
    return weights, [bias(units, s) for s in signs]


def _lstm(rng, graph, activation, weight, bias, cell, cell_type, hidden_quantization, output_quantization, x, time_major, sign=0, **options):
    """The operator with its 24 operands. `weight(shape, sign)`, `bias(units, sign)`: constants, of one sign where it is not 0."""
    first, second, features = x.shape
    batches, units = (second if time_major else first), _units(rng)
    gates, biases = _weights(weight, bias, units, features, sign)
    hidden = graph.variable([batches, units], activation, hidden_quantization)
    state = graph.variable([batches, units], cell_type, cell)
    output = graph.tensor([first, second, units], activation, output_quantization)
    clip = float(draw.choose(rng, (0.0, 0.0, 10.0, 0.5, 1.7)))
    operands = [x, *gates, None, None, None, *biases, None, None, hidden, state, None, None, None, None]
    version = 3 if cell_type == "int16" or options else 1
    options |= {"cellClip": clip, "timeMajor": time_major, "fusedActivationFunction": ActivationFunctionType.TANH}
    graph.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", operands, output, version=version, **options)
    return graph.finish(output)


def _shape(rng, graph):
    return [graph.sequence, *(int(draw.choose(rng, (1, 1, 2, 3, 5))) for _ in range(2)), int(draw.choose(rng, (1, 2, 3, 5, 8, 13, 16, 31)))]


def _gate_scale(rng, features, limit):
    """Of weights, over the input's scale: gates in Q3.12 that are neither flat nor all saturated."""
    return draw.near(rng, 4.0 / (np.sqrt(features) * limit * 64))


def lstm_int8(rng):
    graph = Graph(sequence=_sequence(rng))
    shape, time_major = _shape(rng, graph), draw.chance(rng, 0.5)
    x = graph.input(draw.codes(rng, shape), draw.quantization(rng, 1e-3, 1.0))
    hidden = per_tensor(draw.choose(rng, (1 / 128, 1 / 127.5, draw.scale(rng, 2e-3, 2e-2))), draw.choose(rng, (0, 0, draw.zero_point(rng))))
    output = hidden if draw.chance(rng, 0.8) else draw.quantization(rng, 2e-3, 2e-2)

    def weight(dims, _):
        source = x.quantization.scale if dims[0] != dims[1] else hidden.scale
        return graph.constant(draw.weights(rng, dims), per_tensor(_gate_scale(rng, dims[1], 100) / source, 0))

    def bias(units, _):
        return graph.constant(rng.integers(-(2**13), 2**13, [units]).astype(np.int32), per_tensor(x.quantization.scale, 0))

    return _lstm(rng, graph, "int8", weight, bias, per_tensor(2.0 ** int(rng.integers(-15, -8)), 0), "int16", hidden, output, x, time_major)


def lstm_16x8(rng):
    graph = Graph(sequence=_sequence(rng))
    shape, time_major = _shape(rng, graph), draw.chance(rng, 0.5)
    x = graph.input(draw.codes(rng, shape, "int16"), per_tensor(draw.scale(rng, 1e-5, 1e-2), 0))
    hidden = per_tensor(draw.choose(rng, (1 / 32768, 1 / 32767, draw.scale(rng, 1e-5, 1e-4))), 0)

    def weight(dims, _):
        source = x.quantization.scale if dims[0] != dims[1] else hidden.scale
        return graph.constant(draw.weights(rng, dims), per_tensor(min(_gate_scale(rng, dims[1], 20000), 0.01) / source, 0))

    def bias(units, _):
        return graph.constant(rng.integers(-(2**21), 2**21, [units]).astype(np.int64), per_tensor(x.quantization.scale, 0))

    return _lstm(rng, graph, "int16", weight, bias, per_tensor(2.0 ** int(rng.integers(-15, -8)), 0), "int16", hidden, hidden, x, time_major)


def svdf_float32(rng):
    """Exact but for TANH."""
    batches, features, rank = draw.batch(rng), int(draw.choose(rng, (1, 2, 3, 5, 8, 13))), int(draw.choose(rng, (1, 1, 2, 3)))
    units, memory = int(rng.integers(1, 6)), int(draw.choose(rng, (1, 2, 3, 5, 8)))
    filters = units * rank
    graph = Graph(sequence=_sequence(rng))
    x = graph.input(reals(rng, [graph.sequence, batches, features]))
    weights, time_weights, bias = (graph.constant(reals(rng, dims, 0.5)) for dims in ([filters, features], [filters, memory], [units]))
    output = graph.tensor([batches, units], "float32")
    activation = draw.choose(rng, (*draw.ACTIVATIONS, ActivationFunctionType.TANH))
    graph.ulps = 4 if activation == ActivationFunctionType.TANH else 0
    operands = [x, weights, time_weights, bias, graph.variable([batches, memory * filters], "float32")]
    graph.operator("SVDF", operands, output, version=1, rank=rank, fusedActivationFunction=activation)
    return graph.finish(output)


def _signed(values, sign):
    return sign * np.abs(values) if sign else values


def svdf_hybrid(rng):
    """LiteRT alone has it. Four frames and more it adds up in another order, so those are drawn with products of one sign."""
    batches, features, rank = draw.batch(rng), int(draw.choose(rng, (1, 2, 3, 5, 8, 13))), int(draw.choose(rng, (1, 1, 2, 3)))
    units, memory = int(rng.integers(1, 6)), int(draw.choose(rng, (1, 2, 3, 3, 5, 8)))
    filters, sign = units * rank, int(memory > 3)
    activation = draw.choose(rng, (*draw.ACTIVATIONS, ActivationFunctionType.TANH))
    graph = Graph(sequence=_sequence(rng), expect="LiteRT", ulps=8 if sign or activation == ActivationFunctionType.TANH else 0)
    x = graph.input(np.float32(_signed(rng.normal(0, draw.choose(rng, (0.1, 1, 30)), [graph.sequence, batches, features]), sign)))

    def weights(dims):
        codes = _signed(np.maximum(draw.weights(rng, dims), -127), sign).astype(np.int8)  # from -127, as in families/hybrid.py
        return graph.constant(codes, per_tensor(draw.scale(rng, 1e-4, 0.1), 0))

    bias = graph.constant(_signed(reals(rng, [units], 0.5), sign)) if draw.chance(rng, 0.7) else None
    output = graph.tensor([batches, units], "float32")
    operands = [x, weights([filters, features]), weights([filters, memory]), bias, graph.variable([batches, memory * filters], "float32")]
    asymmetric = draw.chance(rng, 0.5)
    graph.operator("SVDF", operands, output, version=4 if asymmetric else 2, rank=rank, fusedActivationFunction=activation, asymmetricQuantizeInputs=asymmetric)
    return graph.finish(output)


def lstm_float32(rng):
    """Exact but for exp and tanh. Half of the draws have gates that are all but open or closed, which leaves one tanh to each result; in the others
    a cell's two terms may cancel, and then what was the last bit of both is not the last one any more."""
    saturated = draw.chance(rng, 0.5)
    graph = Graph(sequence=_sequence(rng), ulps=8 if saturated else LSTM_ULPS)
    shape, time_major = _shape(rng, graph), draw.chance(rng, 0.5)

    def values(dims, spread, gain=1):
        return np.float32(rng.normal(0, gain * spread, dims)) if saturated else reals(rng, dims, spread)

    x = graph.input(values([*shape[:3], min(shape[3], 8)], 1))

    def weight(dims, _):
        return graph.constant(values(dims, 1 / np.sqrt(dims[1]), 30000))

    return _lstm(rng, graph, "float32", weight, lambda units, _: graph.constant(values([units], 0.5, 30000)), None, "float32", None, None, x, time_major)


def _of_one_sign(rng, hybrid):
    """
    For LiteRT alone, which adds float32 products in another order, and of hybrid ones takes the codes of hidden values from its own exp and tanh: nothing
    that the cell adds up cancels, so that last bits remain last bits. A graph, its input, functions that draw weights and biases, and the sign.
    """
    graph = Graph(sequence=_sequence(rng), ulps=SIGNED_ULPS, expect="LiteRT")
    shape = _shape(rng, graph)
    x = graph.input(np.abs(np.float32(rng.normal(0, 1, [*shape[:3], min(shape[3], 8)]))))

    def weight(dims, sign):
        if not hybrid:
            return graph.constant(_signed(np.float32(rng.normal(0, 1 / np.sqrt(dims[1]), dims)), sign))
        codes = _signed(np.maximum(draw.weights(rng, dims), -127), sign).astype(np.int8)  # from -127, as in families/hybrid.py
        return graph.constant(codes, per_tensor(draw.near(rng, draw.choose(rng, (1, 1, 30)) / np.sqrt(dims[1]) / 64), 0))

    def bias(units, sign):
        return graph.constant(_signed(np.float32(rng.normal(0, 0.5, [units])), sign))

    return graph, x, weight, bias, draw.choose(rng, (-1, 1))


def lstm_hybrid(rng):
    graph, x, weight, bias, sign = _of_one_sign(rng, True)
    asymmetric = draw.chance(rng, 0.5)
    return _lstm(rng, graph, "float32", weight, bias, None, "float32", None, None, x, draw.chance(rng, 0.5), sign, asymmetricQuantizeInputs=asymmetric)


def _bidirectional(rng, hybrid):
    """
    An auxiliary input, without weights of its own, is what the second direction reads. Not drawn: several rows of a batch-major input with merge_outputs,
    whose hidden states LiteRT takes from behind their tensor.
    """
    graph, x, weight, bias, sign = _of_one_sign(rng, hybrid)
    time_major = draw.chance(rng, 0.5)
    merged = (time_major or x.shape[0] == 1) and draw.chance(rng, 0.5)
    auxiliary = graph.input(np.abs(np.float32(rng.normal(0, 1, [graph.sequence, *x.shape])))) if draw.chance(rng, 0.3) else None
    first, second, features = x.shape
    batches, units = (second if time_major else first), _units(rng)
    operands, states = [x], []
    for _ in range(2):
        weights, biases = _weights(weight, bias, units, features, sign)
        operands += [*weights, None, None, None, *biases, None, None]
        states += [graph.variable([batches, units], "float32") for _ in range(2)]
    operands += [*states, auxiliary, *(None for _ in range(2 * GATES))]
    outputs = [graph.tensor([first, second, size], "float32") for size in ([2 * units] if merged else [units, units])]
    options = {"asymmetricQuantizeInputs": draw.chance(rng, 0.5)} if hybrid else {}
    graph.operator(
        "BIDIRECTIONAL_SEQUENCE_LSTM", operands, outputs, version=3, cellClip=float(draw.choose(rng, (0.0, 0.0, 10.0, 0.5))), timeMajor=time_major, mergeOutputs=merged,
        fusedActivationFunction=ActivationFunctionType.TANH, **options,
    )
    return graph.finish(*outputs)


def bidirectional_lstm_float32(rng):
    return _bidirectional(rng, False)


def bidirectional_lstm_hybrid(rng):
    return _bidirectional(rng, True)


FAMILIES = {
    "svdf": svdf, "svdf_float32": svdf_float32, "svdf_hybrid": svdf_hybrid, "lstm_int8": lstm_int8, "lstm_16x8": lstm_16x8, "lstm_float32": lstm_float32, "lstm_hybrid": lstm_hybrid,
    "bidirectional_lstm_float32": bidirectional_lstm_float32, "bidirectional_lstm_hybrid": bidirectional_lstm_hybrid,
}
