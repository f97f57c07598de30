"""CIRCULAR_BUFFER: frames that are gathered over several inferences, of which most end there. TFLM leaves the outputs of operators that did not run as they were."""

import numpy as np
from flatbuffers import flexbuffers

import draw
from build_model import Graph


def _buffer(rng, graph, x, quantization, cycles):
    batches, _, height, width = x.shape
    slots = int(draw.choose(rng, (1, 2, 3, 4, 5, 7)))
    # Files of before the option have none; TFLM then counts with their slots. Never five of them: TFLM counts those of the process.
    options = bytes(flexbuffers.Dumps({"cycles_max": cycles})) if cycles else None
    return graph.operator("CIRCULAR_BUFFER", [x], graph.variable([batches, slots, height, width], quantization=quantization), custom_options=options)


def circular_buffer(rng):
    """One or two in a row with a sum of slots between them; what lies before, between and behind them is an output, too."""
    graph = Graph(sequence=int(rng.integers(2, 9)))
    quantization = draw.quantization(rng)
    shape = [1, 1, int(rng.integers(1, 4)), int(rng.integers(1, 6))]
    x = graph.input(draw.codes(rng, [graph.sequence, *shape]), quantization)
    outputs, first = [], x

    def flat(tensor):
        """Known when the operator runs: what is an output already may change under it."""
        shape = [int(np.prod(tensor.shape))]
        return graph.operator("RESHAPE", [tensor], graph.tensor(shape, quantization=quantization), newShape=shape)

    if draw.chance(rng, 0.3):
        outputs.append(flat(x))
    for _ in range(int(rng.integers(1, 3))):
        if draw.chance(rng, 0.5):
            x = graph.operator("MAXIMUM", [x, graph.constant(draw.codes(rng, shape), quantization)], graph.tensor(shape, quantization=quantization))
            outputs.append(x)
        buffer = _buffer(rng, graph, x, quantization, int(draw.choose(rng, (0, 1, 2, 2, 3))))
        if draw.chance(rng, 0.5):
            outputs.append(buffer)
        outputs += [flat(tensor) for tensor in (buffer, x, first) if draw.chance(rng, 0.3)]
        axis = graph.constant(np.array([1], "int32"))
        x = graph.operator("REDUCE_MAX", [buffer, axis], graph.tensor(shape, quantization=quantization), keepDims=True)
        outputs.append(x)
    if draw.chance(rng, 0.5):
        outputs.append(flat(x))
    return graph.finish(*outputs)


FAMILIES = {"circular_buffer": circular_buffer}
