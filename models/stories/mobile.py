"""
A MobileNet v1 in small, with ReLU6 behind every convolution, for the handwritten digits: mobile_float.tflite. docs/stories/ranges.md tells its story.

    python -m models.stories.mobile
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from models.digits.train import TRAIN, augment, load_pixels, to_real
from models.export import convert_keras, fold_batch_normalization, limit_threads

layers = tf.keras.layers

SEED = 61
OUT = Path(__file__).parent
# channels and stride of the depthwise separable blocks
BLOCKS = ((24, 1), (32, 2), (32, 1))


def build(batch_norm, batch_size):
    image = x = layers.Input((8, 8, 1), batch_size=batch_size, name="image")

    def normalized(x, layer):
        x = layer(x)
        x = layers.BatchNormalization(name=f"{layer.name}_bn")(x) if batch_norm else x
        return layers.ReLU(6.0, name=f"{layer.name}_relu")(x)

    bias = not batch_norm
    x = normalized(x, layers.Conv2D(16, 3, padding="same", use_bias=bias, name="conv1"))
    for i, (channels, stride) in enumerate(BLOCKS, 1):
        x = normalized(x, layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=bias, name=f"conv_dw_{i}"))
        x = normalized(x, layers.Conv2D(channels, 1, use_bias=bias, name=f"conv_pw_{i}"))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(10, name="logits")(x)
    return tf.keras.Model(image, layers.Softmax(name="probabilities")(x), name="mobile")


def main():
    limit_threads()
    tf.keras.utils.set_random_seed(SEED)
    pixels, labels = load_pixels()
    images, targets = augment(to_real(pixels[TRAIN]), labels[TRAIN], np.random.default_rng(SEED))
    epochs, batch = 8, 64
    model = build(True, None)
    rate = tf.keras.optimizers.schedules.CosineDecay(6e-3, epochs * (len(images) // batch + 1))
    loss = tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(tf.keras.optimizers.Adam(rate), loss)
    model.fit(images, np.eye(10, dtype=np.float32)[targets], batch, epochs, verbose=2)
    single = build(False, 1)
    fold_batch_normalization(model, single)
    (OUT / "mobile_float.tflite").write_bytes(convert_keras(single, "float", None))


if __name__ == "__main__":
    main()
