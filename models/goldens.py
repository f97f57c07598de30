"""
Golden outputs of the published runtimes, in the format of the conformance goldens.

    python -m models.goldens [--root DIR]

Writes <root>/goldens/<file>.json for the int8 and int16x8 models, from TensorFlow Lite Micro: these are exact and define the dialect.
Writes <root>/goldens/<file>.litert.json for the uint8, dynamic-range and float32 models, which TFLM refuses or which are not its business, from
LiteRT's reference kernels: to be compared within the differences known between the two.
"""

import argparse
import hashlib
import json
import zlib
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.evaluate import TFLM_VARIANTS, load_samples, quantized_input
from models.runtimes import Litert, Tflm

SEEDS = (1, 2)
SAMPLES = 3  # the first of the held-back set

LCG = (
    "uint32 state=seed; before each byte: state=state*1664525+1013904223 (mod 2^32); byte=state>>24. Inputs in subgraph input order, every byte "
    "of the tensor in memory (little-endian, row-major) order, one continuous state across inputs. Bytes are used as raw tensor bytes (int8: two's "
    "complement). float32 inputs take two bytes u per element, low first: (u - 32768) / 16384."
)
CRC = "CRC-32 (IEEE 802.3, reflected, 0xEDB88320, init/xorout 0xFFFFFFFF) over raw little-endian tensor bytes"
CASES = (
    "Cases with a seed have lcg inputs. Cases with seed null have inputs[].data: held-back sample number `sample` as stored values, and its `label`. "
    "outputs = first invoke of a fresh interpreter. "
)
NOTES = {
    "tflm": CASES + "Intermediate op CRCs taken with all tensors preserved. litert_reference_differs_in: operators, by index in the file, whose output "
    "LiteRT's reference kernels compute otherwise.",
    "litert": CASES + "NOT OF TFLM: LiteRT's reference kernels. uint8 FULLY_CONNECTED is rounded once there; float32 bits hold for this build, as sums "
    "depend on their order.",
}


def lcg_bytes(seed, count):
    state, result = seed, bytearray(count)
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        result[i] = state >> 24
    return bytes(result)


def lcg_inputs(descriptions, seed):
    sizes = [int(np.prod(d["shape"])) * (2 if d["dtype"] == np.float32 else d["dtype"].itemsize) for d in descriptions]
    stream = lcg_bytes(seed, sum(sizes))
    inputs, start = [], 0
    for description, size in zip(descriptions, sizes):
        data, start = stream[start : start + size], start + size
        if description["dtype"] == np.float32:
            values = ((np.frombuffer(data, "<u2").astype(np.float32) - 32768) / 16384).astype(np.float32)
        else:
            values = np.frombuffer(data, description["dtype"])
        inputs.append(values.reshape(description["shape"]))
    return inputs


def crc32(values):
    return f"{zlib.crc32(np.ascontiguousarray(values).tobytes()):08x}"


def tensor_record(description, values, with_data):
    record = {
        "dtype": description["dtype"].name,
        "shape": description["shape"],
        "scale": description["scale"],
        "zero_point": description["zero_point"],
        "crc32": crc32(values),
    }
    if with_data:
        record["data"] = values.reshape(-1).tolist()
    return record


def operator_records(operators, runtime):
    records = []
    for name, tensor in operators:
        values = runtime.tensor(tensor)
        records.append({"op": name, "tensor": tensor, "bytes": values.nbytes, "crc32": crc32(values)})
    return records


def case(path, variant, header, inputs, with_inputs):
    """One inference. LiteRT runs in any case: it knows the file's operators, and cross-checks TFLM."""
    litert = Litert(path)
    outputs = litert.invoke(inputs)
    trace = operator_records(litert.operators, litert)
    checks = {}
    if variant in TFLM_VARIANTS:
        tflm = Tflm(path, preserve_all_tensors=True)
        outputs = tflm.invoke(inputs)
        litert_trace, trace = trace, operator_records(litert.operators, tflm)
        planned = Tflm(path).invoke(inputs)
        checks = {
            "litert_reference_differs_in": [i for i, (a, b) in enumerate(zip(litert_trace, trace)) if a != b],
            "preserve_all_tensors_equals_normal_planner": all(np.array_equal(a, b) for a, b in zip(outputs, planned)),
        }
    return {
        **header,
        "inputs": [tensor_record(d, values, with_inputs) for d, values in zip(litert.inputs, inputs)],
        "outputs": [tensor_record(d, values, True) for d, values in zip(litert.outputs, outputs)],
        "op_output_crc32": trace,
        **checks,
    }


def golden(folder, variant):
    description, real, labels = load_samples(folder)
    path = folder / description["files"][variant]
    data = path.read_bytes()
    litert = Litert(path)
    cases = [case(path, variant, {"seed": seed}, lcg_inputs(litert.inputs, seed), with_inputs=False) for seed in SEEDS]
    for number in range(SAMPLES):
        header = {"seed": None, "sample": number, "label": int(labels[number])}
        cases.append(case(path, variant, header, [quantized_input(litert.inputs[0], real[number : number + 1])], with_inputs=True))
    tflm = variant in TFLM_VARIANTS
    return {
        "model": path.name,
        "sha256": hashlib.sha256(data).hexdigest(),
        "bytes": len(data),
        "lcg": LCG,
        "crc": CRC,
        "note": NOTES["tflm" if tflm else "litert"],
        "ops": [name for name, _ in litert.operators],
        "produced_by": f"tflite-micro {version('tflite-micro')} (Python package), reference kernels, x86-64"
        if tflm
        else f"ai-edge-litert {version('ai-edge-litert')}, BUILTIN_REF, x86-64",
        "cases": cases,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).parent)
    root = parser.parse_args().root
    (root / "goldens").mkdir(exist_ok=True)
    for name in ("digits", "keywords"):
        for variant in load_samples(root / name)[0]["files"]:
            suffix = "" if variant in TFLM_VARIANTS else ".litert"
            result = golden(root / name, variant)
            file = root / "goldens" / f"{Path(result['model']).stem}{suffix}.json"
            file.write_text(json.dumps(result, separators=(",", ":")) + "\n")
            differences = [c["litert_reference_differs_in"] for c in result["cases"] if "litert_reference_differs_in" in c]
            print(file, len(result["cases"]), "cases", differences)


if __name__ == "__main__":
    main()
