"""GRU, float32, and with int8 weights (dynamic range): the loop that the converter writes of a Keras layer, either reset_after, which Arenula computes as one operator."""

import numpy as np

import draw
from build_model import Graph, Quantization

ULPS = 1 << 16  # as of an LSTM: terms of the new state may cancel


def _projection(graph, x, weights, bias, quantized=None):
    """FULLY_CONNECTED of constant weights [channels][depth]. `quantized`: whether there is one scale for every channel, and rows get an offset; None: float32."""
    output = graph.tensor([x.shape[0], len(weights)], "float32")
    if quantized is None:
        return graph.operator("FULLY_CONNECTED", [x, graph.constant(weights), bias], output)
    per_channel, asymmetric = quantized
    scale = np.float32(np.maximum(np.abs(weights).max(axis=1 if per_channel else None, keepdims=True), 2**-10) / 127)
    codes = np.int8(np.clip(np.rint(weights / scale), -127, 127))
    constant = graph.constant(codes, Quantization(tuple(scale.ravel().tolist()), (0,) * scale.size))
    return graph.operator("FULLY_CONNECTED", [x, constant, bias], output, version=12 if per_channel else 9, asymmetricQuantizeInputs=asymmetric)


def _parts(graph, x, count, split):
    """Equal parts of the channels, as Keras 3 (STRIDED_SLICE of the hidden state's) or Keras 2 takes them."""
    batches, units = x.shape[0], x.shape[1] // count
    if split:
        return graph.operator("SPLIT", [graph.constant(np.array(1, np.int32)), x], [graph.tensor([batches, units], "float32") for _ in range(count)], numSplits=count)
    place = lambda n: graph.constant(np.array([0, n], np.int32))
    ones = graph.constant(np.array([1, 1], np.int32))
    cut = lambda i: graph.operator(
        "STRIDED_SLICE", [x, place(i * units), place((i + 1) * units), ones], graph.tensor([batches, units], "float32"), beginMask=1, endMask=3 if i == count - 1 else 1)
    return [cut(i) for i in range(count)]


def _body(rng, steps, batches, features, units, after, items, hybrid):
    body = Graph()
    turn, index = (body.parameter([], "int32") for _ in range(2))
    listed = body.parameter([steps if items else 1, batches, units], "float32")
    state = body.parameter([batches, units], "float32")
    source = body.parameter([steps, batches, features], "float32")
    scheme = (draw.chance(rng, 0.5), draw.chance(rng, 0.5)) if hybrid else None
    quantized = lambda: scheme if hybrid and draw.chance(rng, 0.8) else None
    biased, values = draw.chance(rng, 0.5), lambda *shape: np.float32(rng.normal(0, 1.5 / np.sqrt(shape[-1]), shape))
    bias = lambda channels: body.constant(np.float32(rng.normal(0, 0.5, channels))) if biased else None
    binary = lambda name, a, b: body.operator(name, [a, b], body.tensor([batches, units], "float32"))
    unary = lambda name, a: body.operator(name, [a], body.tensor([batches, units], "float32"))
    one = body.constant(np.array(1, np.int32))
    following = [body.operator("ADD", [count, one], body.tensor([], "int32")) for count in (turn, index)]
    hidden = _projection(body, state, values(3 * units if after else 2 * units, units), bias(3 * units) if after else None, quantized())
    h = _parts(body, hidden, 3 if after else 2, draw.chance(rng, 0.5))
    taken = body.operator("GATHER", [source, index], body.tensor([batches, features], "float32"), axis=0, version=2)
    x = _parts(body, _projection(body, taken, values(3 * units, features), bias(3 * units), quantized()), 3, True)
    update, reset = (unary("LOGISTIC", binary("ADD", x[gate], h[gate])) for gate in range(2))
    kept = binary("MUL", update, state)
    added = binary("MUL", reset, h[2]) if after else _projection(body, binary("MUL", reset, state), values(units, units), None, quantized())
    candidate = unary("TANH", binary("ADD", x[2], added))
    rest = binary("SUB", body.constant(np.array(1, np.float32)), update)
    new = binary("ADD", kept, binary("MUL", rest, candidate))
    item = body.operator("RESHAPE", [new, body.constant(np.array([1, batches, units], np.int32))], body.tensor([1, batches, units], "float32"))
    if not items:
        return body.finish(*following, item, new, source)
    vector = lambda place, rest: body.operator(
        "CONCATENATION", [body.operator("RESHAPE", [place, body.constant(np.array([1], np.int32))], body.tensor([1], "int32")), body.constant(np.full(2, rest, np.int32))],
        body.tensor([3], "int32"), axis=0)
    before = body.operator("SLICE", [listed, body.constant(np.zeros(3, np.int32)), vector(index, -1)], body.tensor([-1] * 3, "float32"), version=2)
    behind = body.operator("SLICE", [listed, vector(following[1], 0), body.constant(np.full(3, -1, np.int32))], body.tensor([-1, batches, units], "float32"), version=2)
    return body.finish(*following, body.operator("CONCATENATION", [before, item, behind], body.tensor(listed.shape, "float32"), axis=0), new, source)


def gru(rng, hybrid=False):
    """TFLM never comes out of a loop that sets items."""
    steps, batches = (int(draw.choose(rng, (1, 2, 3, 5))) for _ in range(2))
    features, units = (int(draw.choose(rng, (1, 2, 3, 4, 5, 7, 8, 13))) for _ in range(2))
    items, after = draw.chance(rng, 0.6), draw.chance(rng, 0.5)
    graph, test = Graph(expect="LiteRT"), Graph()
    graph.ulps = ULPS
    counts = [test.parameter([], "int32") for _ in range(2)]
    shapes = [[steps if items else 1, batches, units], [batches, units], [steps, batches, features]]
    for shape in shapes:
        test.parameter(shape, "float32")
    limit = test.constant(np.array(steps, np.int32))
    below = [test.operator("LESS", [count, limit], test.tensor([], "bool")) for count in counts]
    test.finish(test.operator("LOGICAL_AND", below, test.tensor([], "bool")))
    zero = graph.constant(np.array(0, np.int32))
    state = graph.input(np.float32(rng.normal(0, 0.5, shapes[1]))) if draw.chance(rng, 0.5) else graph.constant(np.zeros(shapes[1], np.float32))
    source = graph.input(np.float32(rng.normal(0, 1, shapes[2])))
    outputs = [*(graph.tensor([], "int32") for _ in range(2)), *(graph.tensor(shape, "float32") for shape in shapes)]
    calls = {"condSubgraphIndex": graph.subgraph(test), "bodySubgraphIndex": graph.subgraph(_body(rng, steps, batches, features, units, after, items, hybrid))}
    graph.operator("WHILE", [zero, zero, graph.constant(np.zeros(shapes[0], np.float32)), state, source], outputs, **calls)
    return graph.finish(*outputs)


FAMILIES = {"gru_float32": gru, "gru_hybrid": lambda rng: gru(rng, True)}
