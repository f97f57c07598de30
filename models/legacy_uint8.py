"""
Legacy uint8 models, as TensorFlow 1 made them: asymmetric uint8 activations and weights, one scale per tensor.

Today's converter quantizes to uint8 only where the graph carries fake-quantization nodes, so the Keras network is rebuilt as a TensorFlow 1
graph with such a node behind every weight and every activation. Activation ranges are the extremes over the calibration data.
"""

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
layers = tf.keras.layers

# layers whose output keeps the scale of their input: a range of their own would insert a rescale that the kernels do not have
SAME_SCALE = (layers.Flatten, layers.AveragePooling2D, layers.GlobalAveragePooling2D)


def activation_ranges(model, calibration):
    """(min, max) of every layer's output, widened to contain zero, which has to be a code exactly."""
    probe = tf.keras.Model(model.input, {layer.name: layer.output for layer in model.layers if not isinstance(layer, layers.InputLayer)})
    return {
        name: (min(float(values.min()), 0.0), max(float(values.max()), 0.0))
        for name, values in probe.predict(calibration, verbose=0, batch_size=64).items()
    }


def fake_quantized_weights(values):
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    # narrow: code 0 stays unused, as in the models of the time, whose kernels relied on codes 1..255
    return v1.quantization.fake_quant_with_min_max_args(tf.constant(values), low, high, narrow_range=True)


def apply_layer(layer, weights, inputs):
    """The TensorFlow 1 operations of one Keras layer, without quantization of the result."""
    if isinstance(layer, layers.DepthwiseConv2D):
        kernel, bias = weights
        strides = [1, *layer.strides, 1]
        return v1.nn.depthwise_conv2d(inputs[0], fake_quantized_weights(kernel), strides, layer.padding.upper()) + bias
    if isinstance(layer, layers.Conv2D):
        kernel, bias = weights
        return v1.nn.conv2d(inputs[0], fake_quantized_weights(kernel), [1, *layer.strides, 1], layer.padding.upper()) + bias
    if isinstance(layer, layers.Dense):
        kernel, bias = weights
        return v1.matmul(inputs[0], fake_quantized_weights(kernel)) + bias
    if isinstance(layer, layers.ReLU):
        return v1.nn.relu6(inputs[0]) if layer.max_value == 6 else v1.nn.relu(inputs[0])
    if isinstance(layer, layers.Add):
        return inputs[0] + inputs[1]
    if isinstance(layer, layers.AveragePooling2D):
        return v1.nn.avg_pool2d(inputs[0], layer.pool_size, layer.strides, layer.padding.upper())
    if isinstance(layer, layers.GlobalAveragePooling2D):
        return v1.reduce_mean(inputs[0], axis=[1, 2])
    if isinstance(layer, layers.Flatten):
        return v1.reshape(inputs[0], [1, int(np.prod(inputs[0].shape[1:]))])
    if isinstance(layer, layers.Softmax):
        return v1.nn.softmax(inputs[0])
    raise ValueError(f"no TensorFlow 1 form for layer '{layer.name}' ({type(layer).__name__})")


def convert_legacy_uint8(model, calibration, input_range):
    """
    `model` without batch normalization; its activations as ReLU layers of their own. `input_range` (low, high): reals of codes 0 and 255.
    """
    ranges = activation_ranges(model, calibration)
    weights = {layer.name: layer.get_weights() for layer in model.layers}  # read here: inside the graph variables have no values
    readers = {}
    for layer in model.layers:
        for tensor in tf.nest.flatten(layer.input):
            readers.setdefault(id(tensor), []).append(layer)

    with tf.Graph().as_default(), v1.Session() as session:
        values = {}
        for layer in model.layers:
            if isinstance(layer, layers.InputLayer):
                value = network_input = v1.placeholder(tf.float32, [1, *model.input_shape[1:]], name="input")
                value = v1.quantization.fake_quant_with_min_max_args(value, *input_range)
            else:
                value = apply_layer(layer, weights[layer.name], [values[id(tensor)] for tensor in tf.nest.flatten(layer.input)])
                # a ReLU that alone reads this output is fused into this operator: only the range after it is ever stored
                fused = any(isinstance(reader, layers.ReLU) for reader in readers.get(id(layer.output), []))
                if isinstance(layer, layers.Softmax):
                    ranges[layer.name] = (0.0, 255 / 256)  # the kernel's fixed scale, 1/256
                elif isinstance(layer, SAME_SCALE):
                    ranges[layer.name] = ranges[layer.input._keras_history.operation.name]
                if not fused:
                    value = v1.quantization.fake_quant_with_min_max_args(value, *ranges[layer.name])
            values[id(layer.output)] = value
        network_output = v1.identity(values[id(model.output)], name="output")
        converter = v1.lite.TFLiteConverter.from_session(session, [network_input], [network_output])
        converter.inference_type = tf.uint8
        low, high = input_range
        std = 255 / (high - low)
        converter.quantized_input_stats = {"input": (-low * std, std)}
        return converter.convert()
