"""TFLite_Detection_PostProcess behind a converted detector, which the converter of today no longer writes: surgery on the file, as users do it."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

DETECTIONS, CLASSES = 10, 4


def anchors(count):
    """Centres on a grid, three sizes each: y, x, height, width."""
    rng = np.random.default_rng(count)
    return np.concatenate([rng.uniform(0.1, 0.9, (count, 2)), rng.uniform(0.1, 0.5, (count, 2))], 1).astype(np.float32)


def with_detection_head(data):
    """The model with detections instead of boxes and scores. Codes of int8 and int16 are dequantized first; those of uint8 go in as they are."""
    model = schema.ModelT.InitFromPackedBuf(data, 0)
    (graph,), boxes_first = model.subgraphs, lambda index: model.subgraphs[0].tensors[index].shape[-1] != 4
    operands = [_float(model, index) for index in sorted(map(int, graph.outputs), key=boxes_first)]
    quantized = graph.tensors[operands[0]].type == schema.TensorType.UINT8
    values = anchors(int(graph.tensors[operands[0]].shape[1]))
    if quantized:
        operands.append(_tensor(model, "anchors", values.shape, schema.TensorType.UINT8, np.round(values * 255).astype(np.uint8), 1 / 255))
    else:
        operands.append(_tensor(model, "anchors", values.shape, schema.TensorType.FLOAT32, values))
    outputs = [_tensor(model, f"detections{i}", shape, schema.TensorType.FLOAT32) for i, shape in enumerate(([1, DETECTIONS, 4], [1, DETECTIONS], [1, DETECTIONS], [1]))]
    options = {"max_detections": DETECTIONS, "max_classes_per_detection": 1, "detections_per_class": DETECTIONS, "num_classes": CLASSES, "nms_score_threshold": 0.3, "nms_iou_threshold": 0.5,
               "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0, "use_regular_nms": True}
    _operator(model, schema.BuiltinOperator.CUSTOM, operands, outputs, bytes(flexbuffers.Dumps(options)))
    graph.outputs, model.signatureDefs = outputs, None
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _float(model, index):
    tensor = model.subgraphs[0].tensors[index]
    if tensor.type in (schema.TensorType.FLOAT32, schema.TensorType.UINT8):
        return index
    output = _tensor(model, f"{tensor.name.decode()} as float", tensor.shape, schema.TensorType.FLOAT32)
    _operator(model, schema.BuiltinOperator.DEQUANTIZE, [index], [output])
    return output


def _tensor(model, name, shape, dtype, values=None, scale=None):
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, [int(extent) for extent in shape], dtype, 0
    if values is not None:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        tensor.buffer = len(model.buffers)
        model.buffers.append(buffer)
    if scale is not None:
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = np.array([scale], np.float32), np.array([0], np.int64)
    model.subgraphs[0].tensors.append(tensor)
    return len(model.subgraphs[0].tensors) - 1


def _operator(model, builtin, inputs, outputs, custom_options=None):
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode, code.deprecatedBuiltinCode, code.version = builtin, builtin, 3 if builtin == schema.BuiltinOperator.DEQUANTIZE else 1
    if custom_options is not None:
        code.customCode, operator.customOptions = "TFLite_Detection_PostProcess", np.frombuffer(custom_options, np.uint8)
    operator.opcodeIndex, operator.inputs, operator.outputs = len(model.operatorCodes), inputs, outputs
    model.operatorCodes.append(code)
    model.subgraphs[0].operators.append(operator)
