"""The whole networks: this project's own, and those of the shared folder beside the repository where it exists."""

import os
from pathlib import Path

import numpy as np

import draw
from read_model import read_model

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARENULA_SHARED", ROOT.parent / "shared"))


def find_models():
    own = sorted((ROOT / "models").glob("*/*_int8.tflite"))
    shared = sorted((SHARED / "models").glob("*.tflite"))
    return own + [path for path in shared if is_quantized(path)]


def is_quantized(path):
    """Whether some operator writes int8: hybrid models have int8 weights only."""
    model = read_model(path.read_bytes())
    return any(model.tensors[operator.outputs[0]].dtype == "int8" for operator in model.operators)


def random_inputs(rng, model):
    """Full-range noise in the input's own type: every layer sees values that no photograph makes."""
    inputs = []
    for index in model.inputs:
        tensor = model.tensors[index]
        if tensor.dtype == "float32":
            inputs.append(rng.normal(0, 1, tensor.shape).astype(np.float32))
        else:
            limits = np.iinfo(tensor.dtype)
            values = rng.integers(limits.min, limits.max, tensor.shape, endpoint=True)
            inputs.append(values.astype(tensor.dtype) if draw.chance(rng, 0.7) else draw.codes(rng, tensor.shape, tensor.dtype))
    return inputs
