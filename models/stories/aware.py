"""
One network twice: trained with quantization in the loop (aware_qat_int8.tflite, the converter's), and its weights copied into the plain network
(aware_float.tflite), to be quantized after training. docs/stories/training.md tells their story.

    python -m models.stories.aware
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from models.digits.train import TRAIN, augment, load_pixels, to_real
from models.export import convert_keras, limit_threads

layers = tf.keras.layers

SEED = 63
OUT = Path(__file__).parent
DECAY = 0.99


class FakeQuant(layers.Layer):
    """Rounds to 256 codes of a range that follows the batches' ranges in training: what quantization-aware training calls a moving average."""

    def build(self, shape):
        self.low = self.add_weight(shape=(), initializer=tf.keras.initializers.Constant(0.0), trainable=False, name="low")
        self.high = self.add_weight(shape=(), initializer=tf.keras.initializers.Constant(1.0), trainable=False, name="high")

    def call(self, x, training=False):
        if training:
            self.low.assign(DECAY * self.low + (1 - DECAY) * tf.minimum(0.0, tf.reduce_min(x)))
            self.high.assign(DECAY * self.high + (1 - DECAY) * tf.reduce_max(x))
        return tf.quantization.fake_quant_with_min_max_vars(x, tf.convert_to_tensor(self.low), tf.convert_to_tensor(self.high), num_bits=8)


def rounded(kernel):
    """Weights [h, w, in, out] at 255 codes of a symmetric range per channel."""
    most = tf.reduce_max(tf.abs(kernel), axis=(0, 1, 2))
    return tf.quantization.fake_quant_with_min_max_vars_per_channel(kernel, -most, most, num_bits=8, narrow_range=True)


class RoundedConv2D(layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, rounded(tf.convert_to_tensor(kernel)))


def build(aware, batch_size):
    conv = RoundedConv2D if aware else layers.Conv2D
    seen = (lambda x, name: FakeQuant(name=name)(x)) if aware else (lambda x, name: x)
    image = layers.Input((8, 8, 1), batch_size=batch_size, name="image")
    x = seen(image, "image_range")
    for i, (channels, stride) in enumerate(((12, 1), (16, 2), (24, 1)), 1):
        x = conv(channels, 3, strides=stride, padding="same", name=f"conv{i}")(x)
        x = seen(layers.ReLU(name=f"conv{i}_relu")(x), f"conv{i}_range")
    x = layers.AveragePooling2D(2, name="pool")(x)
    x = seen(conv(10, 2, name="logits")(x), "logits_range")  # all of what is left of the image: a dense layer with weights per channel
    x = layers.Flatten(name="flatten")(x)
    return tf.keras.Model(image, layers.Softmax(name="probabilities")(x), name="aware")


def copy_weights(source, target):
    for layer in target.layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())


def main():
    limit_threads()
    tf.keras.utils.set_random_seed(SEED)
    pixels, labels = load_pixels()
    images, targets = augment(to_real(pixels[TRAIN]), labels[TRAIN], np.random.default_rng(SEED))
    epochs, batch = 5, 64
    model = build(True, None)
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, epochs * (len(images) // batch + 1))
    loss = tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(tf.keras.optimizers.Adam(rate), loss)
    model.fit(images, np.eye(10, dtype=np.float32)[targets], batch, epochs, verbose=2)
    trained, plain = build(True, 1), build(False, 1)
    copy_weights(model, trained)
    copy_weights(model, plain)
    (OUT / "aware_float.tflite").write_bytes(convert_keras(plain, "float", None))
    converter = tf.lite.TFLiteConverter.from_keras_model(trained)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    (OUT / "aware_qat_int8.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    main()
