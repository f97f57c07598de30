"""TFLM's signal operators: frames of samples, Fourier transforms, filter banks, and what they keep from one inference to the next."""

import numpy as np
from ai_edge_litert.schema_py_generated import TensorType
from flatbuffers import flexbuffers

import draw
from build_model import Graph


def operator(graph, name, inputs, outputs, **options):
    return graph.operator(name, inputs, outputs, custom_options=bytes(flexbuffers.Dumps(options)))


def samples(rng, shape, dtype="int16"):
    """Silence, sines, noise at every level, and the ends of the range; real ones of the same kinds."""
    if dtype == "float32":
        return (rng.normal(0, 10.0 ** rng.integers(-3, 4), shape)).astype(np.float32)
    limits = np.iinfo(dtype)
    kind = rng.integers(6)
    if kind == 0:
        values = rng.choice([limits.min, limits.max], shape)
    elif kind == 1:
        steps = np.arange(np.prod(shape, dtype=int)).reshape(shape)
        values = limits.max * rng.uniform(0.01, 1) * np.sin(steps * rng.uniform(0, np.pi) + rng.uniform(0, 6))
    elif kind == 2:
        values = np.zeros(shape)
    else:
        most = int(limits.max * 2.0 ** -float(rng.integers(0, 12)))
        values = rng.integers(-most - 1, most, shape, endpoint=True)
    return np.asarray(values).astype(dtype)


def unsigned(rng, shape, bits=32):
    """Numbers of every length in bits."""
    lengths = rng.integers(0, bits + 1, shape)
    values = rng.integers(0, 2**64, shape, dtype=np.uint64)
    return np.where(lengths == 0, 0, values >> (64 - np.maximum(lengths, 1)).astype(np.uint64)).astype(f"uint{bits}")


def window(rng):
    graph, length = Graph(), int(draw.choose(rng, (1, 3, 16, 30, 480)))
    shape = draw.choose(rng, ([length], [1, length], [3, length], [2, 2, length]))
    x = graph.input(samples(rng, shape))
    weights = samples(rng, [length]) if draw.chance(rng, 0.3) else np.round(4096 * np.hanning(length + 2)[1:-1]).astype(np.int16)
    return graph.finish(operator(graph, "SignalWindow", [x, graph.constant(weights)], graph.tensor(shape, "int16"), shift=int(draw.choose(rng, (0, 12, 12, 14, 15, 31)))))


def auto_scale(rng):
    graph, length = Graph(), int(draw.choose(rng, (1, 2, 7, 64, 480)))
    x = graph.input(samples(rng, [length]))
    outputs = [graph.tensor([length], "int16"), graph.tensor([], "int32")]
    operator(graph, "SignalFftAutoScale", [x], outputs)
    return graph.finish(*outputs)


def fft_length(rng):
    return 2 * int(draw.choose(rng, (2, 3, 4, 5, 6, 8, 9, 15, 16, 25, 30, 32, 60, 64, 100, 128, 256)))


def rfft(rng):
    graph, length, dtype = Graph(), fft_length(rng), draw.choose(rng, ("int16", "int32", "float32"))
    rows = draw.choose(rng, ([], [1], [2]))
    given = length if draw.chance(rng, 0.6) else int(rng.integers(1, length + 1))
    x = graph.input(samples(rng, [*rows, given], dtype))
    output = graph.tensor([*rows, length + 2], dtype)
    return graph.finish(operator(graph, "SignalRfft", [x], output, fft_length=length, T=getattr(TensorType, dtype.upper())))


def irfft(rng):
    graph, length, dtype = Graph(), fft_length(rng), draw.choose(rng, ("int16", "int32", "float32"))
    rows = draw.choose(rng, ([], [1], [2]))
    x = graph.input(samples(rng, [*rows, length + 2], dtype))
    output = graph.tensor([*rows, length], dtype)
    return graph.finish(operator(graph, "SignalIrfft", [x], output, fft_length=length, T=getattr(TensorType, dtype.upper())))


def energy(rng):
    """All bins: those outside the range hold in TFLM what was there before."""
    graph, bins = Graph(), int(draw.choose(rng, (1, 3, 33, 257)))
    x = graph.input(samples(rng, [2 * bins]))
    return graph.finish(operator(graph, "SignalEnergy", [x], graph.tensor([bins], "uint32"), start_index=0, end_index=bins))


