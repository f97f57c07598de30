"""
The oracle test: draws cases, checks the oracles against each other and the recomputation, then runs every Arenula core on the cases.

    npm run test:oracle -- [--seed S] [--cases N] [--only FAMILY ...] [--keep DIR]

Ends with `N passed, N failed, N skipped`: the checks of the oracles and Arenula's cases together. Exit code 1 when anything failed.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import add_options, generate, report
from models import ROOT
from read_model import read_model

CONFORMANCE = ROOT / "scripts" / "conformance.mjs"
TOTAL = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
FAILED_CASE = re.compile(r"^failed: (models/\S+) on .*?: (?:tensor (\d+) has CRC)?", re.MULTILINE)
MOST_OPERATORS = 4  # a single-operator case in full; of a network, how it begins


def describe(case_file, tensor):
    """What a failed case was made of, or the operator that wrote `tensor`, the first that differs: the folder is gone when somebody reads this."""
    case = json.loads(case_file.read_text())
    print(f"{case['id']} ({case['origin']}):")
    if tensor:
        model = read_model((case_file.parent / case["model"]).read_bytes())
        print(*(f"  first difference: {operator.describe(model.tensors)}" for operator in model.operators if int(tensor) in operator.outputs), sep="\n")
        return
    for operator in case["operators"][:MOST_OPERATORS]:
        print(f"  {operator}")
    if len(case["operators"]) > MOST_OPERATORS:
        print(f"  ... {len(case['operators'])} operators")


def run_arenula(directory, *options):
    """The counts of `npm run conformance`, which builds first and whose own lines pass through, and these lines."""
    process = subprocess.run(["node", str(CONFORMANCE), str(directory), *options], stdout=subprocess.PIPE, text=True, check=False)
    found = TOTAL.findall(process.stdout)
    sys.stdout.write(TOTAL.sub(r"Arenula: \1 passed, \2 failed, \3 skipped", process.stdout))
    for case, tensor in dict.fromkeys(FAILED_CASE.findall(process.stdout)):
        describe(directory / case / "case.json", tensor)
    if not found:
        print(f"FAILED Arenula: the conformance runner ended with status {process.returncode} and no total")
        return (0, 1, 0), process.stdout
    passed, failed, skipped = map(int, found[-1])
    if process.returncode != 0 and failed == 0:
        print(f"FAILED Arenula: the conformance runner ended with status {process.returncode}")
        failed = 1
    return (passed, failed, skipped), process.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the cases there, to look at, instead of into a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or Path(temporary)
        tallies = generate(directory, options.seed, options.cases, options.only)
        report(tallies)
        oracles = [sum(getattr(tally, field) for tally in tallies.values()) for field in ("passed", "failed", "skipped")]
        print(f"\nOracles: {oracles[0]} passed, {oracles[1]} failed, {oracles[2]} skipped", flush=True)
        arenula, _ = run_arenula(directory)
    passed, failed, skipped = (a + b for a, b in zip(oracles, arenula))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
