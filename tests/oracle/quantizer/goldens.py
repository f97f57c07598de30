"""
Writes tests/quantizer/goldens/converter/: float models with ranges, and what the TensorFlow Lite converter makes of them. From the root:

    ~/.cache/arenula/oracle/bin/python tests/oracle/quantizer/goldens.py

Converter: TensorFlow 2.21.0. Its files are stored as it wrote them; `npm test` compares with them without Python (tests/quantizer/converter.test.ts).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "quantizer" / "goldens" / "converter"
STREAMS = ("lstm", "svdf")
FLOAT_BORDERS = ("twins", "zoo", "lstm")  # of the others, inner layers are the same


def wanted(file):
    if file.suffix == ".npy":
        return file.parent.name in STREAMS
    if file.stem == "mlir_int16" and file.parent.name != "lstm":
        return False
    return file.suffix == ".tflite" and (file.parent.name in FLOAT_BORDERS or "float_io" not in file.name) and (file.name != "float32.tflite" or file.parent.name in ("trained", "activations", "defaults"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        for script in ("convert.py", "legacy.py"):
            subprocess.run([sys.executable, HERE / script, "--out", folder], check=True)
        shutil.rmtree(TARGET, ignore_errors=True)
        for file in sorted(Path(folder).glob("*/*")):
            if wanted(file):
                (TARGET / file.parent.name).mkdir(parents=True, exist_ok=True)
                shutil.copy(file, TARGET / file.parent.name / file.name)


if __name__ == "__main__":
    main()