def filter_bank(rng):
    graph, bins, channels = Graph(), int(draw.choose(rng, (16, 65, 257))), int(draw.choose(rng, (1, 4, 20, 40)))
    widths = rng.integers(0, min(bins, 13), channels + 1).astype(np.int16)
    starts = np.array([rng.integers(0, bins - width + 1) for width in widths], np.int16)
    weight_starts = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int16)
    weights = rng.integers(0, 4097, max(int(widths.sum()), 1)).astype(np.int16) if draw.chance(rng, 0.7) else samples(rng, [max(int(widths.sum()), 1)])
    unweights = (4096 - weights.astype(int)).astype(np.int16)
    x = graph.input(unsigned(rng, [bins]))
    constants = [graph.constant(values) for values in (weights, unweights, starts, weight_starts, widths)]
    return graph.finish(operator(graph, "SignalFilterBank", [x, *constants], graph.tensor([channels], "uint64"), num_channels=channels))


def square_root(rng):
    graph, channels = Graph(), int(draw.choose(rng, (1, 20, 40)))
    values = unsigned(rng, [channels], 64)
    if draw.chance(rng, 0.4):  # about squares, where rounding turns
        roots = unsigned(rng, [channels], 32).astype(np.uint64)
        values = roots * roots + rng.integers(0, 2, channels).astype(np.uint64) * roots + rng.integers(0, 2, channels).astype(np.uint64)
    x, bits = graph.input(values), graph.input(np.array(rng.integers(0, 16), np.int32))
    return graph.finish(operator(graph, "SignalFilterBankSquareRoot", [x, bits], graph.tensor([channels], "uint32")))


def spectral_subtraction(rng):
    graph, channels = Graph(sequence=int(rng.integers(1, 6))), int(draw.choose(rng, (1, 3, 40)))
    bits, smoothing_bits = int(draw.choose(rng, (14, 14, 10))), int(draw.choose(rng, (0, 8, 10)))
    part = lambda most: int(rng.integers(0, int(most * 2**bits) + 1))
    even, odd = part(0.1), part(0.2)
    values = unsigned(rng, [graph.sequence, channels], 32) >> np.uint32(0 if draw.chance(rng, 0.2) else smoothing_bits)
    x = graph.input(values if graph.sequence > 1 else values[0])
    outputs = [graph.tensor([channels], "uint32") for _ in range(2)]
    operator(graph, "SignalFilterBankSpectralSubtraction", [x], outputs, smoothing=even, one_minus_smoothing=2**bits - even, alternate_smoothing=odd,
             alternate_one_minus_smoothing=2**bits - odd, min_signal_remaining=part(0.3), num_channels=channels, smoothing_bits=smoothing_bits,
             spectral_subtraction_bits=bits, clamping=draw.chance(rng, 0.5))
    return graph.finish(*outputs)


def gains(rng):
    """PCAN's table: a gain that falls as 1/x^0.95 from the maximum, in parabolas between powers of two."""
    if draw.chance(rng, 0.2):
        return samples(rng, [125])
    strength, offset, bits = 0.95, 80.0, int(draw.choose(rng, (10, 12)))
    gain = lambda x: min(32767, round(2.0**21 * (x / 2.0**bits + offset) ** -strength / 2**6))
    table = [gain(0), gain(1)]
    for interval in range(2, 33):
        low, high = 2 ** (interval - 1), 2**interval - 1
        first, middle, last = gain(low), gain(low + 2 ** (interval - 2)), gain(high)
        d1, d2 = middle - first, last - first
        table += [first, 4 * d1 - d2, d2 - (4 * d1 - d2), 0]
    table = table[:2] + [gain(2), 0, 0, 0] + table[6:]
    return np.array((table + [0] * 125)[:125], np.int64).clip(-32768, 32767).astype(np.int16)


def pcan(rng):
    graph, channels = Graph(), int(draw.choose(rng, (1, 20, 40)))
    x, noise = graph.input(unsigned(rng, [channels])), graph.input(unsigned(rng, [channels]))
    return graph.finish(operator(graph, "SignalPCAN", [x, noise, graph.constant(gains(rng))], graph.tensor([channels], "uint32"), snr_shift=int(draw.choose(rng, (0, 6, 6, 12, 33)))))


