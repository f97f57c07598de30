"""TFLM_DECODE: constants that TFLM's compression made smaller: tables of values, Huffman codes, pruning. Every decoded tensor is added to an input of its type, or fed on."""

import heapq
from collections import Counter
from itertools import count

import numpy as np

import draw
from build_model import Graph, Quantization, per_tensor

TYPES = ("int8", "int8", "int16", "int32", "int64", "float32", "bool")


def _bits(rows):
    """Bits to bytes, most significant first."""
    bits = np.array(rows, np.uint8).reshape(-1)
    return np.packbits(bits)


def _numbers(values, width):
    return _bits([[(int(value) >> (width - 1 - k)) & 1 for k in range(width)] for value in np.ravel(values)])


def _header(code, *own):
    return np.array([code, 1, 0, 0, 1, *own] + [0] * (11 - len(own)), np.uint8)


def _quantization(rng, shape, dtype, zero=True):
    """None, per tensor, or along the first or the last dimension."""
    if dtype not in ("int8", "int16"):
        return None
    axis = draw.choose(rng, (None, -1, 0, len(shape) - 1))
    if axis is None:
        return None
    channels = 1 if axis < 0 else shape[axis]
    zeros = [draw.zero_point(rng) if zero and dtype == "int8" else 0 for _ in range(channels)]
    return Quantization(tuple(float(np.float32(draw.scale(rng))) for _ in range(channels)), tuple(zeros), 0 if axis < 0 or channels == 1 else axis)


def _channel(quantization, shape):
    """The channel of every element; TFLM takes the last dimension wherever it is the quantized one."""
    channels = 1 if quantization is None else len(quantization.scales)
    elements = np.arange(int(np.prod(shape)))
    if channels > 1 and quantization.axis == len(shape) - 1:
        return elements % channels
    return elements // (len(elements) // channels)


def _values(rng, shape, dtype):
    if dtype == "bool":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype == "float32":
        return rng.normal(0, 10, shape).astype(np.float32)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def _table(rng, graph, shape, dtype):
    quantization = _quantization(rng, shape, dtype)
    width = int(rng.integers(1, 8))
    channel = _channel(quantization, shape)
    stride = int(rng.integers(1, min(2**width, 128) + 1))
    tables = _values(rng, [int(channel.max()) + 1, stride], dtype)
    indices = rng.integers(0, stride, len(channel))
    return _numbers(indices, width), np.concatenate([_header(0, width, stride), np.frombuffer(tables.tobytes(), np.uint8)]), quantization


def _pruned(rng, graph, shape, dtype):
    quantization = _quantization(rng, shape, dtype)
    kept = draw.chance(rng, 0.9) * (rng.random(int(np.prod(shape))) < rng.random())
    return _bits(kept), np.concatenate([_header(2), np.frombuffer(_values(rng, [int(kept.sum())], dtype).tobytes(), np.uint8)]), quantization


