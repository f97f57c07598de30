"""
Assembles a .tflite file tensor by tensor, to reach the types, zero points and options that the converter never chooses.

A Graph also keeps the values of its inputs, since a drawn case is a model and what goes into it.
"""

from dataclasses import dataclass, field

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

# Operator -> (options table, version), where the table is not named after the operator or the version is not 1. LiteRT looks an operator up by
# version; TFLM does not read it. The versions are the converter's for int8; other types give theirs with the operator.
OPERATORS = {
    "ADD": ("AddOptions", 2),
    "BROADCAST_TO": ("BroadcastToOptions", 3),
    "AVERAGE_POOL_2D": ("Pool2DOptions", 2),
    "CONCATENATION": ("ConcatenationOptions", 2),
    "CONV_2D": ("Conv2DOptions", 3),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", 3),
    "DEQUANTIZE": ("DequantizeOptions", 3),
    "EXPAND_DIMS": ("ExpandDimsOptions", 1),
    "FULLY_CONNECTED": ("FullyConnectedOptions", 5),
    "L2_NORMALIZATION": ("L2NormOptions", 2),
    "L2_POOL_2D": ("Pool2DOptions", 1),
    "LOCAL_RESPONSE_NORMALIZATION": ("LocalResponseNormalizationOptions", 1),
    "LOGISTIC": (None, 2),
    "MAX_POOL_2D": ("Pool2DOptions", 2),
    "MEAN": ("ReducerOptions", 2),
    "MUL": ("MulOptions", 2),
    "NON_MAX_SUPPRESSION_V4": ("NonMaxSuppressionV4Options", 1),
    "NON_MAX_SUPPRESSION_V5": ("NonMaxSuppressionV5Options", 1),
    "PACK": ("PackOptions", 2),
    "PAD": ("PadOptions", 2),
    "PADV2": ("PadV2Options", 2),
    "QUANTIZE": ("QuantizeOptions", 2),
    **{f"REDUCE_{what}": ("ReducerOptions", 1) for what in ("MAX", "MIN", "PROD", "ANY", "ALL")},
    "RELU": (None, 2),
    "RELU6": (None, 2),
    "RESHAPE": ("ReshapeOptions", 1),
    "SHAPE": ("ShapeOptions", 1),
    "SOFTMAX": ("SoftmaxOptions", 2),
    "SQUEEZE": ("SqueezeOptions", 1),
    "STRIDED_SLICE": ("StridedSliceOptions", 2),
    "SUB": ("SubOptions", 2),
    "SUM": ("ReducerOptions", 1),
    "TANH": (None, 2),
    "TRANSPOSE": ("TransposeOptions", 2),
}


def _options_table(name):
    """The table of an operator's options, None where it has none: "LEAKY_RELU" -> "LeakyReluOptions"."""
    if name in OPERATORS:
        return OPERATORS[name][0]
    wanted = name.replace("_", "").lower() + "options"
    return next((table for table in vars(schema.BuiltinOptions) | vars(schema.BuiltinOptions2) if table.lower() == wanted), None)


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
    variable: bool = False  # keeps its value from one inference to the next
    signature: list | None = None  # the shape with -1 where only the running model knows


