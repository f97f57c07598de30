"""
Accuracy of every variant on the held-back samples, through the published runtimes.

    python -m models.evaluate [digits|keywords ...] [--root DIR]

Writes <root>/<model>/accuracy.json and prints the same as a table.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from models.runtimes import Litert, Tflm, quantize

TFLM_VARIANTS = ("int8", "int16x8")  # it refuses uint8 and mixed types; float32 is LiteRT's here


def load_samples(folder):
    """The description of a model, its held-back inputs as real values and their labels."""
    description = json.loads((folder / "model.json").read_text())
    samples = description["samples"]
    real = np.load(folder / samples["inputs"]).astype(np.float32)
    if samples["inputs_are"] == "pixels":
        real = (real - np.float32(description["input"]["mean"])) / np.float32(description["input"]["std"])
    return description, real, np.load(folder / samples["labels"])


def quantized_input(description, real):
    scale, zero_point = (*description["scale"], 1.0)[0], (*description["zero_point"], 0)[0]
    return quantize(real, scale, zero_point, description["dtype"])


def correct_answers(runtime, stored, labels):
    return sum(int(np.argmax(runtime.invoke([sample[np.newaxis]])[0])) == label for sample, label in zip(stored, labels))


def evaluate(folder):
    description, real, labels = load_samples(folder)
    results = {}
    for variant, file in description["files"].items():
        litert = Litert(folder / file)
        stored = quantized_input(litert.inputs[0], real)
        runtimes = {"litert_reference": litert}
        if variant in TFLM_VARIANTS:
            runtimes["tflm"] = Tflm(folder / file)
        results[variant] = {
            "bytes": (folder / file).stat().st_size,
            "correct": {name: int(correct_answers(runtime, stored, labels)) for name, runtime in runtimes.items()},
        }
    return {"samples": len(labels), "variants": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", default=["digits", "keywords"])
    parser.add_argument("--root", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    for name in arguments.models:
        results = evaluate(arguments.root / name)
        (arguments.root / name / "accuracy.json").write_text(json.dumps(results, indent=2) + "\n")
        print(f"{name}, {results['samples']} samples")
        for variant, result in results["variants"].items():
            shares = ", ".join(f"{runtime} {correct} ({correct / results['samples']:.1%})" for runtime, correct in result["correct"].items())
            print(f"  {variant:8} {result['bytes']:6} bytes  {shares}")


if __name__ == "__main__":
    main()
