"""The two published runtimes behind one face: set the input, invoke, read outputs and every operator's output."""

import numpy as np
from ai_edge_litert.interpreter import Interpreter as LitertInterpreter
from ai_edge_litert.interpreter import OpResolverType
from tflite_micro.python.tflite_micro import runtime as tflm

ARENA_BYTES = 1 << 20  # TFLM wants to be told; with all tensors preserved the largest model here takes a fifth of it


def quantize(real, scale, zero_point, dtype):
    """Stored values of a float array: nearest, ties away from zero, as the reference QUANTIZE rounds (numpy's round would take the even one)."""
    if dtype == np.float32:
        return real.astype(np.float32)
    limits = np.iinfo(dtype)
    scaled = real.astype(np.float32) / np.float32(scale)
    rounded = np.copysign(np.floor(np.abs(scaled) + np.float32(0.5)), scaled)
    return np.clip(rounded + zero_point, limits.min, limits.max).astype(dtype)


class Litert:
    """LiteRT with its reference kernels. `operators` lists (name, index of the output tensor) in execution order."""

    def __init__(self, path):
        self.interpreter = LitertInterpreter(
            str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, experimental_preserve_all_tensors=True, num_threads=1
        )
        self.interpreter.allocate_tensors()
        self.inputs = [self.describe(detail) for detail in self.interpreter.get_input_details()]
        self.outputs = [self.describe(detail) for detail in self.interpreter.get_output_details()]
        self.operators = [(op["op_name"], int(op["outputs"][0])) for op in self.interpreter._get_ops_details()]

    @staticmethod
    def describe(detail):
        return {
            "index": detail["index"],
            "shape": [int(extent) for extent in detail["shape"]],
            "dtype": np.dtype(detail["dtype"]),
            "scale": [float(scale) for scale in detail["quantization_parameters"]["scales"]],
            "zero_point": [int(zero) for zero in detail["quantization_parameters"]["zero_points"]],
        }

    def invoke(self, inputs):
        for description, values in zip(self.inputs, inputs):
            self.interpreter.set_tensor(description["index"], values)
        self.interpreter.invoke()
        return [self.interpreter.get_tensor(description["index"]) for description in self.outputs]

    def tensor(self, index):
        return self.interpreter.get_tensor(index)


class Tflm:
    """TensorFlow Lite Micro with its reference kernels; input and output descriptions are those of the file."""

    def __init__(self, path, preserve_all_tensors=False):
        config = tflm.InterpreterConfig.kPreserveAllTensors if preserve_all_tensors else tflm.InterpreterConfig.kAllocationRecording
        # the misspelt keyword is the package's
        self.interpreter = tflm.Interpreter.from_file(str(path), arena_size=ARENA_BYTES, intrepreter_config=config)

    def invoke(self, inputs):
        for index, values in enumerate(inputs):
            self.interpreter.set_input(values, index)
        self.interpreter.invoke()
        return [self.interpreter.get_output(0)]

    def tensor(self, index):
        return self.interpreter.GetTensor(index, 0)["tensor_data"]
