"""
One model, one set of inputs, two runtimes and the recomputation: are they equal, or is every difference one that has a name?

An operator passes when TFLM's output equals the recomputation by the dialect's rules, and LiteRT's equals TFLM's, or equals the recomputation by
LiteRT's rules where oracles.md gives it one. Both recomputations read the inputs that the runtime itself had, so a difference that an earlier layer
explains does not hide a later one.
"""

from dataclasses import dataclass, field

import numpy as np

import exact
from oracles import Refusal, run_litert, run_tflm

# Operators that LiteRT's reference kernels compute otherwise than TFLM, and how. A difference anywhere else is a failure.
LITERT_RULES = {
    "FULLY_CONNECTED": "one rounding, ties away from zero",
    "MUL": "float32 product of scales",
    "RELU": "float32 quotient of scales",
    "RELU6": "float32 quotient of scales",
    "LOGISTIC": "float table",
    "TANH": "float table",
}


@dataclass
class Verdict:
    source: str = "TFLM"  # where the expectation comes from
    tensors: dict = field(default_factory=dict)  # expected operator outputs, by tensor index
    outputs: list = field(default_factory=list)
    explained: list = field(default_factory=list)  # LiteRT's named differences that occurred
    refused: list = field(default_factory=list)  # which runtime refused, and why
    failures: list = field(default_factory=list)
    uncovered: bool = False  # nobody to ask


def cross_check(model_bytes, model, inputs):
    verdict = Verdict()
    tflm, litert = run_tflm(model_bytes, model, inputs), run_litert(model_bytes, model, inputs)
    fixed = {tensor.index: tensor.data for tensor in model.tensors if tensor.data is not None} | dict(zip(model.inputs, inputs))
    for run, name in ((tflm, "TFLM"), (litert, "LiteRT")):
        if isinstance(run, Refusal):
            verdict.refused.append(f"{name}: {run.reason}")
    if isinstance(tflm, Refusal):
        _expect_recomputed(verdict, model, inputs, anyone=not isinstance(litert, Refusal))
    else:
        verdict.tensors, verdict.outputs = tflm.tensors, tflm.outputs
        _check_tflm(verdict, model, fixed | tflm.tensors)
        if any(exact.computes_nonsense(model, operator) for operator in model.operators):
            _expect_recomputed(verdict, model, inputs, anyone=True)
    if not isinstance(litert, Refusal) and not verdict.uncovered:
        _check_litert(verdict, model, fixed | verdict.tensors, fixed | litert.tensors)
    return verdict


def _expect_recomputed(verdict, model, inputs, anyone):
    """TFLM has no answer, or a wrong one: what the operators mean by the dialect's rules. `anyone`: LiteRT or TFLM stands beside it."""
    known = any(_crashes_tflm(model, operator) for operator in model.operators)
    values = exact.recompute_model(model, inputs, exact.TFLM) if anyone or known else None
    if values is None:
        verdict.uncovered = True
        return
    verdict.source = "recomputed"
    verdict.tensors = {i: values[i] for operator in model.operators for i in operator.outputs}
    verdict.outputs = [values[i] for i in model.outputs]


def _crashes_tflm(model, operator):
    """Crashes that oracles.md names: the operator has a meaning all the same."""
    return operator.name == "DEPTHWISE_CONV_2D" and operator.inputs[2:] == [-1]


def _check_tflm(verdict, model, values):
    for operator in model.operators:
        if exact.computes_nonsense(model, operator):
            continue
        recomputed = exact.recompute(model, operator, values, exact.TFLM)
        if recomputed is not None:
            _compare(verdict, "TFLM", model, operator, values[operator.outputs[0]], recomputed)


def _check_litert(verdict, model, expected, actual):
    """`expected` and `actual` hold every tensor, as the dialect and as LiteRT have it."""
    for operator in model.operators:
        output = operator.outputs[0]
        same_inputs = all(i < 0 or same(expected[i], actual[i]) for i in operator.inputs)
        if same_inputs and same(expected[output], actual[output]):
            continue
        recomputed = exact.recompute(model, operator, actual, exact.LITERT)
        if recomputed is None:
            verdict.failures.append(
                f"LiteRT: {operator.describe(model.tensors)}: differs from TFLM, or follows on a layer that does, with no rule to recompute it by"
            )
            continue
        if not _compare(verdict, "LiteRT", model, operator, actual[output], recomputed) or not same_inputs:
            continue
        if operator.name in LITERT_RULES:
            verdict.explained.append(f"{operator.name}: {LITERT_RULES[operator.name]}")
        else:
            verdict.failures.append(f"LiteRT: {operator.describe(model.tensors)}: differs from TFLM under a rule that oracles.md does not name")


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def _compare(verdict, runtime, model, operator, actual, recomputed):
    if same(actual, recomputed):
        return True
    text = f"{runtime}: {operator.describe(model.tensors)}: "
    if actual.shape != recomputed.shape or actual.dtype != recomputed.dtype:
        text += f"{actual.dtype}{list(actual.shape)}, recomputed {recomputed.dtype}{list(recomputed.shape)}"
    else:
        different = np.argwhere(actual != recomputed)
        first = tuple(different[0]) if len(different) else ()
        text += f"output{list(map(int, first))}: {actual[first]}, recomputed {recomputed[first]}; {len(different)} of {actual.size} differ"
    verdict.failures.append(text)
    return False
