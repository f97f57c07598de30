"""
Writes what the converter makes of GRU layers, for tests/lowering/gru.test.ts:

    ~/.cache/arenula/oracle/bin/python tests/lowering/data/gru.py
"""

import pathlib

import tensorflow as tf
import tf_keras

HERE = pathlib.Path(__file__).parent


def write(name, keras, batch=1, bias=False, **options):
    """6 steps of 5 features, 7 units: neither a whole tile of four channels."""
    keras.utils.set_random_seed(7)
    x = keras.layers.Input((6, 5), batch_size=batch)
    y = keras.layers.GRU(7, use_bias=bias, bias_initializer=keras.initializers.RandomNormal(stddev=0.3) if bias else "zeros", **options)(x)
    (HERE / f"{name}.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(keras.Model(x, y)).convert())


write("gru_reset_after", tf.keras, bias=True, return_sequences=True, return_state=True)
write("gru_reset_before", tf.keras, reset_after=False)
write("gru_keras2", tf_keras, batch=2, bias=True, return_sequences=True, go_backwards=True)
