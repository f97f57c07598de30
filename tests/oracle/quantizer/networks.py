"""
Small Keras networks that hold what a quantizer has to decide: NETWORKS maps a name to a function that returns a model with seeded random weights.

They are small because their files are checked in (tests/quantizer/goldens); every operator and every constraint that the converter quantizes occurs in one of them.
"""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers


def mnist():
    """The conv net of every tutorial: CONV_2D with a fused RELU, MAX_POOL_2D, RESHAPE, FULLY_CONNECTED, SOFTMAX."""
    return keras.Sequential([
        layers.Input((12, 12, 1)),
        layers.Conv2D(6, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])


def mobile():
    """MobileNet-like: depthwise, RELU6, folded batch normalizations, PAD, residual ADD, MEAN."""
    inputs = layers.Input((16, 16, 3))
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(inputs)
    x = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(8, 3, 2, use_bias=False)(x)))
    for filters, strides in ((8, 1), (12, 2), (12, 1)):
        block = layers.ReLU(6.0)(layers.BatchNormalization()(layers.Conv2D(filters * 2, 1, use_bias=False)(x)))
        block = layers.ReLU(6.0)(layers.BatchNormalization()(layers.DepthwiseConv2D(3, strides, "same", use_bias=False)(block)))
        block = layers.BatchNormalization()(layers.Conv2D(filters, 1, use_bias=False)(block))
        x = layers.Add()([x, block]) if strides == 1 else block
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def dense():
    """DenseNet-like: tensors that several CONCATENATIONs share, activations before convolutions (MUL, ADD by constants), AVERAGE_POOL_2D."""
    inputs = layers.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(inputs)
    for block in range(2):
        for _ in range(3):
            new = layers.ReLU()(layers.BatchNormalization()(x))
            x = layers.Concatenate()([x, layers.Conv2D(4, 3, padding="same", use_bias=False)(new)])
        if block == 0:
            x = layers.AveragePooling2D(2)(layers.Conv2D(8, 1, use_bias=False)(layers.ReLU()(layers.BatchNormalization()(x))))
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(layers.BatchNormalization()(x)))
    return keras.Model(inputs, layers.Dense(10)(x))


def zoo():
    """Fixed output ranges and activations of their own: LOGISTIC, TANH, L2_NORMALIZATION, PRELU, LEAKY_RELU, HARD_SWISH, TRANSPOSE_CONV, SUB, MUL by constants."""
    import tensorflow as tf

    inputs = layers.Input((6, 6, 4))
    x = layers.Conv2D(6, 3, padding="same")(inputs)
    a = layers.PReLU(shared_axes=[1, 2], alpha_initializer=keras.initializers.RandomUniform(0.0, 0.4))(x)
    b = layers.LeakyReLU(negative_slope=0.2)(x)
    c = layers.Activation("hard_swish")(x)
    x = layers.Multiply()([layers.Subtract()([a, b]), layers.Activation("sigmoid")(c)])
    x = layers.Conv2DTranspose(4, 3, 2, "same")(x)
    x = layers.Concatenate()([layers.Activation("tanh")(x), layers.Activation("sigmoid")(x)])
    x = layers.Lambda(lambda t: t * np.array([0.5, -1.5, 2.0, 0.25, 1.0, 1.0, -0.125, 3.0], "float32") + 0.75)(x)
    x = layers.Lambda(lambda t: tf.image.resize(t, (6, 6)))(x)
    x = layers.Lambda(lambda t: tf.maximum(t[:, 1:5, :, :], -0.3))(x)
    x = layers.Lambda(lambda t: tf.transpose(t, (0, 2, 1, 3)))(x)
    x = layers.Dense(5, activation="tanh")(layers.Flatten()(x))
    return keras.Model(inputs, [layers.Lambda(lambda t: tf.math.l2_normalize(t, axis=-1))(x), layers.Activation("sigmoid")(x)])


