"""
The two published runtimes behind one face: bytes of a model and input arrays in, every tensor that an operator wrote out.

Each run happens in a forked child: TFLM answers some models with abort(), a division by zero or never, which must cost a case and not the run.
"""

import os
import pickle
import resource
import signal
import tempfile
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter as LitertInterpreter
from ai_edge_litert.interpreter import OpResolverType
from tflite_micro.python.tflite_micro import runtime as tflm

MOST_SECONDS = 120  # of the processor: TFLM never comes out of some loops, SLICE with sizes that the body computes
ARENA_BYTES = 256 << 20  # TFLM wants to be told; pages that it does not touch cost nothing


@dataclass
class Run:
    outputs: list
    tensors: dict  # tensor index -> array, for every operator output


@dataclass
class Refusal:
    reason: str


def run_tflm(model_bytes, model, inputs, sequence=1):
    """`sequence` invocations in a row: inputs and outputs then have them as their first dimension, `tensors` are those of the last one."""
    return _isolated(_tflm, model_bytes, model, inputs, sequence)


def run_litert(model_bytes, model, inputs, sequence=1):
    return _isolated(_litert, model_bytes, model, inputs, sequence)


def _in_a_row(inputs, sequence, invoke):
    """Outputs of `sequence` calls of `invoke`, each with its own part of the inputs."""
    if sequence == 1:
        return invoke(inputs)
    return [np.stack(outputs) for outputs in zip(*[invoke([values[step] for values in inputs]) for step in range(sequence)])]


def _tflm(model_bytes, model, inputs, sequence):
    def run(config):
        interpreter = tflm.Interpreter.from_bytes(model_bytes, arena_size=ARENA_BYTES, intrepreter_config=config)  # the keyword is misspelt there
        whole = []

        def invoke(inputs):
            for index, values in enumerate(inputs):
                interpreter.set_input(values, index)
            whole.append(interpreter.invoke() == 0)  # another status: a CIRCULAR_BUFFER ended the invocation early
            return [np.array(interpreter.get_output(index)) for index in range(len(model.outputs))]

        return interpreter, _in_a_row(inputs, sequence, invoke), whole

    interpreter, outputs, whole = run(tflm.InterpreterConfig.kPreserveAllTensors)
    tensors = {i: np.array(interpreter.GetTensor(i, 0)["tensor_data"]) for i in _written(model)}
    _, planned, _ = run(tflm.InterpreterConfig.kAllocationRecording)
    pairs = list(zip(outputs, planned))
    if not all(whole):
        pairs = [(a[whole], b[whole]) for a, b in pairs]  # where tensors share memory, it is chance what an invocation that ends early leaves of earlier outputs
        ran = _ran(model, sequence)
        if [count == len(model.operators) for count in ran] != whole:
            raise RuntimeError(f"TFLM ends other invocations early than the count of CIRCULAR_BUFFER says: {whole}, operators that ran: {ran}")
        tensors = {i: values for i, values in tensors.items() if _writer(model, i) < ran[-1]}
        for i, values in zip(model.outputs, outputs):
            if not model.tensors[i].variable:
                values[np.maximum.accumulate(ran) <= _writer(model, i)] = 0  # nothing wrote it so far: chance in TFLM
    if any(a.tobytes() != b.tobytes() for a, b in pairs):
        raise RuntimeError("TFLM's planned arena and its run with all tensors preserved give different outputs")
    return Run(outputs, tensors)


def _ran(model, sequence):
    """How many operators of each invocation run: up to the first CIRCULAR_BUFFER whose turn it is not."""
    counts, ran = [0] * len(model.operators), []
    for _ in range(sequence):
        for place, operator in enumerate(model.operators):
            if operator.name == "CIRCULAR_BUFFER":
                slots = model.tensors[operator.outputs[0]].shape[1]
                counts[place] = (counts[place] + 1) % (operator.options.get("cycles_max") or (1 if slots in (5, 13, 25) else 2))
                if counts[place] != 0:
                    break
        ran.append(place + 1)
    return ran


def _writer(model, tensor):
    """The place of the operator that writes it; -1 for an input."""
    return next((place for place, operator in enumerate(model.operators) if tensor in operator.outputs), -1)


def _litert(model_bytes, model, inputs, sequence):
    interpreter = LitertInterpreter(
        model_content=model_bytes, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, experimental_preserve_all_tensors=True, num_threads=1
    )
    interpreter.allocate_tensors()

    def invoke(inputs):
        for index, values in zip(model.inputs, inputs):
            interpreter.set_tensor(index, values)
        interpreter.invoke()
        return [interpreter.get_tensor(i) for i in model.outputs]

    outputs = _in_a_row(inputs, sequence, invoke)
    return Run(outputs, {i: values for i in _written(model) if (values := _value(interpreter, i)) is not None})


def _value(interpreter, i):
    """None for what LiteRT keeps nothing of: results of a loop that nobody reads."""
    try:
        return interpreter.get_tensor(i)
    except ValueError:
        return None


def _written(model):
    """Handles of variables have no value."""
    return [i for operator in model.operators for i in operator.outputs if model.tensors[i].dtype != "resource"]


def _isolated(function, *arguments):
    """function(*arguments) in a child, or a Refusal with what it printed last."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as log:
        child = os.fork()
        if child == 0:
            os.close(read)
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
            try:
                result = function(*arguments)
            except Exception as error:  # whatever a runtime raises is its refusal
                result = Refusal(f"{type(error).__name__}: {error}")
            with os.fdopen(write, "wb") as pipe:
                pickle.dump(result, pipe)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            payload = pipe.read()
        _, status = os.waitpid(child, 0)
        log.seek(0)
        printed = [line for line in log.read().decode(errors="replace").splitlines() if line.strip() and not line.startswith(("INFO", "WARNING"))]
    if os.WIFSIGNALED(status):
        return Refusal(f"{signal.Signals(os.WTERMSIG(status)).name}: {' | '.join(printed[-2:])}")
    result = pickle.loads(payload)
    if isinstance(result, Refusal) and printed:
        result.reason += f": {' | '.join(printed[:2])}"
    return result
