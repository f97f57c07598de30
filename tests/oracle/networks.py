"""
The network test: architectures as users build them, through the TensorFlow Lite converter in every scheme, against their oracle, on every core and form.

    npm run test:networks -- [--only NETWORK ...] [--fast] [--schemes SCHEME ...] [--keep DIR]

TFLM's outputs and intermediate tensors are the expectation, LiteRT's where TFLM refuses the model (hybrid ones), the rules' where both refuse it or
compute it otherwise (legacy uint8 with FULLY_CONNECTED). Ends with `N passed, N failed, N skipped`:
Arenula's cases, and every network that the converter or both runtimes refuse as a skipped one.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

import exact
import models
from check import Verdict, cross_check
from convert import SCHEMES
from generate import write_case
from oracles import Refusal, run_litert, run_tflm
from read_model import read_model
from run import run_arenula

CONVERTED = ("int8", "uint8_io", "int16x8", "dynamic", "float32")
# Networks and their schemes.
NETWORKS = {
    **{name: CONVERTED for name in (
        "mobilenet_v1", "mobilenet_v2", "mobilenet_v3_minimalistic", "mobilenet_v3_small", "mobilenet_v3_large", "efficientnet_lite", "densenet", "resnet8",
        "resnet20", "mnist", "ds_cnn", "autoencoder", "conv_autoencoder", "unet", "yolo", "detector", "lstm", "gru", "attention",
    )},
    **{name: ("int8", "int16x8", "float32") for name in ("densenet169", "resnet50")},  # of 13 and 24 million weights
    "svdf": ("int8", "float32"),
    **{name: ("uint8",) for name in ("legacy_mobilenet_v1", "legacy_mobilenet_v2", "legacy_mnist")},
}
# What `--fast` takes: every scheme, and the operators of all networks but loops.
FAST = ("mobilenet_v1", "mobilenet_v3_minimalistic", "resnet8", "mnist", "ds_cnn", "conv_autoencoder", "detector", "svdf", "legacy_mobilenet_v2", "legacy_mnist")
SEQUENCES = {"svdf": 4}  # invocations in a row
INPUTS = {"int8": 2}  # by scheme, 1 in all others
# Functions of float32 whose last bits are each library's own (docs/numerics.md), and how far apart results may lie that follow from them.
INEXACT, ULPS_LAST, ULPS_FOLLOWING = {"SOFTMAX", "LOGISTIC", "TANH", "EXP", "GELU", "UNIDIRECTIONAL_SEQUENCE_LSTM", "WHILE"}, 4, 4096


def expectation(model_bytes, model, scheme, inputs, sequence):
    """What the network's oracle computes, or why there is none."""
    if scheme == "uint8" and models.expectation(model) == "recomputed":
        verdict = cross_check(model_bytes, model, inputs, expect="recomputed")
        return (None, ["not all operators have a recomputation"]) if verdict.uncovered else (verdict, [])
    run, source = Refusal("reads int8 weights as float32") if any(map(is_hybrid_lstm(model), model.operators)) else run_tflm(model_bytes, model, inputs, sequence), "TFLM"
    refusals = []
    if isinstance(run, Refusal):
        refusals.append(f"TFLM: {run.reason}")
        run, source = run_litert(model_bytes, model, inputs, sequence), "LiteRT"
    if isinstance(run, Refusal):
        return None, refusals + [f"LiteRT: {run.reason}"]
    verdict = Verdict(source=source, tensors=run.tensors, outputs=run.outputs)
    wrong = [operator for operator in model.operators if exact.computes_nonsense(model, operator)]
    if source == "TFLM" and wrong:
        values = exact.recompute_model(model, inputs, exact.TFLM)
        if values is None:
            return None, [f"TFLM computes nonsense in {operator.describe(model.tensors)}, and not all operators have a recomputation" for operator in wrong]
        verdict = Verdict(source="recomputed", tensors={i: values[i] for i in run.tensors}, outputs=[values[i] for i in model.outputs])
    return verdict, refusals


def is_hybrid_lstm(model):
    """Whether an operator is the LSTM that TFLM runs and gets wrong."""
    return lambda operator: operator.name == "UNIDIRECTIONAL_SEQUENCE_LSTM" and [model.tensors[i].dtype for i in operator.inputs[:3:2]] == ["float32", "int8"]


def exact_layers(model):
    """How many operators of a network, from its first on, have results that are the same on every machine."""
    for number, operator in enumerate(model.operators):
        if operator.name in INEXACT and any(model.tensors[i].dtype == "float32" for i in operator.outputs):
            return number
    return len(model.operators)


