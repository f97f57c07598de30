"""
Ranges of float32 models: `arenula stats` against the TensorFlow Lite converter's calibrator, every difference explained. From the root, after `npm run build`:

    ~/.cache/arenula/oracle/bin/python tests/oracle/calibration.py MODEL.tflite ... [--samples 6] [--seed 5]

    npm run test:networks -- --schemes float32 --keep /tmp/n          # makes models: /tmp/n/tflite/*.float32.tflite

Data are drawn (normal). Four sources, of every tensor the least and the greatest value:

  arenula     `arenula stats --json`
  reference   LiteRT's reference kernels, all tensors kept, read after each inference
  optimized   its optimized kernels, likewise, which sum in another order: the converter runs them
  converter   the converter's calibrator, as it writes ranges into the model

arenula has to be within 1e-6 of `reference`, relative to the larger end, in every tensor. Where it is farther from `converter`, it has to be for one of two reasons:

  order   sums in another order: `optimized` is not `reference` either, and the converter is within 1e-5
  late    `optimized` is not what `converter` has: it reads operands again after an operator has run, and LiteRT computed the result in place

A tensor without a reason is a failure. Ends with `N passed, N failed, N skipped`: models. Packages: requirements.txt and requirements-networks.txt.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.python.optimize.calibrator import Calibrator

ROOT = Path(__file__).resolve().parents[2]
NEAR = 1e-6
LAST_BITS = 1e-5  # what sums in another order come to at the end of a deep network


def converter_ranges(model, samples):
    """By index of the tensor: what the converter's calibrator writes into the model."""
    calibrated = Calibrator(model).calibrate(lambda: ([sample[np.newaxis]] for sample in samples))
    tensors = schema.ModelT.InitFromPackedBuf(bytes(calibrated), 0).subgraphs[0].tensors
    return {
        index: (float(tensor.quantization.min[0]), float(tensor.quantization.max[0]))
        for index, tensor in enumerate(tensors) if tensor.quantization is not None and tensor.quantization.min is not None
    }


def litert_ranges(model, samples, indices, resolver):
    """By index of the tensor: what the tensors hold after each inference, none of them reused."""
    interpreter = Interpreter(model_content=model, experimental_preserve_all_tensors=True, experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    ranges = {index: (np.inf, -np.inf) for index in indices}
    for sample in samples:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sample[np.newaxis])
        interpreter.invoke()
        for index, (least, most) in ranges.items():
            values = interpreter.get_tensor(index)
            ranges[index] = (min(least, float(values.min())), max(most, float(values.max())))
    return ranges


def arenula_ranges(path, samples):
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "samples.npy"
        np.save(data, samples)
        run = subprocess.run(["node", ROOT / "dist" / "cli.js", "stats", path, "--data", data, "--json"], capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(json.loads(run.stdout)["error"]["message"])
    return {tensor["index"]: (tensor["min"], tensor["max"]) for tensor in json.loads(run.stdout)["tensors"]}


def distance(a, b):
    """Of two ranges, relative to the larger end of the second."""
    size = max(abs(b[0]), abs(b[1]))
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) / size if size > 0 else max(abs(a[0]), abs(a[1]))


def reason(ours, reference, optimized, converter):
    """Why a range is not the converter's; None where it is, to a millionth."""
    if distance(ours, reference) > NEAR:
        return "UNEXPLAINED: not the reference"
    if distance(ours, converter) <= NEAR:
        return None
    if distance(ours, converter) <= LAST_BITS and optimized != reference:
        return "order"
    return "late" if distance(optimized, converter) > LAST_BITS else "UNEXPLAINED: not the converter's"


def check(path, count, random):
    """A line on one model, and whether every difference is explained."""
    model = path.read_bytes()
    details = Interpreter(model_content=model).get_input_details()
    if len(details) != 1 or details[0]["dtype"] != np.float32:
        return "skipped", "not one float32 input"
    samples = random.normal(size=(count, *(int(n) for n in details[0]["shape"][1:]))).astype(np.float32)
    try:
        converter = converter_ranges(model, samples)
    except (RuntimeError, ValueError) as refusal:
        return "skipped", f"the converter refuses: {str(refusal).splitlines()[0][:100]}"
    reference = litert_ranges(model, samples, converter, OpResolverType.BUILTIN_REF)
    optimized = litert_ranges(model, samples, converter, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    ours = arenula_ranges(path, samples)
    reasons = {i: reason(ours[i], reference[i], optimized[i], converter[i]) for i in converter}
    counts = {name: sum(found == name for found in reasons.values()) for name in ("order", "late")}
    bad = [f"tensor {i}: {found}" for i, found in reasons.items() if found and found.startswith("UNEXPLAINED")]
    most = max(distance(ours[i], reference[i]) for i in converter)
    text = f"{len(converter)} tensors, within {most:.1e} of the reference; from the converter: {counts['late']} late, {counts['order']} order"
    return ("failed", f"{text}; {'; '.join(bad)}") if bad else ("passed", text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--samples", type=int, default=6)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    random, counts = np.random.default_rng(options.seed), {"passed": 0, "failed": 0, "skipped": 0}
    for path in options.models:
        outcome, text = check(path, options.samples, random)
        counts[outcome] += 1
        print(f"{path.stem}: {outcome}, {text}", flush=True)
    print(", ".join(f"{n} {name}" for name, n in counts.items()))
    sys.exit(1 if counts["failed"] else 0)


if __name__ == "__main__":
    main()
