"""
Handwritten digits, 8x8 grey, in ten classes: a convolution, a strided and a residual depthwise-separable block, a dense layer.

    python -m models.digits.train [--out DIR]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import tensorflow as tf
from scipy import ndimage
from sklearn.datasets import load_digits

from models.export import VARIANTS, export_variants, limit_threads

layers = tf.keras.layers

SEED = 20
NAME = "digits"
LABELS = [str(digit) for digit in range(10)]
# real = (pixel - MEAN) / STD: an input scale of 1/255, so that stored uint8 codes are the pixels themselves
MEAN, STD = 0.0, 255.0
# Neighbours in the set are often by one writer: cut without shuffling, most writers stay on one side
TRAIN, VALIDATION = slice(0, 1257), slice(1257, 1437)
TEST = slice(1437, 1797)
COPIES = 12
PNG_SAMPLES = 10


def load_pixels():
    """uint8 [1797, 8, 8, 1], light on dark, and labels. The set stores ink counts 0..16 per cell; 16 becomes 255 to fit a byte."""
    digits = load_digits()
    pixels = np.minimum(digits.images * 16, 255).astype(np.uint8)[..., np.newaxis]
    return pixels, digits.target.astype(np.uint8)


def to_real(pixels):
    return ((pixels.astype(np.float32) - MEAN) / STD).astype(np.float32)


def augment(images, labels, rng):
    """COPIES of every image, each turned, sheared, scaled and shifted a little, besides the image itself."""
    centre = np.array([3.5, 3.5])
    results = [images]
    for _ in range(COPIES):
        copy = np.empty_like(images)
        for index, image in enumerate(images):
            angle, shear = rng.normal(0, 0.12), rng.normal(0, 0.12)
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            matrix = turn @ np.array([[1, shear], [0, 1]]) * rng.uniform(0.9, 1.12, 2)
            offset = centre - matrix @ (centre + rng.uniform(-0.7, 0.7, 2))
            copy[index, :, :, 0] = ndimage.affine_transform(image[:, :, 0], matrix, offset, order=1)
        results.append(np.clip(copy * rng.uniform(0.8, 1.1, (len(images), 1, 1, 1)), 0, 1).astype(np.float32))
    return np.concatenate(results), np.tile(labels, COPIES + 1)


def build(batch_norm, batch_size):
    def normalized(x, layer):
        x = layer(x)
        return layers.BatchNormalization(name=f"{layer.name}_bn")(x) if batch_norm else x

    bias = not batch_norm
    image = x = layers.Input((8, 8, 1), batch_size=batch_size, name="image")
    x = normalized(x, layers.Conv2D(16, 3, padding="same", use_bias=bias, name="stem"))
    x = layers.ReLU(name="stem_relu")(x)
    x = normalized(x, layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=bias, name="down_depthwise"))
    x = layers.ReLU(name="down_depthwise_relu")(x)
    x = normalized(x, layers.Conv2D(32, 1, use_bias=bias, name="down_pointwise"))
    x = skip = layers.ReLU(name="down_pointwise_relu")(x)
    x = normalized(x, layers.DepthwiseConv2D(3, padding="same", use_bias=bias, name="residual_depthwise"))
    x = layers.ReLU(name="residual_depthwise_relu")(x)
    x = normalized(x, layers.Conv2D(32, 1, use_bias=bias, name="residual_pointwise"))
    x = layers.Add(name="residual_add")([x, skip])
    x = layers.ReLU(name="residual_relu")(x)
    x = layers.AveragePooling2D(2, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(10, name="logits")(x)
    return tf.keras.Model(image, layers.Softmax(name="probabilities")(x), name=NAME)


def train(pixels, labels):
    rng = np.random.default_rng(SEED)
    images, targets = augment(to_real(pixels[TRAIN]), labels[TRAIN], rng)
    epochs, batch = 25, 64
    model = build(True, None)
    rate = tf.keras.optimizers.schedules.CosineDecay(4e-3, epochs * (len(images) // batch + 1))
    # Smoothed labels keep the logits small: without, every image saturates the output and a wrong last layer would go unseen
    loss = tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(tf.keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    one_hot = np.eye(len(LABELS), dtype=np.float32)
    model.fit(images, one_hot[targets], batch, epochs, verbose=2, validation_data=(to_real(pixels[VALIDATION]), one_hot[labels[VALIDATION]]))
    return model


def write_samples(pixels, labels, out):
    """The held-back images as one array, and the first of each class as single files."""
    samples = out / "samples"
    samples.mkdir(parents=True, exist_ok=True)
    np.save(samples / "test_inputs.npy", pixels)
    np.save(samples / "test_labels.npy", labels)
    index = []
    for digit in range(PNG_SAMPLES):
        position = int(np.flatnonzero(labels == digit)[0])
        stem = f"digit_{digit}"
        (samples / f"{stem}.png").write_bytes(tf.io.encode_png(pixels[position]).numpy())
        np.save(samples / f"{stem}.npy", to_real(pixels[position])[np.newaxis])
        index += [{"file": f"{stem}.{kind}", "label": digit, "test_index": position} for kind in ("png", "npy")]
    (samples / "samples.json").write_text(json.dumps(index, indent=1) + "\n")


def write_description(out):
    (out / "labels.txt").write_text("\n".join(LABELS) + "\n")
    description = {
        "name": NAME,
        "task": "classification",
        "description": "Handwritten digits, 8x8 grey, light on dark",
        "input": {"kind": "image", "width": 8, "height": 8, "channels": 1, "mean": MEAN, "std": STD},
        "labels": LABELS,
        "files": {variant: f"{NAME}_{variant}.tflite" for variant in VARIANTS},
        "samples": {"inputs": "samples/test_inputs.npy", "inputs_are": "pixels", "labels": "samples/test_labels.npy", "index": "samples/samples.json"},
    }
    (out / "model.json").write_text(json.dumps(description, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the files go (default: beside this script)")
    out = parser.parse_args().out
    limit_threads()
    tf.keras.utils.set_random_seed(SEED)
    pixels, labels = load_pixels()
    model = train(pixels, labels)
    write_samples(pixels[TEST], labels[TEST], out)
    write_description(out)
    export_variants(build, model, to_real(pixels[TRAIN][:400]), ((0 - MEAN) / STD, (255 - MEAN) / STD), out, NAME)


if __name__ == "__main__":
    main()