def attention():
    """BATCH_MATMUL of two activations, SOFTMAX in the middle, layer normalization (MEAN, SQUARED_DIFFERENCE, RSQRT, SUB), GELU."""
    inputs = layers.Input((6, 8))
    x = layers.Dense(8)(inputs)
    y = layers.MultiHeadAttention(2, 4)(x, x)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    x = layers.Dense(8, activation="gelu")(x)
    return keras.Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling1D()(x)))


def twins():
    """Two inputs, one layer used twice with inputs of different scales (its bias needs two quantizations), outputs that are also read."""
    import tensorflow as tf

    a, b = layers.Input((5, 5, 2), name="a"), layers.Input((5, 5, 2), name="b")
    shared = layers.Conv2D(4, 3, activation="relu")
    left, right = shared(a), shared(layers.Lambda(lambda t: t * 40.0)(b))
    joined = layers.Concatenate()([left, right])
    pooled = layers.AveragePooling2D(3)(joined)
    # both halves are read: with an unused one the converter of 2.21 leaves SPLIT float in about half of all runs
    low, high = layers.Lambda(lambda t: tf.split(t, 2, axis=-1))(joined)
    top = layers.Lambda(lambda t: tf.reduce_max(tf.minimum(t[0], t[1]), axis=(1, 2)))([low, high])
    return keras.Model([a, b], [layers.Dense(3)(layers.Flatten()(pooled)), top, joined])


def wide():
    """A bias that no int32 holds at the product of the scales: the weights' scales grow. A channel of zeros, and one of one value."""
    inputs = layers.Input((4, 4, 2))
    conv = layers.Conv2D(4, 1, name="wide")
    dense = layers.Dense(3, name="dense")
    model = keras.Model(inputs, dense(layers.Flatten()(conv(inputs))))
    weights = np.zeros((1, 1, 2, 4), "float32")
    weights[..., 0], weights[..., 1], weights[..., 2] = 1e-9, 0.5, [[[-0.25, -0.25]]]
    conv.set_weights([weights, np.array([3.0, -0.25, 1e4, 0.125], "float32")])
    return model


def hybrid():
    """Weights of 1,024 elements and more, which dynamic range quantizes, and smaller ones."""
    inputs = layers.Input((8, 8, 16))
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(128, 1, activation="relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Conv2D(8, 1, activation="relu")(x)
    x = layers.Conv2DTranspose(16, 3, 2, padding="same")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(4)(layers.Dense(80, activation="relu")(x)))


def lstm():
    """Two layers with state, the second of which is read at its last step. Of Keras 2, whose functions the converter recognizes in a saved model."""
    from tf_keras import Model, layers

    inputs = layers.Input((5, 6), batch_size=1)
    x = layers.LSTM(4)(layers.LSTM(7, return_sequences=True)(inputs))
    return Model(inputs, layers.Dense(3, activation="softmax")(x))


def bidirectional():
    """Two LSTM side by side, whose outputs a CONCATENATION joins; a third one whose output several operators read, the caller among them."""
    from tf_keras import Model, layers

    inputs = layers.Input((5, 6), batch_size=1)
    x = layers.Bidirectional(layers.LSTM(7, return_sequences=True))(inputs)
    y = layers.LSTM(4, return_sequences=True)(x)
    x = layers.Flatten()(layers.Add()([y, layers.Dense(4)(x)]))
    return Model(inputs, [layers.Dense(3, activation="softmax")(x), y])


def recurrent():
    """LSTM whose weights have 1,024 elements and more, all of one and some of the other: dynamic range takes all or none."""
    from tf_keras import Model, layers

    inputs = layers.Input((3, 40), batch_size=1)
    x = layers.LSTM(16)(layers.LSTM(32, return_sequences=True)(inputs))
    return Model(inputs, layers.Dense(3)(x))


def svdf():
    """A stream of frames. Bytes of a float model, as no converter writes SVDF."""
    from svdf_network import svdf_network

    return bytes(svdf_network("float32", np.random.default_rng(5)))


NETWORKS = {function.__name__: function for function in (mnist, mobile, dense, zoo, attention, twins, wide, hybrid, lstm, bidirectional, recurrent, svdf)}
