"""A keyword network of SVDF layers, as TFLM's keyword benchmark has it: no converter writes them. 40 features a frame, state from frame to frame."""

import numpy as np
from ai_edge_litert.schema_py_generated import ActivationFunctionType

from build_model import Graph, per_tensor

FEATURES, LAYERS, LABELS = 40, ((32, 1, 10), (24, 2, 8)), 6  # units, rank and memory of every layer


def svdf_network(scheme, rng):
    graph = Graph()
    return {"int8": _int8, "float32": _float32}[scheme](graph, rng).build()


def _weights(rng, shape):
    return rng.normal(0, 1 / np.sqrt(shape[-1]), shape).astype(np.float32)


def _float32(graph, rng):
    x = graph.parameter([1, FEATURES], "float32")
    for units, rank, memory in LAYERS:
        filters = units * rank
        weights = [graph.constant(values) for values in (_weights(rng, [filters, x.shape[1]]), _weights(rng, [filters, memory]), rng.normal(0, 0.1, units).astype(np.float32))]
        output = graph.tensor([1, units], "float32")
        x = graph.operator("SVDF", [x, *weights, graph.variable([1, memory * filters], "float32")], output, version=1, rank=rank, fusedActivationFunction=ActivationFunctionType.RELU)
    logits = graph.tensor([1, LABELS], "float32")
    graph.operator("FULLY_CONNECTED", [x, graph.constant(_weights(rng, [LABELS, x.shape[1]])), graph.constant(rng.normal(0, 0.1, LABELS).astype(np.float32))], logits, version=1)
    return graph.finish(graph.operator("SOFTMAX", [logits], graph.tensor([1, LABELS], "float32"), version=1, beta=1.0))


def _codes(weights, limit):
    scale = np.abs(weights).max() / limit
    return np.round(weights / scale).astype(np.int8 if limit == 127 else np.int16), per_tensor(scale, 0)


def _int8(graph, rng):
    """Activations of RELU lie between 0 and 3 times their deviation; state is int16, as the converter of keyword models had it."""
    x, deviation = graph.parameter([1, FEATURES], "int8", per_tensor(2 / 255, 0)), 0.6
    for units, rank, memory in LAYERS:
        filters = units * rank
        weights, time = _codes(_weights(rng, [filters, x.shape[1]]), 127), _codes(_weights(rng, [filters, memory]), 32767)
        state = graph.variable([1, memory * filters], "int16", per_tensor(4 * deviation / 32767, 0))
        deviation *= np.sqrt(rank)
        bias_scale = np.float32(state.quantization.scale) * np.float32(time[1].scale)
        bias = graph.constant(np.round(rng.normal(0, 0.1, units) / bias_scale).astype(np.int32), per_tensor(bias_scale, 0))
        output = graph.tensor([1, units], "int8", per_tensor(3 * deviation / 255, -128))
        x = graph.operator("SVDF", [x, graph.constant(*weights), graph.constant(*time), bias, state], output, version=3, rank=rank, fusedActivationFunction=ActivationFunctionType.RELU)
    weights = _codes(_weights(rng, [LABELS, x.shape[1]]), 127)
    bias_scale = np.float32(x.quantization.scale) * np.float32(weights[1].scale)
    bias = graph.constant(np.round(rng.normal(0, 0.1, LABELS) / bias_scale).astype(np.int32), per_tensor(bias_scale, 0))
    logits = graph.operator("FULLY_CONNECTED", [x, graph.constant(*weights), bias], graph.tensor([1, LABELS], "int8", per_tensor(8 * deviation / 255, 0)))
    return graph.finish(graph.operator("SOFTMAX", [logits], graph.tensor([1, LABELS], "int8", per_tensor(1 / 256, -128)), beta=1.0))
