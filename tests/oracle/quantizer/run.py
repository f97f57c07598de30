"""
The quantizer test: Arenula's quantizer against the TensorFlow Lite converter's, on the networks of networks.py with drawn ranges.

    npm run test:quantizer -- [--cases N] [--seed S] [--networks NAME ...] [--keep DIR]

`--networks published` takes MobileNet v1 to v3, EfficientNet-Lite, DenseNet and others of ../architectures.py instead of the small networks.

1. Same ranges, same file: types, scales, zero points, weights and biases of every operator, bit for bit (tests/quantizer/main.ts).
2. Same results: the first cases of every network and scheme, ours and the converter's, on the same random inputs in TFLM (LiteRT's reference kernels where TFLM
   refuses one), outputs bit for bit.
3. Ours on every core of Arenula, every operator's output equal to TFLM's. (LiteRT rounds FULLY_CONNECTED once: what TFLM refuses is skipped.)

Ends with `N passed, N failed, N skipped`.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from models import random_inputs  # noqa: E402
from networks import write_cases  # noqa: E402
from oracles import Refusal, run_litert, run_tflm  # noqa: E402
from read_model import read_model  # noqa: E402
from run import run_arenula  # noqa: E402

COMPARE = HERE.parents[2] / "build" / "quantizer" / "main.mjs"
TOTAL = re.compile(r"^(\d+) passed, (\d+) failed, \d+ skipped\n?", re.MULTILINE)
UNLIKE = (("twins", "int16x8"), ("bidirectional", "int8"))  # tests/quantizer/known_differences.ts, docs/quantization.md
RUN_CASES = 2  # of each network and scheme
PUBLISHED = (
    "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_minimalistic", "mobilenet_v3_small", "efficientnet_lite", "densenet", "resnet8", "ds_cnn", "autoencoder",
    "conv_autoencoder", "unet", "yolo", "attention", "mnist",
)


def outputs_of(file, inputs=None):
    """(inputs, outputs), in TFLM or else in LiteRT; a Refusal in place of outputs."""
    model_bytes = file.read_bytes()
    model = read_model(model_bytes)
    inputs = inputs or random_inputs(np.random.default_rng(zlib.crc32(file.name.encode())), model)
    run = run_tflm(model_bytes, model, inputs)
    return inputs, run_litert(model_bytes, model, inputs) if isinstance(run, Refusal) else run


def same_results(ours, theirs):
    """None where equal, else what differs; a Refusal where no runtime takes them."""
    inputs, expected = outputs_of(theirs)
    _, found = outputs_of(ours, inputs)
    if isinstance(expected, Refusal):
        return expected
    if isinstance(found, Refusal):
        return f"refused: {found.reason}"
    equal = [a.tobytes() == b.tobytes() for a, b in zip(found.outputs, expected.outputs)]
    return None if all(equal) and len(found.outputs) == len(expected.outputs) else f"outputs equal: {equal}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--networks", nargs="+", metavar="NAME", default=[])
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write models and cases there")
    options = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or Path(temporary)
        networks, drawn = directory / "networks", directory / "drawn"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        names = PUBLISHED if options.networks == ["published"] else options.networks
        subprocess.run([sys.executable, HERE / "convert.py", "--calibrated-only", "--out", networks, *names], **quiet)
        subprocess.run([sys.executable, HERE / "fuzz.py", "--models", networks, "--out", drawn, "--cases", str(options.cases), "--seed", str(options.seed)], **quiet)
        compared = subprocess.run(["node", str(COMPARE), str(drawn)], stdout=subprocess.PIPE, text=True, check=False).stdout
        total = TOTAL.search(compared)
        print(TOTAL.sub(r"same files: \1 passed, \2 failed\n", compared), end="")
        passed, failed = (int(total[1]), int(total[2])) if total else (0, 1)
        for ours in sorted(drawn.glob("*.ours.tflite")):
            network, case, scheme = ours.name.split(".")[:3]
            if int(case) >= RUN_CASES or scheme == "recipe":
                continue
            if (network, scheme) in UNLIKE:
                skipped += 1
            else:
                theirs = drawn / f"{network}.{case}.{scheme}.tflite"
                verdict = same_results(ours, theirs) if theirs.exists() else Refusal("the converter has none")
                skipped += isinstance(verdict, Refusal)
                passed += verdict is None
                failed += isinstance(verdict, str)
                if verdict is not None:
                    print(f"{'skipped' if isinstance(verdict, Refusal) else 'FAILED'} {ours.name}: {getattr(verdict, 'reason', verdict)[:300]}")
            model_bytes = ours.read_bytes()
            model = read_model(model_bytes)
            refused = run_tflm(model_bytes, model, random_inputs(np.random.default_rng(0), model))
            if isinstance(refused, Refusal):
                print(f"skipped on Arenula: {ours.name}, as TFLM refuses it: {' '.join(refused.reason.split())[:200]}")
                skipped += 1
                continue
            copy = directory / f"{network}_{case}.{scheme}.tflite"
            copy.write_bytes(model_bytes)
            *_, reason = write_cases(directory, copy)
            skipped += reason is not None
        sys.stdout.flush()
        of_arenula, _ = run_arenula(directory)
    print(f"{passed + of_arenula[0]} passed, {failed + of_arenula[1]} failed, {skipped + of_arenula[2]} skipped")
    return 1 if failed or of_arenula[1] else 0


if __name__ == "__main__":
    sys.exit(main())
