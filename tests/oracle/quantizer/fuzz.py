"""
The converter's quantizers on drawn ranges: the same float model, thousands of scales.

    python tests/oracle/quantizer/fuzz.py --models DIR --out DIR [--cases N] [--seed S]

DIR/<network>/calibrated.tflite (convert.py) gives the models. Writes OUT/<network>.<case>.calibrated.tflite with drawn minima and maxima, and what the converter
makes of it: .int8.tflite (`mlir_quantize`), .recipe.tflite (the same with one operator kept in float32, which .recipe.json names) and .int16x8.tflite (`Calibrator.QuantizeModel`, which takes what is recorded where it has seen no data itself).
"""

import argparse
import json
import os
import warnings
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": "-1"}
warnings.filterwarnings("ignore")


# What `denylisted_nodes` keeps in float32. Not among them: operators of one scale for inputs and outputs and of fixed outputs, whose constraints the converter
# spreads nevertheless, and TRANSPOSE_CONV, which a later pass quantizes again.
KEEPABLE = (
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "SUB", "MUL", "MEAN", "PRELU", "LEAKY_RELU", "HARD_SWISH", "BATCH_MATMUL", "GELU", "SQUARED_DIFFERENCE", "RSQRT", "UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF",
)


def draw_range(rng, low, high):
    """Around what was seen, or far from it: one-sided, symmetric, narrow, wide."""
    kind = rng.integers(8)
    if kind == 0:
        return 0.0, float(np.float32(10.0 ** rng.uniform(-4, 4)))
    if kind == 1:
        return float(np.float32(-(10.0 ** rng.uniform(-4, 4)))), 0.0
    if kind == 2:
        reach = float(np.float32(10.0 ** rng.uniform(-3, 3)))
        return -reach, reach
    if kind == 3:  # 0 is outside
        low = rng.uniform(0.1, 3)
        return low, low + rng.uniform(0.01, 5)
    if kind == 4:
        high = -rng.uniform(0.1, 3)
        return high - rng.uniform(0.01, 5), high
    if kind == 5:  # exact fractions: ties of zero points
        return -float(rng.integers(1, 256)) / 2, float(rng.integers(1, 256)) / 2
    return low * rng.uniform(0.3, 3), high * rng.uniform(0.3, 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    global np
    import flatbuffers
    import numpy as np
    import tensorflow as tf
    from ai_edge_litert import schema_py_generated as schema
    from tensorflow.lite.python.convert import mlir_quantize
    from tensorflow.lite.python.optimize import calibrator

    options.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(options.seed)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    for file in sorted(options.models.glob("*/calibrated.tflite")):
        original = file.read_bytes()
        for case in range(options.cases):
            model = schema.ModelT.InitFromPackedBuf(original, 0)
            for tensor in model.subgraphs[0].tensors:
                quantization = tensor.quantization
                if quantization is not None and quantization.min is not None and len(quantization.min) == 1:
                    low, high = draw_range(rng, float(quantization.min[0]), float(quantization.max[0]))
                    quantization.min, quantization.max = [min(low, high)], [max(low, high)]
            builder = flatbuffers.Builder(1024)
            builder.Finish(model.Pack(builder), b"TFL3")
            calibrated, stem = bytes(builder.Output()), options.out / f"{file.parent.name}.{case}"
            Path(f"{stem}.calibrated.tflite").write_bytes(calibrated)
            Path(f"{stem}.int8.tflite").write_bytes(mlir_quantize(calibrated, input_data_type=tf.int8, output_data_type=tf.int8))
            graph = model.subgraphs[0]
            kinds = [model.operatorCodes[operator.opcodeIndex] for operator in graph.operators]
            operators = [names[max(kind.builtinCode, kind.deprecatedBuiltinCode)] for kind in kinds]
            kept = int(rng.choice([i for i, name in enumerate(operators) if name in KEEPABLE]))
            Path(f"{stem}.recipe.json").write_text(json.dumps({"keep": [{"operator": kept, "as": "float32"}]}))
            node = graph.tensors[graph.operators[kept].outputs[0]].name.decode()
            Path(f"{stem}.recipe.tflite").write_bytes(mlir_quantize(calibrated, input_data_type=tf.int8, output_data_type=tf.int8, denylisted_nodes={node}))
            if "UNIDIRECTIONAL_SEQUENCE_LSTM" in operators:  # refused, or a float32 one that writes int8
                continue
            int16, int64 = (np.dtype(kind).num for kind in (np.int16, np.int64))
            try:
                wide = calibrator.Calibrator(calibrated)._calibrator.QuantizeModel(int16, int16, True, int16, int64, False, False)
            except (ValueError, RuntimeError):  # an output that stays float
                continue
            Path(f"{stem}.int16x8.tflite").write_bytes(wide)


if __name__ == "__main__":
    main()
