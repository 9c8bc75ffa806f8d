"""What we would have written: the reference solutions of the course, and the experiments that show they are right.

`linreg` answers the assignment *linreg_scratch*; `iterators_and_contexts` answers the assignment of that name. The
other modules set the stage for both: `data` (the synthetic problems), `contexts` (where arrays live), `training` (the
loop) and `plots`. Two modules are programs: `python -m solutions.seed_tables` reproduces published loss tables and
`python -m solutions.iterator_race` times ways of reading batches. Nothing here is handed to students.
"""

__all__ = [
    "contexts",
    "data",
    "iterator_race",
    "iterators_and_contexts",
    "linreg",
    "plots",
    "seed_tables",
    "training",
]
