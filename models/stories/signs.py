"""
Traffic signs of our own, drawn in colour: eight classes that differ in shape and in red, blue, yellow and green: signs_float.tflite, and images as a
camera gives them. docs/stories/colours.md tells their story.

    python -m models.stories.signs
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from models.export import convert_keras, limit_threads

layers = tf.keras.layers

SEED = 63
OUT = Path(__file__).parent
SIZE, FINE = 12, 4  # pixels of an image, and how much finer it is drawn
# real = (pixel - MEAN) / STD: from -1 to 1
MEAN, STD = 127.5, 127.5
RED, BLUE, YELLOW, GREEN = (200, 30, 35), (25, 60, 190), (230, 190, 30), (30, 140, 70)
SIGNS = (("stop", "circle", RED), ("give way", "triangle", RED), ("no entry", "square", RED), ("turn", "circle", BLUE), ("crossing", "triangle", BLUE), ("parking", "square", BLUE),
         ("priority", "diamond", YELLOW), ("detour", "diamond", GREEN))
TRAIN, CALIBRATION, TEST = 6000, 128, 160


def inside(shape, x, y):
    """Of points about the sign's centre, in units of its radius."""
    if shape == "circle":
        return x**2 + y**2 < 1
    if shape == "square":
        return np.maximum(abs(x), abs(y)) < 0.88
    if shape == "diamond":
        return abs(x) + abs(y) < 1.1
    return (y < 0.8) & (y > 1.9 * abs(x) - 1)


def draw(sign, rng):
    """uint8 [12, 12, 3], RGB: one sign with a white rim before a wall or a sky, in some light."""
    _, shape, colour = SIGNS[sign]
    y, x = (np.mgrid[: SIZE * FINE, : SIZE * FINE] + 0.5) / FINE
    radius, (cx, cy) = rng.uniform(3.6, 5.2), SIZE / 2 + rng.uniform(-0.8, 0.8, 2)
    x, y = (x - cx) / radius, (y - cy) / radius
    grey = rng.uniform(60, 200)
    image = np.full((*x.shape, 3), grey) + rng.normal(0, 12, 3)
    image[inside(shape, x, y)] = 235
    image[inside(shape, x / 0.82, y / 0.82)] = np.array(colour) + rng.normal(0, 10, 3)
    image = image.reshape(SIZE, FINE, SIZE, FINE, 3).mean((1, 3)) * rng.uniform(0.6, 1.1)
    return np.clip(np.round(image + rng.normal(0, 6, image.shape)), 0, 255).astype(np.uint8)


def images(count, rng):
    """Images and their classes, every class as often as the others."""
    labels = rng.permutation(np.arange(count) % len(SIGNS)).astype(np.uint8)
    return np.stack([draw(label, rng) for label in labels]), labels


def to_real(pixels):
    return ((pixels.astype(np.float32) - MEAN) / STD).astype(np.float32)


def build(batch_size):
    image = x = layers.Input((SIZE, SIZE, 3), batch_size=batch_size, name="image")
    for i, channels in enumerate((12, 16, 24), 1):
        x = layers.Conv2D(channels, 3, strides=1 if i == 1 else 2, padding="same", activation="relu", name=f"conv{i}")(x)
    x = layers.Dense(len(SIGNS), name="logits")(layers.Flatten(name="flatten")(x))
    return tf.keras.Model(image, layers.Softmax(name="probabilities")(x), name="signs")


def main():
    limit_threads()
    tf.keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    pixels, labels = images(TRAIN, rng)
    model = build(None)
    epochs, batch = 8, 64
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * (TRAIN // batch))
    model.compile(tf.keras.optimizers.Adam(rate), tf.keras.losses.CategoricalCrossentropy(label_smoothing=0.05))
    model.fit(to_real(pixels), np.eye(len(SIGNS), dtype=np.float32)[labels], batch, epochs, verbose=2)
    single = build(1)
    single.set_weights(model.get_weights())
    (OUT / "signs_float.tflite").write_bytes(convert_keras(single, "float", None))
    np.save(OUT / "signs_calibration.npy", images(CALIBRATION, rng)[0])
    pixels, labels = images(TEST, rng)
    np.save(OUT / "signs_test.npy", pixels)
    np.save(OUT / "signs_test_labels.npy", labels)
    np.save(OUT / "signs_bgr.npy", np.ascontiguousarray(pixels[..., ::-1]))  # as OpenCV reads them
    print("right:", (model.predict(to_real(pixels), verbose=0).argmax(1) == labels).mean(), "in BGR:", (model.predict(to_real(pixels[..., ::-1]), verbose=0).argmax(1) == labels).mean())


if __name__ == "__main__":
    main()
