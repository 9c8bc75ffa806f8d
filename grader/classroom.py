"""`check("sgd", sgd)`: what a notebook asks, and what it shows at once."""

from __future__ import annotations

import contextlib
import gc
import random
from collections.abc import Callable, Iterator
from typing import Any

import mxnet as mx
import numpy as np

from grader.checks import find_part, parts_beside
from grader.local import LocalSubject
from grader.part_runner import PartRunner
from grader.report.html import part_page
from grader.report.text import part_text
from grader.results import Part
from grader.seeds import PUBLIC_SEED


def check(part: str, *functions: Callable[..., Any]) -> float:
    """Check one part of an assignment, show a report, and return the points it earns.

    part: its name, as the notebook has it: "sgd".
    functions: the functions to check, in the order the report names them: `check("sgd", sgd)`.

    The same functions get the same points every time. The random generators of Python, numpy and MXNet go on
    afterwards as if nothing had happened (MXNet's from a new state that follows from its old one).

    Raises: LookupError for an unknown part, TypeError for the wrong number of functions.
    """
    spec = find_part(part)
    if len(functions) != len(spec.functions):
        usage = f"check({part!r}, {', '.join(spec.functions)})"
        raise TypeError(f"check({part!r}, ...) takes {len(spec.functions)} function(s), got {len(functions)}: {usage}")
    subject = LocalSubject(dict(zip(spec.functions, functions, strict=True)))
    with _undisturbed_randomness(), _older_objects_left_alone():
        report = PartRunner(parts_beside(spec), subject, PUBLIC_SEED).run(spec)
    show(report)
    return float(report.score)


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
    display({"text/plain": part_text(report), "text/html": part_page(report)}, raw=True)


@contextlib.contextmanager
def _undisturbed_randomness() -> Iterator[None]:
    """Checks seed the global generators; what the notebook draws afterwards must not depend on them."""
    state = random.getstate(), np.random.get_state()
    mxnet = int(mx.nd.random.randint(0, 2**31 - 1, shape=(1,), dtype="int32").asscalar())
    try:
        yield
    finally:
        random.setstate(state[0])
        np.random.set_state(state[1])
        mx.random.seed(mxnet)


@contextlib.contextmanager
def _older_objects_left_alone() -> Iterator[None]:
    """Garbage is looked for among new objects only.

    Every Gluon DataLoader that is made begins with a full collection, which takes a tenth of a second among all that
    a notebook has imported, and a check makes dozens of loaders.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
