"""The class of `grader demo` for this assignment: who hands in what, and the points that each part must earn."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from grader import checks

ASSIGNMENT = "exercises"
PARTS = checks.parts(ASSIGNMENT)

# Student, and the right submissions they handed in; the rest of their notebook is the reference.
RIGHT = {
    "ada": ("fit_temperature_learns_the_logarithm", "second_difference_scales_its_step", "batch_sizes_cuts_a_list"),
    "emmy": ("descend_in_formulas", "fit_resistance_changes_units", "plot_sweep_uses_axes"),
}
# Student, and the functions they did not get round to.
HALF_RIGHT = {"joan": ("second_difference", "plot_sweep")}
# Student, and their one mistake.
WRONG = {
    "maria": "descend_steps_along_the_sum",
    "niels": "safe_loss_counts_and_broadcasts",
    "olga": "batch_sizes_loses_what_should_roll_over",
    "paul": "fit_resistance_has_a_fixed_rate",
    "quentin": "log_planck_has_half_the_factor",
    "sofia": "second_difference_trusts_create_graph",
    "thomas": "largest_stable_rate_forgets_the_bias",
}
# Student, and an attack on the grader in place of one function, which deserves nothing.
HOSTILE = {"mallory": ("answers_with_a_number_equal_to_all", "epoch_loss")}
EMPTY = ("bob",)
FUNCTIONS = tuple(dict.fromkeys(function for part in PARTS for function in part.functions))


def students() -> list[dict[str, Any]]:
    """One record for each student, as `grader.demo.Student` takes them."""
    lost = runpy.run_path(str(Path(__file__).with_name("expected.py")))["WRONG"]
    found = [
        _student(id, "right: " + ", ".join(map(_words, files)), tuple(f"right/{file}.py" for file in files))
        for id, files in RIGHT.items()
    ]
    found += [_student(id, f"no time for {', '.join(left)}", unsolved=left) for id, left in HALF_RIGHT.items()]
    found += [
        _student(id, "wrong: " + _words(file), (f"wrong/{file}.py",), lost=frozenset(lost[file]))
        for id, file in WRONG.items()
    ]
    for id, (file, function) in HOSTILE.items():
        student = _student(id, "hostile: " + _words(file), (f"hostile/{file}.py",))
        found.append({**student, "expected": student["expected"] | {function: 0}})
    return found + [_student(id, "handed in nothing", unsolved=FUNCTIONS) for id in EMPTY]


def _student(
    id: str,
    story: str,
    files: tuple[str, ...] = (),
    *,
    unsolved: tuple[str, ...] = (),
    lost: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    def score(part: checks.PartSpec) -> int:
        if set(part.functions) & set(unsolved):
            return 0
        return sum(check.points for check in part.checks if check.id not in lost)

    expected = {part.id: score(part) for part in PARTS}
    return {"id": id, "story": story, "files": files, "unsolved": unsolved, "expected": expected}


def _words(file: str) -> str:
    words = file.replace("_", " ")
    for name in FUNCTIONS:
        if file.startswith(name):
            words = name + words[len(name) :]
    return words
