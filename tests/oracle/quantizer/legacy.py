"""
Networks with FAKE_QUANT nodes, and one without, through the TensorFlow 1 converter as in the threads of 2018.

    python tests/oracle/quantizer/legacy.py --out DIR

Writes DIR/<network>/ float32.tflite, uint8.tflite and, where nodes give the ranges, int8.tflite.
`trained` has a node for every activation and every weight, `activations` none for weights, `defaults` none at all: default_ranges_stats (-1, 6).

The converter of today writes the nodes of a float model as pairs of QUANTIZE and DEQUANTIZE (pairs.tflite), whose scales are rounded to float32; the one of 2018
wrote FAKE_QUANT operators. pairs_recorded.tflite is the model of pairs with a range of its input, pairs_int8.tflite what today's quantizer makes of that file. float32.tflite has those: put into the model without nodes, which has the same weights, with the same minima and maxima.
"""

import argparse
import os
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}

MEAN, STD = 120.0, 63.0


def build(tf, rng, fake_activations, fake_weights, ranges):
    """CONV_2D with RELU6, DEPTHWISE_CONV_2D, residual ADD, MAX_POOL_2D, CONCATENATION, AVERAGE_POOL_2D, FULLY_CONNECTED, SOFTMAX."""
    def fake(x, low, high):
        ranges.append((low, high))
        return tf.quantization.fake_quant_with_min_max_args(x, low, high) if fake_activations else x

    def weights(*shape):
        values = rng.normal(0, 0.4, shape).astype("float32")
        if not fake_weights:
            return tf.constant(values)
        return tf.quantization.fake_quant_with_min_max_args(tf.constant(values), float(values.min()), float(values.max()), narrow_range=True)

    def bias(n):
        return tf.constant(rng.normal(0, 0.5, n).astype("float32"))

    image = tf.compat.v1.placeholder(tf.float32, (1, 8, 8, 3), name="image")
    x = fake(tf.nn.relu6(tf.nn.conv2d(image, weights(3, 3, 3, 8), 1, "SAME") + bias(8)), 0.0, 5.7)
    y = fake(tf.nn.relu6(tf.nn.depthwise_conv2d(x, weights(3, 3, 8, 1), (1, 1, 1, 1), "SAME") + bias(8)), 0.0, 5.9)
    x = fake(x + y, -0.01, 9.3)
    x = tf.nn.max_pool2d(x, 2, 2, "VALID")
    left = fake(tf.nn.relu(tf.nn.conv2d(x, weights(1, 1, 8, 4), 1, "SAME") + bias(4)), 0.0, 11.3)
    right = fake(tf.nn.conv2d(x, weights(1, 1, 8, 4), 1, "SAME") + bias(4), -7.1, 11.3)
    x = fake(tf.concat([left, right], -1), -7.1, 11.3)
    x = tf.reshape(tf.nn.avg_pool2d(x, 4, 4, "VALID"), (1, 8))
    logits = fake(tf.matmul(x, weights(8, 5)) + bias(5), -9.0, 8.0)
    return image, tf.nn.softmax(logits, name="probabilities")


def convert(tf, np, fake_activations, fake_weights, kind, ranges):
    graph = tf.Graph()
    with graph.as_default(), tf.compat.v1.Session(graph=graph) as session:
        image, output = build(tf, np.random.default_rng(3), fake_activations, fake_weights, ranges)
        converter = tf.compat.v1.lite.TFLiteConverter.from_session(session, [image], [output])
        if kind != "float32":
            converter.inference_type = getattr(tf, kind)
            offset = 128 if kind == "int8" else 0
            converter.quantized_input_stats = {"image": (MEAN - offset, STD)}
            if not fake_activations:
                converter.default_ranges_stats = (-1, 6)
        return converter.convert()


def with_fake_quant(np, bytes_, ranges, fake_weights):
    """FAKE_QUANT operators behind the operators that `build` gave a range, in order, and behind weights."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytes_, 0)
    graph = model.subgraphs[0]
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    code = schema.OperatorCodeT()
    code.deprecatedBuiltinCode = code.builtinCode = schema.BuiltinOperator.FAKE_QUANT
    code.version = 1
    model.operatorCodes.append(code)
    operators, behind, left = [], {}, list(ranges)

    def node(tensor, low, high, narrow):
        copy = schema.TensorT()
        vars(copy).update(vars(graph.tensors[tensor]))
        copy.buffer, copy.name = 0, graph.tensors[tensor].name + b"/fake"
        graph.tensors.append(copy)
        options = schema.FakeQuantOptionsT()
        options.min, options.max, options.numBits, options.narrowRange = low, high, 8, narrow
        operator = schema.OperatorT()
        operator.opcodeIndex, operator.inputs, operator.outputs = len(model.operatorCodes) - 1, [tensor], [len(graph.tensors) - 1]
        operator.builtinOptionsType, operator.builtinOptions = schema.BuiltinOptions.FakeQuantOptions, options
        operators.append(operator)
        behind[tensor] = len(graph.tensors) - 1

    for operator in graph.operators:
        name = names[max(model.operatorCodes[operator.opcodeIndex].builtinCode, model.operatorCodes[operator.opcodeIndex].deprecatedBuiltinCode)]
        if fake_weights and name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            values = np.frombuffer(bytes(model.buffers[graph.tensors[operator.inputs[1]].buffer].data), np.float32)
            node(operator.inputs[1], float(values.min()), float(values.max()), True)
        operator.inputs = [behind.get(tensor, tensor) for tensor in operator.inputs]
        operators.append(operator)
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "CONCATENATION"):
            node(operator.outputs[0], *left.pop(0), False)
    graph.operators = operators
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def with_input_range(data, low, high):
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(data, 0)
    graph = model.subgraphs[0]
    quantization = graph.tensors[graph.inputs[0]].quantization = schema.QuantizationParametersT()
    quantization.min, quantization.max = [low], [high]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    import numpy as np
    import tensorflow as tf

    for name, activations, weights in (("trained", True, True), ("activations", True, False), ("defaults", False, False)):
        out = options.out / name
        out.mkdir(parents=True, exist_ok=True)
        for kind in ("pairs", "uint8", "int8") if activations else ("uint8",):
            (out / f"{kind}.tflite").write_bytes(convert(tf, np, activations, weights, "float32" if kind == "pairs" else kind, []))
        if activations and not weights:
            from convert import quantize_int8

            recorded = with_input_range((out / "pairs.tflite").read_bytes(), -1.9, 2.1)
            (out / "pairs_recorded.tflite").write_bytes(recorded)
            (out / "pairs_int8.tflite").write_bytes(quantize_int8(recorded, tf.int8))
        ranges = []
        plain = convert(tf, np, False, False, "float32", ranges)
        (out / "float32.tflite").write_bytes(with_fake_quant(np, plain, ranges, weights) if activations else plain)


if __name__ == "__main__":
    main()
