"""VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE: variables that keep sums from one invocation to the next, assigned once before all, or under IF and WHILE."""

import numpy as np

import draw
from build_model import Graph, per_tensor

SHAPE = [1, 2, 3]
QUANTIZATION = per_tensor(1 / 16, -2)


def _handle(graph, name):
    return graph.operator("VAR_HANDLE", [], graph.tensor([1], "resource"), container="", sharedName=name)


def _read(graph, handle):
    return graph.operator("READ_VARIABLE", [handle], graph.tensor(SHAPE, quantization=QUANTIZATION))


def _assign(graph, handle, value):
    graph.operator("ASSIGN_VARIABLE", [handle, value], [])


def _sum(graph, a, b):
    return graph.operator("ADD", [a, b], graph.tensor(SHAPE, quantization=QUANTIZATION))


def _assigned_once(rng, graph, *names):
    once = Graph()
    for name in names:
        _assign(once, _handle(once, name), once.constant(draw.codes(rng, SHAPE), QUANTIZATION))
    graph.operator("CALL_ONCE", [], [], initSubgraphIndex=graph.subgraph(once.finish()))


def _input(rng, graph):
    return graph.input(draw.codes(rng, [graph.sequence, *SHAPE]), QUANTIZATION)


def variables(rng):
    """One or two running sums; a value that was read before it is assigned again is an output, too."""
    graph = Graph(sequence=int(rng.integers(2, 5)))
    names = [f"v{i}" for i in range(int(rng.integers(1, 3)))]
    if draw.chance(rng, 0.5):
        _assigned_once(rng, graph, *names)
    x, outputs = _input(rng, graph), []
    for name in names:
        handle = _handle(graph, name)
        before = _read(graph, handle)
        x = _sum(graph, before, x)
        _assign(graph, handle, x)
        outputs += [before, x, _sum(graph, _read(graph, _handle(graph, name)), before)]
    return graph.finish(*outputs)


def variables_if(rng):
    """A branch assigns, or both do: the handle goes in as an argument, or the branch has its own."""
    graph = Graph(sequence=int(rng.integers(2, 5)))
    _assigned_once(rng, graph, "v")
    condition = graph.input(rng.integers(0, 2, [graph.sequence]).astype(bool))
    x, handle = _input(rng, graph), _handle(graph, "v")

    def branch(assigns, argument):
        inner = Graph()
        passed, y = inner.parameter([1], "resource"), inner.parameter(SHAPE, quantization=QUANTIZATION)
        own = passed if argument else _handle(inner, "v")
        total = _sum(inner, _read(inner, own), y)
        if assigns:
            _assign(inner, own, total)
        return graph.subgraph(inner.finish(total))

    branches = {"thenSubgraphIndex": branch(True, draw.chance(rng, 0.5)), "elseSubgraphIndex": branch(draw.chance(rng, 0.3), draw.chance(rng, 0.5))}
    result = graph.operator("IF", [condition, handle, x], graph.tensor(SHAPE, quantization=QUANTIZATION), **branches)
    return graph.finish(result, _read(graph, handle))


def variables_while(rng):
    """The handle turns with the loop, whose body adds to the variable; the condition is a row of bools that moves up."""
    graph, test, body = Graph(sequence=int(rng.integers(2, 4))), Graph(), Graph()
    _assigned_once(rng, graph, "v")
    test_flags = [test.parameter([], "bool") for _ in range(2)]
    test.parameter([1], "resource")
    test.parameter(SHAPE, quantization=QUANTIZATION)
    test.finish(test_flags[0])
    body_flags = [body.parameter([], "bool") for _ in range(2)]
    passed, y = body.parameter([1], "resource"), body.parameter(SHAPE, quantization=QUANTIZATION)
    total = _sum(body, _read(body, passed), y)
    _assign(body, passed, total)
    body.finish(body_flags[1], body.constant(np.array(False)), passed, total)
    fed = [graph.input(rng.integers(0, 2, [graph.sequence]).astype(bool)) for _ in range(2)]
    x, handle = _input(rng, graph), _handle(graph, "v")
    outputs = [*(graph.tensor([], "bool") for _ in range(2)), graph.tensor([1], "resource"), graph.tensor(SHAPE, quantization=QUANTIZATION)]
    graph.operator("WHILE", [*fed, handle, x], outputs, condSubgraphIndex=graph.subgraph(test), bodySubgraphIndex=graph.subgraph(body))
    return graph.finish(outputs[-1], _read(graph, outputs[2] if draw.chance(rng, 0.5) else handle))


FAMILIES = {"variables": variables, "variables_if": variables_if, "variables_while": variables_while}
