"""What is true of a right answer: one package per assignment, one module per part.

An assignment's package has a `PARTS` tuple in the order of its notebook. Nothing in here knows of processes,
notebooks, nbgrader or MXNet.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from grader.claims import PartSpec


def assignments() -> tuple[str, ...]:
    """The names of the assignments that have checks, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg))


@cache
def parts(assignment: str) -> tuple[PartSpec, ...]:
    """The parts of an assignment in the order of its notebook.

    Raises: LookupError naming the assignments there are.
    """
    if assignment not in assignments():
        raise LookupError(f"There is no assignment called {assignment!r}. There are: {', '.join(assignments())}.")
    module = importlib.import_module(f"{__name__}.{assignment}")
    found: tuple[PartSpec, ...] = module.PARTS
    return found


def find_part(part_id: str) -> PartSpec:
    """A part by its id alone; ids are unique across assignments.

    Raises: LookupError naming the parts there are.
    """
    known = [part for assignment in assignments() for part in parts(assignment)]
    for part in known:
        if part.id == part_id:
            return part
    raise LookupError(f"There is no part called {part_id!r}. There are: {', '.join(part.id for part in known)}.")


def parts_beside(part: PartSpec) -> tuple[PartSpec, ...]:
    """The parts of the assignment that this one belongs to, itself included."""
    return next(found for found in map(parts, assignments()) if part in found)
