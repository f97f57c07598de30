"""
The networks, as users build them in Keras: NETWORKS maps a name to a function that returns a Keras model with random weights.

Sizes are small (the whole suite is minutes, not hours) and the operators are those of the published networks: what matters is what the converter makes of them.
Batch normalizations take their statistics from `settle` (convert.py), so that activations stay in ranges like those of trained networks.
"""

from tensorflow import keras
from tensorflow.keras import layers

CLASSES = 10


def _conv(x, filters, size=3, strides=1, activation="relu", padding="same"):
    x = layers.Conv2D(filters, size, strides, padding, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def _depthwise(x, size=3, strides=1, activation="relu", padding="same"):
    x = layers.DepthwiseConv2D(size, strides, padding, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation)(x) if activation else x


def _classifier(x, inputs, classes=CLASSES):
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(layers.GlobalAveragePooling2D()(x)))


def mobilenet_v1():
    return keras.applications.MobileNet((96, 96, 3), alpha=0.25, weights=None, classes=CLASSES)


def mobilenet_v2():
    return keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, weights=None, classes=CLASSES)


def _mobilenet_v3(minimalistic):
    return keras.applications.MobileNetV3Small(
        (64, 64, 3), alpha=1.0 if minimalistic else 0.75, minimalistic=minimalistic, weights=None, classes=CLASSES, include_preprocessing=False
    )


def mobilenet_v3_minimalistic():
    return _mobilenet_v3(True)


def mobilenet_v3_small():
    """HARD_SWISH and squeeze-and-excite blocks."""
    return _mobilenet_v3(False)


def mobilenet_v3_large():
    return keras.applications.MobileNetV3Large((64, 64, 3), alpha=0.75, weights=None, classes=CLASSES, include_preprocessing=False)


def resnet50():
    return keras.applications.ResNet50(input_shape=(64, 64, 3), weights=None, classes=CLASSES)


def densenet169():
    """As published, 12.5 million weights in 169 layers, on smaller images."""
    return keras.applications.DenseNet169(input_shape=(96, 96, 3), weights=None, classes=CLASSES)


def efficientnet_lite():
    """EfficientNet-Lite: inverted residuals with RELU6, kernels of 3 and 5, no squeeze-and-excite."""
    inputs = layers.Input((64, 64, 3))
    x = _conv(inputs, 16, strides=2, activation="relu6")
    for filters, size, strides, expand, repeats in ((8, 3, 1, 1, 1), (12, 3, 2, 6, 2), (20, 5, 2, 6, 2), (40, 3, 2, 6, 2), (56, 5, 1, 6, 2)):
        for repeat in range(repeats):
            block, stride = x, strides if repeat == 0 else 1
            if expand > 1:
                block = _conv(block, x.shape[-1] * expand, 1, activation="relu6")
            block = _conv(_depthwise(block, size, stride, "relu6"), filters, 1, activation=None)
            x = layers.Add()([x, block]) if stride == 1 and x.shape[-1] == filters else block
    return _classifier(_conv(x, 96, 1, activation="relu6"), inputs)


