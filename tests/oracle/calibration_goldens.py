"""
Writes tests/quantizer/goldens/calibration_<model>.json: the ranges of the float models of models/ over their samples, from the sources of calibration.py.

    ~/.cache/arenula/oracle/bin/python tests/oracle/calibration_goldens.py

`late`: tensors whose range is the converter's alone, as it reads them after another operator has written over them.
"""

import json

import numpy as np
from ai_edge_litert.interpreter import OpResolverType
from tensorflow.lite.python import schema_py_generated as schema

from calibration import NEAR, ROOT, converter_ranges, distance, litert_ranges

SAMPLES = 100


def samples_of(name):
    facts = json.loads((ROOT / "models" / name / "model.json").read_text())
    values = np.load(ROOT / "models" / name / facts["samples"]["inputs"])[:SAMPLES].astype(np.float32)
    if facts["samples"]["inputs_are"] == "pixels":
        values = (values - np.float32(facts["input"]["mean"])) / np.float32(facts["input"]["std"])
    return values


def main():
    for network in ("digits", "keywords"):
        model, samples = (ROOT / "models" / network / f"{network}_float.tflite").read_bytes(), samples_of(network)
        names = [tensor.name.decode() for tensor in schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0].tensors]
        converter = converter_ranges(model, samples)
        reference = litert_ranges(model, samples, converter, OpResolverType.BUILTIN_REF)
        late = [names[index] for index in converter if distance(reference[index], converter[index]) > NEAR]
        path = ROOT / "tests" / "quantizer" / "goldens" / f"calibration_{network}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        named = {source: {names[index]: ranges[index] for index in ranges} for source, ranges in (("reference", reference), ("converter", converter))}
        path.write_text(json.dumps({"samples": len(samples), "late": late, **named}, indent=1) + "\n")
        print(f"{path.relative_to(ROOT)}: {len(converter)} tensors, {len(samples)} samples, late: {late}")


if __name__ == "__main__":
    main()
