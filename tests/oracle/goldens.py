"""
Writes tests/operators/goldens/<family>.json: drawn models small enough to check in, with what TFLM computes on them, so that
`npm test` holds every operator against TFLM where no Python is. From the root, about 30 s:

    ~/.cache/arenula/oracle/bin/python tests/oracle/goldens.py [FAMILY ...]
"""

import base64
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from families import FAMILIES
from generate import generate, report

SEED, DRAWS = 3, 60
CASES, CASE_BYTES = 12, 4_000  # the first of a family, and bytes of model, inputs and outputs together
# Models of many operators: as many, and as large.
LARGE = {"gru_float32": (6, 8_000), "gru_hybrid": (6, 8_000)}
# What a kernel of its own computes is drawn too rarely: more draws, and so many of every kind come first.
RARE = {
    # whole tiles of eight channels, outputs not below their zero point: kernel conv_2d_12
    "conv_2d": (800, 4, [re.compile(r" x int8\[(8|16|24|32|48|64), .*fusedActivationFunction=[13]")]),
    # both strides, RELU or RELU6 and what is not
    "depthwise_conv_2d": (2400, 3, [re.compile(rf" x int8\[1, 3, 3, .*strideW={stride}, strideH={stride}, {activation}.*dilationWFactor=1, dilationHFactor=1")
                                    for stride in (1, 2) for activation in (".*fusedActivationFunction=[13]", "(?!.*fusedActivationFunction=[13])")]),
    # both strides
    **{family: (600, 3, [re.compile(rf" x {weights}\[1, 3, 3, .*strideW={stride}, strideH={stride}, .*dilationWFactor=1, dilationHFactor=1") for stride in (1, 2)])
       for family, weights in (("depthwise_conv_2d_int4", "int4"), ("legacy_depthwise_conv_2d", "uint8"))},
    # a kernel for every type
    **{name: (60, 2, [re.compile(rf"^\w+ {dtype}\[") for dtype in ("int8", "int16", "int32", "int64", "float32", "uint8")])
       for name in ("reduce_max", "reduce_min", "reduce_prod", "arg_max", "arg_min", "topk_v2", "unique")},
}
TARGET = Path(__file__).resolve().parents[1] / "operators" / "goldens"


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def pack(folder, most):
    """One case in one object, or None where it has more than `most` bytes."""
    case = json.loads((folder / "case.json").read_text())
    if sum(path.stat().st_size for path in folder.iterdir() if path.name != "case.json") > most:
        return None
    return {
        "id": case["id"],
        "expectation": case["origin"].removeprefix("tests/oracle: "),
        **({"sequence": case["sequence"]} if "sequence" in case else {}),
        **({"ulps": case["ulps"]} if case["ulps"] else {}),
        "operators": case["operators"],
        "model": encoded(folder / "model.tflite"),
        "inputs": [encoded(folder / record["file"]) for record in case["inputs"]],
        "outputs": [encoded(folder / record["file"]) for record in case["outputs"]],
        "tensors": {layer["tensor"]: layer["crc32"] for layer in case["layers"]},
    }


def main():
    families = sys.argv[1:] or [name for name in FAMILIES if name != "network"]  # networks are large, and models/goldens has some
    if not sys.argv[1:]:
        shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        common = [name for name in families if name not in RARE]
        tallies = generate(Path(directory) / "common", SEED, DRAWS, common) if common else {}
        for name, (draws, _, _) in ((name, rare) for name, rare in RARE.items() if name in families):
            tallies |= generate(Path(directory) / name, SEED, draws, [name])
        report(tallies)
        for name in families:
            draws, few, kinds = RARE.get(name, (DRAWS, 0, []))
            folders = [Path(directory) / (name if name in RARE else "common") / "models" / f"{name}.{SEED}.{number}" for number in range(draws)]
            count, most = LARGE.get(name, (CASES, CASE_BYTES))
            cases = [case for case in (pack(folder, most) for folder in folders if folder.exists()) if case]
            rare = [case for kind in kinds for case in [case for case in cases if kind.search(case["operators"][0])][:few]]
            cases = (rare + [case for case in cases if case not in rare])[:count]
            lines = ",\n".join(json.dumps(case) for case in cases)
            (TARGET / f"{name}.json").write_text(f"[\n{lines}\n]\n")
    return 1 if any(tally.failed for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