def densenet():
    """DenseNet with a growth of 12: CONCATENATION, activations before convolutions (MUL and ADD by constants), AVERAGE_POOL_2D."""
    inputs = layers.Input((32, 32, 3))
    x = layers.Conv2D(24, 3, padding="same", use_bias=False)(inputs)
    for block in range(3):
        for _ in range(4):
            new = layers.ReLU()(layers.BatchNormalization()(x))
            new = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(48, 1, use_bias=False)(new)))
            x = layers.Concatenate()([x, layers.Conv2D(12, 3, padding="same", use_bias=False)(new)])
        if block < 2:
            x = layers.ReLU()(layers.BatchNormalization()(x))
            x = layers.AveragePooling2D(2)(layers.Conv2D(x.shape[-1] // 2, 1, use_bias=False)(x))
    return _classifier(layers.ReLU()(layers.BatchNormalization()(x)), inputs)


def _resnet(blocks):
    inputs = layers.Input((32, 32, 3))
    x = _conv(inputs, 16)
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(blocks):
            strides = 2 if stage > 0 and block == 0 else 1
            new = _conv(_conv(x, filters, strides=strides), filters, activation=None)
            if x.shape[-1] != filters:
                x = _conv(x, filters, 1, strides, activation=None)
            x = layers.ReLU()(layers.Add()([x, new]))
    return _classifier(x, inputs)


def resnet8():
    return _resnet(1)


def resnet20():
    return _resnet(3)


def mnist():
    inputs = layers.Input((28, 28, 1))
    x = layers.MaxPooling2D()(layers.Conv2D(12, 3, activation="relu")(inputs))
    x = layers.MaxPooling2D()(layers.Conv2D(24, 3, activation="relu")(x))
    x = layers.Dropout(0.25)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(layers.Dense(64, activation="relu")(x)))


def ds_cnn():
    """The keyword network of MLPerf Tiny: 49 frames of 10 coefficients."""
    inputs = layers.Input((49, 10, 1))
    x = _conv(inputs, 64, (10, 4), 2)
    for _ in range(4):
        x = _conv(_depthwise(x), 64, 1)
    x = layers.AveragePooling2D(x.shape[1:3])(x)
    return keras.Model(inputs, layers.Dense(12, activation="softmax")(layers.Flatten()(x)))


def autoencoder():
    """The anomaly detector of MLPerf Tiny, narrower."""
    inputs = x = layers.Input((320,))
    for units in (64, 64, 8, 64, 64):
        x = layers.ReLU()(layers.BatchNormalization()(layers.Dense(units, use_bias=False)(x)))
    return keras.Model(inputs, layers.Dense(320)(x))


def conv_autoencoder():
    """TRANSPOSE_CONV, LEAKY_RELU, PRELU, and an output through TANH."""
    inputs = x = layers.Input((32, 32, 3))
    for filters in (8, 16):
        x = layers.LeakyReLU(negative_slope=0.1)(_conv(x, filters, strides=2, activation=None))
    for filters in (16, 8):
        x = layers.Conv2DTranspose(filters, 3, 2, "same", use_bias=False)(x)
        x = layers.PReLU(alpha_initializer=keras.initializers.RandomUniform(0.05, 0.4), shared_axes=[1, 2])(layers.BatchNormalization()(x))
    return keras.Model(inputs, layers.Conv2D(3, 3, padding="same", activation="tanh")(x))


def unet():
    """Segmentation: RESIZE_BILINEAR, CONCATENATION with early layers; the scores of every pixel. Without SOFTMAX: in int16 LiteRT, alone with RESIZE_BILINEAR, has other tables than TFLM."""
    inputs = layers.Input((32, 32, 3))
    early = _conv(inputs, 8)
    middle = _conv(layers.MaxPooling2D()(early), 16)
    x = _conv(layers.MaxPooling2D()(middle), 24)
    for skip, filters in ((middle, 16), (early, 8)):
        x = _conv(layers.Concatenate()([layers.UpSampling2D(interpolation="bilinear")(x), skip]), filters)
    return keras.Model(inputs, layers.Conv2D(4, 1)(x))


def yolo():
    """A tiny YOLO v3: two scales, LEAKY_RELU, RESIZE_NEAREST_NEIGHBOR, CONCATENATION; centres, sizes and scores decoded in the network."""
    inputs = x = layers.Input((64, 64, 3))

    def leaky(x, filters, size=3, strides=1):
        return layers.LeakyReLU(negative_slope=0.1)(_conv(x, filters, size, strides, activation=None))

    for filters in (8, 16, 24):
        x = layers.MaxPooling2D()(leaky(x, filters))
    fine = x
    coarse = leaky(layers.MaxPooling2D()(x), 48)
    up = keras.ops.image.resize(leaky(coarse, 24, 1), fine.shape[1:3], interpolation="nearest")  # UpSampling2D makes TILE of it, which TFLM has not
    merged = leaky(layers.Concatenate()([up, fine]), 32)
    anchors, classes = 3, 4
    heads = []
    for head in (coarse, merged):
        raw = layers.Conv2D(anchors * (5 + classes), 1)(head)
        boxes = layers.Reshape((-1, 5 + classes))(raw)
        centre = keras.activations.sigmoid(boxes[..., 0:2])
        size = 2 * keras.activations.sigmoid(boxes[..., 2:4])
        scores = keras.activations.sigmoid(boxes[..., 4:])
        heads.append(layers.Concatenate()([centre, size * size, scores]))  # as version 5 has it, without EXP
    return keras.Model(inputs, layers.Concatenate(axis=1)(heads))


def detector():
    """An SSD: boxes and scores of anchors on two feature maps. TFLite_Detection_PostProcess comes behind them (detection_head.py)."""
    inputs = x = layers.Input((64, 64, 3))
    x = _conv(x, 16, strides=2, activation="relu6")
    for filters in (24, 32):
        x = _conv(_depthwise(x, strides=2, activation="relu6"), filters, 1, activation="relu6")
    coarse = _conv(_depthwise(x, strides=2, activation="relu6"), 48, 1, activation="relu6")
    anchors, classes = 3, 4
    boxes, scores = [], []
    for features in (x, coarse):
        boxes.append(layers.Reshape((-1, 4))(layers.Conv2D(4 * anchors, 1)(features)))
        scores.append(layers.Reshape((-1, classes + 1))(layers.Conv2D((classes + 1) * anchors, 1)(features)))
    return keras.Model(inputs, [layers.Concatenate(axis=1)(boxes), layers.Activation("sigmoid")(layers.Concatenate(axis=1)(scores))])


def _recurrent(layer):
    """
    A keyword model of two layers: 8 frames of 16 features, the second layer keeps its last output. Of Keras 2, whose functions the converter recognizes;
    64 units, because dynamic range leaves weights of fewer than 1,024 elements as they are.
    """
    import tf_keras

    inputs = tf_keras.layers.Input((8, 16), batch_size=1)
    make = getattr(tf_keras.layers, layer)
    x = make(20)(make(64, return_sequences=True)(inputs))
    return tf_keras.Model(inputs, tf_keras.layers.Dense(6, activation="softmax")(x))


def lstm():
    """UNIDIRECTIONAL_SEQUENCE_LSTM, twice."""
    return _recurrent("LSTM")


def gru():
    """WHILE loops, twice: the converter has no operator for it."""
    return _recurrent("GRU")


def attention():
    """One transformer block over 16 frames: BATCH_MATMUL, SOFTMAX, layer normalization. With RELU, not GELU, so that TFLM answers."""
    inputs = layers.Input((16, 24))
    x = layers.LayerNormalization()(inputs)
    q, k, v = (layers.Dense(24)(x) for _ in range(3))
    weights = layers.Softmax()(keras.ops.matmul(q, keras.ops.transpose(k, (0, 2, 1))) * 24**-0.5)
    x = layers.Add()([inputs, layers.Dense(24)(keras.ops.matmul(weights, v))])
    x = layers.Add()([x, layers.Dense(24)(layers.Dense(48, activation="relu")(layers.LayerNormalization()(x)))])
    return keras.Model(inputs, layers.Dense(6, activation="softmax")(layers.GlobalAveragePooling1D()(x)))


NETWORKS = {
    builder.__name__: builder
    for builder in (
        mobilenet_v1, mobilenet_v2, mobilenet_v3_minimalistic, mobilenet_v3_small, mobilenet_v3_large, efficientnet_lite, densenet, densenet169,
        resnet8, resnet20, resnet50, mnist, ds_cnn, autoencoder, conv_autoencoder, unet, yolo, detector, lstm, gru, attention,
    )
}
