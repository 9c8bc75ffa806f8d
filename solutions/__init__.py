"""What we would have written: the reference solutions of the course, and the experiments that show they are right.

The reference of an assignment is the module of its name, except that `linreg` answers *linreg_scratch*; `reference`
finds it. The other modules set the stage: `data` (the synthetic problems), `contexts` (where arrays live), `training`
(the loop) and `plots`. Two modules are programs: `python -m solutions.seed_tables` reproduces published loss tables and
`python -m solutions.iterator_race` times ways of reading batches. Nothing here is handed to students.
"""

import importlib
from types import ModuleType

__all__ = [
    "contexts",
    "data",
    "iterator_race",
    "iterators_and_contexts",
    "linreg",
    "plots",
    "reference",
    "seed_tables",
    "training",
]

OTHER_NAMES = {"linreg_scratch": "linreg"}


def reference(assignment: str) -> ModuleType:
    """Return the module that answers an assignment. ModuleNotFoundError if there is none."""
    return importlib.import_module(f"{__name__}.{OTHER_NAMES.get(assignment, assignment)}")
