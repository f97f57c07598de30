"""IF, WHILE and CALL_ONCE round operators that other families draw: which steps run, how often, and what survives them."""

import numpy as np

import draw
from build_model import Graph, per_tensor

QUANTIZATION = per_tensor(1 / 16, -2)
SHAPE = [1, 2, 3, 2]


def _operators(rng, graph, x, most=3):
    """Up to `most` operators on x, with the result; none gives x itself."""
    for _ in range(int(rng.integers(0, most + 1))):
        output = graph.tensor(x.shape, quantization=QUANTIZATION)
        if draw.chance(rng, 0.4):
            x = graph.operator("RELU", [x], output)
        else:
            other = graph.constant(draw.codes(rng, x.shape), QUANTIZATION) if draw.chance(rng, 0.5) else x
            x = graph.operator(draw.choose(rng, ("ADD", "SUB", "MUL")), [x, other], output)
    return x


def _branch(rng):
    graph = Graph()
    x = graph.parameter(SHAPE, quantization=QUANTIZATION)
    return graph.finish(_operators(rng, graph, x))


def if_(rng):
    graph = Graph()
    condition = graph.input(np.array(draw.chance(rng, 0.5)))
    x = graph.input(draw.codes(rng, SHAPE), QUANTIZATION)
    before = _operators(rng, graph, x)
    branches = {"thenSubgraphIndex": graph.subgraph(_branch(rng)), "elseSubgraphIndex": graph.subgraph(_branch(rng))}
    result = graph.operator("IF", [condition, before], graph.tensor(SHAPE, quantization=QUANTIZATION), **branches)
    after = graph.operator("ADD", [result, x], graph.tensor(SHAPE, quantization=QUANTIZATION))
    return graph.finish(after, result)


def while_(rng):
    """The condition is a row of bools that moves up by one in every turn, so that there are as many turns as it begins with trues."""
    bools = int(rng.integers(1, 4))
    test, body, graph = Graph(), Graph(), Graph()
    flags = [test.parameter([], "bool") for _ in range(bools)]
    test.parameter(SHAPE, quantization=QUANTIZATION)
    test.finish(flags[0])
    flags = [body.parameter([], "bool") for _ in range(bools)]
    x = body.parameter(SHAPE, quantization=QUANTIZATION)
    body.finish(*flags[1:], body.constant(np.array(False)), _operators(rng, body, x))
    fed = [graph.input(np.array(draw.chance(rng, 0.7))) for _ in range(bools)]
    x = graph.input(draw.codes(rng, SHAPE), QUANTIZATION)
    outputs = [*(graph.tensor([], "bool") for _ in range(bools)), graph.tensor(SHAPE, quantization=QUANTIZATION)]
    graph.operator("WHILE", [*fed, x], outputs, condSubgraphIndex=graph.subgraph(test), bodySubgraphIndex=graph.subgraph(body))
    after = graph.operator("ADD", [outputs[-1], x], graph.tensor(SHAPE, quantization=QUANTIZATION))
    return graph.finish(after, outputs[-1])


def counted(rng):
    """A counter that a step is added to while it is less than a limit, as converters write loops."""
    dtype = np.int32
    test, body, graph = Graph(), Graph(), Graph()
    count, limit = test.parameter([], dtype.__name__), test.parameter([], dtype.__name__)
    test.parameter(SHAPE, quantization=QUANTIZATION)
    test.finish(test.operator(draw.choose(rng, ("LESS", "LESS_EQUAL", "NOT_EQUAL")), [count, limit], test.tensor([], "bool")))
    count, limit = body.parameter([], dtype.__name__), body.parameter([], dtype.__name__)
    x = body.parameter(SHAPE, quantization=QUANTIZATION)
    following = body.operator("ADD", [count, body.constant(np.array(1, dtype))], body.tensor([], dtype.__name__))
    body.finish(following, limit, _operators(rng, body, x))
    fed = [graph.input(np.array(value, dtype)) for value in (0, rng.integers(0, 5))]
    x = graph.input(draw.codes(rng, SHAPE), QUANTIZATION)
    outputs = [*(graph.tensor([], dtype.__name__) for _ in range(2)), graph.tensor(SHAPE, quantization=QUANTIZATION)]
    graph.operator("WHILE", [*fed, x], outputs, condSubgraphIndex=graph.subgraph(test), bodySubgraphIndex=graph.subgraph(body))
    return graph.finish(*outputs)


