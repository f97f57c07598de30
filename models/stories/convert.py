"""
What the TensorFlow Lite converter makes of float models on the calibration data of docs/stories/accuracy.md: <name>_converter_int8.tflite.
digits has its own already: models/digits/digits_int8.tflite, calibrated with the same 400 images.

    python -m models.stories.convert
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.convert import mlir_quantize
from tensorflow.lite.python.optimize.calibrator import Calibrator

OUT = Path(__file__).parent
MODELS = OUT.parent


def pixels(name, full):
    return np.load(OUT / f"{name}.npy").astype(np.float32) / np.float32(full)


def main():
    data = {
        # every other held-back clip, from the first on, sets ranges; the rest are scored
        "keywords": (MODELS / "keywords/keywords_float.tflite", np.load(MODELS / "keywords/samples/test_features.npy")[::2]),
        "mobile": (OUT / "mobile_float.tflite", pixels("digits_calibration", 255)),
        "aware": (OUT / "aware_float.tflite", pixels("digits_calibration", 255)),
        "dense_few_fresh": (OUT / "dense_few_fresh_float.tflite", pixels("dense_few_fresh_calibration", 4095)),
        "dense_many_fresh": (OUT / "dense_many_fresh_float.tflite", pixels("dense_many_fresh_calibration", 4095)),
    }
    for name, (model, samples) in data.items():
        calibrated = Calibrator(model.read_bytes()).calibrate(lambda: ([sample[np.newaxis]] for sample in samples))
        (OUT / f"{name}_converter_int8.tflite").write_bytes(mlir_quantize(calibrated, input_data_type=tf.int8, output_data_type=tf.int8))


if __name__ == "__main__":
    main()
