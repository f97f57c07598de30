"""
A keyword spotter: six words, silence and anything else, on 49 x 16 log-mel features of synthesized speech. Needs espeak-ng.

    python -m models.keywords.train [--out DIR]
"""

import argparse
import json
from pathlib import Path

import numpy as np
import tensorflow as tf

from models.export import VARIANTS, export_variants, limit_threads
from models.keywords import features as front_end
from models.keywords import speech
from models.keywords.features import BANDS, FRAMES, LARGEST, log_mel, write_wav

layers = tf.keras.layers

SEED = 21
NAME = "keywords"
MIXES = 4  # clips with different noise, place and level of each spoken word
TEST_PER_CLASS = 36


def to_features(clips):
    return np.stack([log_mel(clip) for clip in clips])


def build(batch_norm, batch_size):
    def block(x, layer):
        x = layer(x)
        if batch_norm:
            x = layers.BatchNormalization(name=f"{layer.name}_bn")(x)
        return layers.ReLU(max_value=6, name=f"{layer.name}_relu6")(x)

    bias = not batch_norm
    features = layers.Input((FRAMES, BANDS, 1), batch_size=batch_size, name="features")
    x = block(features, layers.Conv2D(32, (10, 4), strides=2, padding="same", use_bias=bias, name="stem"))
    for i in range(1, 4):
        x = block(x, layers.DepthwiseConv2D(3, padding="same", use_bias=bias, name=f"depthwise_{i}"))
        x = block(x, layers.Conv2D(32, 1, use_bias=bias, name=f"pointwise_{i}"))
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if batch_norm:
        x = layers.Dropout(0.2, seed=SEED, name="dropout")(x)  # like the normalization, only of use while training
    x = layers.Dense(len(speech.LABELS), name="logits")(x)
    return tf.keras.Model(features, layers.Softmax(name="probabilities")(x), name=NAME)


def train(features, labels, validation):
    epochs, batch = 20, 64
    model = build(True, None)
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, epochs * (len(features) // batch + 1))
    model.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(features, labels, batch, epochs, verbose=2, validation_data=validation)
    return model


def make_test_set(rng):
    """TEST_PER_CLASS clips of every label, shuffled; half of the unknown words were never heard in training."""
    words = [word for pair in zip(speech.UNHEARD_WORDS, speech.UNKNOWN_WORDS[::3]) for word in pair]
    clips, labels, requests = speech.make_clips(speech.TEST, TEST_PER_CLASS, words, 1, rng)
    requests += [None] * (len(clips) - len(requests))  # silence has no speaker
    chosen = np.concatenate([rng.permutation(np.flatnonzero(labels == label))[:TEST_PER_CLASS] for label in range(len(speech.LABELS))])
    order = rng.permutation(chosen)
    return [clips[i] for i in order], labels[order], [requests[i] for i in order]


def write_samples(clips, labels, requests, out):
    """The held-back features as one array, and the first clip of each label with its features as single files."""
    samples = out / "samples"
    samples.mkdir(parents=True, exist_ok=True)
    features = to_features(clips)
    np.save(samples / "test_features.npy", features)
    np.save(samples / "test_labels.npy", labels)
    index = []
    for label, name in enumerate(speech.LABELS):
        # a clip of digital silence would leave nothing to listen to
        position = next(i for i in np.flatnonzero(labels == label) if clips[i].any())
        write_wav(samples / f"{name}.wav", clips[position])
        np.save(samples / f"{name}.npy", features[position][np.newaxis])
        said = {}
        if requests[position]:
            word, accent, variant, words_per_minute, pitch = requests[position]
            said = {"word": word, "voice": f"{accent}+{variant}", "words_per_minute": words_per_minute, "pitch": pitch}
        index += [{"file": f"{name}.{kind}", "label": label, "test_index": int(position), **said} for kind in ("wav", "npy")]
    (samples / "samples.json").write_text(json.dumps(index, indent=1) + "\n")


def write_description(out):
    text = "\n".join(speech.LABELS) + "\n"
    (out / "labels.txt").write_text(text)
    (out / "samples" / "labels.txt").write_text(text)
    description = {
        "name": NAME,
        "task": "classification",
        "description": "Spoken keywords in one second of 16 kHz audio",
        "input": {
            "kind": "features",
            "shape": [1, FRAMES, BANDS, 1],
            "mean": 0.0,
            "std": 1.0,
            "min": 0.0,
            "max": LARGEST,
            "front_end": {
                "kind": "log_mel",
                "definition": "features.py",
                "sample_rate": front_end.SAMPLE_RATE,
                "frame": front_end.FRAME,
                "hop": front_end.HOP,
                "fft": front_end.FFT,
                "frames": FRAMES,
                "bands": BANDS,
                "lowest_hz": front_end.LOWEST_HZ,
                "highest_hz": front_end.HIGHEST_HZ,
                "gain": front_end.GAIN,
            },
        },
        "labels": list(speech.LABELS),
        "files": {variant: f"{NAME}_{variant}.tflite" for variant in VARIANTS},
        "samples": {"inputs": "samples/test_features.npy", "inputs_are": "real", "labels": "samples/test_labels.npy", "index": "samples/samples.json"},
    }
    (out / "model.json").write_text(json.dumps(description, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where the files go (default: beside this script)")
    out = parser.parse_args().out
    limit_threads()
    tf.keras.utils.set_random_seed(SEED)
    speech.check_voices()
    train_rng, validation_rng, test_rng = np.random.default_rng(SEED).spawn(3)
    clips, labels, _ = speech.make_clips(speech.TRAIN, len(speech.TRAIN.speakers()), speech.UNKNOWN_WORDS, MIXES, train_rng)
    features = to_features(clips)
    validation_clips, validation_labels, _ = speech.make_clips(speech.VALIDATION, 28, speech.UNKNOWN_WORDS, 2, validation_rng)
    print(f"{len(clips)} training clips")
    model = train(features, labels, (to_features(validation_clips), validation_labels))
    write_samples(*make_test_set(test_rng), out)
    write_description(out)
    calibration = features[:: len(features) // 400]
    export_variants(build, model, calibration, (0.0, LARGEST), out, NAME)


if __name__ == "__main__":
    main()
