"""
Writes tests/quantizer/goldens/calibration_<model>.json: the ranges of the float models of models/ over their samples, from two sources.

    ~/.cache/arenula/oracle/bin/python tests/oracle/calibration_goldens.py

`converter`: the TensorFlow Lite converter's calibrator. It runs LiteRT's interpreter over the representative data, logs the least and the greatest value of
every operator's operands and results, and writes them into the model. `litert`: the same interpreter, with every tensor kept, read after each inference.
`late`: tensors whose two ranges differ by more than a millionth. There the calibrator reads an operand after LiteRT has written a result over it (ADD and others
compute in place), so its range is that of both together.

Packages: requirements.txt and requirements-networks.txt.
"""

import json
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.python.optimize.calibrator import Calibrator

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = 100


def samples_of(name):
    facts = json.loads((ROOT / "models" / name / "model.json").read_text())
    values = np.load(ROOT / "models" / name / facts["samples"]["inputs"])[:SAMPLES].astype(np.float32)
    if facts["samples"]["inputs_are"] == "pixels":
        values = (values - np.float32(facts["input"]["mean"])) / np.float32(facts["input"]["std"])
    return values


def converter_ranges(model, samples):
    calibrated = Calibrator(model).calibrate(lambda: ([sample[np.newaxis]] for sample in samples))
    tensors = schema.ModelT.InitFromPackedBuf(bytes(calibrated), 0).subgraphs[0].tensors
    return {
        index: (float(tensor.quantization.min[0]), float(tensor.quantization.max[0]))
        for index, tensor in enumerate(tensors) if tensor.quantization is not None and tensor.quantization.min is not None
    }


def litert_ranges(model, samples, indices):
    interpreter = Interpreter(model_content=model, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    ranges = {index: (np.inf, -np.inf) for index in indices}
    for sample in samples:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[np.newaxis])
        interpreter.invoke()
        for index, (least, most) in ranges.items():
            values = interpreter.get_tensor(index)
            ranges[index] = (min(least, float(values.min())), max(most, float(values.max())))
    return ranges


def differ(a, b):
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) > 1e-6 * max(abs(a[0]), abs(a[1]))


for network in ("digits", "keywords"):
    model, samples = (ROOT / "models" / network / f"{network}_float.tflite").read_bytes(), samples_of(network)
    names = [tensor.name.decode() for tensor in schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0].tensors]
    converter = converter_ranges(model, samples)
    litert = litert_ranges(model, samples, converter)
    late = [names[index] for index in converter if differ(litert[index], converter[index])]
    path = ROOT / "tests" / "quantizer" / "goldens" / f"calibration_{network}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    named = [{names[index]: ranges[index] for index in ranges} for ranges in (litert, converter)]
    path.write_text(json.dumps({"samples": len(samples), "late": late, "litert": named[0], "converter": named[1]}, indent=1) + "\n")
    print(f"{path.relative_to(ROOT)}: {len(converter)} tensors, {len(samples)} samples, late: {late}")
