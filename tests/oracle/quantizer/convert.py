"""
One network through the TensorFlow Lite converter, and what the converter itself calibrated.

    python tests/oracle/quantizer/convert.py --out DIR [--calibrated-only] [NETWORK ...]

A network of networks.py, or of ../architectures.py.

Writes DIR/<network>/ float32.tflite, calibrated.tflite (the float model with the minima and maxima that the converter recorded: its own
`_experimental_calibrate_only`), int8.tflite, float_io.tflite (int8 inside, float at the borders), int16x8.tflite
(operators without kernels of 16 bits in float32; of LSTM mlir_int16.tflite, and samples.npy that they are calibrated with) and the same with float borders, dynamic.tflite; <scheme>.refused where
the converter refuses. int8 comes from `mlir_quantize` on calibrated.tflite, which is what the converter calls, so both sides start from the same bits.
"""

import argparse
import os
import sys
import zlib
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

SAMPLES = 6


def samples_for(model, rng):
    """Six samples; the values of each input lie around another center, so that zero points differ."""
    shapes = [tensor.shape for tensor in model.inputs] if not isinstance(model, bytes) else [(1, 40)]
    return [[rng.uniform(-1 + 0.3 * i, 1 + 0.5 * i, (1, *shape[1:])).astype("float32") for i, shape in enumerate(shapes)] for _ in range(SAMPLES)]


def settle(model, rng):
    """Batch normalizations and biases as training leaves them: none is zero."""
    import tensorflow as tf

    if is_keras_2(model):
        for weight in model.weights:
            weight.assign(rng.normal(0, 0.4, weight.shape))
        return
    for layer in model.layers:
        if isinstance(layer, tf.keras.layers.BatchNormalization):
            for weight, (low, high) in zip(layer.weights, ((0.6, 1.4), (-0.5, 0.5), (-0.3, 0.3), (0.5, 1.5))):
                weight.assign(rng.uniform(low, high, weight.shape))
        elif getattr(layer, "bias", None) is not None and not layer.bias.numpy().any():
            layer.bias.assign(rng.uniform(-0.3, 0.3, layer.bias.shape))


def is_keras_2(model):
    return type(model).__module__.startswith("tf_keras")


def converter_of(model, saved):
    """`saved`: where a saved model may stand."""
    import tensorflow as tf

    if is_keras_2(model):
        tf.saved_model.save(model, str(saved))
        return tf.lite.TFLiteConverter.from_saved_model(str(saved))
    signature = [tf.TensorSpec((1, *tensor.shape[1:]), tf.float32) for tensor in model.inputs]
    concrete = tf.function(lambda *x: model(list(x) if len(x) > 1 else x[0], training=False)).get_concrete_function(*signature)
    return tf.lite.TFLiteConverter.from_concrete_functions([concrete])


QUANTIZED_INT8, QUANTIZED_INT16 = 9, 6  # tensorflow/lite/toco/types.proto


def quantize_int8(calibrated, io, activations=QUANTIZED_INT8):
    """What `TFLiteConverter` does with a calibrated model."""
    from tensorflow.lite.python.convert import mlir_quantize

    return mlir_quantize(calibrated, inference_type=activations, input_data_type=io, output_data_type=io)


def convert(model, samples, out, calibrated_only):
    import numpy as np
    import tensorflow as tf
    from tensorflow.lite.python.optimize.calibrator import Calibrator

    def integer(kind, io, also_float=False):
        converter = converter_of(model, out / "saved")
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: iter(samples)
        converter.target_spec.supported_ops = [getattr(tf.lite.OpsSet, kind)] + ([tf.lite.OpsSet.TFLITE_BUILTINS] if also_float else [])
        converter.inference_input_type = converter.inference_output_type = io
        return converter

    def calibrate_only():
        converter = integer("TFLITE_BUILTINS_INT8", tf.int8)
        converter._experimental_calibrate_only = True
        return bytes(converter.convert())

    def dynamic():
        converter = converter_of(model, out / "saved")
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return converter.convert()

    made = isinstance(model, bytes)
    calibrated = bytes(Calibrator(model).calibrate(lambda: iter(samples))) if made else calibrate_only()
    (out / "calibrated.tflite").write_bytes(calibrated)
    if calibrated_only:
        return
    if is_keras_2(model) or made:  # layers with state: their ranges follow from the order of samples
        np.save(out / "samples.npy", np.concatenate([inputs for inputs, in samples]))
    (out / "float32.tflite").write_bytes(model if made else converter_of(model, out / "saved").convert())
    schemes = {"int8": lambda: quantize_int8(calibrated, tf.int8), "float_io": lambda: quantize_int8(calibrated, tf.float32)}
    wide = {
        "int16x8": lambda: integer("EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8", tf.int16, True).convert(),
        "int16x8_float_io": lambda: integer("EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8", tf.float32, True).convert(),
    }
    if is_keras_2(model):  # with an LSTM the converter of int16x8 refuses, or has it write int8 as float; the quantizer for int8 knows int16 too
        wide = {"mlir_int16": lambda: quantize_int8(calibrated, tf.int16, QUANTIZED_INT16)}
    for name, make in (schemes if made else schemes | wide | {"dynamic": dynamic}).items():
        try:
            (out / f"{name}.tflite").write_bytes(make())
        except Exception as error:  # whatever the converter raises is its refusal
            (out / f"{name}.refused").write_text(f"{type(error).__name__}: {error}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibrated-only", action="store_true")
    parser.add_argument("networks", nargs="*")
    options = parser.parse_args()
    import numpy as np
    import tensorflow as tf
    from architectures import NETWORKS as ARCHITECTURES
    from networks import NETWORKS

    tf.config.threading.set_intra_op_parallelism_threads(1)
    for name in options.networks or NETWORKS:
        seed = zlib.crc32(name.encode())
        tf.keras.utils.set_random_seed(seed & 0x7FFFFFFF)
        rng = np.random.default_rng(seed)
        model = (NETWORKS.get(name) or ARCHITECTURES[name])()
        if name != "wide" and not isinstance(model, bytes):
            settle(model, rng)
        out = options.out / name
        out.mkdir(parents=True, exist_ok=True)
        convert(model, samples_for(model, rng), out, options.calibrated_only)


if __name__ == "__main__":
    main()