@dataclass
class Graph:
    tensors: list = field(default_factory=list)
    operators: list = field(default_factory=list)  # (name, input tensors, output tensors, version, custom options, options)
    inputs: list = field(default_factory=list)
    values: list = field(default_factory=list)  # what is fed, in the order of inputs
    outputs: list = field(default_factory=list)
    others: list = field(default_factory=list)  # the graphs of subgraphs 1 and on
    sequence: int = 1  # invocations in a row, state kept: what is fed has them as its first dimension, which tensors do not have
    ulps: int = 0  # how far float32 results may lie from the expectation, in units in the last place of either
    expect: str = "TFLM"  # the runtime whose result is the expectation: "LiteRT" for what TFLM does not have

    def tensor(self, shape, dtype="int8", quantization=None, data=None):
        """An extent of -1 is one that only the running model knows: 1 in the file's shape, -1 in its signature."""
        shape = [int(extent) for extent in shape]
        tensor = Tensor(len(self.tensors), [abs(extent) for extent in shape], dtype, quantization, data, signature=shape if -1 in shape else None)
        self.tensors.append(tensor)
        return tensor

    def constant(self, data, quantization=None, dtype=None):
        """`dtype`: "int4" for int8 values from -8 to 7, which are stored two to a byte."""
        return self.tensor(data.shape, dtype or data.dtype.name, quantization, data)

    def variable(self, shape, dtype="int8", quantization=None):
        tensor = self.tensor(shape, dtype, quantization)
        tensor.variable = True
        return tensor

    def parameter(self, shape, dtype="int8", quantization=None):
        """An input of a subgraph that others call: nothing is fed."""
        tensor = self.tensor(shape, dtype, quantization)
        self.inputs.append(tensor)
        return tensor

    def subgraph(self, graph):
        """Adds a finished graph as a further subgraph, and returns its index."""
        self.others.append(graph)
        return len(self.others)

    def input(self, values, quantization=None):
        tensor = self.tensor(values.shape if self.sequence == 1 else values.shape[1:], values.dtype.name, quantization)
        self.inputs.append(tensor)
        self.values.append(values)
        return tensor

    def operator(self, name, inputs, output, version=None, custom_options=None, **options):
        """`inputs` may hold None for an optional input that is left out; `output` is a tensor or a list of them, and is returned.
        A name that the schema does not know is a custom operator's, with the bytes of its options."""
        self.operators.append((name, inputs, output if isinstance(output, list) else [output], version, custom_options, options))
        return output

    def finish(self, *outputs):
        self.outputs = list(outputs)
        return self

    def build(self):
        model = schema.ModelT()
        model.version, model.description = 3, "arenula tests/oracle"
        model.buffers = [schema.BufferT()]
        graphs = [self, *self.others]
        codes = sorted({(name, version or OPERATORS.get(name, (None, 1))[1]) for graph in graphs for name, _, _, version, *_ in graph.operators})
        model.operatorCodes = [self._code(*code) for code in codes]
        model.subgraphs = [graph._subgraph("main" if i == 0 else f"subgraph {i}", codes, model.buffers) for i, graph in enumerate(graphs)]
        builder = flatbuffers.Builder(4096)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _subgraph(self, name, codes, buffers):
        subgraph = schema.SubGraphT()
        subgraph.name = name
        subgraph.tensors = [self._tensor(tensor, buffers) for tensor in self.tensors]
        subgraph.inputs = [tensor.index for tensor in self.inputs]
        subgraph.outputs = [tensor.index for tensor in self.outputs]
        subgraph.operators = [self._operator(codes, *operator) for operator in self.operators]
        return subgraph

    @staticmethod
    def _tensor(tensor, buffers):
        out = schema.TensorT()
        out.name, out.shape, out.type = f"t{tensor.index}", tensor.shape, getattr(schema.TensorType, tensor.dtype.upper())
        out.buffer, out.isVariable, out.shapeSignature = 0, tensor.variable, tensor.signature
        if tensor.data is not None:
            buffer = schema.BufferT()
            values = _packed_int4(tensor.data) if tensor.dtype == "int4" else tensor.data
            buffer.data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            out.buffer = len(buffers)
            buffers.append(buffer)
        if tensor.quantization is not None:
            out.quantization = schema.QuantizationParametersT()
            out.quantization.scale = np.array(tensor.quantization.scales, np.float32)
            out.quantization.zeroPoint = np.array(tensor.quantization.zero_points, np.int64)
            out.quantization.quantizedDimension = tensor.quantization.axis
        return out

    @staticmethod
    def _code(name, version):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name, schema.BuiltinOperator.CUSTOM)
        if code.builtinCode == schema.BuiltinOperator.CUSTOM:
            code.customCode = name
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        return code

    @staticmethod
    def _operator(codes, name, inputs, outputs, version, custom_options, options):
        operator = schema.OperatorT()
        operator.opcodeIndex = codes.index((name, version or OPERATORS.get(name, (None, 1))[1]))
        operator.inputs = [-1 if tensor is None else tensor.index for tensor in inputs]
        operator.outputs = [tensor.index for tensor in outputs]
        if custom_options is not None:
            operator.customOptions = np.frombuffer(custom_options, np.uint8)
        table = _options_table(name)
        if table is not None:
            values = getattr(schema, table + "T")()
            for key, value in options.items():
                if not hasattr(values, key):
                    raise AttributeError(f"{table} has no field {key}")
                setattr(values, key, value)
            if hasattr(schema.BuiltinOptions, table):
                operator.builtinOptionsType, operator.builtinOptions = getattr(schema.BuiltinOptions, table), values
            else:
                operator.builtinOptions2Type, operator.builtinOptions2 = getattr(schema.BuiltinOptions2, table), values
        return operator


def _packed_int4(values):
    """Two elements to a byte, the even one in the low nibble."""
    nibbles = np.append(values.reshape(-1), np.zeros(values.size % 2, np.int8)).astype(np.uint8) & 15
    return nibbles[0::2] | nibbles[1::2] << 4
