"""
Networks of quantized uint8 as converters wrote them from 2017 to 2019: TensorFlow 1 graphs with fake quantization, and weights with a zero point.

LEGACY_NETWORKS maps a name to a function of a Builder, which returns the output. Ranges of activations are those of one batch of noise.
"""

import numpy as np


class Builder:
    """Layers of a TensorFlow 1 graph, with fake quantization where `ranges` says how far every activation reaches; without, it notes the activations."""

    def __init__(self, tf, ranges=None):
        self.tf, self.ranges, self.activations = tf, ranges, []
        self.rng = np.random.default_rng(7)  # the same weights in both graphs

    def input(self, *shape):
        return self.activation(self.tf.compat.v1.placeholder(self.tf.float32, [1, *shape], name="input"))

    def activation(self, x):
        number = len(self.activations)
        self.activations.append(x)
        return x if self.ranges is None else self.tf.quantization.fake_quant_with_min_max_args(x, *self.ranges[number])

    def _weights(self, shape, inputs):
        weights = self.rng.normal(self.rng.uniform(-0.1, 0.1) / np.sqrt(inputs), np.sqrt(2 / inputs), shape).astype(np.float32)
        return self.tf.quantization.fake_quant_with_min_max_args(self.tf.constant(weights), float(min(weights.min(), 0)), float(max(weights.max(), 0)))

    def _biased(self, x, channels, relu):
        x = x + self.tf.constant(self.rng.normal(0, 0.2, channels).astype(np.float32))
        return self.activation(self.tf.nn.relu6(x) if relu else x)

    def conv(self, x, filters, size=3, strides=1, relu=True):
        weights = self._weights([size, size, x.shape[-1], filters], size * size * x.shape[-1])
        return self._biased(self.tf.nn.conv2d(x, weights, strides, "SAME"), filters, relu)

    def depthwise(self, x, strides=1):
        weights = self._weights([3, 3, x.shape[-1], 1], 9)
        return self._biased(self.tf.nn.depthwise_conv2d(x, weights, [1, strides, strides, 1], "SAME"), x.shape[-1], True)

    def dense(self, x, units, relu=False):
        return self._biased(self.tf.matmul(x, self._weights([x.shape[-1], units], x.shape[-1])), units, relu)

    def add(self, x, y):
        return self.activation(x + y)

    def classifier(self, x, classes=10):
        """As in the slim models: pooling, a convolution, and SOFTMAX."""
        x = self.tf.nn.avg_pool2d(x, x.shape[1:3], 1, "VALID")
        x = self.tf.reshape(self.conv(x, classes, 1, relu=False), [1, classes])
        return self.tf.nn.softmax(x)


def legacy_mobilenet_v1(build):
    x = build.conv(build.input(64, 64, 3), 8, strides=2)
    for filters, strides in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)):
        x = build.conv(build.depthwise(x, strides), filters, 1)
    return build.classifier(x)


def legacy_mobilenet_v2(build):
    x = build.conv(build.input(64, 64, 3), 16, strides=2)
    for filters, strides, expand in ((8, 1, 1), (16, 2, 6), (16, 1, 6), (24, 2, 6), (24, 1, 6), (24, 1, 6), (40, 2, 6), (40, 1, 6)):
        block = build.conv(x, expand * x.shape[-1], 1) if expand > 1 else x
        block = build.conv(build.depthwise(block, strides), filters, 1, relu=False)
        x = build.add(x, block) if strides == 1 and x.shape[-1] == filters else block
    return build.classifier(build.conv(x, 64, 1))


def legacy_mnist(build):
    """MAX_POOL_2D and FULLY_CONNECTED, whose rounding LiteRT has otherwise: recomputed as a whole."""
    x = build.conv(build.input(28, 28, 1), 12)
    x = build.conv(build.tf.nn.max_pool2d(x, 2, 2, "VALID"), 24)
    x = build.tf.reshape(build.tf.nn.max_pool2d(x, 2, 2, "VALID"), [1, -1])
    return build.tf.nn.softmax(build.dense(build.dense(x, 64, relu=True), 10))


LEGACY_NETWORKS = {builder.__name__: builder for builder in (legacy_mobilenet_v1, legacy_mobilenet_v2, legacy_mnist)}


def convert_legacy(name, seed):
    """The bytes of the .tflite file."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        builder = Builder(tf)
        LEGACY_NETWORKS[name](builder)
        first = builder.activations[0]
        batch = [np.random.default_rng([seed, i]).uniform(-1, 1, first.shape).astype(np.float32) for i in range(8)]
        runs = [session.run(builder.activations, {first: sample}) for sample in batch]
    ranges = [(float(min(0, *(values.min() for values in column))), float(max(*(values.max() for values in column), 1e-3))) for column in zip(*runs)]
    ranges[0] = (-1.0, 127 / 128)  # zero point 128 and scale 1/128, as quantized_input_stats say
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        builder = Builder(tf, ranges)
        output = LEGACY_NETWORKS[name](builder)
        converter = tf.compat.v1.lite.TFLiteConverter.from_session(session, [builder.activations[0]], [output])
        converter.inference_type = tf.uint8
        converter.quantized_input_stats = {"input": (128.0, 128.0)}
        return converter.convert()