def call_once(rng):
    """What the called subgraph computes is lost; it must not disturb what comes after."""
    graph, once = Graph(), Graph()
    _operators(rng, once, once.constant(draw.codes(rng, SHAPE), QUANTIZATION))
    once.finish()
    graph.operator("CALL_ONCE", [], [], initSubgraphIndex=graph.subgraph(once))
    x = graph.input(draw.codes(rng, SHAPE), QUANTIZATION)
    result = graph.operator("RELU", [x], graph.tensor(SHAPE, quantization=QUANTIZATION))
    return graph.finish(result)


def _list_body(rng, dims, dtype, quantization, converted):
    """A body that moves on an index, computes an item of another list's, and sets it in a list: as the converter writes it, or by DYNAMIC_UPDATE_SLICE."""
    body, rank = Graph(), len(dims)
    index = body.parameter([], "int32")
    items, source = (body.parameter(dims, dtype, quantization) for _ in range(2))
    state = body.parameter([1, *dims[1:]], dtype, quantization)
    following = body.operator("ADD", [index, body.constant(np.array(1, np.int32))], body.tensor([], "int32"))
    taken = body.operator("GATHER", [source, index], body.tensor(dims[1:], dtype, quantization), axis=0, version=2)
    item = body.operator("EXPAND_DIMS", [taken, body.constant(np.array([0], np.int32))], body.tensor(state.shape, dtype, quantization))
    item = body.operator(draw.choose(rng, ("ADD", "SUB", "MUL")), [item, state], body.tensor(state.shape, dtype, quantization), version=2 if dtype == "int8" else 1)
    if converted:
        vector = lambda place, rest: body.operator(
            "CONCATENATION", [body.operator("RESHAPE", [place, body.constant(np.array([1], np.int32))], body.tensor([1], "int32")), body.constant(np.full(rank - 1, rest, np.int32))],
            body.tensor([rank], "int32"), axis=0)
        ends = body.constant(np.zeros(rank, np.int32)), body.constant(np.full(rank, -1, np.int32))
        before = body.operator("SLICE", [items, ends[0], vector(index, -1)], body.tensor([-1] * rank, dtype, quantization), version=2)
        after = body.operator("SLICE", [items, vector(following, 0), ends[1]], body.tensor([-1, *dims[1:]], dtype, quantization), version=2)
        written = body.operator("CONCATENATION", [before, item, after], body.tensor(dims, dtype, quantization), axis=0)
    else:
        begins = body.operator("PACK", [index, *(body.constant(np.array(0, np.int32)) for _ in range(rank - 1))], body.tensor([rank], "int32"), valuesCount=rank)
        written = body.operator("DYNAMIC_UPDATE_SLICE", [items, item, begins], body.tensor(dims, dtype, quantization))
    again = draw.chance(rng, 0.3)  # the old list is read again, and cannot be written in place
    old = body.operator("GATHER", [items, index], body.tensor(dims[1:], dtype, quantization), axis=0, version=2) if again else None
    state = body.operator("EXPAND_DIMS", [old, body.constant(np.array([0], np.int32))], body.tensor(state.shape, dtype, quantization)) if again else item
    return body.finish(following, written, source, state)


def list_items(rng):
    """What recurrent layers become that return their sequence: a loop that sets one item of a list in every turn. TFLM never comes out of the converter's."""
    dtype, converted = draw.choose(rng, ("int8", "float32")), draw.chance(rng, 0.7)
    quantization = QUANTIZATION if dtype == "int8" else None
    dims = [int(rng.integers(1, 6)), *(int(n) for n in rng.integers(1, 4, int(draw.choose(rng, (1, 2, 2, 3)))))]
    value = lambda shape: draw.codes(rng, shape) if dtype == "int8" else np.float32(rng.normal(0, 1, shape))
    graph, test = Graph(expect="LiteRT"), Graph()
    index = test.parameter([], "int32")
    for shape in (dims, dims, [1, *dims[1:]]):
        test.parameter(shape, dtype, quantization)
    test.finish(test.operator("LESS", [index, test.constant(np.array(rng.integers(0, dims[0] + 1), np.int32))], test.tensor([], "bool")))
    fed = [graph.input(value(shape), quantization) for shape in (dims, dims, [1, *dims[1:]])]
    outputs = [graph.tensor([], "int32"), *(graph.tensor(tensor.shape, dtype, quantization) for tensor in fed)]
    calls = {"condSubgraphIndex": graph.subgraph(test), "bodySubgraphIndex": graph.subgraph(_list_body(rng, dims, dtype, quantization, converted))}
    graph.operator("WHILE", [graph.constant(np.array(0, np.int32)), *fed], outputs, **calls)
    return graph.finish(*outputs)


FAMILIES = {"list_items": list_items, "if": if_, "while": while_, "counted": counted, "call_once": call_once}
