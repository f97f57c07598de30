"""The graph of a .tflite file, as the recomputation needs it: shapes, quantization, constants, operators with their options."""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

from build_model import Quantization, Tensor


def _names(enum):
    return {value: name for name, value in vars(enum).items() if not name.startswith("_")}


OPERATOR_NAMES = _names(schema.BuiltinOperator)
TYPE_NAMES = {value: name.lower() for value, name in _names(schema.TensorType).items()}


@dataclass
class Operator:
    name: str
    inputs: list  # tensor indices, -1 where an optional input is left out
    outputs: list
    options: dict

    def describe(self, tensors):
        shapes = " x ".join(_describe(tensors[i]) for i in self.inputs if i >= 0)
        options = ", ".join(f"{key}={value}" for key, value in self.options.items() if isinstance(value, (int, float)) and value != 0)
        return f"{self.name} {shapes} -> {', '.join(_describe(tensors[i]) for i in self.outputs)}" + (f" [{options}]" if options else "")


def _describe(tensor):
    text = f"{tensor.dtype}{tensor.shape}"
    if tensor.quantization is not None:
        scales, zero_points = tensor.quantization.scales, tensor.quantization.zero_points
        text += f"({scales[0]:.9g}{'...' if len(scales) > 1 else ''}, {zero_points[0]})"
    return text


@dataclass
class Model:
    tensors: list
    operators: list
    inputs: list
    outputs: list


def read_model(data):
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    subgraph = model.subgraphs[0]
    codes = [code.customCode.decode() if code.customCode else OPERATOR_NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    return Model(
        tensors=[_tensor(i, tensor, model.buffers[tensor.buffer].data) for i, tensor in enumerate(subgraph.tensors)],
        operators=[
            Operator(codes[op.opcodeIndex], _indices(op.inputs), _indices(op.outputs), _options(op)) for op in subgraph.operators
        ],
        inputs=_indices(subgraph.inputs),
        outputs=_indices(subgraph.outputs),
    )


def _options(operator):
    if operator.customOptions is not None:
        return dict(flexbuffers.Loads(bytes(operator.customOptions)))
    return dict(vars(operator.builtinOptions or operator.builtinOptions2 or object_without_fields()))


def _indices(values):
    return [] if values is None else list(map(int, values))


class object_without_fields:
    """Stands in for the options of an operator that has none."""


def _tensor(index, tensor, data):
    quantization = None
    parameters = tensor.quantization
    if parameters is not None and parameters.scale is not None and len(parameters.scale):
        scales = tuple(float(scale) for scale in parameters.scale)
        zero_points = tuple(int(zero) for zero in parameters.zeroPoint) if parameters.zeroPoint is not None else (0,)
        quantization = Quantization(scales, zero_points, parameters.quantizedDimension)
    shape = [int(extent) for extent in tensor.shape] if tensor.shape is not None else []
    dtype = TYPE_NAMES[tensor.type]
    values = None
    if data is not None and len(data):
        values = _unpacked_int4(data, shape) if dtype == "int4" else np.frombuffer(np.asarray(data, np.uint8).tobytes(), dtype).reshape(shape)
    signature = None if tensor.shapeSignature is None or not len(tensor.shapeSignature) else _indices(tensor.shapeSignature)
    return Tensor(index, shape, dtype, quantization, values, bool(tensor.isVariable), signature)


def _unpacked_int4(data, shape):
    data = np.asarray(data, np.uint8)
    nibbles = np.stack([data & 15, data >> 4], -1).reshape(-1)[: int(np.prod(shape))]
    return ((nibbles.astype(np.int8) << 4) >> 4).reshape(shape)