def log(rng):
    graph, channels = Graph(), int(draw.choose(rng, (1, 20, 40)))
    x = graph.input(unsigned(rng, [channels]))
    scale = int(draw.choose(rng, (1, 64, 64, 1600, 65536)))
    return graph.finish(operator(graph, "SignalFilterBankLog", [x], graph.tensor([channels], "int16"), output_scale=scale, input_correction_bits=int(draw.choose(rng, (0, 3, 3, 31)))))


def fed(rng, graph, shape, dtype="int16"):
    """One input of every invocation."""
    return graph.input(samples(rng, [graph.sequence, *shape] if graph.sequence > 1 else shape, dtype))


def where_valid(graph, output, valid):
    """`output`, or zeros where it is not valid: TFLM leaves there what was there before."""
    branches = []
    for constant in (False, True):
        branch = Graph()
        x = branch.parameter(output.shape, output.dtype)
        branches.append(graph.subgraph(branch.finish(branch.constant(np.zeros(output.shape, output.dtype)) if constant else x)))
    return graph.operator("IF", [valid, output], graph.tensor(output.shape, output.dtype), thenSubgraphIndex=branches[0], elseSubgraphIndex=branches[1])


def delay(rng):
    graph = Graph(sequence=int(rng.integers(1, 7)))
    shape = draw.choose(rng, ([1], [5], [1, 8], [3, 4], [2, 2, 7]))
    x = fed(rng, graph, shape)
    return graph.finish(operator(graph, "SignalDelay", [x], graph.tensor(shape, "int16"), delay_length=int(rng.integers(0, 21))))


def framer(rng):
    size = int(draw.choose(rng, (1, 4, 7, 12)))
    step = int(rng.integers(1, size + 1))
    frames, prefill = int(rng.integers(1, 4)), draw.chance(rng, 0.5)
    waits = -(-(-(-size // step) - 1) // frames)  # invocations without a result, unless filled before
    graph = Graph(sequence=int(waits + rng.integers(1, 4)))
    rows = draw.choose(rng, ([], [1], [3]))
    x = fed(rng, graph, [*rows, frames * step])
    output, valid = graph.tensor([*rows, frames, size], "int16"), graph.tensor([], "bool")
    operator(graph, "SignalFramer", [x], [output, valid], frame_size=size, frame_step=step, prefill=prefill)
    return graph.finish(where_valid(graph, output, valid), valid)


def stacker(rng):
    channels, left, right = int(rng.integers(1, 6)), int(rng.integers(0, 4)), int(rng.integers(0, 4))
    step = int(rng.integers(1, min(left + right + 1, 3) + 1))
    graph = Graph(sequence=right + 1 + step * int(rng.integers(0, 4)))
    x = fed(rng, graph, [channels])
    output, valid = graph.tensor([channels * (left + right + 1)], "int16"), graph.tensor([], "bool")
    operator(graph, "SignalStacker", [x], [output, valid], num_channels=channels, stacker_left_context=left, stacker_right_context=right, stacker_step=step)
    return graph.finish(where_valid(graph, output, valid), valid)


def overlap_add(rng):
    graph, dtype = Graph(sequence=int(rng.integers(1, 6))), draw.choose(rng, ("int16", "int16", "float32"))
    rows, frames, size = draw.choose(rng, ([], [1], [3])), int(rng.integers(1, 4)), int(draw.choose(rng, (1, 4, 7, 12)))
    step = int(rng.integers(1, size + 1))
    x = fed(rng, graph, [*rows, frames, size], dtype)
    output = graph.tensor([*rows, frames * step], dtype)
    return graph.finish(operator(graph, "SignalOverlapAdd", [x], output, frame_step=step, T=getattr(TensorType, dtype.upper())))


FAMILIES = {
    "signal_window": window,
    "signal_auto_scale": auto_scale,
    "signal_rfft": rfft,
    "signal_irfft": irfft,
    "signal_energy": energy,
    "signal_filter_bank": filter_bank,
    "signal_square_root": square_root,
    "signal_spectral_subtraction": spectral_subtraction,
    "signal_pcan": pcan,
    "signal_log": log,
    "signal_delay": delay,
    "signal_framer": framer,
    "signal_stacker": stacker,
    "signal_overlap_add": overlap_add,
}