def write_cases(directory, path):
    """Cases of one converted network; returns (what stands in for TFLM, differences between the oracles without a name, why a case is skipped)."""
    model_bytes = path.read_bytes()
    model = read_model(model_bytes)
    name, scheme = path.stem.rsplit(".", 1)
    exactly, sequence = exact_layers(model), SEQUENCES.get(name, 1)
    notes, failures = [], []
    for number in range(INPUTS.get(scheme, 1)):
        rng = np.random.default_rng([zlib.crc32(path.stem.encode()), number])
        draws = [models.random_inputs(rng, model) for _ in range(sequence)]
        inputs = draws[0] if sequence == 1 else [np.stack(values) for values in zip(*draws)]
        verdict, reasons = expectation(model_bytes, model, scheme, inputs, sequence)
        if verdict is None:
            return notes, failures, "; ".join(reasons)
        failures += verdict.failures
        if exactly < len(model.operators):
            verdict.ulps = ULPS_LAST if exactly == len(model.operators) - 1 else ULPS_FOLLOWING
        if number == 0 and verdict.source != "TFLM":
            notes.append(f"{verdict.source} is the expectation ({'; '.join(reasons)})" if reasons else f"{verdict.source} is the expectation")
        write_case(directory, f"{path.stem}.{number}", model, path, inputs, verdict, sequence, exactly)
    return notes, failures, None


def print_table(directory, printed):
    """What was compared, a line for each file, as docs/numerics.md has it."""
    print("\n| network | scheme | oracle | samples | operators | to the bit | outputs |\n|---|---|---|---|---|---|---|")
    files = {}
    for case in sorted((directory / "models").glob("*/case.json")):
        files.setdefault(case.parent.name.rsplit(".", 1)[0], []).append(case.parent.name)
    for stem, cases in files.items():
        case = json.loads((directory / "models" / cases[0] / "case.json").read_text())
        model = read_model((directory / "models" / cases[0] / case["model"]).resolve().read_bytes())
        count, exactly = len(model.operators), exact_layers(model)
        apart = [int(ulps) for name in cases for ulps in re.findall(rf"^ulps: models/{re.escape(name)} (\d+)$", printed, re.MULTILINE)]
        failed = any(f"failed: models/{name} on" in printed for name in cases)
        skipped = any(re.search(rf"^skipped: .*models/{re.escape(name)}(,|$)", printed, re.MULTILINE) for name in cases)
        result = "**differ**" if failed else "not covered" if skipped else f"{max(apart)} ulps" if apart and max(apart) > 0 else "equal"
        oracle = case["origin"].removeprefix("tests/oracle: ")
        print(f"| {stem.rsplit('.', 1)[0]} | {stem.rsplit('.', 1)[1]} | {oracle} | {case.get('sequence', 1) * len(cases)} | {count} | {exactly if exactly < count else 'all'} | {result} |")


def run_converter(name, schemes, out):
    """Writes the files of one network. The converter may crash on every scheme: the next process leaves those out that are done, or crashed."""
    command = [sys.executable, str(Path(__file__).with_name("convert.py")), name, "--out", str(out), "--schemes", *schemes]
    for _ in schemes:
        process = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        if process.returncode > 0:  # not the converter's own end, which is a signal
            raise SystemExit(f"{name} could not be built:\n{process.stderr}")
        if process.returncode == 0:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NETWORK", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--fast", action="store_true", help="the networks that the gate takes")
    parser.add_argument("--schemes", nargs="+", metavar="SCHEME", choices=SCHEMES, default=SCHEMES)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write models and cases there; models that are there already are not converted again")
    options = parser.parse_args()
    names = [name for name in options.only if not options.fast or name in FAST]
    schemes = {name: [scheme for scheme in options.schemes if scheme in NETWORKS[name]] for name in names}
    skipped, unexplained = [], 0
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or Path(temporary)
        if (directory / "models").exists():
            raise SystemExit(f"{directory} holds cases already: delete its folder models")
        converted = directory / "tflite"
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda name: run_converter(name, schemes[name], converted), names))
        for name in names:
            for scheme in schemes[name]:
                path = converted / f"{name}.{scheme}.tflite"
                refused = path.with_suffix(".refused")
                if path.exists():
                    notes, failures, reason = write_cases(directory, path)
                else:
                    notes, failures, reason = [], [], f"the converter refuses: {refused.read_text()}"
                for note in notes:
                    print(f"{path.stem}: {' '.join(note.split())[:300]}")
                for failure in failures:
                    print(f"FAILED {path.stem} {failure}")
                unexplained += len(failures)
                if reason:
                    skipped.append(f"{path.stem}: {' '.join(reason.split())[:300]}")
        for line in skipped:
            print(f"skipped: {line}")
        sys.stdout.flush()
        (passed, failed, unsupported), printed = run_arenula(directory, "--ulps")
        print_table(directory, printed)
    failed += unexplained
    print(f"{passed} passed, {failed} failed, {len(skipped) + unsupported} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
