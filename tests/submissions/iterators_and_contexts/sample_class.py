"""The class of `grader demo` for this assignment: who hands in what, and the points that each part must earn."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from grader import checks

ASSIGNMENT = "iterators_and_contexts"
PARTS = checks.parts(ASSIGNMENT)

# Student, and the right submissions they handed in; the rest of their notebook is the reference.
RIGHT = {
    "ada": ("epoch_iterator_wraps_an_ndarrayiter", "fit_averages_a_list", "SGD_subtracts_in_place"),
    "emmy": ("make_loader_is_a_class_of_its_own", "epoch_iterator_pops_rows", "plot_training_uses_pyplot_only"),
}
# Student, and the functions they did not get round to.
HALF_RIGHT = {"joan": ("moving_average", "plot_training")}
# Student, and their one mistake.
WRONG = {
    "maria": "SGD_divides_by_a_batch_of_four",
    "niels": "to_context_leaves_the_labels_flat",
    "olga": "epoch_iterator_resets_itself_at_the_end",
    "quentin": "plot_training_has_no_legend",
}
# Student, and an attack on the grader in place of one function, which deserves nothing.
HOSTILE = {"mallory": ("replaces_the_player", "moving_average")}
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
    return file.replace("_", " ")
