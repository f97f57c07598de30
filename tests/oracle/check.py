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
    "PRELU": "float32 products and quotients of scales",
}


# Operators, by the type of their first input, that LiteRT computes otherwise by a rule that is not recomputed here: named, not checked.
LITERT_OTHERWISE = {
    ("UNIDIRECTIONAL_SEQUENCE_LSTM", "float32"): "products added in another order",
    ("FULLY_CONNECTED", "int16"): "one rounding with all 32 bits of the multiplier",
    ("BATCH_MATMUL", "int8"): "float32 product of scales",
    ("BATCH_MATMUL", "int16"): "float32 product of scales",
    ("LEAKY_RELU", "int8"): "float32 quotients of scales",
    ("LEAKY_RELU", "int16"): "float32 quotients of scales",
    ("SOFTMAX", "int16"): "tables filled in double",
    ("DIV", "int8"): "float32 quotient of scales, and shifts by 32 bits and more",
    **{(name, "int16"): "int16 codes compared as they are" for name in exact.pointwise.COMPARISONS},
    ("UNIDIRECTIONAL_SEQUENCE_LSTM", "int8"): "sigmoid and tanh by fixed-point series instead of a table",
    ("SVDF", "float32"): "products added in another order",
    ("SVDF", "int8"): "float32 products of scales, and wrong results with an int8 state",
    ("LOCAL_RESPONSE_NORMALIZATION", "float32"): "leaves the upper end of the window out",
    ("RSQRT", "int16"): "a table of 513 values, far off near 0",
    ("ABS", "int16"): "float32 quotient of scales",
    ("ADD_N", "float32"): "sums by threads",
    ("SUM", "int8"): "wrong sums",
    ("SUM", "int16"): "wrong sums",
}
INT32_BIAS = "an int32 bias of int16 activations is read as int64"


# Operators that neither runtime's reference resolver has: the recomputation stands alone.
NOBODYS = {"SEGMENT_SUM"}


@dataclass
class Verdict:
    ulps: int = 0  # of float32 results
    source: str = "TFLM"  # where the expectation comes from
    tensors: dict = field(default_factory=dict)  # expected operator outputs, by tensor index
    outputs: list = field(default_factory=list)
    explained: list = field(default_factory=list)  # LiteRT's named differences that occurred
    refused: list = field(default_factory=list)  # which runtime refused, and why
    failures: list = field(default_factory=list)
    uncovered: bool = False  # nobody to ask


def cross_check(model_bytes, model, inputs, ulps=0, expect="TFLM", sequence=1):
    """
    `expect`: the runtime whose results are the expectation. "LiteRT" stands alone: what TFLM does not have, or computes otherwise. "recomputed": the
    dialect's rules, with LiteRT beside them: legacy uint8, of which LiteRT computes some operators by rules of its own.
    `sequence`: invocations in a row (oracles.py); the tensors of the last one are checked.
    """
    verdict = Verdict(ulps=ulps)
    if expect == "recomputed":
        litert = run_litert(model_bytes, model, inputs)
        refused = isinstance(litert, Refusal)
        if refused:
            verdict.refused.append(f"LiteRT: {litert.reason}")
        _expect_recomputed(verdict, model, inputs, anyone=not refused)
        if not refused and not verdict.uncovered:
            fixed = {tensor.index: tensor.data for tensor in model.tensors if tensor.data is not None} | dict(zip(model.inputs, inputs))
            _check_litert(verdict, model, fixed | verdict.tensors, fixed | litert.tensors)
        return verdict
    if expect == "LiteRT":
        litert, inputs = run_litert(model_bytes, model, inputs, sequence), _last(inputs, sequence)
        verdict.source, verdict.uncovered = "LiteRT", isinstance(litert, Refusal)
        if verdict.uncovered:
            verdict.refused.append(f"LiteRT: {litert.reason}")
        else:
            verdict.tensors, verdict.outputs = litert.tensors, litert.outputs
            _check_recomputed(verdict, "LiteRT", model, inputs, litert.tensors)
        return verdict
    tflm, litert = run_tflm(model_bytes, model, inputs, sequence), run_litert(model_bytes, model, inputs, sequence)
    inputs = _last(inputs, sequence)
    fixed = {tensor.index: tensor.data for tensor in model.tensors if tensor.data is not None} | dict(zip(model.inputs, inputs))
    for run, name in ((tflm, "TFLM"), (litert, "LiteRT")):
        if isinstance(run, Refusal):
            verdict.refused.append(f"{name}: {run.reason}")
    if isinstance(tflm, Refusal):
        _expect_recomputed(verdict, model, inputs, anyone=not isinstance(litert, Refusal))
    else:
        verdict.tensors, verdict.outputs = tflm.tensors, tflm.outputs
        _check_recomputed(verdict, "TFLM", model, inputs, tflm.tensors)
        if any(exact.computes_nonsense(model, operator) for operator in model.operators):
            _expect_recomputed(verdict, model, inputs, anyone=True)
    if not isinstance(litert, Refusal) and not verdict.uncovered:
        _check_litert(verdict, model, fixed | verdict.tensors, fixed | litert.tensors)
    return verdict


