"""Turns a trained Keras model into the five kinds of .tflite file that users bring, and checks that each is what its name says."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

from models.legacy_uint8 import convert_legacy_uint8

# activation type, type of the weights, type of the biases; None where a file mixes types
VARIANT_TYPES = {
    "int8": ("INT8", "INT8", "INT32"),
    "int16x8": ("INT16", "INT8", "INT64"),
    "dynamic": ("FLOAT32", None, "FLOAT32"),
    "float": ("FLOAT32", "FLOAT32", "FLOAT32"),
    "uint8": ("UINT8", "UINT8", "INT32"),
}
VARIANTS = tuple(VARIANT_TYPES)
TYPE_NAMES = {value: name for name, value in vars(schema.TensorType).items() if not name.startswith("_")}
OPERATOR_NAMES = {value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


def limit_threads():
    """Two threads and deterministic kernels: the same seed then gives the same weights on the same kind of CPU."""
    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.config.experimental.enable_op_determinism()


def fold_batch_normalization(trained, folded):
    """
    Copies weights from `trained` to `folded`, the same network without its `<layer>_bn` layers.
    The converter would fold as well, but the uint8 graph is built from these weights and has to compute the same function.
    """
    normalizations = {layer.name: layer for layer in trained.layers if layer.name.endswith("_bn")}
    for layer in folded.layers:
        if not layer.weights:
            continue
        kernel, *bias = trained.get_layer(layer.name).get_weights()
        normalization = normalizations.get(f"{layer.name}_bn")
        if normalization is None:
            layer.set_weights([kernel, *bias])
            continue
        gamma, beta, mean, variance = normalization.get_weights()
        factor = gamma / np.sqrt(variance + normalization.epsilon)
        depthwise = isinstance(layer, tf.keras.layers.DepthwiseConv2D)
        # kernels are [h, w, in, out]; depthwise ones [h, w, in, 1], where the scaled channel is the third axis
        layer.set_weights([kernel * (factor[:, np.newaxis] if depthwise else factor), beta - mean * factor])


def convert_keras(model, variant, calibration):
    """`model` with batch 1; `calibration` float32 [n, ...], real training data that sets the activation ranges."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if variant != "float":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if variant in ("int8", "int16x8"):
        converter.representative_dataset = lambda: ([sample[np.newaxis]] for sample in calibration)
        io_type = tf.int8 if variant == "int8" else tf.int16
        converter.inference_input_type = converter.inference_output_type = io_type
        converter.target_spec.supported_ops = [
            tf.lite.OpsSet.TFLITE_BUILTINS_INT8
            if variant == "int8"
            else tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
        ]
    return converter.convert()


def operators(graph, codes):
    """Operator names of a subgraph in order."""
    return [OPERATOR_NAMES[max(codes[op.opcodeIndex].builtinCode, codes[op.opcodeIndex].deprecatedBuiltinCode)] for op in graph.operators]


def check_types(data, variant):
    """Raises where activations, weights or biases do not have the types and the scales per channel that `variant` promises."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(data))
    graph = model.subgraphs[0]
    activation_type, weight_type, bias_type = VARIANT_TYPES[variant]

    def expect(tensor, wanted, what):
        found = TYPE_NAMES[tensor.type]
        if found != wanted:
            raise ValueError(f"{variant}: {what} '{tensor.name.decode()}' is {found}, expected {wanted}")

    for index in (*graph.inputs, *graph.outputs):
        expect(graph.tensors[index], activation_type, "input or output")
    weight_types, scales_per_tensor = set(), set()
    for op, name in zip(graph.operators, operators(graph, model.operatorCodes)):
        expect(graph.tensors[op.outputs[0]], activation_type, f"output of {name}")
        if name in WEIGHTED:
            weights, bias = (graph.tensors[index] for index in op.inputs[1:3])
            expect(bias, bias_type, f"bias of {name}")
            weight_types.add(TYPE_NAMES[weights.type])
            if weight_type:
                expect(weights, weight_type, f"weights of {name}")
            # the converter of today also gives FULLY_CONNECTED one scale per channel, earlier ones did not: only uint8 promises something
            if (variant == "uint8" or name != "FULLY_CONNECTED") and weights.quantization is not None and weights.quantization.scale is not None:
                scales_per_tensor.add(len(weights.quantization.scale))
    if variant == "dynamic" and "INT8" not in weight_types:
        raise ValueError("dynamic: no weights were quantized")
    if variant == "uint8" and scales_per_tensor != {1}:
        raise ValueError(f"uint8: weights carry {scales_per_tensor} scales, expected one each")
    if variant in ("int8", "int16x8") and 1 in scales_per_tensor:
        raise ValueError(f"{variant}: a convolution has one weight scale, expected one per channel")


def export_variants(build, trained, calibration, input_range, out_dir, name):
    """
    Writes <name>_<variant>.tflite for all variants.
    build(batch_norm, batch_size) makes the network; input_range is the real interval that the 256 codes of a uint8 input stand for.
    """
    single, batched = build(False, 1), build(False, None)
    fold_batch_normalization(trained, single)
    fold_batch_normalization(trained, batched)
    probe = calibration[:64]
    difference = np.abs(trained.predict(probe, verbose=0) - batched.predict(probe, verbose=0)).max()
    if difference > 1e-4:
        raise ValueError(f"folding changed the network: probabilities differ by {difference}")
    for variant in VARIANTS:
        if variant == "uint8":
            data = convert_legacy_uint8(batched, calibration, input_range)
        else:
            data = convert_keras(single, variant, calibration)
        check_types(data, variant)
        path = Path(out_dir) / f"{name}_{variant}.tflite"
        path.write_bytes(data)
        print(f"{path}: {len(data)} bytes")
