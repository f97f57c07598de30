"""
A network through the TensorFlow Lite converter, one file per scheme: DIR/<network>.<scheme>.tflite. Those of architectures.py, legacy_networks.py and
svdf_network.py, which no converter writes.

    python tests/oracle/convert.py NETWORK --out DIR [--schemes SCHEME ...]

A process of its own: the converter crashes on some models, after which another process goes on with the other schemes, and TensorFlow and the runtimes of oracles.py bring the same symbols.
Files that are there are kept. What the converter refuses is written to <network>.<scheme>.refused.
"""

import argparse
import os
import zlib
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}

SCHEMES = ("int8", "uint8_io", "int16x8", "dynamic", "float32", "uint8")
SAMPLES, SETTLING = 8, 16


def settle(model, rng):
    """Statistics of batch normalizations from one batch of noise, with offsets and factors as training leaves them; the batch for calibration."""
    import tensorflow as tf

    batch = rng.uniform(-1, 1, (SETTLING, *model.inputs[0].shape[1:])).astype("float32")
    normalizations = [layer for layer in model.layers if isinstance(layer, tf.keras.layers.BatchNormalization)]
    for layer in normalizations:
        layer.momentum = 0.0
        layer.gamma.assign(rng.uniform(0.6, 1.4, layer.gamma.shape))
        layer.beta.assign(rng.uniform(-0.5, 0.5, layer.beta.shape))
    if normalizations:
        model(batch, training=True)
    return batch


def convert(model, batch, scheme, saved):
    import tensorflow as tf

    if isinstance(model, tf.keras.Model):
        signature = tf.TensorSpec((1, *batch.shape[1:]), tf.float32)
        concrete = tf.function(lambda x: model(x, training=False)).get_concrete_function(signature)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete])
    else:  # Keras 2: the names of its recurrent functions reach the converter in a saved model only
        converter = tf.lite.TFLiteConverter.from_saved_model(saved)
    if scheme != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if scheme in ("int8", "uint8_io", "int16x8"):
        converter.representative_dataset = lambda: ([sample[None]] for sample in batch[:SAMPLES])
        kind = "EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8" if scheme == "int16x8" else "TFLITE_BUILTINS_INT8"
        converter.target_spec.supported_ops = [getattr(tf.lite.OpsSet, kind)]
        converter.inference_input_type = converter.inference_output_type = {"int8": tf.int8, "uint8_io": tf.uint8, "int16x8": tf.int16}[scheme]
    return converter.convert()


def convert_network(name, schemes, out):
    import numpy as np

    seed = zlib.crc32(name.encode())
    if name == "svdf":
        from svdf_network import svdf_network

        write(name, schemes, out, lambda scheme: svdf_network(scheme, np.random.default_rng(seed)))
        return
    import tensorflow as tf
    from architectures import NETWORKS
    from detection_head import with_detection_head
    from legacy_networks import LEGACY_NETWORKS, convert_legacy

    tf.config.threading.set_intra_op_parallelism_threads(1)
    if name in LEGACY_NETWORKS:
        write(name, schemes, out, lambda _: convert_legacy(name, seed))
        return
    tf.keras.utils.set_random_seed(seed & 0x7FFFFFFF)
    model = NETWORKS[name]()
    batch = settle(model, np.random.default_rng(seed))
    saved = str(out / f"{name}.saved_model")
    if not isinstance(model, tf.keras.Model):
        tf.saved_model.save(model, saved)
    finished = with_detection_head if name == "detector" else lambda data: data
    write(name, schemes, out, lambda scheme: finished(convert(model, batch, scheme, saved)))


def write(name, schemes, out, convert_to):
    for scheme in schemes:
        refused = out / f"{name}.{scheme}.refused"
        refused.write_text("it crashes")  # what is left behind by a crash
        try:
            (out / f"{name}.{scheme}.tflite").write_bytes(convert_to(scheme))
            refused.unlink()
        except Exception as error:  # whatever the converter raises is its refusal
            refused.write_text(f"{type(error).__name__}: {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("network")
    parser.add_argument("--schemes", nargs="+", choices=SCHEMES, default=SCHEMES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    schemes = [scheme for scheme in options.schemes if not any((options.out / f"{options.network}.{scheme}.{end}").exists() for end in ("tflite", "refused"))]
    if schemes:
        convert_network(options.network, schemes, options.out)


if __name__ == "__main__":
    main()