def _last(inputs, sequence):
    return inputs if sequence == 1 else [values[-1] for values in inputs]


def _expect_recomputed(verdict, model, inputs, anyone):
    """TFLM has no answer, or a wrong one: what the operators mean by the dialect's rules. `anyone`: LiteRT or TFLM stands beside it."""
    known = any(_crashes_tflm(model, operator) or operator.name in NOBODYS for operator in model.operators)
    values = exact.recompute_model(model, inputs, exact.TFLM) if anyone or known else None
    if values is None:
        verdict.uncovered = True
        return
    verdict.source = "recomputed"
    verdict.tensors = {i: values[i] for operator in model.operators for i in operator.outputs if i in values}
    verdict.outputs = [values[i] for i in model.outputs]


def _crashes_tflm(model, operator):
    """Crashes that oracles.md names: the operator has a meaning all the same."""
    return operator.name == "DEPTHWISE_CONV_2D" and operator.inputs[2:] == [-1]


def _check_recomputed(verdict, runtime, model, inputs, written):
    """Every operator's outputs against the recomputation by the dialect's rules, where there is one."""
    values = {tensor.index: tensor.data for tensor in model.tensors if tensor.data is not None} | dict(zip(model.inputs, inputs)) | written
    for operator in model.operators:
        if exact.computes_nonsense(model, operator) or not all(i in values for i in operator.outputs if model.tensors[i].dtype != "resource"):
            continue  # the latter: the invocation ended before it
        recomputed = exact.recompute(model, operator, values, exact.TFLM)
        for i, array in zip(operator.outputs, recomputed or []):
            _compare(verdict, runtime, model, operator, values[i], array)


def _check_litert(verdict, model, expected, actual):
    """`expected` and `actual` hold every tensor, as the dialect and as LiteRT have it."""
    for operator in model.operators:
        outputs = [i for i in operator.outputs if i in expected and i in actual]
        same_inputs = all(i < 0 or i not in expected or i not in actual or same(expected[i], actual[i]) for i in operator.inputs)
        if same_inputs and all(same(expected[i], actual[i], verdict.ulps) for i in outputs):
            continue
        known = LITERT_OTHERWISE.get((operator.name, model.tensors[operator.inputs[0]].dtype))
        if exact.bias_of_int16(model, operator) == "int32":
            known = INT32_BIAS
        if exact.is_plain(model, operator) and model.tensors[operator.inputs[0]].dtype == "int8" or operator.name == "PRELU" and exact.is_plain(model, operator):
            known = "a product with a scale of 0"
        if exact.clamps_unscaled(model, operator):
            known = "bounds and factors of a scale of 0"
        if operator.name in ("LOGICAL_AND", "LOGICAL_OR") and model.tensors[operator.outputs[0]].dtype != "bool":
            known = "gives bools, whatever the file says"
        if known is not None:
            verdict.explained.append(f"{operator.name}: {known}")
            continue
        recomputed = exact.recompute(model, operator, actual, exact.LITERT)
        if recomputed is None:
            verdict.failures.append(
                f"LiteRT: {operator.describe(model.tensors)}: differs from TFLM, or follows on a layer that does, with no rule to recompute it by"
            )
            continue
        equal = all([_compare(verdict, "LiteRT", model, operator, actual[i], array) for i, array in zip(outputs, recomputed)])
        if not equal or not same_inputs:
            continue
        if operator.name in LITERT_RULES:
            verdict.explained.append(f"{operator.name}: {LITERT_RULES[operator.name]}")
        else:
            verdict.failures.append(f"LiteRT: {operator.describe(model.tensors)}: differs from TFLM under a rule that oracles.md does not name")


def same(a, b, ulps=0):
    """Equal in every bit; `ulps` lets finite float32 values lie that many apart, and any NaN stand for any other."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype != np.float32 or a.tobytes() == b.tobytes():
        return a.tobytes() == b.tobytes()
    ordered = [np.where(bits < 0, -(bits & 0x7FFFFFFF), bits) for bits in (values.view(np.int32).astype(np.int64) for values in (a, b))]
    return bool(np.all((np.isnan(a) & np.isnan(b)) | (np.abs(ordered[0] - ordered[1]) <= ulps)))


def _compare(verdict, runtime, model, operator, actual, recomputed):
    if same(actual, recomputed, verdict.ulps):
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
