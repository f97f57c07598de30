"""
Draws models, runs them through TFLM, cross-checks LiteRT, and writes cases laid out as conformance data: models/<case>/case.json.

    python tests/oracle/generate.py --out DIR [--seed S] [--cases N] [--only FAMILY ...]

The same seed draws the same cases. Exit code 1 when a difference has no name.
"""

import argparse
import json
import os
import sys
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from check import cross_check
from families import FAMILIES
from models import expectation, find_models, random_inputs, ulps_of
from read_model import read_model

SEED, CASES, MODEL_INPUTS = 20261, 30, 2


@dataclass
class Tally:
    """What became of the draws of one family."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    sources: Counter = field(default_factory=Counter)
    explained: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    uncovered: list = field(default_factory=list)


def crc32(values):
    return f"{zlib.crc32(np.ascontiguousarray(values).tobytes()):08x}"


def write_case(directory, case_id, model, model_reference, inputs, verdict, sequence, exact_operators=None):
    """`exact_operators`: of a network of float32, how many from the first on do not depend on the machine. The others only count in the outputs."""
    folder = directory / "models" / case_id
    folder.mkdir(parents=True)

    def files(stem, indices, arrays):
        records = []
        for number, (index, values) in enumerate(zip(indices, arrays)):
            tensor = model.tensors[index]
            (folder / f"{stem}{number}.bin").write_bytes(np.ascontiguousarray(values).tobytes())
            record = {"file": f"{stem}{number}.bin", "dtype": tensor.dtype, "shape": list(map(int, tensor.shape))}
            if tensor.quantization is not None:
                record |= {"scale": tensor.quantization.scale, "zero_point": tensor.quantization.zero_point}
            records.append(record)
        return records

    if isinstance(model_reference, bytes):
        (folder / "model.tflite").write_bytes(model_reference)
        model_reference = folder / "model.tflite"
    case = {
        "id": case_id,
        "origin": f"tests/oracle: {verdict.source}",
        "model": os.path.relpath(model_reference, folder),
        "operators": [operator.describe(model.tensors) for operator in model.operators],
        "inputs": files("input", model.inputs, inputs),
        "outputs": files("output", model.outputs, verdict.outputs),
        **({"sequence": sequence} if sequence > 1 else {}),
        "exact": verdict.ulps == 0,
        "tolerance": 0,
        "ulps": verdict.ulps,
        **({} if exact_operators is None else {"exact_layers": sum(len(operator.outputs) for operator in model.operators[:exact_operators])}),
        "layers": [
            {"tensor": i, "dtype": values.dtype.name, "shape": list(map(int, values.shape)), "crc32": crc32(values)}
            for i, values in verdict.tensors.items()
        ],
    }
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def one_case(directory, tally, case_id, model_bytes, model_reference, inputs, ulps=0, expect="TFLM", sequence=1):
    model = read_model(model_bytes)
    verdict = cross_check(model_bytes, model, inputs, ulps, expect, sequence)
    tally.explained.update(set(verdict.explained))
    tally.refused.update(reason[:160] for reason in verdict.refused)
    if verdict.uncovered:
        tally.skipped += 1
        tally.uncovered.append(f"{case_id}: {model.operators[0].describe(model.tensors)}")
        return
    tally.passed += not verdict.failures
    tally.failed += bool(verdict.failures)
    tally.sources[verdict.source] += 1
    for failure in verdict.failures:
        print(f"FAILED {case_id} {failure}")
    write_case(directory, case_id, model, model_reference, inputs, verdict, sequence)


def draw_family(directory, name, seed, cases):
    tally = Tally()
    for number in range(cases):
        graph = FAMILIES[name](np.random.default_rng([seed, zlib.crc32(name.encode()), number]))
        model_bytes = graph.build()
        one_case(directory, tally, f"{name}.{seed}.{number}", model_bytes, model_bytes, graph.values, graph.ulps, graph.expect, graph.sequence)
    return tally


def run_model(directory, path, seed, count):
    tally = Tally()
    model_bytes = path.read_bytes()
    for number in range(count):
        model = read_model(model_bytes)
        inputs = random_inputs(np.random.default_rng([seed, zlib.crc32(path.name.encode()), number]), model)
        one_case(directory, tally, f"{path.stem}.{seed}.{number}", model_bytes, path, inputs, ulps_of(model), expectation(model))
    return tally


def generate(directory, seed=SEED, cases=CASES, only=None):
    """Writes the cases and returns the tallies by family or model."""
    if (directory / "models").exists():
        raise SystemExit(f"{directory} holds cases already: give an empty folder, so that old cases are not taken for new ones")
    unknown = set(only or ()) - set(FAMILIES) - {path.stem for path in find_models()}
    if unknown:
        raise SystemExit(f"no family or model {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    tallies = {}
    for path in find_models():
        if not only or path.stem in only:
            tallies[path.stem] = run_model(directory, path, seed, MODEL_INPUTS)
    for name in FAMILIES:
        if not only or name in only:
            tallies[name] = draw_family(directory, name, seed, cases)
    return tallies


def report(tallies):
    print(f"{'':28} passed failed skipped  expectation, differences with a name")
    for name, tally in tallies.items():
        notes = [f"{count} from {source}" for source, count in tally.sources.items() if source != "TFLM"]
        notes += [f"{count} LiteRT {text}" for text, count in tally.explained.items()]
        print(f"{name:28} {tally.passed:6} {tally.failed:6} {tally.skipped:7}  {'; '.join(notes)}")
    refusals = [(name, tally) for name, tally in tallies.items() if tally.refused]
    if refusals:
        print("\nRefused (the other runtime, or the recomputation, stands in):")
    for name, tally in refusals:
        for reason, count in tally.refused.items():
            print(f"  {name}: {count} x {' '.join(reason.split())}")
    uncovered = [text for tally in tallies.values() for text in tally.uncovered]
    if uncovered:
        print("\nNot covered, refused by both and without a meaning that oracles.md names:")
    for text in uncovered:
        print(f"  {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    add_options(parser)
    options = parser.parse_args()
    tallies = generate(options.out, options.seed, options.cases, options.only)
    report(tallies)
    return 1 if any(tally.failed for tally in tallies.values()) else 0


def add_options(parser):
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--cases", type=int, default=CASES, help=f"draws per family, default {CASES}")
    parser.add_argument("--only", nargs="+", metavar="FAMILY", help="families, or models by file name without extension")


if __name__ == "__main__":
    sys.exit(main())
