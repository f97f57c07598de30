"""
Two DenseNets for few and for many classes of patterns, seen by a sensor of 12 bits, a few with a flash: dense_few_float.tflite,
dense_many_float.tflite and their data. docs/stories/concentration.md tells their story.

    python -m models.stories.dense                       # the story's
    python -m models.stories.dense fresh                 # dense_few_fresh_float.tflite and so on: docs/stories/accuracy.md scores these

The light below was chosen by hand on the story's seed, until the story showed. So what is scored is another pair: other patterns, weights and
samples, of a seed that was committed before anything was made of it.

The networks have no biases, so they are proportional to the light: float32 answers the same with and without a flash.
"""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from scipy import ndimage

from models.export import convert_keras, limit_threads

layers = tf.keras.layers

SEEDS = {"": 62, "_fresh": 20261121}  # by what follows the network's name
OUT = Path(__file__).parent
SIZE, GROWTH, LAYERS = 8, 8, 3
CLASSES = {"few": 8, "many": 64}
FULL = 4095  # the sensor's largest value; stored as uint16, real = pixel / FULL
FLASH, DIM = 1 / 16, (1 / 8, 1 / 5)  # the share of samples in full light, and the light of the others
TEST_NOISE, TRAIN_NOISE = 0.06, 0.2  # trained on harder images, so that classes are far apart
TRAIN, CALIBRATION, TEST = 6400, 128, 384


def patterns(classes, rng):
    """Smooth random images in 0..1, one per class."""
    waves = np.stack([ndimage.gaussian_filter(rng.normal(size=(SIZE, SIZE)), 1.0, mode="wrap") for _ in range(classes)])
    low, high = waves.min((1, 2), keepdims=True), waves.max((1, 2), keepdims=True)
    return (waves - low) / (high - low)


def draw(templates, count, noise, rng):
    """Images in 0..1 in full light and their classes, every class as often as the others."""
    labels = rng.permutation(np.arange(count) % len(templates))
    images = templates[labels] + rng.normal(0, noise, (count, SIZE, SIZE))
    return np.clip(images, 0, 1).astype(np.float32)[..., np.newaxis], labels


def seen(images, rng):
    """uint16 [n, 8, 8, 1]: what the sensor makes of them, a few with a flash, most in dim light."""
    size = (len(images), 1, 1, 1)
    light = np.where(rng.uniform(size=size) < FLASH, 1.0, rng.uniform(*DIM, size))
    return np.round(images * light * FULL).astype(np.uint16)


def build(classes, batch_size):
    image = layers.Input((SIZE, SIZE, 1), batch_size=batch_size, name="image")
    conv = lambda filters, size, name: layers.Conv2D(filters, size, padding="same", use_bias=False, activation="relu", kernel_initializer="he_normal", name=name)
    x = conv(16, 3, "stem")(image)
    for block in (1, 2):
        for i in range(1, LAYERS + 1):
            grown = conv(GROWTH, 3, f"dense{block}_{i}")(x)
            x = layers.Concatenate(name=f"dense{block}_{i}_concat")([x, grown])
        if block == 1:
            x = layers.AveragePooling2D(2, name="transition_pool")(conv(20, 1, "transition")(x))
    x = layers.Flatten(name="flatten")(layers.AveragePooling2D(4, name="pool")(x))
    return tf.keras.Model(image, layers.Dense(classes, use_bias=False, name="logits")(x), name="dense")


def main(suffix):
    limit_threads()
    seed = SEEDS[suffix]
    for kind, classes in CLASSES.items():
        name = f"dense_{kind}{suffix}"
        tf.keras.utils.set_random_seed(seed)
        rng = np.random.default_rng(seed)
        templates = patterns(classes, rng)
        images, labels = draw(templates, TRAIN, TRAIN_NOISE, rng)
        model = build(classes, None)
        epochs, batch = 8, 64
        rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * (TRAIN // batch))
        model.compile(tf.keras.optimizers.Adam(rate), tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
        model.fit(images, labels, batch, epochs, verbose=2)
        single = build(classes, 1)
        single.set_weights(model.get_weights())
        (OUT / f"{name}_float.tflite").write_bytes(convert_keras(single, "float", None))
        for part, count in (("calibration", CALIBRATION), ("test", TEST)):
            images, labels = draw(templates, count, TEST_NOISE, rng)
            np.save(OUT / f"{name}_{part}.npy", seen(images, rng))
            np.save(OUT / f"{name}_{part}_labels.npy", labels.astype(np.uint8))


if __name__ == "__main__":
    main("_fresh" if "fresh" in sys.argv[1:] else "")