def _huffman(rng, graph, shape, dtype):
    wide = dtype == "int16" or draw.chance(rng, 0.5)
    symbols = _values(rng, [int(draw.choose(rng, (1, 2, 3, 7, 30, 120)))], dtype)
    values = rng.choice(symbols, int(np.prod(shape)), p=(weights := rng.exponential(1, len(symbols)) ** 3) / weights.sum())
    codes = _codewords(Counter(values.tolist()))
    first = int(rng.integers(1, 9))
    entries = _tables(codes, first, 32 if wide else 16)
    coded = "".join(codes[value] for value in values.tolist())
    coded = _bits([int(bit) for bit in coded.ljust(-(-len(coded) // 32) * 32, "0")])
    header = _header(1, (first - 1) << 4 | wide)
    return coded, np.concatenate([header, np.frombuffer(np.array(entries, np.uint32 if wide else np.uint16).tobytes(), np.uint8)]), None


def _codewords(frequencies):
    """Symbol -> bits as text."""
    order = count()
    heap = [(times, next(order), {symbol: ""}) for symbol, times in frequencies.items()]
    if len(heap) == 1:
        return {symbol: "0" for symbol in frequencies}
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, _, zero), (b, _, one) = heapq.heappop(heap), heapq.heappop(heap)
        heapq.heappush(heap, (a + b, next(order), {s: "0" + c for s, c in zero.items()} | {s: "1" + c for s, c in one.items()}))
    return heap[0][2]


def _tables(codes, first, bits):
    """Entries as decode_state_huffman.cc reads them: 1, count, symbol; or 0, count less one, distance from this entry to the next table."""
    shift, mask = (27, 0xFFFF) if bits == 32 else (11, 0xFF)
    entries = [0] * 2**first
    waiting = [(0, first, codes)]
    while waiting:
        start, width, inside = waiting.pop(0)
        for index in range(2**width):
            prefix = format(index, f"0{width}b")
            found = [symbol for symbol, code in inside.items() if prefix.startswith(code)]
            longer = {symbol: code[width:] for symbol, code in inside.items() if code.startswith(prefix) and len(code) > width}
            if found:
                entries[start + index] = 1 << (bits - 1) | len(inside[found[0]]) << shift | (found[0] & mask)
            elif longer:
                next_width = min(max(map(len, longer.values())), 4)
                entries[start + index] = (next_width - 1) << shift | (len(entries) - start - index)
                waiting.append((len(entries), next_width, longer))
                entries += [0] * 2**next_width
    return entries


def decode(rng):
    """One to three tensors by one operator, each coded in its own way; what follows computes with them, or copies them."""
    graph, operands, outputs, results = Graph(), [], [], []
    for _ in range(int(rng.integers(1, 4))):
        dtype = draw.choose(rng, TYPES)
        shape = [int(extent) for extent in rng.integers(1, 9, rng.integers(1, 5))]
        code = draw.choose(rng, (_table, _table, _pruned, _huffman) if dtype in ("int8", "int16") else (_table, _pruned))
        coded, ancillary, quantization = code(rng, graph, shape, dtype)
        operands += [graph.constant(coded), graph.constant(ancillary)]
        outputs.append(graph.tensor(shape, dtype, quantization))
    graph.operator("TFLM_DECODE", operands, outputs)
    x = graph.input(draw.codes(rng, [1, 4]), per_tensor(0.5, 0))
    for output in outputs:
        flat = [int(np.prod(output.shape))]
        results.append(graph.operator("RESHAPE", [output], graph.tensor(flat, output.dtype, output.quantization if output.quantization and len(output.quantization.scales) == 1 else None), newShape=flat))
    return graph.finish(*results, graph.operator("RESHAPE", [x], graph.tensor([4], quantization=per_tensor(0.5, 0)), newShape=[4]))


def decode_weights(rng):
    """Weights of a convolution and of a fully connected layer, as compression makes them: tables per channel."""
    graph = Graph()
    channels, inner, size = int(rng.integers(1, 9)), int(rng.integers(1, 9)), int(rng.integers(1, 4))
    x = graph.input(draw.codes(rng, [1, 4, 4, inner]), per_tensor(0.05, draw.zero_point(rng)))
    shape = [channels, size, size, inner]
    quantization = Quantization(tuple(float(np.float32(s)) for s in rng.uniform(0.001, 0.02, channels)), (0,) * channels, 0)
    width = int(rng.integers(1, 8))
    stride = min(2**width, 128)
    tables = _values(rng, [channels, stride], "int8")
    indices = rng.integers(0, stride, shape)
    ancillary = np.concatenate([_header(0, width, stride), tables.view(np.uint8).reshape(-1)])
    weights = graph.operator("TFLM_DECODE", [graph.constant(_numbers(indices, width)), graph.constant(ancillary)], graph.tensor(shape, "int8", quantization))
    bias = graph.constant(rng.integers(-2000, 2000, channels, "int32"), Quantization(tuple(float(np.float32(0.05 * s)) for s in quantization.scales), (0,) * channels, 0))
    y = graph.operator("CONV_2D", [x, weights, bias], graph.tensor([1, 4, 4, channels], quantization=per_tensor(0.1, draw.zero_point(rng))), padding=0, strideW=1, strideH=1)
    return graph.finish(y)


FAMILIES = {"decode": decode, "decode_weights": decode_weights}
