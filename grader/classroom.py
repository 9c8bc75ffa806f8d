"""What a notebook imports: `check` answers at once whether a function is right, `when_ready` waits for one that is not.

check("sgd", sgd)

with when_ready():
    sgd([w, b], lr, batch_size)
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mxnet as mx
import numpy as np

from grader.checks import find_part
from grader.claims import PartSpec
from grader.classroom_names import PART_MIME, SEED_VARIABLE
from grader.local import LocalSubject
from grader.report.html import part_page
from grader.report.text import part_text
from grader.results import Part, part_to_json
from grader.running import PUBLIC_SEED, run_part


def check(part: str, *functions: Callable[..., Any]) -> float:
    """Check one part of the assignment, show a report, and return the points it earns.

    part: "data_iter", "linreg", "squared_loss", "sgd" or "training".
    functions: the functions to check, in the order the report names them: `check("sgd", sgd)`.

    The same functions get the same points every time. The random generators of Python, numpy and MXNet go on
    afterwards as if nothing had happened (MXNet's from a new state that follows from its old one).

    Raises: LookupError for an unknown part, TypeError for the wrong number of functions.
    """
    spec = find_part(part)
    if len(functions) != len(spec.functions):
        usage = f"check({part!r}, {', '.join(spec.functions)})"
        raise TypeError(f"check({part!r}, ...) takes {len(spec.functions)} function(s), got {len(functions)}: {usage}")
    return _report(spec, dict(zip(spec.functions, functions, strict=True)))


def check_defined(part: str, namespace: Mapping[str, object]) -> float:
    """`check` for graders: the functions are those that `namespace` holds under their names, if it does.

    A missing one costs its part with a sentence that says so, instead of a NameError.
    """
    spec = find_part(part)
    return _report(spec, {name: namespace[name] for name in spec.functions if name in namespace})


def _report(spec: PartSpec, functions: Mapping[str, object]) -> float:
    with _undisturbed_randomness():
        report = run_part(spec, LocalSubject(functions), seed())
    show(report)
    return float(report.score)


def seed() -> int:
    """The seed of the checks: the public one, unless whoever grades has set another in the environment.

    Raises: ValueError if the variable is not a whole number.
    """
    text = os.environ.get(SEED_VARIABLE)
    if not text:
        return PUBLIC_SEED
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{SEED_VARIABLE} must be a whole number, got {text!r}.") from None


@contextlib.contextmanager
def when_ready() -> Iterator[None]:
    """Run a block that uses your functions; while one of them is still a stub, say so instead of failing.

    Any other exception passes through.
    """
    try:
        yield
    except NotImplementedError:
        print("Not implemented yet: write the function above, then run this cell again.")


def show(report: Part) -> None:
    """Display a report: HTML in a notebook, text in a terminal."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:  # a plain Python session needs no IPython
        print(part_text(report))
        return
    if get_ipython() is None:
        print(part_text(report))
        return
    bundle = {"text/plain": part_text(report), "text/html": part_page(report), PART_MIME: part_to_json(report)}
    display(bundle, raw=True)


@contextlib.contextmanager
def _undisturbed_randomness() -> Iterator[None]:
    """Checks seed the global generators; what the notebook draws afterwards must not depend on them."""
    python, numpy = random.getstate(), np.random.get_state()
    mxnet = int(mx.nd.random.randint(0, 2**31 - 1, shape=(1,), dtype="int32").asscalar())
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        mx.random.seed(mxnet)
