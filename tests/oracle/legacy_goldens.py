"""
Writes models/goldens/<name>_uint8.json from <name>_uint8.litert.json: the same cases by the dialect's rules, every tensor recomputed. From the root:

    ~/.cache/arenula/oracle/bin/python tests/oracle/legacy_goldens.py

TFLM does not run uint8, and LiteRT rounds FULLY_CONNECTED once: where its outputs differ, a rule that check.py names has to explain it.
"""

import json

import numpy as np

from check import cross_check
from generate import crc32
from models import ROOT
from read_model import read_model

NOTE = (
    "Cases with a seed have lcg inputs. Cases with seed null have inputs[].data: held-back sample number `sample` as stored values, and its `label`. "
    "RECOMPUTED in exact integers by the rules of int8, cross-checked with LiteRT's reference kernels. litert_reference_differs_in: operators, by index in "
    "the file, whose output those compute otherwise."
)


def lcg_inputs(tensors, seed):
    """As the goldens say: one state across all inputs."""
    inputs = []
    for tensor in tensors:
        codes = np.empty(tensor.shape, np.uint8)
        for i in range(codes.size):
            seed = (seed * 1664525 + 1013904223) & 0xFFFFFFFF
            codes.flat[i] = seed >> 24
        inputs.append(codes.view(tensor.dtype))
    return inputs


def recomputed(case, model_bytes, model):
    tensors = [model.tensors[i] for i in model.inputs]
    if case["seed"] is None:
        inputs = [np.array(stored["data"], tensor.dtype).reshape(tensor.shape) for stored, tensor in zip(case["inputs"], tensors)]
    else:
        inputs = lcg_inputs(tensors, case["seed"])
    if [crc32(values) for values in inputs] != [stored["crc32"] for stored in case["inputs"]]:
        raise SystemExit("the inputs are not those of the LiteRT goldens")
    verdict = cross_check(model_bytes, model, inputs, expect="recomputed")
    if verdict.failures or verdict.uncovered:
        raise SystemExit("\n".join(verdict.failures or verdict.refused))
    outputs = [{**stored, "crc32": crc32(values), "data": values.reshape(-1).tolist()} for stored, values in zip(case["outputs"], verdict.outputs)]
    trace = [{**stored, "crc32": crc32(verdict.tensors[stored["tensor"]])} for stored in case["op_output_crc32"]]
    differs = [i for i, (a, b) in enumerate(zip(case["op_output_crc32"], trace)) if a != b]
    return {**case, "outputs": outputs, "op_output_crc32": trace, "litert_reference_differs_in": differs}


def main():
    for file in sorted((ROOT / "models" / "goldens").glob("*_uint8.litert.json")):
        golden = json.loads(file.read_text())
        model_bytes = next((ROOT / "models").glob(f"*/{golden['model']}")).read_bytes()
        golden["cases"] = [recomputed(case, model_bytes, read_model(model_bytes)) for case in golden["cases"]]
        golden |= {"note": NOTE, "produced_by": "tests/oracle/legacy_goldens.py"}
        target = file.with_name(file.name.replace(".litert", ""))
        target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
        print(target, [case["litert_reference_differs_in"] for case in golden["cases"]])


if __name__ == "__main__":
    main()
