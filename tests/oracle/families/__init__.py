"""
The families of drawn models. A family is a function of a random generator that returns a finished Graph; a name ends up in the case's id.
Draws that fall outside what the format allows are repeated inside the family; draws that a runtime refuses are kept, and reported.
"""

from families import activation, convolution, elementwise, fully_connected, movement, network, pooling, quantize, reduction, wiring

FAMILIES = {
    "conv_2d": convolution.conv_2d,
    "depthwise_conv_2d": convolution.depthwise_conv_2d,
    "fully_connected": fully_connected.fully_connected,
    "average_pool_2d": pooling.average_pool_2d,
    "max_pool_2d": pooling.max_pool_2d,
    "softmax": activation.softmax,
    "logistic": activation.logistic,
    "tanh": activation.tanh,
    "relu": activation.relu,
    "relu6": activation.relu6,
    "add": elementwise.add,
    "sub": elementwise.sub,
    "mul": elementwise.mul,
    "mean": reduction.mean,
    "pad": movement.pad,
    "padv2": movement.padv2,
    "concatenation": movement.concatenation,
    "reshape": movement.reshape,
    "transpose": movement.transpose,
    "shape_chain": movement.shape_chain,
    "quantize": quantize.quantize,
    "dequantize": quantize.dequantize,
    "network": network.network,
    "wiring": wiring.wiring,
}
