"""The whole networks: this project's own, and those of the shared folder beside the repository where it exists."""

import os
from pathlib import Path

import numpy as np

import draw
from read_model import read_model

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ARENULA_SHARED", ROOT.parent / "shared"))


def find_models():
    own = [path for kind in ("int8", "uint8", "float", "dynamic") for path in sorted((ROOT / "models").glob(f"*/*_{kind}.tflite"))]
    shared = [path for folder in ("models", "models-legacy") for path in sorted((SHARED / folder).glob("*.tflite"))]
    return own + [path for path in shared if is_covered(path)]


def is_covered(path):
    """Whether all activations are int8, uint8 or float32 ones: not those of audio front ends."""
    return written_types(read_model(path.read_bytes())) <= {"int8", "uint8", "float32"}


def written_types(model):
    return {model.tensors[operator.outputs[0]].dtype for operator in model.operators}


def expectation(model):
    """TFLM runs neither hybrid models nor uint8. LiteRT does both, but follows another rule in FULLY_CONNECTED of uint8: networks with one are recomputed as a whole."""
    if is_hybrid(model):
        return "LiteRT"
    if "uint8" not in written_types(model):
        return "TFLM"
    return "recomputed" if any(operator.name == "FULLY_CONNECTED" for operator in model.operators) else "LiteRT"


def ulps_of(model):
    """Networks of float32 end in a SOFTMAX: how far its results may lie apart."""
    return 4 if any(model.tensors[i].dtype == "float32" for i in model.outputs) else 0


def is_hybrid(model):
    """Whether int8 weights meet float32 activations, which TFLM refuses."""
    return any({model.tensors[i].dtype for i in operator.inputs if i >= 0} >= {"float32", "int8"} for operator in model.operators)


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
