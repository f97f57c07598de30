"""
Writes what the converter makes of GRU layers, for tests/lowering/gru.test.ts:

    ~/.cache/arenula/oracle/bin/python tests/lowering/data/gru.py
"""

import pathlib

import tensorflow as tf
import tf_keras

HERE = pathlib.Path(__file__).parent


def write(name, keras, batch=1, bias=False, features=5, units=7, dynamic_range=False, **options):
    """6 steps of 5 features, 7 units: neither a whole tile of four channels. Dynamic range quantization leaves weights of less than 1,024 elements alone."""
    keras.utils.set_random_seed(7)
    x = keras.layers.Input((6, features), batch_size=batch)
    y = keras.layers.GRU(units, use_bias=bias, bias_initializer=keras.initializers.RandomNormal(stddev=0.3) if bias else "zeros", **options)(x)
    converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(x, y))
    if dynamic_range:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    (HERE / f"{name}.tflite").write_bytes(converter.convert())


write("gru_reset_after", tf.keras, bias=True, return_sequences=True, return_state=True)
write("gru_reset_before", tf.keras, reset_after=False)
write("gru_keras2", tf_keras, batch=2, bias=True, return_sequences=True, go_backwards=True)
write("gru_keras2_before", tf_keras, batch=2, reset_after=False, return_sequences=True)  # SPLIT_V, whose third part is empty
write("gru_keras2_after", tf_keras, bias=False)  # SPLIT_V of three parts
write("gru_hybrid_after", tf.keras, bias=True, batch=2, features=18, units=19, dynamic_range=True, return_sequences=True)
write("gru_hybrid_before", tf_keras, features=5, units=23, dynamic_range=True, reset_after=False)  # float32 but for the hidden state's projection
