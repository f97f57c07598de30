"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: larger and smaller, with every option."""

import numpy as np

import draw
from build_model import Graph, per_tensor

VERSIONS = {"int8": 3, "int16": 4, "float32": 3}


def resize(name):
    def family(rng):
        dtype = draw.choose(rng, ("int8", "int8", "int16", "float32"))
        batch, height, width, channels = draw.batch(rng), *(int(draw.choose(rng, draw.EXTENTS[:10])) for _ in range(2)), int(draw.choose(rng, (1, 2, 3, 5)))
        size = [int(draw.choose(rng, (*draw.EXTENTS, extent, 2 * extent))) for extent in (height, width)]
        aligned, centers = draw.choose(rng, ((False, False), (True, False), (False, True)))
        graph = Graph()
        graph.expect = "LiteRT" if name == "RESIZE_BILINEAR" and dtype == "int16" else "TFLM"
        quantization = {"int8": draw.quantization(rng), "int16": per_tensor(draw.scale(rng), 0)}.get(dtype)
        shape = [batch, height, width, channels]
        values = rng.normal(0, 3, shape).astype(np.float32) if dtype == "float32" else draw.codes(rng, shape, dtype)
        x = graph.input(values, quantization)
        output = graph.tensor([batch, *size, channels], dtype, quantization)
        graph.operator(name, [x, graph.constant(np.array(size, np.int32))], output, version=VERSIONS[dtype], alignCorners=aligned, halfPixelCenters=centers)
        return graph.finish(output)

    return family


FAMILIES = {name.lower(): resize(name) for name in ("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR")}
