"""
Assembles a .tflite file tensor by tensor, to reach the types, zero points and options that the converter never chooses.

A Graph also keeps the values of its inputs, since a drawn case is a model and what goes into it.
"""

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

# Operator -> (options table, version). LiteRT looks an operator up by version; TFLM does not read it. The versions are the converter's for int8.
OPERATORS = {
    "ADD": ("AddOptions", 2),
    "AVERAGE_POOL_2D": ("Pool2DOptions", 2),
    "CONCATENATION": ("ConcatenationOptions", 2),
    "CONV_2D": ("Conv2DOptions", 3),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", 3),
    "DEQUANTIZE": ("DequantizeOptions", 3),
    "EXPAND_DIMS": ("ExpandDimsOptions", 1),
    "FULLY_CONNECTED": ("FullyConnectedOptions", 5),
    "LOGISTIC": (None, 2),
    "MAX_POOL_2D": ("Pool2DOptions", 2),
    "MEAN": ("ReducerOptions", 2),
    "MUL": ("MulOptions", 2),
    "PACK": ("PackOptions", 2),
    "PAD": ("PadOptions", 2),
    "PADV2": ("PadV2Options", 2),
    "QUANTIZE": ("QuantizeOptions", 2),
    "RELU": (None, 2),
    "RELU6": (None, 2),
    "RESHAPE": ("ReshapeOptions", 1),
    "SHAPE": ("ShapeOptions", 1),
    "SOFTMAX": ("SoftmaxOptions", 2),
    "SQUEEZE": ("SqueezeOptions", 1),
    "STRIDED_SLICE": ("StridedSliceOptions", 2),
    "SUB": ("SubOptions", 2),
    "TANH": (None, 2),
    "TRANSPOSE": ("TransposeOptions", 2),
}
TYPES = {"float32": "FLOAT32", "int8": "INT8", "uint8": "UINT8", "int16": "INT16", "int32": "INT32"}


@dataclass(frozen=True)
class Quantization:
    """real = (stored - zero_point) * scale. One scale, or one per index of dimension `axis`."""

    scales: tuple
    zero_points: tuple = (0,)
    axis: int = 0

    @property
    def scale(self):
        return self.scales[0]

    @property
    def zero_point(self):
        return self.zero_points[0]


def per_tensor(scale, zero_point):
    return Quantization((float(np.float32(scale)),), (int(zero_point),))


@dataclass
class Tensor:
    index: int
    shape: list
    dtype: str
    quantization: Quantization | None
    data: np.ndarray | None  # None: computed, or fed


@dataclass
class Graph:
    tensors: list = field(default_factory=list)
    operators: list = field(default_factory=list)  # (name, input tensors, output tensors, options)
    inputs: list = field(default_factory=list)
    values: list = field(default_factory=list)  # what is fed, in the order of inputs
    outputs: list = field(default_factory=list)

    def tensor(self, shape, dtype="int8", quantization=None, data=None):
        tensor = Tensor(len(self.tensors), [int(extent) for extent in shape], dtype, quantization, data)
        self.tensors.append(tensor)
        return tensor

    def constant(self, data, quantization=None):
        return self.tensor(data.shape, data.dtype.name, quantization, data)

    def input(self, values, quantization=None):
        tensor = self.tensor(values.shape, values.dtype.name, quantization)
        self.inputs.append(tensor)
        self.values.append(values)
        return tensor

    def operator(self, name, inputs, output, **options):
        """`inputs` may hold None for an optional input that is left out. Returns the output tensor."""
        self.operators.append((name, inputs, output, options))
        return output

    def finish(self, *outputs):
        self.outputs = list(outputs)
        return self

    def build(self):
        model = schema.ModelT()
        model.version, model.description = 3, "arenula tests/oracle"
        model.buffers = [schema.BufferT()]
        subgraph = schema.SubGraphT()
        subgraph.name = "main"
        subgraph.tensors = [self._tensor(tensor, model.buffers) for tensor in self.tensors]
        subgraph.inputs = [tensor.index for tensor in self.inputs]
        subgraph.outputs = [tensor.index for tensor in self.outputs]
        names = sorted({name for name, *_ in self.operators})
        model.operatorCodes = [self._code(name) for name in names]
        subgraph.operators = [self._operator(names, *operator) for operator in self.operators]
        model.subgraphs = [subgraph]
        builder = flatbuffers.Builder(4096)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    @staticmethod
    def _tensor(tensor, buffers):
        out = schema.TensorT()
        out.name, out.shape, out.type = f"t{tensor.index}", tensor.shape, getattr(schema.TensorType, TYPES[tensor.dtype])
        out.buffer = 0
        if tensor.data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(tensor.data).tobytes(), np.uint8)
            out.buffer = len(buffers)
            buffers.append(buffer)
        if tensor.quantization is not None:
            out.quantization = schema.QuantizationParametersT()
            out.quantization.scale = np.array(tensor.quantization.scales, np.float32)
            out.quantization.zeroPoint = np.array(tensor.quantization.zero_points, np.int64)
            out.quantization.quantizedDimension = tensor.quantization.axis
        return out

    @staticmethod
    def _code(name):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = OPERATORS[name][1]
        return code

    @staticmethod
    def _operator(names, name, inputs, output, options):
        operator = schema.OperatorT()
        operator.opcodeIndex = names.index(name)
        operator.inputs = [-1 if tensor is None else tensor.index for tensor in inputs]
        operator.outputs = [output.index]
        table = OPERATORS[name][0]
        if table is not None:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            operator.builtinOptions = getattr(schema, table + "T")()
            for key, value in options.items():
                if not hasattr(operator.builtinOptions, key):
                    raise AttributeError(f"{table} has no field {key}")
                setattr(operator.builtinOptions, key, value)
        return operator
